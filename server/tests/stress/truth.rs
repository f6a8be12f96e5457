use crate::{client::try_send, viewer::Viewer};
use app::protocol::{Digest, Leaderboard, digest};
use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{task::JoinHandle, time::sleep};

/// What `GET` said of the first page of a board, by version; asked again and again while this lives.
pub struct Truth {
    board: String,
    known: Arc<Mutex<HashMap<u64, HashSet<Digest>>>>,
    task: JoinHandle<()>,
}

impl Truth {
    pub fn of(address: SocketAddr, board: &str) -> Self {
        let known: Arc<Mutex<HashMap<u64, HashSet<Digest>>>> = Arc::default();
        let (path, found) = (format!("/api/leaderboard?board={board}&limit=50"), known.clone());
        let task = tokio::spawn(async move {
            loop {
                if let Ok(answer) = try_send(address, "GET", &path, &[], "").await
                    && let Ok(page) = serde_json::from_slice::<Leaderboard>(&answer.body)
                {
                    let digest = digest("all", 1, page.total, &page.entries);
                    found.lock().unwrap().entry(page.version).or_default().insert(digest);
                }
                sleep(Duration::from_millis(5)).await;
            }
        });
        Self { board: board.to_owned(), known, task }
    }

    /// Compares what a viewer showed with it; how many of its states there is a word on.
    pub fn check(&self, viewer: &Viewer) -> usize {
        let known = self.known.lock().unwrap();
        let record = viewer.record();
        let first = record.states.iter().filter(|(key, ..)| key.board.as_str() == self.board && key.window.is_all() && key.from == 1);
        let mut compared = 0;
        for (_, version, digest) in first {
            if let Some(digests) = known.get(version) {
                assert!(digests.contains(digest), "version {version} was shown otherwise than GET says");
                compared += 1;
            }
        }
        compared
    }
}

impl Drop for Truth {
    fn drop(&mut self) {
        self.task.abort();
    }
}
