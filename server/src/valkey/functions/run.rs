//! Runs of the game that others can race.

use super::{Store, StoreError, blob, number, odd, text};
use app::model::{BoardId, PlayerId};
use fred::{
    interfaces::KeysInterface,
    types::{SetOptions, Value},
};

/// Runs of a board that are kept for a day: as a rule all there are.
const MOST: u64 = 10_000;
/// For how long they are, in seconds: until the day is over everywhere.
const KEPT_SECONDS: u64 = 2 * 24 * 60 * 60;

/// A player's best run of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRun {
    /// Whose it is.
    pub player: PlayerId,
    /// What it came to.
    pub score: u32,
    /// The ticks of its taps, two bytes each.
    pub taps: Vec<u8>,
}

impl Store {
    /// The secret that runs are signed with: this one, unless there is one already.
    pub async fn run_secret(&self, new: &str) -> Result<String, StoreError> {
        let (key, client) = (self.keys.run_secret(), self.pool.next());
        // The reply says what was there before, or nothing.
        client.set::<Option<String>, _, _>(&key, new, None, Some(SetOptions::NX), false).await?;
        Ok(client.get(&key).await?)
    }

    /// Keeps a run of a day, if it is the player's best.
    pub async fn keep_run(&self, board: &BoardId, day: &str, run: &StoredRun) -> Result<(), StoreError> {
        let args = vec![text(run.player.as_str()), number(run.score.into()), blob(run.taps.clone()), number(MOST), number(KEPT_SECONDS)];
        self.call("leaderport_run_keep", self.keys.runs(board, day).to_vec(), args, false).await?;
        Ok(())
    }

    /// A player's own best run of a day, if there is one, and some that are ahead of it, the next one first.
    pub async fn runs_ahead(&self, board: &BoardId, day: &str, player: &PlayerId, count: u64) -> Result<Vec<StoredRun>, StoreError> {
        let args = vec![text(player.as_str()), number(count)];
        let reply = self.call("leaderport_run_ahead", self.keys.runs(board, day).to_vec(), args, true).await?;
        let run = |parts: &[Value]| {
            let [player, score, taps] = parts else { return None };
            let (player, score) = (PlayerId::stored(&player.as_string()?), score.as_string()?.parse().ok()?);
            Some(StoredRun { player, score, taps: taps.as_bytes()?.to_vec() })
        };
        reply.chunks(3).map(run).collect::<Option<_>>().ok_or_else(|| odd("run_ahead", &reply))
    }
}
