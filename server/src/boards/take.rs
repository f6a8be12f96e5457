//! Has submissions that were judged counted, or wait.
//!
//! They were judged without asking the store, and what was taken for granted guards the write: it counts a submission only if the review queue does not know
//! its id, and if its player does not gain too much. Else it comes back, with nothing of it written. The submissions of a request are judged so as if they had been
//! sent one after the other, and nothing that comes back changes what the others lead to: what the queue knows finds what became of it before, and what gains
//! too much waits. So none has to wait for another.

use super::{
    Boards, OpenBoard,
    board::Loaded,
    catalog::token,
    from_store,
    judge::{Judged, Passed},
    writer::Uncounted,
};
use crate::valkey::functions::{
    review::{Added, Adding, StoredReview},
    submit::{Counted, Finding, Guard},
};
use app::{
    error::{AppError, What},
    model::{BoardId, ReviewState, Submission, Why},
};
use std::sync::Arc;
use tracing::{error, info, warn};

/// A submission that was counted.
pub struct Taken {
    /// How.
    pub counted: Counted,
    /// The rules that it was counted by.
    pub loaded: Arc<Loaded>,
    /// What operators should look at, if they should.
    pub flag: Option<Box<StoredReview>>,
}

/// A submission of which the queue knows.
pub struct Known {
    /// Where it is among the others.
    pub at: usize,
    /// The submission.
    pub submission: Submission,
    /// The review that stands for its id.
    pub review: String,
}

/// What is left to be done about a submission that was not counted.
enum Left {
    /// Nothing: it is refused.
    Refused(AppError),
    /// What there is to find of it, or it has to wait.
    Back(Box<Passed>, Finding),
}

/// Who sends submissions where, and when.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The board.
    pub open: &'a OpenBoard,
    /// Who they came by, as the log has it: an API key, an operator or the admin key, if they did by one.
    pub by: Option<&'a Arc<str>>,
    /// The time, in ms since 1970.
    pub now_ms: u64,
}

impl Boards {
    /// Has submissions counted, or wait; one outcome for each, in order. When this fails as a whole, none was counted, or it is not known which.
    pub(super) async fn take(&self, sending: Sending<'_>, judged: Vec<Judged>) -> Result<Vec<Result<Taken, AppError>>, AppError> {
        let (mut outcomes, mut waiting, mut known) = (Vec::with_capacity(judged.len()), Vec::new(), Vec::new());
        for written in write(sending, judged).await? {
            let at = outcomes.len();
            outcomes.push(written.map_err(|left| {
                let (mut passed, finding) = match left {
                    Left::Refused(error) => return error,
                    Left::Back(passed, finding) => (passed, finding),
                };
                match finding {
                    Finding::Known(review) => known.push(Known { at, submission: passed.submission, review }),
                    Finding::Waits => waiting.push((at, passed)),
                    Finding::Gains => {
                        passed.why.push(Why::Gain);
                        passed.why.sort_unstable();
                        waiting.push((at, passed));
                    }
                }
                // It is not known yet what becomes of it.
                AppError::Unavailable
            }));
        }
        if waiting.is_empty() && known.is_empty() {
            return Ok(outcomes);
        }
        match self.settle(sending, waiting, known).await {
            Ok(settled) => settled.into_iter().for_each(|(at, outcome)| outcomes[at] = outcome),
            Err(error) if outcomes.iter().all(Result::is_err) => return Err(error),
            Err(cause) => warn!(%cause, board.id = %sending.open.shared.id, "some of what was sent together can't be looked at"),
        }
        Ok(outcomes)
    }

    /// Has those wait that have to, and finds what became before of those that the queue knows.
    async fn settle(
        &self,
        sending: Sending<'_>,
        waiting: Vec<(usize, Box<Passed>)>,
        mut known: Vec<Known>,
    ) -> Result<Vec<(usize, Result<Taken, AppError>)>, AppError> {
        let mut judged = self.hold(sending, waiting, &mut known).await?;
        judged.extend(self.recall(&sending.open.shared.id, known).await?);
        let (places, judged): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
        // Those that count find their receipts. Nothing is guarded by now, and nothing comes back.
        let written = write(sending, judged).await?;
        Ok(places.into_iter().zip(written.into_iter().map(|written| written.map_err(AppError::from))).collect())
    }

