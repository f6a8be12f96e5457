//! Asks the store about many requests at once: whatever has come while it answered goes into the next call, so that a limit costs a part of a
//! call, and a lone request waits for nobody.

use crate::{
    boards::from_store,
    valkey::functions::{
        Store,
        limit::{Charge, Verdict},
    },
};
use app::error::AppError;
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};

/// Requests that one call takes.
const BATCH: usize = 64;
/// Requests that may wait.
const QUEUE: usize = 8_192;

type Asked = (Vec<Charge>, oneshot::Sender<Verdict>);

/// The way to the store.
pub struct Together(mpsc::Sender<Asked>);

impl Together {
    /// Starts to ask; it ends with the last of those who do.
    pub fn start(store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(ask(store, receiver));
        Self(sender)
    }

    /// What came of a request; nothing if the store can't be asked. Where too many wait it is refused: a flood opens no limit.
    pub async fn take(&self, charges: Vec<Charge>) -> Result<Option<Verdict>, AppError> {
        let (answer, verdict) = oneshot::channel();
        match self.0.try_send((charges, answer)) {
            Ok(()) => Ok(verdict.await.ok()),
            Err(TrySendError::Full(_)) => Err(AppError::Busy),
            Err(TrySendError::Closed(_)) => Ok(None),
        }
    }
}

async fn ask(store: Store, mut asked: mpsc::Receiver<Asked>) {
    let mut waiting = Vec::with_capacity(BATCH);
    while asked.recv_many(&mut waiting, BATCH).await > 0 {
        let (requests, answers): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
        match store.limit(&requests).await.map_err(from_store) {
            Ok(verdicts) => {
                for (answer, verdict) in answers.into_iter().zip(verdicts) {
                    // Who waits no longer has gone away.
                    let _ = answer.send(verdict);
                }
            }
            // It is in the log; those who asked see that nobody answers.
            Err(_) => drop(answers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_too_many_waiting_is_refused() {
        let (sender, asked) = mpsc::channel(1);
        sender.try_send((Vec::new(), oneshot::channel().0)).unwrap();
        let together = Together(sender);
        assert!(matches!(together.take(Vec::new()).await, Err(AppError::Busy)));
        // Where nobody can ask the store, what it is about fails by itself.
        drop(asked);
        assert!(matches!(together.take(Vec::new()).await, Ok(None)));
    }
}
