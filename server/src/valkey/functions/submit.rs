//! Batches of submissions.

use super::{
    super::keys::Keys,
    Answer, Scope, Standing, Store, Target, blob, number, odd,
    packed::{Reader, Writer},
    settled, text,
};
use app::model::{MetadataChange, PlayerId, SubmissionId};

/// A submission in the store's terms.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// Makes it count once.
    pub id: Option<&'a SubmissionId>,
    /// Whose it is.
    pub player: &'a PlayerId,
    /// The sort key: smaller is better.
    pub key: i64,
    /// The columns, each smaller the better it is.
    pub columns: Vec<i64>,
    /// What to remember.
    pub metadata: &'a MetadataChange,
    /// When it was reached, if not now.
    pub at_ms: Option<u64>,
    /// Which of the batch's sets of targets it counts in.
    pub set: u8,
    /// Nobody reads its receipt, and its id was made of all that it says: it is answered without standings.
    pub brief: bool,
    /// The API key that it came by, by its id.
    pub by: Option<&'a str>,
    /// What is asked before it is written.
    pub guard: Guard,
}

/// What is asked before a submission is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guard {
    /// Nothing: it was decided that it counts.
    #[default]
    Off,
    /// It is taken for granted that the review queue doesn't know its id, and that its player doesn't gain too much: else it comes back.
    On,
    /// It waits, and comes back in any case: with what there is to know of it.
    Waits,
}

/// The most that players may gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gains {
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
    /// How much, as a difference of sort keys; above 0.
    pub most: u64,
}

/// One call of [`Store::submit`].
pub struct Batch<'a> {
    /// The board that all of it is for.
    pub scope: &'a Scope,
    /// Who calls: each writer has one call in flight at a time.
    pub writer: &'a str,
    /// The writer's call number, counted up: the same number again is the same call again.
    pub call: u64,
    /// The time, in milliseconds since 1970.
    pub now_ms: u64,
    /// The periods that are touched, `all` first; at most 255.
    pub targets: &'a [Target],
    /// Sets of targets, by their place in `targets`; at most 255.
    pub sets: &'a [Vec<u8>],
    /// The most that may be gained by those that are guarded, if that matters.
    pub gains: Option<Gains>,
    /// The submissions.
    pub items: &'a [Item<'a>],
}

/// What became of one submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was counted.
    Counted(Counted),
    /// Its id was used before for something else.
    Conflict,
    /// With it the sum would be larger than a score can be.
    TooLarge,
    /// Operators keep the player from submitting.
    Barred,
    /// It was guarded, and comes back.
    Back(Finding),
}

/// Why a submission comes back. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Its id is that of this review.
    Known(String),
    /// The player would gain too much.
    Gains,
    /// It waits for what was known before, and for nothing else.
    Waits,
}

/// A submission that was counted, now or when its id was first sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Where the player stood and stands, in each period it counts in, `all` first; of a brief submission there are none.
    pub standings: Vec<Standing>,
    /// The board's version that these hold at.
    pub version: u64,
    /// Whether this is an earlier answer, given again.
    pub replayed: bool,
}

impl Store {
    /// Decides and writes a batch; one outcome for each submission, in order.
    pub async fn submit(&self, batch: &Batch<'_>) -> Answer<Vec<Outcome>> {
        let reply = self.call_in_order(&batch.scope.board, "leaderport_submit", self.submit_keys(batch), submit_args(batch)).await?;
        let answers = match settled("submit", &reply)? {
            Ok(answers) => answers,
            Err(declined) => return Ok(Err(declined)),
        };
        let mut reader = Reader(&answers);
        let mut outcomes = Vec::with_capacity(batch.items.len());
        for item in batch.items {
            let answer = outcome(&mut reader, batch.scope.columns, item.brief);
            outcomes.push(answer.ok_or_else(|| odd("submit", &reply))?);
        }
        if reader.0.is_empty() { Ok(Ok(outcomes)) } else { Err(odd("submit", &reply)) }
    }

