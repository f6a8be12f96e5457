//! What submissions are judged by, read for many requests at once: whoever asks while a read is under way is in the next one. No timer: a lone request
//! reads at once, and a crowd shares reads.

use super::{board::Loaded, from_store};
use crate::valkey::functions::{Store, read::Stood, review::Kept};
use app::{
    error::AppError,
    model::{PlayerId, SubmissionId},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{
    Mutex as Turns,
    oneshot::{self, Sender, error::TryRecvError},
};

/// Players and submissions that one read is about, unless a single request has more.
const AT_ONCE: usize = 256;

/// What a request wants to know.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Where these players stood.
    pub players: Vec<PlayerId>,
    /// And when, in ms since 1970.
    pub since_ms: u64,
    /// What the review queue knows of these submissions.
    pub submissions: Vec<SubmissionId>,
}

/// What is known, in the order in which it was asked for.
#[derive(Debug, Default)]
pub struct Found {
    /// Where players stood.
    pub stood: Vec<Option<Stood>>,
    /// What the review queue knows.
    pub reviews: Vec<Option<Kept>>,
}

type Answer = Result<Found, AppError>;

struct Asked {
    loaded: Arc<Loaded>,
    wanted: Wanted,
    answer: Sender<Answer>,
}

/// Reads of one board.
#[derive(Default)]
pub struct Lookups {
    asked: Mutex<VecDeque<Asked>>,
    turn: Turns<()>,
}

impl Lookups {
    /// What a request wants to know.
    pub async fn get(&self, store: &Store, loaded: &Arc<Loaded>, wanted: &Wanted) -> Answer {
        if wanted.size() == 0 {
            return Ok(Found::default());
        }
        loop {
            let (sender, mut answer) = oneshot::channel();
            self.asked().push_back(Asked { loaded: loaded.clone(), wanted: wanted.clone(), answer: sender });
            let _turn = tokio::select! {
                biased;
                answered = &mut answer => match answered {
                    Ok(answered) => return answered,
                    // Whoever read it went away before it was there.
                    Err(_) => continue,
                },
                turn = self.turn.lock() => turn,
            };
            loop {
                match answer.try_recv() {
                    Ok(answered) => return answered,
                    Err(TryRecvError::Closed) => break,
                    // It is this request's turn to read, for others as well.
                    Err(TryRecvError::Empty) => answer_all(store, self.next()).await,
                }
            }
        }
    }

    /// What one read is about: what has been asked for the longest.
    fn next(&self) -> Vec<Asked> {
        let (mut asked, mut next, mut size) = (self.asked(), Vec::new(), 0);
        while let Some(one) = asked.pop_front_if(|one| next.is_empty() || size + one.wanted.size() <= AT_ONCE) {
            size += one.wanted.size();
            next.push(one);
        }
        next
    }

    fn asked(&self) -> MutexGuard<'_, VecDeque<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wanted {
    fn size(&self) -> usize {
        self.players.len() + self.submissions.len()
    }
}

/// Reads what is asked, by one call for all who go by the same rules: as a rule those are all.
async fn answer_all(store: &Store, mut asked: Vec<Asked>) {
    while let Some(first) = asked.first() {
        // They have come together, so the first one's time is everybody's.
        let (loaded, since_ms) = (first.loaded.clone(), first.wanted.since_ms);
        let (same, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|one| Arc::ptr_eq(&one.loaded, &loaded));
        asked = others;
        let wanted = Wanted {
            players: same.iter().flat_map(|one| one.wanted.players.clone()).collect(),
            since_ms,
            submissions: same.iter().flat_map(|one| one.wanted.submissions.clone()).collect(),
        };
        let found = read(store, &loaded, &wanted).await;
        let mut found = found.map(|Found { stood, reviews }| (stood.into_iter(), reviews.into_iter()));
        for Asked { wanted, answer, .. } in same {
            let part = match &mut found {
                Ok((stood, reviews)) => Ok(Found {
                    stood: stood.take(wanted.players.len()).collect(),
                    reviews: reviews.take(wanted.submissions.len()).collect(),
                }),
                Err(error) => Err(error.clone()),
            };
            // Whoever does not wait for it any more needs none.
            drop(answer.send(part));
        }
    }
}

async fn read(store: &Store, loaded: &Loaded, wanted: &Wanted) -> Answer {
    let stood = store.stood(&loaded.scope, &wanted.players, wanted.since_ms);
    let reviews = store.reviews_of(&loaded.scope.board, &wanted.submissions);
    let (stood, reviews) = tokio::try_join!(stood, reviews).map_err(from_store)?;
    Ok(Found { stood, reviews })
}