    /// Has submissions wait, all but those of which the queue turns out to know.
    async fn hold(
        &self,
        sending: Sending<'_>,
        waiting: Vec<(usize, Box<Passed>)>,
        known: &mut Vec<Known>,
    ) -> Result<Vec<(usize, Judged)>, AppError> {
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let (board, now_ms) = (&sending.open.shared.id, sending.now_ms);
        let adding = |(_, passed): &(usize, Box<Passed>)| {
            let review = StoredReview::new(&passed.submission, passed.why.clone(), now_ms, ReviewState::Waiting);
            Adding { id: new_id(), review: StoredReview { by: sending.by.map(|by| by.to_string()), ..review } }
        };
        let reviews: Vec<_> = waiting.iter().map(adding).collect();
        let added = self.store.add_reviews(board, now_ms, ReviewState::Waiting, &reviews).await.map_err(from_store)?;
        let added = added.ok_or_else(|| AppError::no(What::Board))?;
        info!(board.id = %board, submissions = added.iter().filter(|added| **added == Added::Added).count(), "submissions wait for review");
        let theirs = reviews.iter().zip(&added).filter(|(_, added)| **added == Added::Added);
        self.note_own(board, now_ms, theirs.map(|(Adding { id, review }, _)| (review.submission.player.clone(), id.clone())).collect())
            .await;
        let mut held = Vec::with_capacity(added.len());
        for (((at, passed), Adding { id, .. }), added) in waiting.into_iter().zip(reviews).zip(added) {
            let judged = match added {
                Added::Added => Err(AppError::Held { id, why: passed.why }),
                Added::Full => Err(AppError::ReviewFull),
                Added::TooMany => Err(AppError::TooManyHeld),
                Added::Barred => Err(AppError::Barred),
                Added::Counted => Ok(Passed { why: Vec::new(), ..*passed }),
                Added::Known(review) => {
                    known.push(Known { at, submission: passed.submission, review });
                    continue;
                }
            };
            held.push((at, judged));
        }
        Ok(held)
    }

    /// Has operators look at submissions that were counted just now. It is too late to refuse them.
    pub(super) async fn flag(&self, board: &BoardId, now_ms: u64, flagged: Vec<StoredReview>) {
        if flagged.is_empty() {
            return;
        }
        let reviews: Vec<_> = flagged.into_iter().map(|review| Adding { id: new_id(), review }).collect();
        if let Err(cause) = self.store.add_reviews(board, now_ms, ReviewState::Flagged, &reviews).await {
            error!(%cause, board.id = %board, "submissions that were counted could not be flagged");
        }
    }
}

/// Writes what is to be written; one outcome for each submission, in order.
async fn write(Sending { open, by, .. }: Sending<'_>, judged: Vec<Judged>) -> Result<Vec<Result<Taken, Left>>, AppError> {
    let mut sent = Vec::with_capacity(judged.len());
    let mut send = |judged: Judged| match judged {
        Err(error) => Err(Left::Refused(error)),
        Ok(passed) if passed.guard == Guard::Off && !passed.why.is_empty() => Err(Left::Back(Box::new(passed), Finding::Waits)),
        Ok(Passed { submission, guard, why, flag }) => {
            sent.push((submission, guard));
            Ok((why, flag))
        }
    };
    let noted: Vec<_> = judged.into_iter().map(&mut send).collect();
    let mut outcomes = if sent.is_empty() { Vec::new() } else { open.writer.submit(sent, by).await? }.into_iter();
    let left = |noted: Result<(Vec<Why>, Option<Box<StoredReview>>), Left>| {
        let (why, flag) = noted?;
        match outcomes.next().unwrap_or(Err(AppError::Internal.into())) {
            Ok((counted, loaded)) => Ok(Taken { counted, loaded, flag }),
            Err(Uncounted::Refused(error)) => Err(Left::Refused(error)),
            Err(Uncounted::Back(queued, finding)) => {
                Err(Left::Back(Box::new(Passed { submission: queued.submission, guard: Guard::Off, why, flag }), finding))
            }
        }
    };
    Ok(noted.into_iter().map(left).collect())
}

impl From<Left> for AppError {
    fn from(left: Left) -> Self {
        if let Left::Refused(error) = left { error } else { Self::Internal }
    }
}

/// An id that nobody guesses: it is all that one needs to ask what became of a submission.
fn new_id() -> String {
    format!("{}{}", token(), token())
}
