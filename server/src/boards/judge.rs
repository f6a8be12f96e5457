//! Which submissions wait until operators have looked at them, and which are flagged to them, by the board's rule `review`.

use super::{
    Boards, OpenBoard,
    board::{DAY_MS, Loaded},
    catalog::token,
    from_store,
    lookup::{Found, Wanted},
    order,
    outliers::Usual,
    writer::fits,
};
use crate::valkey::functions::{
    read::Stood,
    review::{Added, Adding, Held, Kept, StoredReview},
};
use app::{
    error::{AppError, Field, What},
    model::{Keep, MaxGain, Outliers, PlayerId, Proving, Review, ReviewState, Rules, Submission, Why},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use tracing::{error, info};

/// A submission that is to be counted.
pub struct Passed {
    /// The submission.
    pub submission: Submission,
    /// What operators should look at once it is, if they should.
    pub flag: Option<Box<StoredReview>>,
}

impl From<Submission> for Passed {
    fn from(submission: Submission) -> Self {
        Self { submission, flag: None }
    }
}

/// What became of a submission that was looked at.
pub type Judged = Result<Passed, AppError>;

/// A submission that has to wait.
struct Waits {
    /// Where it is among the others.
    at: usize,
    /// Why.
    why: Vec<Why>,
    /// What the queue knows of an earlier one with its id.
    old: Option<String>,
}

/// What submissions are judged by.
struct Bench<'a> {
    review: &'a Review,
    rules: &'a Rules,
    now_ms: u64,
    /// Since when gains are measured, in ms since 1970.
    since_ms: u64,
    /// What the newest scores are like, if outliers are looked for.
    usual: Option<Usual>,
    /// Where players stood, if gains are looked at; those who had no entry are not in it.
    stood: HashMap<PlayerId, Stood>,
    /// What submissions that came along have added to sums already.
    added: HashMap<PlayerId, i64>,
}

impl Boards {
    /// Looks at submissions, which came by an API key or not: those that are to wait are put into the queue, and are errors that say so.
    pub(super) async fn judge(
        &self,
        open: &OpenBoard,
        loaded: &Arc<Loaded>,
        review: &Review,
        by: Option<Arc<str>>,
        submissions: Vec<Result<Submission, AppError>>,
    ) -> Result<Vec<Judged>, AppError> {
        let now_ms = open.shared.now_ms();
        let usual = if review.outliers == Outliers::Off { None } else { open.newest.get(&self.store, &loaded.scope).await? };
        let sent = submissions.iter().flatten();
        let players: BTreeSet<&PlayerId> =
            if review.max_gain.is_some() { sent.clone().map(|submission| &submission.player).collect() } else { BTreeSet::new() };
        let seconds = review.max_gain.map_or(0, |most| most.seconds);
        let wanted = Wanted {
            players: players.into_iter().cloned().collect(),
            since_ms: now_ms.saturating_sub(u64::from(seconds) * 1000),
            submissions: sent.filter_map(|submission| submission.id.clone()).collect(),
        };
        let Found { stood, reviews } = open.lookups.get(&self.store, loaded, &wanted).await?;
        let stood = wanted.players.into_iter().zip(stood).filter_map(|(player, stood)| Some((player, stood?))).collect();
        let mut reviews = reviews.into_iter();
        let mut bench = Bench { review, rules: &loaded.rules, now_ms, since_ms: wanted.since_ms, usual, stood, added: HashMap::new() };
        let mut judged = Vec::with_capacity(submissions.len());
        let mut held = Vec::new();
        for submission in submissions {
            let at = judged.len();
            let has_id = submission.as_ref().is_ok_and(|submission| submission.id.is_some());
            let known = if has_id { reviews.next().flatten() } else { None };
            judged.push(match (submission, known) {
                (Err(error), _) => Err(error),
                (Ok(submission), Some(known)) if is_remembered(&known.review, now_ms) => again(submission, known),
                (Ok(submission), known) => bench.judge(submission, loaded).map(|(passed, why)| {
                    if !why.is_empty() {
                        held.push(Waits { at, why, old: known.map(|known| known.id) });
                    }
                    passed
                }),
            });
        }
        self.hold(loaded, now_ms, by.as_deref(), &mut judged, held).await?;
        Ok(judged)
    }

