//! The review queue: submissions that wait until operators have looked at them, and such that counted and should be looked at. Every decision can be
//! reversed.

use super::{Boards, caller::Caller, cursor::no_cursor, from_store, judge::counted, rights::Right};
use crate::valkey::functions::{
    log::Act,
    review::{Claim, Decision, Kept, StoredReview},
    submit::Guard,
};
use app::{
    error::{AppError, Field, What},
    i18n::t,
    model::{BoardId, InReview, PlayerId, Proof, ReviewState, Score, SubmissionId, Why, is_prose},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{collections::BTreeMap, sync::Arc};
use tracing::{info, warn};
use utoipa::ToSchema;

/// The most that one call decides about.
pub const MOST_DECIDED: usize = 100;
/// The longest reason, in characters.
const MAX_REASON: usize = 500;
/// How long a decision may take, in ms, before another one may be made: longer than any request.
const CLAIMED_MS: u64 = 30_000;
/// Reviews that are read at a time.
const AT_ONCE: u32 = 500;

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deciding {
    /// It counts.
    Approve,
    /// It does not.
    Reject,
}

/// A decision about some submissions.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What.
    pub decision: Deciding,
    /// Only about what is in this state still.
    pub state: Option<ReviewState>,
    /// Why.
    pub reason: Option<String>,
}

/// Which of a queue to list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// In this state.
    pub state: ReviewState,
    /// Of this player.
    pub player: Option<PlayerId>,
    /// For this reason, among others.
    pub why: Option<Why>,
    /// After what was listed before.
    pub cursor: Option<String>,
    /// How many.
    pub limit: usize,
}

/// A submission in the queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reviewed {
    /// Its id in the queue.
    pub id: String,
    /// Where it is.
    pub state: ReviewState,
    /// Why it is looked at.
    pub why: Vec<Why>,
    /// When it came, in ms since 1970.
    pub received_at: u64,
    /// Whose it is.
    pub player_id: PlayerId,
    /// The score.
    pub score: Score,
    /// The tiebreaks, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tiebreaks: BTreeMap<String, i64>,
    /// The submission's own id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_id: Option<SubmissionId>,
    /// When it was reached, if that was said, in ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// What to remember with it; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Box<RawValue>>,
    /// What proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// Who decided last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When, in ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<u64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Some of the submissions in a state, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewList {
    /// Which board.
    pub board: BoardId,
    /// The submissions.
    pub reviews: Vec<Reviewed>,
    /// What to ask for the next ones with; nothing if these were the last.
    pub next_cursor: Option<String>,
}

/// What whoever submitted may know.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnReview {
    /// Its id in the queue.
    pub id: String,
    /// Where it is.
    pub state: ReviewState,
    /// Why it is looked at.
    pub why: Vec<Why>,
    /// When it came, in ms since 1970.
    pub received_at: u64,
    /// The score.
    pub score: Score,
    /// When it was decided, in ms since 1970.
    pub decided_at: Option<u64>,
    /// Why, if operators said so.
    pub reason: Option<String>,
}

impl Boards {
    /// What became of a submission, for whoever knows its id in the queue.
    pub async fn own_review(&self, board: &BoardId, id: &str) -> Result<OwnReview, AppError> {
        let Kept { id, review, .. } = self.review(board, id).await?;
        let (decided_at, reason) = review.decision.map_or((None, None), |decision| (Some(decision.at), decision.reason));
        let StoredReview { submission, state, why, received, .. } = review;
        Ok(OwnReview { id, state, why, received_at: received, score: submission.score, decided_at, reason })
    }

