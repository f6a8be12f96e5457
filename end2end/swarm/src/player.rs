use crate::{Options, http::Connection};
use anyhow::Result;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::time::Duration;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// One answered submission.
pub struct Submission {
    /// When it was due: a sender that has fallen behind counts its delay as latency.
    pub due: Instant,
    /// From then until the receipt.
    pub latency: Duration,
    /// The version that the viewers must reach, if they are to see a change.
    pub visible_at: Option<u64>,
}

/// What the players did.
#[derive(Default)]
pub struct Played {
    pub answered: Vec<Submission>,
    /// Why submissions failed.
    pub failures: Vec<String>,
}

/// Submits until `end`.
pub async fn play(options: &Options, end: Instant) -> Result<Played> {
    let mut tasks = JoinSet::new();
    let connections = options.connections.min(options.players);
    for number in 0..connections {
        let connection = Connection::open(&options.url).await?;
        tasks.spawn(send(options.clone(), connection, number, connections, end));
    }
    let mut all = Played::default();
    while let Some(played) = tasks.join_next().await {
        let played = played?;
        all.answered.extend(played.answered);
        all.failures.extend(played.failures);
    }
    Ok(all)
}

/// One connection's share: the players whose number falls to it, one after the other.
async fn send(options: Options, mut connection: Connection, number: u32, connections: u32, end: Instant) -> Played {
    let mut random = StdRng::seed_from_u64(options.seed.wrapping_add(u64::from(number)));
    let pace =
        (options.rate > 0).then(|| Duration::from_secs_f64(f64::from(connections) * f64::from(options.bulk) / f64::from(options.rate)));
    let mut due = Instant::now() + pace.unwrap_or_default().mul_f64(f64::from(number) / f64::from(connections));
    let mut played = Played::default();
    for turn in 0_u64.. {
        if pace.is_some() {
            sleep_until(due).await;
        } else {
            due = Instant::now();
        }
        if Instant::now() >= end {
            break;
        }
        let share = options.players.div_ceil(connections).max(1);
        let mut score = || {
            let player = (random.random_range(0..share) * connections + number) % options.players;
            // Scores grow as the run goes on, so that the top of the board keeps moving.
            (player, turn * 10 + random.random_range(0..1000))
        };
        let scores: Vec<_> = (0..options.bulk).map(|_| score()).collect();
        match connection.submit(&scores).await {
            Ok(receipts) => {
                let latency = due.elapsed();
                played.answered.extend(receipts.into_iter().map(|receipt| {
                    let seen = receipt.improved && receipt.after.rank <= u64::from(options.rows);
                    Submission { due, latency, visible_at: seen.then_some(receipt.version) }
                }));
            }
            Err(error) => {
                played.failures.push(format!("{error:#}"));
                match Connection::open(&options.url).await {
                    Ok(fresh) => connection = fresh,
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        }
        due += pace.unwrap_or_default();
    }
    played
}