    /// The rules to judge submissions by: where those that were read refuse one, another server may just have edited them.
    pub(super) async fn rules_to_judge_by(
        &self,
        open: &OpenBoard,
        loaded: Arc<Loaded>,
        submissions: &[Result<Submission, AppError>],
    ) -> Result<Arc<Loaded>, AppError> {
        let is_refused = |submission: &Submission| fits(submission, &loaded).is_err();
        if loaded.rules.review.is_none() || !submissions.iter().flatten().any(is_refused) {
            return Ok(loaded);
        }
        open.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))
    }

    /// Has submissions wait. What turns out to have been counted before goes on, and finds its receipt.
    async fn hold(&self, loaded: &Loaded, now_ms: u64, by: Option<&str>, judged: &mut [Judged], held: Vec<Waits>) -> Result<(), AppError> {
        let board = &loaded.scope.board;
        let review = |Waits { at, why, old }: &Waits| {
            let passed = judged.get(*at)?.as_ref().ok()?;
            let review = StoredReview::new(&passed.submission, why.clone(), now_ms, ReviewState::Waiting);
            let review = StoredReview { by: by.map(str::to_owned), ..review };
            Some(Adding { id: new_id(), review, old: old.clone() })
        };
        let reviews: Vec<_> = held.iter().filter_map(review).collect();
        if reviews.is_empty() {
            return Ok(());
        }
        let added = self.store.add_reviews(board, now_ms, ReviewState::Waiting, &reviews).await.map_err(from_store)?;
        let added = added.ok_or_else(|| AppError::no(What::Board))?;
        info!(board.id = %board, submissions = added.iter().filter(|added| **added == Added::Added).count(), "submissions wait for review");
        for ((Waits { at, why, .. }, Adding { id, .. }), added) in held.into_iter().zip(reviews).zip(added) {
            let error = match added {
                Added::Added => AppError::Held { id, why },
                Added::Full => AppError::ReviewFull,
                Added::Barred => AppError::Barred,
                Added::Counted => continue,
                // The same id came at the same time.
                Added::Known(id) => {
                    let known = self.store.review(board, &id).await.map_err(from_store)?.ok_or(AppError::Busy)?;
                    let passed = std::mem::replace(&mut judged[at], Err(AppError::Busy))?;
                    judged[at] = again(passed.submission, known);
                    continue;
                }
            };
            judged[at] = Err(error);
        }
        Ok(())
    }

    /// Has operators look at submissions that were counted just now. It is too late to refuse them.
    pub(super) async fn flag(&self, loaded: &Loaded, now_ms: u64, flagged: Vec<StoredReview>) {
        if flagged.is_empty() {
            return;
        }
        let reviews: Vec<_> = flagged.into_iter().map(|review| Adding { id: new_id(), review, old: None }).collect();
        if let Err(cause) = self.store.add_reviews(&loaded.scope.board, now_ms, ReviewState::Flagged, &reviews).await {
            error!(%cause, board.id = %loaded.scope.board, "submissions that were counted could not be flagged");
        }
    }
}