    /// Has players who have an account find what waits, or was rejected: with a time in ms since 1970, whose it is and its id in the queue.
    pub(super) async fn note_own(&self, board: &BoardId, now_ms: u64, reviews: Vec<(PlayerId, String)>) {
        let note = async {
            let owned = self.owned(reviews.iter().map(|(player, _)| player.clone()).collect()).await?;
            for (player, id) in reviews.iter().filter(|(player, _)| owned.contains(player)) {
                self.store.note_own_review(player, board, id, now_ms).await.map_err(from_store)?;
            }
            Ok::<_, AppError>(())
        };
        // It waits, or is rejected, all the same.
        if let Err(cause) = note.await {
            warn!(%cause, board.id = %board, "a player can't be told of a review");
        }
    }

    /// What of the submissions of a player who has signed in waits for review, or was rejected lately, newest first, on boards that they see.
    pub(crate) async fn own_reviews(&self, me: &Caller, player: &PlayerId) -> Result<Vec<InReview>, AppError> {
        let mut own = Vec::new();
        for (board, id) in self.store.own_reviews(player).await.map_err(from_store)? {
            let Ok(loaded) = self.rules_to_read(me.clone(), &board).await else { continue };
            let Some(Kept { review, .. }) = self.store.review(&board, &id).await.map_err(from_store)? else { continue };
            let StoredReview { submission, state, decision, .. } = review;
            // Of another board that had this name.
            if submission.player != *player || !matches!(state, ReviewState::Waiting | ReviewState::Rejected) {
                continue;
            }
            let reason = decision.and_then(|decision| decision.reason).filter(|_| state == ReviewState::Rejected);
            own.push(InReview { board, title: loaded.rules.title.clone(), score: submission.score, reason });
        }
        Ok(own)
    }

    /// A submission in the queue, for operators.
    pub async fn reviewed(&self, caller: Caller, board: &BoardId, id: &str) -> Result<Reviewed, AppError> {
        caller.must(Right::Read, Some(board))?;
        self.shown(board, self.review(board, id).await?).await
    }

    /// The submissions in a state, oldest first.
    pub async fn reviews(&self, caller: Caller, board: &BoardId, listing: Listing) -> Result<ReviewList, AppError> {
        caller.must(Right::Read, Some(board))?;
        self.sides(board).await?;
        let mut after = listing.cursor.as_deref().map_or_else(|| Ok((0, String::new())), cursor)?;
        let (mut reviews, mut next_cursor): (Vec<Reviewed>, Option<String>) = (Vec::new(), None);
        loop {
            let some = self.store.reviews(board, listing.state, &after, AT_ONCE).await.map_err(from_store)?;
            let Some((time, last)) = some.last() else { return Ok(ReviewList { board: board.clone(), reviews, next_cursor: None }) };
            after = (*time, last.id.clone());
            for (time, kept) in some.into_iter().filter(|(_, kept)| listing.includes(&kept.review)) {
                // One more than is shown says that these were not the last.
                if reviews.len() == listing.limit {
                    return Ok(ReviewList { board: board.clone(), reviews, next_cursor });
                }
                next_cursor = Some(format!("{time}-{}", kept.id));
                reviews.push(self.shown(board, kept).await?);
            }
        }
    }

    /// The submissions in a state that are wanted, oldest first.
    pub(super) async fn reviews_of(
        &self,
        board: &BoardId,
        state: ReviewState,
        is_wanted: impl Fn(&StoredReview) -> bool,
    ) -> Result<Vec<Kept>, AppError> {
        let (mut after, mut wanted) = ((0, String::new()), Vec::new());
        loop {
            let some = self.store.reviews(board, state, &after, AT_ONCE).await.map_err(from_store)?;
            let Some((time, last)) = some.last() else { return Ok(wanted) };
            after = (*time, last.id.clone());
            wanted.extend(some.into_iter().map(|(_, kept)| kept).filter(|kept| is_wanted(&kept.review)));
        }
    }

