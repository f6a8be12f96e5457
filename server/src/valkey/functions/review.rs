//! Submissions that operators look at, and those that wait until they have.

use super::{Store, StoreError, number, odd, text};
use app::model::{BoardId, Metadata, MetadataChange, PlayerId, Proof, ReviewState, Score, Submission, SubmissionId, Why};
use fred::{
    interfaces::{HashesInterface, KeysInterface, SortedSetsInterface},
    types::Value,
};
use serde::{Deserialize, Serialize};

/// The most submissions of a board that wait, and the most that are kept in each other state.
pub const MOST: u64 = 10_000;
/// The most submissions of one player that wait on a board, and the most that are flagged: so many players it takes at least to fill a queue.
pub const MOST_EACH: u64 = 100;
/// How long those that are decided are kept, in ms: 30 days.
const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// Reviews that a player finds.
const OWN: i64 = 20;
/// Reviews that are looked at in one call.
const AT_ONCE: u32 = 500;

/// A submission as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its id.
    pub id: Option<SubmissionId>,
    /// Whose it is.
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    pub player: PlayerId,
    /// The score.
    pub score: Score,
    /// The tiebreaks, in the order of the board's.
    pub tiebreaks: Vec<i64>,
    /// What was sent to remember: `None` for what stays, an empty text for what goes.
    pub metadata: Option<String>,
    /// When it was reached, if that was said.
    pub at: Option<u64>,
    /// What proves it.
    pub proof: Option<Proof>,
}

/// What operators have decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who.
    pub by: String,
    /// When, in ms since 1970.
    pub at: u64,
    /// Why, if they said so.
    pub reason: Option<String>,
}

/// Somebody is about to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Since when, in ms since 1970.
    pub at: u64,
    /// To approve it.
    pub approves: bool,
}

/// What is known of a submission in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReview {
    /// The submission.
    pub submission: Held,
    /// Why it is looked at.
    pub why: Vec<Why>,
    /// Who it came by, as the board's log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it came, in ms since 1970.
    pub received: u64,
    /// Where it is.
    pub state: ReviewState,
    /// Whether it had to wait; else it counted, and was flagged.
    pub had_to_wait: bool,
    /// What was decided last.
    pub decision: Option<Decision>,
    /// The board's version when it had counted, if it has.
    pub counted: Option<u64>,
    /// The version that took it out again, if one has.
    pub withdrawn: Option<u64>,
    /// Whoever is about to decide.
    pub claim: Option<Claim>,
}

/// A review as it is stored.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// What is known.
    pub review: StoredReview,
    json: String,
}

/// A review that is to be added.
#[derive(Debug)]
pub struct Adding {
    /// An id that nothing else has.
    pub id: String,
    /// What is known.
    pub review: StoredReview,
}

/// Submissions that had to wait.
#[derive(Debug)]
pub struct HeldNews {
    /// The number of the last that was looked at.
    pub last: u64,
    /// How many were.
    pub looked_at: u64,
    /// Those that are still known.
    pub reviews: Vec<Kept>,
}

/// What became of a review that was to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there.
    Added,
    /// As many wait as can, or are flagged for more than their proof.
    Full,
    /// As many of the player's do.
    TooMany,
    /// Operators keep the player from submitting.
    Barred,
    /// A submission with this id was counted before.
    Counted,
    /// The submission's id is that of this review.
    Known(String),
}

impl Held {
    /// A submission, as it is kept.
    pub fn of(submission: &Submission) -> Self {
        let Submission { id, player, score, tiebreaks, metadata, at, proof } = submission.clone();
        let metadata = match metadata {
            MetadataChange::Keep => None,
            MetadataChange::Clear => Some(String::new()),
            MetadataChange::Set(metadata) => Some(metadata.as_str().to_owned()),
        };
        Self { id, player, score, tiebreaks, metadata, at, proof }
    }
}

impl From<Held> for Submission {
    fn from(held: Held) -> Self {
        let Held { id, player, score, tiebreaks, metadata, at, proof } = held;
        let metadata = match metadata.as_deref().map(Metadata::stored) {
            None => MetadataChange::Keep,
            Some(None) => MetadataChange::Clear,
            Some(Some(metadata)) => MetadataChange::Set(metadata),
        };
        Self { id, player, score, tiebreaks, metadata, at, proof }
    }
}

impl Kept {
    fn read(id: &str, json: String) -> Result<Self, StoreError> {
        let review = serde_json::from_str(&json).map_err(|error| StoreError::Refused(format!("review {id}: {error}")))?;
        Ok(Self { id: id.to_owned(), review, json })
    }
}

