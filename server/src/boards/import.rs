//! Many submissions, as they come: they go through the board's writer like all others, in order, some thousand at a time.

pub use super::writer::Queued;
use super::{Boards, OpenBoard, board::Loaded, caller::Caller, rights::Right, submit::SKEW, writer::Receipted};
use app::{
    error::{AppError, Field},
    i18n::t,
    model::BoardId,
};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::oneshot;

/// Submissions that are queued at once.
const SHARE: usize = 512;
/// Shares whose outcomes are waited for.
const SHARES: usize = 4;
/// Refused lines that are listed.
const LISTED: usize = 100;

/// What an import has done.
#[derive(Debug, Default)]
pub struct Report {
    /// Lines that had anything on them.
    pub lines: u64,
    /// Those that were counted now.
    pub counted: u64,
    /// Those that had been counted before, by their ids.
    pub replayed: u64,
    /// Those that were refused.
    pub refused: u64,
    /// The first hundred of these, and why.
    pub errors: Vec<(u64, AppError)>,
    /// The board's version after the last one that was counted.
    pub version: u64,
}

/// An import on its way.
pub struct Import {
    open: Arc<OpenBoard>,
    /// The board's rules when it began; lines are read by them.
    pub loaded: Arc<Loaded>,
    /// The API key that it comes by.
    by: Option<Arc<str>>,
    waiting: Vec<(u64, Queued)>,
    sent: VecDeque<Vec<(u64, oneshot::Receiver<Receipted>)>>,
    report: Report,
}

impl Boards {
    /// Begins an import.
    pub async fn import(&self, caller: Caller, board: &BoardId) -> Result<Import, AppError> {
        caller.must(Right::Manage, Some(board))?;
        let by = caller.key();
        let loaded = self.rules_for(caller, board).await?;
        let open = self.board(board).await?;
        Ok(Import { open, loaded, by, waiting: Vec::with_capacity(SHARE), sent: VecDeque::new(), report: Report::default() })
    }
}

impl Import {
    /// Takes a line. The error says that the store is away, or the board gone: what came before is counted, or may be.
    pub async fn take(&mut self, line: u64, submission: Result<Queued, AppError>) -> Result<(), AppError> {
        self.report.lines += 1;
        match submission.and_then(|queued| self.in_time(queued)) {
            Ok(queued) => self.waiting.push((line, queued.by_key(self.by.as_ref()))),
            Err(error) => self.refuse(line, error),
        }
        if self.waiting.len() < SHARE { Ok(()) } else { self.send().await }
    }

    /// Waits for all outcomes; what was done, and what kept the rest from being done.
    pub async fn finish(mut self) -> (Report, Result<(), AppError>) {
        let mut finished = self.send().await;
        while !self.sent.is_empty() {
            finished = finished.and(self.settle().await);
        }
        self.report.errors.sort_by_key(|(line, _)| *line);
        (self.report, finished)
    }

    /// However long ago a score was reached, it counts; it can't have been reached yet to come.
    fn in_time(&self, queued: Queued) -> Result<Queued, AppError> {
        match queued.submission.at {
            Some(at) if at > self.open.shared.now_ms() + SKEW => Err(AppError::invalid(Field::At, t::problem::IN_FUTURE)),
            _ => Ok(queued),
        }
    }

    async fn send(&mut self) -> Result<(), AppError> {
        if self.sent.len() == SHARES {
            self.settle().await?;
        }
        let (lines, submissions): (Vec<u64>, Vec<Queued>) = self.waiting.drain(..).unzip();
        let outcomes = self.open.writer.send(submissions).await?;
        self.sent.push_back(lines.into_iter().zip(outcomes).collect());
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), AppError> {
        let mut settled = Ok(());
        for (line, outcome) in self.sent.pop_front().unwrap_or_default() {
            let outcome = outcome.await.unwrap_or(Err(AppError::Unavailable.into()));
            match outcome.map_err(AppError::from) {
                Ok((counted, _)) => {
                    if counted.replayed {
                        self.report.replayed += 1;
                    } else {
                        self.report.counted += 1;
                    }
                    self.report.version = self.report.version.max(counted.version);
                }
                Err(error @ (AppError::Unavailable | AppError::Busy | AppError::Internal | AppError::NotFound { .. })) => {
                    settled = settled.and(Err(error));
                }
                Err(error) => self.refuse(line, error),
            }
        }
        settled
    }

    fn refuse(&mut self, line: u64, error: AppError) {
        self.report.refused += 1;
        if self.report.errors.len() < LISTED {
            self.report.errors.push((line, error));
        }
    }
}
