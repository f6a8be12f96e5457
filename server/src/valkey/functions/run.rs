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
    /// The id of its ticket.
    pub ticket: String,
    /// The ticks of its taps.
    pub taps: Vec<u32>,
}

/// Whose the way is that a run was played in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The run's from now on.
    New,
    /// The run's, which is sent again, or nobody's: it says too little.
    Known,
    /// Another run's.
    Taken,
    /// Nobody's, but the run was played in another one.
    Second,
}

impl StoredRun {
    /// The length of a ticket's id, in characters.
    pub const TICKET: usize = 24;

    /// What was done, as it is stored: the ticket's id, then two bytes for each tap.
    fn done(&self) -> Value {
        let taps = self.taps.iter().flat_map(|tap| (*tap as u16).to_le_bytes());
        blob(self.ticket.bytes().chain(taps).collect())
    }

    /// Runs as functions tell them. One whose taps are not there is left out.
    fn read(function: &str, reply: &[Value]) -> Result<Vec<Self>, StoreError> {
        let run = |parts: &[Value]| {
            let [player, score, done] = parts else { return None };
            let (player, score) = (PlayerId::stored(&player.as_string()?), score.as_string()?.parse().ok()?);
            let Some((ticket, taps)) = done.as_bytes()?.split_at_checked(Self::TICKET) else { return Some(None) };
            let taps = taps.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]).into()).collect();
            Some(Some(Self { player, score, ticket: String::from_utf8_lossy(ticket).into_owned(), taps }))
        };
        let runs: Option<Vec<Option<Self>>> = reply.chunks(3).map(run).collect();
        Ok(runs.ok_or_else(|| odd(function, reply))?.into_iter().flatten().collect())
    }
}

impl Store {
    /// The secret that runs are signed with: this one, unless there is one already.
    pub async fn run_secret(&self, new: &str) -> Result<String, StoreError> {
        let (key, client) = (self.keys.run_secret(), self.pool.next());
        // The reply says what was there before, or nothing.
        client.set::<Option<String>, _, _>(&key, new, None, Some(SetOptions::NX), false).await?;
        Ok(client.get(&key).await?)
    }

    /// Says that a run was played in a way; whose that is, and those runs that it may be a copy of: the player's own best, and of others `count`
    /// ahead of that, and so many on each side of its score.
    pub async fn claim_run(
        &self,
        board: &BoardId,
        day: &str,
        run: &StoredRun,
        way: Option<&[u8]>,
        count: u64,
    ) -> Result<(Claim, Vec<StoredRun>), StoreError> {
        let (player, way) = (text(run.player.as_str()), blob(way.unwrap_or_default().to_vec()));
        let args = vec![player, number(run.score.into()), text(&run.ticket), way, number(count), number(KEPT_SECONDS)];
        let reply = self.call("leaderport_run_claim", self.keys.runs(board, day).to_vec(), args, false).await?;
        let (claim, runs) = reply.split_first().ok_or_else(|| odd("run_claim", &reply))?;
        let claim = match claim.as_i64() {
            Some(2) => Claim::New,
            Some(1) => Claim::Known,
            Some(0) => Claim::Taken,
            _ => Claim::Second,
        };
        Ok((claim, StoredRun::read("run_claim", runs)?))
    }

    /// Takes back what was said of a run that does not count.
    pub async fn release_run(&self, board: &BoardId, day: &str, run: &StoredRun, way: &[u8]) -> Result<(), StoreError> {
        let args = vec![text(&run.ticket), blob(way.to_vec())];
        self.call("leaderport_run_release", self.keys.runs(board, day).to_vec(), args, false).await?;
        Ok(())
    }

    /// Keeps a run of a day, if it is the player's best.
    pub async fn keep_run(&self, board: &BoardId, day: &str, run: &StoredRun) -> Result<(), StoreError> {
        let args = vec![text(run.player.as_str()), number(run.score.into()), run.done(), number(MOST), number(KEPT_SECONDS)];
        self.call("leaderport_run_keep", self.keys.runs(board, day).to_vec(), args, false).await?;
        Ok(())
    }

    /// Forgets what a player did in runs of a board.
    pub async fn forget_runs(&self, board: &BoardId, player: &PlayerId, now_ms: u64) -> Result<(), StoreError> {
        for keys in self.keys.runs_kept(board, now_ms) {
            self.call("leaderport_run_forget", keys.to_vec(), vec![text(player.as_str())], false).await?;
        }
        Ok(())
    }

    /// A player's own best run of a day, if there is one, and some that are ahead of it, the next one first.
    pub async fn runs_ahead(&self, board: &BoardId, day: &str, player: &PlayerId, count: u64) -> Result<Vec<StoredRun>, StoreError> {
        let args = vec![text(player.as_str()), number(count)];
        let reply = self.call("leaderport_run_ahead", self.keys.runs(board, day).to_vec(), args, true).await?;
        StoredRun::read("run_ahead", &reply)
    }
}