impl Store {
    /// Adds reviews that wait, or are flagged; `None`: there is no such board.
    pub async fn add_reviews(
        &self,
        board: &BoardId,
        now_ms: u64,
        state: ReviewState,
        reviews: &[Adding],
    ) -> Result<Option<Vec<Added>>, StoreError> {
        let [all, ids, waiting, flagged, _, _, told, open] = self.keys.review(board);
        let mut names = vec![self.keys.board(board), self.keys.moderation(board), all, ids, waiting, flagged];
        names.extend(self.keys.seen(board, now_ms));
        names.extend([told, open]);
        let mut args = vec![number(now_ms), number(MOST), number(MOST_EACH), text(&state.to_string())];
        for Adding { id, review } in reviews {
            let Held { id: own, player, .. } = &review.submission;
            args.extend([text(id), text(own.as_ref().map_or("", SubmissionId::as_str)), text(player.as_str()), text(&json(review)?)]);
        }
        let reply = self.call("leaderport_review_add", names, args, false).await?;
        let added = |answer: &Value| {
            Some(match answer.as_string()?.as_str() {
                "ok" => Added::Added,
                "full" => Added::Full,
                "many" => Added::TooMany,
                "barred" => Added::Barred,
                "counted" => Added::Counted,
                id => Added::Known(id.to_owned()),
            })
        };
        if reply.first().and_then(Value::as_str).as_deref() == Some("none") {
            return Ok(None);
        }
        let answers: Option<Vec<Added>> = reply.iter().map(added).collect();
        answers.filter(|answers| answers.len() == reviews.len()).map(Some).ok_or_else(|| odd("review_add", &reply))
    }

    /// A review, by its id.
    pub async fn review(&self, board: &BoardId, id: &str) -> Result<Option<Kept>, StoreError> {
        let [all, ..] = self.keys.review(board);
        let json: Option<String> = self.pool.next().hget(all, id).await?;
        json.map(|json| Kept::read(id, json)).transpose()
    }

    /// Reviews, by their ids and in the order of these.
    pub async fn reviews_by_id(&self, board: &BoardId, ids: Vec<&str>) -> Result<Vec<Option<Kept>>, StoreError> {
        let [all, ..] = self.keys.review(board);
        let found: Vec<Option<String>> = self.pool.next().hmget(all, ids.clone()).await?;
        ids.into_iter().zip(found).map(|(id, json)| json.map(|json| Kept::read(id, json)).transpose()).collect()
    }

    /// Which reviews stand for the ids of submissions, in the order of these.
    pub async fn known_reviews(
        &self,
        board: &BoardId,
        now_ms: u64,
        submissions: impl Iterator<Item = &SubmissionId>,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let [all, ids, ..] = self.keys.review(board);
        let args = [number(now_ms)].into_iter().chain(submissions.map(|id| text(id.as_str()))).collect();
        let reply = self.call("leaderport_review_known", vec![all, ids], args, true).await?;
        Ok(reply.iter().map(|id| id.as_string().filter(|id| !id.is_empty())).collect())
    }

    /// Writes a review anew; what it is from then on, or `None` if it is another by now.
    pub async fn set_review(&self, board: &BoardId, known: &Kept, next: StoredReview, now_ms: u64) -> Result<Option<Kept>, StoreError> {
        let [all, ids, .., open] = self.keys.review(board);
        let names = vec![all, ids, self.review_list(board, known.review.state), self.review_list(board, next.state), open];
        let json = json(&next)?;
        let args =
            vec![text(&known.id), text(&known.json), text(&json), number(now_ms), number(MOST), number(now_ms.saturating_sub(KEPT_MS))];
        let reply = self.call("leaderport_review_set", names, args, false).await?;
        let is_written = reply.first().and_then(Value::as_u64) == Some(1);
        Ok(is_written.then(|| Kept { id: known.id.clone(), review: next, json }))
    }

    /// Some reviews in a state, with their times, after a time in ms and an id.
    pub async fn reviews(
        &self,
        board: &BoardId,
        state: ReviewState,
        after: &(u64, String),
        count: u32,
    ) -> Result<Vec<(u64, Kept)>, StoreError> {
        let [all, ..] = self.keys.review(board);
        let args = vec![number(after.0), text(&after.1), number(u64::from(count.min(AT_ONCE)))];
        let reply = self.call("leaderport_review_list", vec![all, self.review_list(board, state)], args, true).await?;
        let review = |parts: &[Value]| {
            let [id, time, json] = parts else { return Err(odd("review_list", &reply)) };
            let (Some(id), Some(time), Some(json)) = (id.as_str(), time.as_f64(), json.as_string()) else {
                return Err(odd("review_list", &reply));
            };
            Ok((time as u64, Kept::read(&id, json)?))
        };
        reply.chunks(3).map(review).collect()
    }

