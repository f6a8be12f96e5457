//! Players: they submit.

use crate::{
    api::{Receipt, Sent},
    http::Connection,
    latency::Latencies,
    options::{Options, player_id},
    viewer::World,
};
use anyhow::{Context, Result, ensure};
use app::model::Score;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

/// How long to wait with sending again what was not answered.
const AGAIN: Duration = Duration::from_millis(200);
/// How long players go on, after the end, to send again what was not answered.
const OVERTIME: Duration = Duration::from_secs(60);

/// A submission that changed a standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When it was due (µs since the start): a sender that has fallen behind counts its delay as latency.
    pub due: u32,
    /// When its receipt came (µs since the start).
    pub receipt: u32,
    /// The version that the viewers must reach.
    pub version: u64,
    /// The rank that was reached.
    pub rank: u64,
}

/// What the players did.
#[derive(Default)]
pub struct Played {
    /// From when a submission was due until its receipt.
    pub submit: Latencies,
    /// What viewers may see.
    pub changes: Vec<Change>,
    /// Bytes of these submissions if each were one message in JSON.
    pub message_bytes: u64,
    /// Submissions that were sent again, with the same id.
    pub again: u64,
    /// Submissions whose fate is unknown: never answered.
    pub unanswered: u64,
    /// Why submissions failed, and how often.
    pub failures: BTreeMap<String, u64>,
    /// The best score of each player that was acknowledged.
    pub best: HashMap<u32, Score>,
}

/// One connection's share: the players whose number falls to it, one after the other.
struct Sender {
    world: Arc<World>,
    number: u32,
    connections: u32,
    /// What ids of this run begin with; without it, submissions have none.
    run: Option<String>,
    /// What scores begin above: what players have already.
    base: u64,
    random: StdRng,
    connection: Option<Connection>,
    opened: usize,
    /// The session of the connection's player, if they have an account.
    cookie: Option<String>,
    played: Played,
}

/// Submits until `end`.
pub async fn play(world: &Arc<World>, end: Instant) -> Result<Played> {
    let options = &world.options;
    let run = (!options.chaos.is_empty()).then(|| format!("swarm-{}", now_ms()));
    let connections = options.connections.min(options.players);
    ensure!(!options.accounts || options.players == connections, "--accounts takes as many --players as --connections");
    let base = top(options).await.context("the players can't submit")?;
    let mut tasks = JoinSet::new();
    for number in 0..connections {
        let mut connection = Connection::open(options.server(number as usize)).await.context("the players can't submit")?;
        let cookie = if options.accounts { Some(connection.sign_in(&player_id(number)).await?) } else { None };
        let random = StdRng::seed_from_u64(options.seed.wrapping_add(u64::from(number)));
        let (world, run, opened, played) = (world.clone(), run.clone(), 1, Played::default());
        let sender = Sender { world, number, connections, run, base, random, connection: Some(connection), opened, cookie, played };
        tasks.spawn(sender.send(end));
    }
    let mut all = Played::default();
    while let Some(played) = tasks.join_next().await {
        all.join(played?);
    }
    Ok(all)
}

/// The first player's score: only who passes it moves the top of the board, also of one that others have played on.
async fn top(options: &Options) -> Result<u64> {
    let page = Connection::open(options.server(0)).await?.page(1, 1).await?;
    Ok(page.rows.first().map_or(0, |row| row.score.units().max(0) as u64))
}

/// A run's ids must not be another run's: not even one's with the same seed.
fn now_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

impl Sender {
    async fn send(mut self, end: Instant) -> Played {
        let pace = pace(&self.world.options, self.connections);
        let mut due = Instant::now() + pace.unwrap_or_default().mul_f64(f64::from(self.number) / f64::from(self.connections));
        for turn in 0_u64.. {
            if pace.is_none() {
                due = Instant::now();
            }
            if due >= end {
                break;
            }
            sleep_until(due).await;
            let scores: Vec<_> = (0..self.world.options.bulk).map(|at| self.score(turn, at)).collect();
            self.submit(&scores, due, end).await;
            due += pace.unwrap_or_default();
        }
        self.played
    }

