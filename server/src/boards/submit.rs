//! Submissions, and their receipts.

use super::{
    Boards,
    board::{DAY_MS, Loaded},
    caller::Caller,
    judge::{Judged, must_prove},
    order,
    rights::Right,
    take::{Sending, Taken},
    writer::open_to_writes,
};
use crate::{
    limits::asker::Asker,
    valkey::functions::{Standing as Stored, review::StoredReview, submit::Counted},
};
use app::{
    error::{AppError, Field, What},
    model::{BoardId, Receipt, Review, Standing, Submission, WindowName, WindowReceipt, percentile},
};
use std::sync::Arc;

/// How late a submission may be, in ms: 31 days.
const LATEST: u64 = 31 * DAY_MS;
/// How far ahead of ours a server's clock may be, in ms.
pub(super) const SKEW: u64 = 60 * 1000;

impl Boards {
    /// The rules that a submission to a board is read by, for who may submit.
    pub async fn rules_for(&self, caller: Caller, board: &BoardId) -> Result<Arc<Loaded>, AppError> {
        let may = |loaded: &Loaded| {
            caller.must_submit(board, &loaded.rules)?;
            open_to_writes(&loaded.rules)
        };
        let loaded = self.sides(board).await?.newest();
        if may(&loaded).is_ok() {
            return Ok(loaded);
        }
        // Another server may just have allowed it.
        let loaded = self.board(board).await?.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
        may(&loaded)?;
        Ok(loaded)
    }

    /// The rules that a read or a change is read by, for who may see the board.
    pub async fn rules_to_read(&self, caller: Caller, board: &BoardId) -> Result<Arc<Loaded>, AppError> {
        let loaded = self.seen(board, &caller).await?;
        caller.must_see(board, &loaded.rules)?;
        Ok(loaded)
    }

    /// Counts one submission.
    pub async fn submit(&self, caller: Caller, board: &BoardId, submission: Submission) -> Result<Receipt, AppError> {
        let mut outcomes = self.submit_all(caller, board, vec![Ok(submission)]).await?;
        outcomes.pop().unwrap_or(Err(AppError::Internal))
    }

    /// Counts submissions, at most 1,000, each with an outcome of its own; those that are errors already stay so. When the call
    /// fails as a whole, none was counted, or it is not known which.
    pub async fn submit_all(
        &self,
        caller: Caller,
        board: &BoardId,
        mut submissions: Vec<Result<Submission, AppError>>,
    ) -> Result<Vec<Result<Receipt, AppError>>, AppError> {
        let loaded = self.rules_for(caller.clone(), board).await?;
        self.refuse_for_others(&caller, board, &loaded.rules, &mut submissions).await?;
        Asker::submit(submissions.iter().flatten().map(|submission| &submission.player)).await?;
        let open = self.board(board).await?;
        let loaded = self.rules_to_judge_by(&open, loaded, &submissions).await?;
        let now_ms = open.shared.now_ms();
        let may_say_when = caller.may(Right::Submit, Some(board));
        let checked = submissions.into_iter().map(|submission| on_time(submission?, may_say_when, now_ms));
        // What the server itself submits are runs: they prove themselves, and yet are of anybody, trusted or not.
        let (review, is_run) = (loaded.rules.review, caller == Caller::Server);
        let review = if is_run { review.map(Review::without_need) } else { review };
        let judged: Vec<Judged> = match &review {
            Some(review) if is_run || !(review.trust_servers && may_say_when) => {
                self.judge(&open, &loaded, review, now_ms, checked).await?
            }
            review => {
                let asked = review.map(Review::without_need).unwrap_or_default();
                checked
                    .map(|submission| submission.and_then(|submission| must_prove(&asked, &submission).map(|()| submission.into())))
                    .collect()
            }
        };
        let by = caller.sender();
        let outcomes = self.take(Sending { open: &open, by: by.as_ref(), now_ms }, judged).await?;
        let mut flagged = Vec::new();
        let told = |outcome: Result<Taken, AppError>| {
            let Taken { counted, loaded, flag } = outcome?;
            flagged.extend(flag.map(|review| StoredReview { counted: Some(counted.version), ..*review }));
            // A receipt would say what everybody is not to see.
            if loaded.scope.is_behind && !caller.sees_behind(board) { Err(AppError::Sealed) } else { receipt(counted, &loaded) }
        };
        let outcomes = outcomes.into_iter().map(told).collect();
        self.flag(board, now_ms, flagged).await;
        Ok(outcomes)
    }
}

/// A submission whose time is one that is taken. One that is a little ahead of us counts as now; its time stays as it was sent,
/// because sent again it must be the same submission still.
fn on_time(submission: Submission, may_say_when: bool, now_ms: u64) -> Result<Submission, AppError> {
    let Some(at) = submission.at else { return Ok(submission) };
    let wrong = |message: &str| Err(AppError::invalid(Field::At, message));
    if !may_say_when {
        return wrong("Only servers may say when a score was reached: leave 'at' out, or send the admin key.");
    }
    if at > now_ms + SKEW {
        return wrong("'at' is in the future.");
    }
    if at + LATEST < now_ms {
        return wrong("'at' is more than 31 days ago.");
    }
    Ok(submission)
}

/// What whoever submitted is told.
fn receipt(counted: Counted, loaded: &Loaded) -> Result<Receipt, AppError> {
    let mut windows = counted.standings.into_iter().map(|standing| window_receipt(standing, loaded));
    // A submission counts in the window `all` first.
    let first = windows.next().flatten().ok_or(AppError::Internal)?;
    // Those of a late submission come in any order.
    let place = |window: &WindowReceipt| loaded.rules.windows.iter().position(|known| known.name == window.window);
    let mut further: Vec<_> = windows.flatten().collect();
    further.sort_by_key(place);
    Ok(Receipt {
        improved: first.improved,
        before: first.before,
        after: first.after,
        total: first.total,
        percentile: first.percentile,
        ahead: first.ahead,
        version: counted.version,
        replayed: counted.replayed,
        windows: further,
    })
}

/// The same for one window; `None` for a label that is no period's.
pub(super) fn window_receipt(standing: Stored, loaded: &Loaded) -> Option<WindowReceipt> {
    let rules = &loaded.rules;
    let shown = |(key, rank): (i64, u64)| Standing { score: order::score(key, rules), rank };
    let (window, period): (WindowName, &str) = standing.label.parts()?;
    let own = standing.after.0;
    Some(WindowReceipt {
        window,
        period: period.to_owned(),
        improved: standing.improved,
        before: standing.before.map(shown),
        after: shown(standing.after),
        total: standing.total,
        percentile: percentile(standing.index, standing.total),
        ahead: standing.ahead.map(|ahead| order::ahead(ahead, own, rules)),
    })
}