    /// Decides about one submission. Of two operators who decide at once, one is refused.
    pub async fn decide(&self, caller: &Caller, board: &BoardId, id: &str, verdict: &Verdict) -> Result<Reviewed, AppError> {
        caller.must(Right::Moderate, Some(board))?;
        let known = self.review(board, id).await?;
        let now_ms = self.board(board).await?.shared.now_ms();
        verdict.check(&known.review, now_ms)?;
        let approves = verdict.decision == Deciding::Approve;
        let claim = StoredReview { claim: Some(Claim { at: now_ms, approves }), ..known.review.clone() };
        let claimed = self.store.set_review(board, &known, claim, now_ms).await.map_err(from_store)?.ok_or_else(taken)?;
        let done = match verdict.decision {
            Deciding::Approve => self.approve(caller, board, &known).await,
            Deciding::Reject => self.reject(caller, board, &known).await,
        };
        match done {
            Ok(done) => {
                let decision = Decision { by: caller.to_string(), at: now_ms, reason: verdict.reason.clone() };
                let next = StoredReview { state: verdict.decision.leads_to(), decision: Some(decision), claim: None, ..done };
                let decided = self.store.set_review(board, &claimed, next, now_ms).await.map_err(from_store)?.ok_or_else(taken)?;
                info!(board.id = %board, review.id = id, state = %decided.review.state, "a submission was reviewed");
                if decided.review.state == ReviewState::Rejected {
                    self.note_own(board, now_ms, vec![(decided.review.submission.player.clone(), id.to_owned())]).await;
                }
                self.shown(board, decided).await
            }
            Err(error) => {
                // It is as it was. Should that fail, the claim ends by itself.
                self.store.set_review(board, &claimed, known.review, now_ms).await.map_err(from_store)?;
                Err(error)
            }
        }
    }

    /// Has a submission count: for the first time, or again.
    async fn approve(&self, caller: &Caller, board: &BoardId, known: &Kept) -> Result<StoredReview, AppError> {
        let review = known.review.clone();
        match (review.counted, review.withdrawn) {
            (None, _) => self.count(board, known).await,
            (Some(_), Some(withdrawn)) => {
                self.undo(caller.clone(), board, withdrawn).await?;
                Ok(StoredReview { withdrawn: None, ..review })
            }
            (Some(_), None) => Ok(review),
        }
    }

    /// Takes a submission out, if it has counted.
    async fn reject(&self, caller: &Caller, board: &BoardId, known: &Kept) -> Result<StoredReview, AppError> {
        // Whoever was about to approve it before, and didn't come to an end, may have had it counted.
        let was_begun = known.review.counted.is_none() && known.review.claim.is_some_and(|claim| claim.approves);
        let review = if was_begun { self.count(board, known).await? } else { known.review.clone() };
        let (Some(counted), None) = (review.counted, review.withdrawn) else { return Ok(review) };
        let version = self.version_of_counted(board, counted, &review.submission.player).await?;
        let out = self.withdraw(caller.clone(), board, version).await?;
        Ok(StoredReview { withdrawn: Some(out.version), ..review })
    }

    /// Counts a submission as one that was late. It has an id, so it counts once.
    async fn count(&self, board: &BoardId, known: &Kept) -> Result<StoredReview, AppError> {
        let submission = counted(&known.review, &known.id);
        let by = known.review.by.as_deref().map(Arc::from);
        let outcome =
            self.board(board).await?.writer.submit(vec![(submission, Guard::Off)], by.as_ref()).await?.pop().ok_or(AppError::Internal)?;
        let (counted, _) = outcome?;
        Ok(StoredReview { counted: Some(counted.version), ..known.review.clone() })
    }

    /// The version of a player's submission, which was counted in a call by whose end the board had this version: submissions that are written together
    /// are told the version after all of them.
    async fn version_of_counted(&self, board: &BoardId, counted: u64, player: &PlayerId) -> Result<u64, AppError> {
        let loaded = self.sides(board).await?.newest();
        let records = self.store.log_at(&loaded.scope, counted).await.map_err(from_store)?;
        let mut theirs = records.iter().filter(|record| matches!(&record.act, Act::Submitted { sent, .. } if sent.player == *player));
        let last = theirs.rfind(|record| record.version <= counted);
        last.map(|record| record.version).ok_or_else(|| AppError::no(What::Record))
    }

