//! Which submissions wait until operators have looked at them, and which are flagged to them, by the board's rule `review`.
//!
//! They are judged without asking the store: what there is to know of an id, and of where a player stood, the write itself looks at (see [`take`](super::take)).

use super::{Boards, OpenBoard, board::Loaded, from_store, order, outliers::Usual, take::Known, writer::fits};
use crate::valkey::functions::{
    review::{Held, Kept, StoredReview},
    submit::Guard,
};
use app::{
    error::{AppError, Field, What},
    i18n::t,
    model::{BoardId, Outliers, Proving, Review, ReviewState, Submission, Why},
};
use std::sync::Arc;

/// A submission that is not refused, as far as is known.
pub struct Passed {
    /// The submission.
    pub submission: Submission,
    /// What is to be asked when it is written. Where nothing is, and it has to wait, it is not written at all.
    pub guard: Guard,
    /// Why it has to wait, if it has.
    pub why: Vec<Why>,
    /// What operators should look at once it is counted, if they should.
    pub flag: Option<Box<StoredReview>>,
}

impl From<Submission> for Passed {
    fn from(submission: Submission) -> Self {
        Self { submission, guard: Guard::Off, why: Vec::new(), flag: None }
    }
}

/// What became of a submission that was looked at.
pub type Judged = Result<Passed, AppError>;

/// What submissions are judged by.
struct Bench<'a> {
    review: &'a Review,
    loaded: &'a Loaded,
    now_ms: u64,
    /// What the newest scores are like, if outliers are looked for.
    usual: Option<Usual>,
}

impl Boards {
    /// Looks at submissions.
    pub(super) async fn judge(
        &self,
        open: &OpenBoard,
        loaded: &Loaded,
        review: &Review,
        now_ms: u64,
        submissions: impl ExactSizeIterator<Item = Result<Submission, AppError>>,
    ) -> Result<Vec<Judged>, AppError> {
        let usual = if review.outliers == Outliers::Off { None } else { open.newest.get(&self.store, &loaded.scope).await? };
        let bench = Bench { review, loaded, now_ms, usual };
        let (mut judged, mut refused) = (Vec::with_capacity(submissions.len()), Vec::new());
        for submission in submissions {
            let verdict = submission.and_then(|submission| match bench.check(&submission) {
                Ok(()) => Ok(bench.judge(submission)),
                Err(error) => {
                    refused.push((judged.len(), submission));
                    Err(error)
                }
            });
            judged.push(verdict);
        }
        for (at, again) in self.recall(&loaded.scope.board, self.known(&loaded.scope.board, now_ms, refused).await?).await? {
            judged[at] = again;
        }
        Ok(judged)
    }

    /// Those of which the queue knows, though they would be refused by now: what became of them stays.
    async fn known(&self, board: &BoardId, now_ms: u64, refused: Vec<(usize, Submission)>) -> Result<Vec<Known>, AppError> {
        let refused: Vec<_> = refused.into_iter().filter(|(_, submission)| submission.id.is_some()).collect();
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let ids = refused.iter().filter_map(|(_, submission)| submission.id.as_ref());
        let known = self.store.known_reviews(board, now_ms, ids).await.map_err(from_store)?;
        Ok(refused
            .into_iter()
            .zip(known)
            .filter_map(|((at, submission), review)| Some(Known { at, submission, review: review? }))
            .collect())
    }

    /// What becomes of submissions that are sent again, of which the queue knows, with where they are among the others.
    pub(super) async fn recall(&self, board: &BoardId, known: Vec<Known>) -> Result<Vec<(usize, Judged)>, AppError> {
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let ids = known.iter().map(|known| known.review.as_str()).collect();
        let reviews = self.store.reviews_by_id(board, ids).await.map_err(from_store)?;
        // One that went just now no longer stands for the id.
        let judged = |(known, review): (Known, Option<Kept>)| {
            (known.at, review.ok_or(AppError::Busy).and_then(|review| again(known.submission, review)))
        };
        Ok(known.into_iter().zip(reviews).map(judged).collect())
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
}

impl Bench<'_> {
    /// Refuses what the board does not take.
    fn check(&self, submission: &Submission) -> Result<(), AppError> {
        fits(submission, self.loaded)?;
        must_prove(self.review, submission)
    }

    /// Whether a submission is to go on, and what is to be looked at.
    fn judge(&self, submission: Submission) -> Passed {
        let Review { min_score, max_score, max_gain, outliers, everything, .. } = *self.review;
        let is_outlier = self.usual.is_some_and(|usual| usual.is_outlier(order::key(submission.score, &self.loaded.rules)));
        let why = those([
            (everything, Why::Everything),
            (min_score.is_some_and(|min| submission.score < min), Why::LowScore),
            (max_score.is_some_and(|max| submission.score > max), Why::HighScore),
            (is_outlier && outliers == Outliers::Hold, Why::Outlier),
        ]);
        let flags = those([(is_outlier, Why::Outlier), (submission.proof.is_some(), Why::Proof)]);
        let flagged = |flags| Box::new(StoredReview::new(&submission, flags, self.now_ms, ReviewState::Flagged));
        let flag = (!flags.is_empty()).then(|| flagged(flags));
        let guard = match (why.is_empty(), max_gain) {
            // Operators are told all reasons.
            (false, Some(_)) => Guard::Waits,
            // The queue says by itself if it knows the id.
            (false, None) => Guard::Off,
            (true, None) if submission.id.is_none() => Guard::Off,
            (true, _) => Guard::On,
        };
        Passed { submission, guard, why, flag }
    }
}

/// The reasons that are ones.
fn those<const N: usize>(reasons: [(bool, Why); N]) -> Vec<Why> {
    reasons.into_iter().filter_map(|(is_one, why)| is_one.then_some(why)).collect()
}

impl StoredReview {
    pub(super) fn new(submission: &Submission, why: Vec<Why>, received: u64, state: ReviewState) -> Self {
        let submission = Held::of(submission);
        let had_to_wait = state == ReviewState::Waiting;
        Self { submission, why, by: None, received, state, had_to_wait, decision: None, counted: None, withdrawn: None, claim: None }
    }
}

/// Refuses what says no proof where it must, and what says one that nobody would look at.
pub(super) fn must_prove(review: &Review, submission: &Submission) -> Result<(), AppError> {
    match (review.proof, &submission.proof) {
        (Proving::Required, None) => Err(AppError::invalid(Field::Proof, t::problem::PROOF_WANTED)),
        (Proving::None, Some(_)) => Err(AppError::invalid(Field::Proof, t::problem::PROOF_UNWANTED)),
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

/// A submission as it is counted once it is approved: at the time when it came, and by an id, so that it counts once.
pub(super) fn counted(review: &StoredReview, id: &str) -> Submission {
    let submission = Submission::from(review.submission.clone());
    if !review.had_to_wait {
        return submission;
    }
    let own = submission.id.or_else(|| app::model::SubmissionId::parse(&format!("review:{id}")).ok());
    Submission { id: own, at: submission.at.or(Some(review.received)), ..submission }
}