impl Bench<'_> {
    /// A submission that is to go on, and why it has to wait, if it has.
    fn judge(&mut self, submission: Submission, loaded: &Loaded) -> Result<(Passed, Vec<Why>), AppError> {
        fits(&submission, loaded)?;
        must_prove(self.review, &submission)?;
        let Review { min_score, max_score, outliers, everything, .. } = *self.review;
        let key = order::key(submission.score, self.rules);
        let is_outlier = self.usual.is_some_and(|usual| usual.is_outlier(key));
        let reasons = [
            (everything, Why::Everything),
            (min_score.is_some_and(|min| submission.score < min), Why::LowScore),
            (max_score.is_some_and(|max| submission.score > max), Why::HighScore),
            (self.review.max_gain.is_some_and(|most| self.gains_more(&submission, key, most)), Why::Gain),
            (is_outlier && outliers == Outliers::Hold, Why::Outlier),
        ];
        let why: Vec<Why> = reasons.into_iter().filter_map(|(is_one, why)| is_one.then_some(why)).collect();
        let flags = [(is_outlier, Why::Outlier), (submission.proof.is_some(), Why::Proof)];
        let flags: Vec<Why> = flags.into_iter().filter_map(|(is_one, why)| is_one.then_some(why)).collect();
        let flagged = |flags| Box::new(StoredReview::new(&submission, flags, self.now_ms, ReviewState::Flagged));
        let flag = (!flags.is_empty()).then(|| flagged(flags));
        if why.is_empty() && self.rules.keep == Keep::Sum {
            *self.added.entry(submission.player.clone()).or_default() += key;
        }
        Ok((Passed { submission, flag }, why))
    }

    /// Whether the player would gain more than is usual in that time.
    fn gains_more(&self, submission: &Submission, key: i64, most: MaxGain) -> bool {
        let is_sum = self.rules.keep == Keep::Sum;
        let added = self.added.get(&submission.player).copied().unwrap_or_default();
        let (then, next) = match self.stood.get(&submission.player) {
            // Whoever begins gains nothing, but on a board that adds up all that is added.
            None if is_sum => (0, added.saturating_add(key)),
            None => return false,
            Some(Stood { reached_ms, key: now, .. }) if *reached_ms <= self.since_ms => (*now, self.next(*now, added, key)),
            Some(Stood { key: now, moves, points, oldest, then, .. }) => {
                let is_whole = points + 1 >= *moves;
                let began = if is_sum && is_whole { 0 } else { oldest.unwrap_or(*now) };
                (then.unwrap_or(began), self.next(*now, added, key))
            }
        };
        then.saturating_sub(next) > most.score.units()
    }

    /// The sort key that an entry would have with another score, after what has come along with it was added.
    fn next(&self, now: i64, added: i64, key: i64) -> i64 {
        match self.rules.keep {
            Keep::Sum => now.saturating_add(added).saturating_add(key),
            Keep::First => now,
            _ => key,
        }
    }
}

impl StoredReview {
    fn new(submission: &Submission, why: Vec<Why>, received: u64, state: ReviewState) -> Self {
        let submission = Held::of(submission);
        let had_to_wait = state == ReviewState::Waiting;
        Self { submission, why, by: None, received, state, had_to_wait, decision: None, counted: None, withdrawn: None, claim: None }
    }
}

/// Refuses what says no proof where it must, and what says one that nobody would look at.
pub(super) fn must_prove(review: &Review, submission: &Submission) -> Result<(), AppError> {
    match (review.proof, &submission.proof) {
        (Proving::Required, None) => {
            Err(AppError::invalid(Field::Proof, "This board asks for proof: send it along, as proof, with its url, a note, or both."))
        }
        (Proving::None, Some(_)) => Err(AppError::invalid(Field::Proof, "This board asks for no proof: leave proof out.")),
        _ => Ok(()),
    }
}

/// A submission that is sent again, of which the queue knows.
fn again(submission: Submission, known: Kept) -> Judged {
    let Kept { id, review, .. } = known;
    match review.state {
        _ if Held::of(&submission) != review.submission => Err(AppError::Conflict),
        ReviewState::Waiting | ReviewState::Rejected => Err(AppError::Held { id, why: review.why }),
        // It finds its receipt.
        ReviewState::Flagged => Ok(submission.into()),
        ReviewState::Approved => Ok(counted(&review, &id).into()),
    }
}

/// Whether the board still has the receipt of a submission that has counted, or never will count by itself.
fn is_remembered(review: &StoredReview, now_ms: u64) -> bool {
    let decided = review.decision.as_ref().map_or(review.received, |decision| decision.at);
    matches!(review.state, ReviewState::Waiting | ReviewState::Rejected) || decided + DAY_MS > now_ms
}

/// A submission as it is counted once it is approved: at the time when it came, and by an id, so that it counts once.
pub(super) fn counted(review: &StoredReview, id: &str) -> Submission {
    let submission = Submission::from(review.submission.clone());
    if !review.had_to_wait {
        return submission;
    }
    let own = submission.id.or_else(|| app::model::SubmissionId::parse(&format!("review:{id}")).ok());
    Submission { id: own, at: submission.at.or(Some(review.received)), ..submission }
}

/// An id that nobody guesses: it is all that one needs to ask what became of a submission.
fn new_id() -> String {
    format!("{}{}", token(), token())
}