    /// Notes that a player is to find a review, from a time in ms since 1970 on.
    pub async fn note_own_review(&self, player: &PlayerId, board: &BoardId, id: &str, now_ms: u64) -> Result<(), StoreError> {
        let (client, key) = (self.pool.next(), self.keys.own_reviews(player));
        let noted = (now_ms as f64, format!("{board} {id}"));
        client.zadd::<(), _, _>(&key, None, None, false, false, noted).await?;
        client.zremrangebyrank::<(), _>(&key, 0, -1 - OWN).await?;
        Ok(client.pexpire::<(), _>(&key, KEPT_MS.cast_signed(), None).await?)
    }

    /// The reviews that a player is to find, newest first: boards and ids. Some may be gone.
    pub async fn own_reviews(&self, player: &PlayerId) -> Result<Vec<(BoardId, String)>, StoreError> {
        let noted: Vec<String> = self.pool.next().zrange(self.keys.own_reviews(player), 0, -1, None, true, None, false).await?;
        let read = |noted: &String| {
            let (board, id) = noted.split_once(' ')?;
            Some((BoardId::parse(board).ok()?, id.to_owned()))
        };
        noted.iter().map(|noted| read(noted).ok_or_else(|| odd("own_reviews", &[]))).collect()
    }

    /// Drops what a player is to find.
    pub async fn drop_own_reviews(&self, player: &PlayerId) -> Result<(), StoreError> {
        Ok(self.pool.next().del(self.keys.own_reviews(player)).await?)
    }

    /// How many submissions have had to wait so far.
    pub async fn held(&self, board: &BoardId) -> Result<u64, StoreError> {
        let held: Option<u64> = self.pool.next().hget(self.keys.board(board), "held").await?;
        Ok(held.unwrap_or(0))
    }

    /// Some submissions that had to wait, in the order in which they were stored, after the one of a number.
    pub async fn review_news(&self, board: &BoardId, after: u64, count: u32) -> Result<HeldNews, StoreError> {
        let [all, .., told, _] = self.keys.review(board);
        let args = vec![number(after), number(u64::from(count.min(AT_ONCE)))];
        let reply = self.call("leaderport_review_news", vec![self.keys.board(board), all, told], args, true).await?;
        let [last, looked_at, found @ ..] = &*reply else { return Err(odd("review_news", &reply)) };
        let (Some(last), Some(looked_at)) = (last.as_u64(), looked_at.as_u64()) else { return Err(odd("review_news", &reply)) };
        let review = |pair: &[Value]| {
            let [Some(id), Some(json)] = [0, 1].map(|at| pair.get(at).and_then(Value::as_string)) else {
                return Err(odd("review_news", &reply));
            };
            Kept::read(&id, json)
        };
        Ok(HeldNews { last, looked_at, reviews: found.chunks(2).map(review).collect::<Result<_, _>>()? })
    }

    /// Drops a player's reviews; how many there were.
    pub async fn drop_reviews(&self, board: &BoardId, player: &PlayerId) -> Result<u64, StoreError> {
        let [all, ids, states @ .., open] = self.keys.review(board);
        let (mut cursor, mut theirs) = (0, Vec::new());
        loop {
            let (next, found) = self.scan(all.clone(), cursor, AT_ONCE, []).await?;
            for pair in found.chunks(2) {
                let [Some(id), Some(json)] = [0, 1].map(|at| pair.get(at).and_then(Value::as_string)) else { continue };
                if Kept::read(&id, json)?.review.submission.player == *player {
                    theirs.push(text(&id));
                }
            }
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        if theirs.is_empty() {
            return Ok(0);
        }
        let names = [all, ids, open].into_iter().chain(states).collect();
        let reply = self.call("leaderport_review_drop", names, theirs, false).await?;
        reply.first().and_then(Value::as_u64).ok_or_else(|| odd("review_drop", &reply))
    }

    fn review_list(&self, board: &BoardId, state: ReviewState) -> String {
        let [_, _, waiting, flagged, approved, rejected, ..] = self.keys.review(board);
        match state {
            ReviewState::Waiting => waiting,
            ReviewState::Flagged => flagged,
            ReviewState::Approved => approved,
            ReviewState::Rejected => rejected,
        }
    }
}

fn json(review: &StoredReview) -> Result<String, StoreError> {
    serde_json::to_string(review).map_err(|error| StoreError::Refused(error.to_string()))
}