    async fn review(&self, board: &BoardId, id: &str) -> Result<Kept, AppError> {
        self.sides(board).await?;
        let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let known = if is_id { self.store.review(board, id).await.map_err(from_store)? } else { None };
        known.ok_or_else(|| AppError::no(What::Review))
    }

    async fn shown(&self, board: &BoardId, kept: Kept) -> Result<Reviewed, AppError> {
        let loaded = self.sides(board).await?.newest();
        let Kept { id, review, .. } = kept;
        let StoredReview { submission, why, received, state, decision, .. } = review;
        let names = loaded.rules.tiebreaks.iter().map(|column| column.name.clone());
        let metadata = submission.metadata.map(|json| if json.is_empty() { "null".to_owned() } else { json });
        let (decided_by, decided_at, reason) =
            decision.map_or((None, None, None), |Decision { by, at, reason }| (Some(by), Some(at), reason));
        Ok(Reviewed {
            id,
            state,
            why,
            received_at: received,
            player_id: submission.player,
            score: submission.score,
            tiebreaks: names.zip(submission.tiebreaks).collect(),
            submission_id: submission.id,
            at: submission.at,
            metadata: metadata.map(RawValue::from_string).transpose().map_err(|_| AppError::Internal)?,
            proof: submission.proof,
            decided_by,
            decided_at,
            reason,
        })
    }
}

impl Deciding {
    fn leads_to(self) -> ReviewState {
        match self {
            Self::Approve => ReviewState::Approved,
            Self::Reject => ReviewState::Rejected,
        }
    }
}

impl Verdict {
    /// Refuses a rejection without a reason, and reasons that are none.
    pub fn checked(self) -> Result<Self, AppError> {
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
        if reason.as_ref().is_some_and(|reason| !is_prose(reason, MAX_REASON)) {
            return Err(AppError::invalid(Field::Reason, t::problem::REASON_TEXT));
        }
        if self.decision == Deciding::Reject && reason.is_none() {
            return Err(AppError::invalid(Field::Reason, t::problem::REVIEW_REASON));
        }
        Ok(Self { reason, ..self })
    }

    /// Refuses what somebody else has decided, or is about to.
    fn check(&self, review: &StoredReview, now_ms: u64) -> Result<(), AppError> {
        if review.claim.is_some_and(|claim| claim.at + CLAIMED_MS > now_ms) {
            return Err(taken());
        }
        if self.state.is_some_and(|state| state != review.state) || review.state == self.decision.leads_to() {
            let message = match review.state {
                ReviewState::Waiting => t::problem::DECIDED_WAITING,
                ReviewState::Flagged => t::problem::DECIDED_FLAGGED,
                ReviewState::Approved => t::problem::DECIDED_APPROVED,
                ReviewState::Rejected => t::problem::DECIDED_REJECTED,
            };
            return Err(AppError::Decided { message: message.into() });
        }
        Ok(())
    }
}

impl Listing {
    fn includes(&self, review: &StoredReview) -> bool {
        let is_theirs = self.player.as_ref().is_none_or(|player| review.submission.player == *player);
        is_theirs && self.why.is_none_or(|why| review.why.contains(&why))
    }
}

fn taken() -> AppError {
    AppError::Decided { message: t::problem::DECIDING.into() }
}

/// Where a list went on to: a time and an id.
fn cursor(text: &str) -> Result<(u64, String), AppError> {
    let (time, id) = text.split_once('-').ok_or_else(no_cursor)?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let time = time.bytes().all(|byte| byte.is_ascii_digit()).then(|| time.parse().ok()).flatten();
    Ok((time.filter(|time: &u64| is_id && *time < 1 << 53).ok_or_else(no_cursor)?, id.to_owned()))
}
