//! Who gains too much waits: what a list of all standings says of each submission, one after the other, however they are sent.

use crate::{
    review::Chance,
    valkey::{Place, create},
};
use app::{
    error::AppError,
    model::{PlayerId, Score, Submission, Why},
};
use server::boards::{Boards, caller::Caller};
use std::collections::HashMap;

const REQUESTS: u64 = 150;
const NOON: u64 = 1_795_262_400_000;
/// The rule: no more than this in so many ms, and scores up to this.
const MOST: i64 = 20;
const WITHIN: u64 = 60_000;
const HIGH: i64 = 28;

/// A player's standings so far: when each was reached, and how good it is, more being better.
#[derive(Default)]
struct Standings(Vec<(u64, i64)>);

impl Standings {
    fn gain(&self, keep: &str, value: i64, now_ms: u64) -> i64 {
        let since = now_ms - WITHIN;
        let Some((_, last)) = self.0.last() else { return if keep == "sum" { value } else { 0 } };
        let then = self.0.iter().rev().find(|(reached, _)| *reached <= since).map(|(_, value)| *value);
        let began = if keep == "sum" { 0 } else { self.0[0].1 };
        let next = match keep {
            "sum" => last + value,
            "first" => *last,
            _ => value,
        };
        next - then.unwrap_or(began)
    }

    fn add(&mut self, keep: &str, value: i64, now_ms: u64) {
        let next = match (keep, self.0.last()) {
            (_, None) => value,
            ("sum", Some((_, last))) => last + value,
            ("best", Some((_, last))) => value.max(*last),
            ("first", Some((_, last))) => *last,
            _ => value,
        };
        if self.0.last().is_none_or(|(_, last)| *last != next) {
            self.0.push((now_ms, next));
        }
    }
}

/// Sends some of three players together, to one server or the other, and compares what becomes of each; how many waited for their gain.
async fn request(
    servers: &[Boards; 2],
    place: &Place,
    first: u64,
    chance: &mut Chance,
    keep: &str,
    asc: bool,
    all: &mut HashMap<String, Standings>,
) -> usize {
    let (board, now_ms) = (app::model::BoardId::parse(&name(keep, asc)).unwrap(), place.hands.now_ms());
    let sent: Vec<(String, i64)> =
        (0..=chance.below(5)).map(|_| (format!("p{}", first + chance.below(3)), chance.below(61) as i64 - 30)).collect();
    let submission = |(player, score): &(String, i64)| Submission::new(PlayerId::parse(player).unwrap(), Score::new(*score, 0).unwrap());
    let server = &servers[chance.below(2) as usize];
    let outcomes = server.submit_all(Caller::Admin, &board, sent.iter().map(|sent| Ok(submission(sent))).collect()).await.unwrap();
    let mut waited = 0;
    for ((player, score), outcome) in sent.into_iter().zip(outcomes) {
        let standings = all.entry(player).or_default();
        let value = if asc { -score } else { score };
        let gains = standings.gain(keep, value, now_ms) > MOST;
        let why: Vec<Why> =
            [(score > HIGH, Why::HighScore), (gains, Why::Gain)].into_iter().filter(|(is_one, _)| *is_one).map(|(_, why)| why).collect();
        match outcome {
            Err(AppError::Held { why: told, .. }) if !why.is_empty() => assert_eq!(told, why, "{keep}, asc {asc}: {score}"),
            Ok(receipt) if why.is_empty() => {
                standings.add(keep, value, now_ms);
                let now = standings.0.last().map(|(_, now)| if asc { -now } else { *now });
                assert_eq!(Some(receipt.after.score.units()), now, "{keep}, asc {asc}: {score}");
            }
            other => panic!("{keep}, asc {asc}: {score} should be held for {why:?}, but {other:?}"),
        }
        waited += usize::from(gains);
    }
    waited
}

fn name(keep: &str, asc: bool) -> String {
    format!("{keep}-{asc}")
}

#[tokio::test]
async fn whoever_gains_too_much_waits() {
    let place = Place::new(NOON);
    let servers = [place.open().await, place.open().await];
    for (seed, (keep, asc)) in ["best", "last", "sum", "first"].into_iter().flat_map(|keep| [(keep, false), (keep, true)]).enumerate() {
        let rules = serde_json::json!({
            "keep": keep, "direction": if asc { "asc" } else { "desc" }, "negative": true, "windows": ["daily"],
            "review": { "maxScore": HIGH, "maxGain": { "score": MOST, "seconds": WITHIN / 1000 } },
        });
        create(&servers[0], &name(keep, asc), serde_json::from_value(rules).unwrap()).await;
        let (mut chance, mut all, mut waited) = (Chance(seed as u64), HashMap::new(), 0);
        for number in 0..REQUESTS {
            waited += request(&servers, &place, number / 10, &mut chance, keep, asc, &mut all).await;
            place.hands.set(place.hands.now_ms() + chance.below(3) * chance.below(50_000));
        }
        assert_eq!(waited > 20, keep != "first", "{keep}, asc {asc}: {waited} waited");
    }
}