    fn score(&mut self, turn: u64, at: u32) -> Sent {
        let players = self.world.options.players;
        let share = players.div_ceil(self.connections).max(1);
        let player = (self.random.random_range(0..share) * self.connections + self.number) % players;
        // Scores grow as the run goes on, so that the top of the board keeps moving.
        let score = self.base + turn * u64::from(self.world.options.climb) + self.random.random_range(0..1000);
        Sent { player, score, id: self.run.as_ref().map(|run| format!("{run}-{}-{turn}-{at}", self.number)) }
    }

    /// Sends scores; with ids, until they are answered.
    async fn submit(&mut self, scores: &[Sent], due: Instant, end: Instant) {
        loop {
            match self.try_once(scores).await {
                Ok(receipts) => return self.answered(scores, &receipts, due),
                Err(error) => *self.played.failures.entry(format!("{error:#}")).or_default() += 1,
            }
            if self.run.is_none() || Instant::now() > end + OVERTIME {
                self.played.unanswered += scores.len() as u64;
                return;
            }
            self.played.again += scores.len() as u64;
            sleep(AGAIN.mul_f64(self.random.random_range(0.5..1.5))).await;
        }
    }

    async fn try_once(&mut self, scores: &[Sent]) -> Result<Vec<Receipt>> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let server = self.world.options.server(self.number as usize + self.opened);
                self.opened += 1;
                let mut connection = Connection::open(server).await?;
                if let Some(cookie) = &self.cookie {
                    connection.come_back(cookie.clone());
                }
                connection
            }
        };
        let receipts = connection.submit(scores).await?;
        self.connection = Some(connection);
        Ok(receipts)
    }

    fn answered(&mut self, scores: &[Sent], receipts: &[Receipt], due: Instant) {
        let (now, start) = (Instant::now(), self.world.start);
        for (sent, receipt) in scores.iter().zip(receipts) {
            self.played.submit.add_duration(now - due);
            self.played.message_bytes += message_bytes(sent, receipt);
            let best = self.played.best.entry(sent.player).or_insert(receipt.after.score);
            *best = receipt.after.score.max(*best);
            if receipt.improved {
                let (version, rank) = (receipt.version, receipt.after.rank);
                self.played.changes.push(Change { due: start.micros(due), receipt: start.micros(now), version, rank });
            }
        }
    }
}

impl Played {
    fn join(&mut self, other: Self) {
        self.submit.join(&other.submit);
        self.changes.extend(other.changes);
        self.message_bytes += other.message_bytes;
        self.again += other.again;
        self.unanswered += other.unanswered;
        other.failures.into_iter().for_each(|(failure, times)| *self.failures.entry(failure).or_default() += times);
        // A player belongs to one connection alone, but for the last few.
        for (player, score) in other.best {
            let best = self.best.entry(player).or_insert(score);
            *best = score.max(*best);
        }
    }
}

/// How long a connection waits from one request to the next.
fn pace(options: &Options, connections: u32) -> Option<Duration> {
    let each = || f64::from(connections) * f64::from(options.bulk) / f64::from(options.rate);
    (options.rate > 0).then(|| Duration::from_secs_f64(each()))
}

/// What the submission would cost a viewer who is sent a message for each score.
fn message_bytes(sent: &Sent, receipt: &Receipt) -> u64 {
    let digits = |number: u64| number.checked_ilog10().unwrap_or(0) as usize + 1;
    let frame = r#"{"playerId":"","score":,"rank":}"#.len();
    (frame + player_id(sent.player).len() + digits(sent.score) + digits(receipt.after.rank)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Standing;

    #[test]
    fn a_message_is_as_long_as_it_is() {
        let after = Standing { rank: 12, score: Score::default() };
        let sent = Sent { player: 123, score: 4567, id: Some("x".to_owned()) };
        let message = r#"{"playerId":"player-123","score":4567,"rank":12}"#;
        assert_eq!(message_bytes(&sent, &Receipt { improved: true, version: 1, after }), message.len() as u64);
    }
}