    fn submit_keys(&self, batch: &Batch) -> Vec<String> {
        let (scope, board, keys) = (batch.scope, &batch.scope.board, &self.keys);
        let mut names = vec![
            keys.board(scope),
            keys.log(board),
            keys.periods(scope),
            keys.history(scope),
            keys.writer(board, batch.writer),
            keys.live(scope),
        ];
        names.extend(keys.seen(board, batch.now_ms));
        let [reviews, review_ids, ..] = keys.review(board);
        names.extend([keys.activity(scope), keys.faces(scope), keys.moderation(board), reviews, review_ids]);
        names.extend(batch.targets.iter().flat_map(|target| keys.period(scope, &target.label)));
        names
    }
}

fn submit_args(batch: &Batch) -> Vec<fred::types::Value> {
    let mut args = Vec::with_capacity(11 + 3 * batch.targets.len() + batch.sets.len() + batch.items.len());
    args.extend([number(batch.call), number(batch.now_ms), text(&batch.scope.revision), text(&batch.scope.line)]);
    args.extend([number(Keys::seen_ttl_seconds()), number(batch.targets.len() as u64)]);
    args.extend(batch.targets.iter().flat_map(Target::args));
    args.push(number(batch.sets.len() as u64));
    // Lua counts from 1.
    args.extend(batch.sets.iter().map(|set| blob(set.iter().map(|target| target + 1).collect())));
    let has_brief = batch.items.iter().any(|item| item.brief);
    args.push(blob(if has_brief { batch.items.iter().map(|item| u8::from(item.brief)).collect() } else { Vec::new() }));
    let mut keys = Writer::default();
    if batch.items.iter().any(|item| item.by.is_some()) {
        for item in batch.items {
            keys.text(item.by.unwrap_or_default(), 1);
        }
    }
    args.push(blob(keys.0));
    args.push(blob(guards(batch)));
    args.extend(batch.items.iter().map(|item| blob(item.pack())));
    args
}

fn guards(batch: &Batch) -> Vec<u8> {
    let mut guards = Writer::default();
    if batch.items.iter().any(|item| item.guard != Guard::Off) {
        let (since_ms, most) = batch.gains.map_or((0, 0), |gains| (gains.since_ms, gains.most));
        guards.int(since_ms as i64, 6).int(most as i64, 7);
        guards.0.extend(batch.items.iter().map(|item| item.guard as u8));
    }
    guards.0
}

impl Item<'_> {
    fn pack(&self) -> Vec<u8> {
        let mut bytes = Writer(Vec::with_capacity(48));
        let (kind, metadata) = pack_metadata(self.metadata);
        bytes.int(i64::from(self.set) + 1, 1).int(self.key, 7).columns(&self.columns).int(self.at_ms.unwrap_or(0) as i64, 6).int(kind, 1);
        bytes.text(self.id.map_or("", SubmissionId::as_str), 1).text(self.player.as_str(), 1).text(metadata, 2);
        bytes.0
    }
}

/// A change of metadata: its kind, and the text.
pub(super) fn pack_metadata(change: &MetadataChange) -> (i64, &str) {
    match change {
        MetadataChange::Keep => (0, ""),
        MetadataChange::Clear => (1, ""),
        MetadataChange::Set(metadata) => (2, metadata.as_str()),
    }
}

fn outcome(reader: &mut Reader, columns: usize, brief: bool) -> Option<Outcome> {
    let kind = reader.uint(1)?;
    match kind {
        0 | 1 => {
            let version = reader.uint(6)?;
            let standings = Standing::read_all(reader, columns)?;
            (standings.is_empty() == brief).then_some(Outcome::Counted(Counted { standings, version, replayed: kind == 1 }))
        }
        2 => Some(Outcome::Conflict),
        3 => Some(Outcome::TooLarge),
        4 => Some(Outcome::Barred),
        5 => Some(Outcome::Back(Finding::Known(reader.text(1)?.to_owned()))),
        6 => Some(Outcome::Back(Finding::Waits)),
        7 => Some(Outcome::Back(Finding::Gains)),
        _ => None,
    }
}
