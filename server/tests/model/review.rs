//! Submissions that wait change nothing; approved, they count as if they were sent then, as late ones.

use crate::{
    play::{PLAYERS, Play, player},
    valkey::Place,
};
use app::{
    error::AppError,
    model::{Score, Submission, SubmissionId},
};
use server::boards::{
    Boards,
    caller::Caller,
    review::{Deciding, Verdict},
};

const STEPS: u64 = 50;
const NOON: u64 = 1_795_262_400_000;

/// Numbers that look like chance, the same each time.
pub struct Chance(pub u64);

impl Chance {
    /// The next, below an end.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A submission that waits: its id in the queue, what was sent, and when.
struct Waiting {
    id: String,
    sent: Submission,
    received: u64,
}

async fn decide(boards: &Boards, play: &Play<'_>, id: &str, decision: Deciding) -> Result<(), AppError> {
    let verdict = Verdict { decision, state: None, reason: Some("by chance".to_owned()) };
    boards.decide(&Caller::Admin, &play.naive.board, id, &verdict).await.map(|_| ())
}

fn submission(chance: &mut Chance, number: u64) -> Submission {
    let score = Score::new(chance.below(61) as i64 - 30, 0).unwrap();
    let id = (chance.below(2) == 0).then(|| SubmissionId::parse(&format!("id-{number}")).unwrap());
    Submission { id, ..Submission::new(player(chance.below(PLAYERS.len() as u64) as usize), score) }
}

async fn send(boards: &Boards, place: &Place, play: &mut Play<'_>, waiting: &mut Vec<Waiting>, sent: Submission) {
    if sent.score.units().abs() <= 20 {
        return play.submit_those(vec![sent]).await.unwrap();
    }
    match boards.submit(Caller::Admin, &play.naive.board, sent.clone()).await {
        Err(AppError::Held { id, .. }) => waiting.push(Waiting { id, sent, received: place.hands.now_ms() }),
        other => panic!("{other:?}"),
    }
}

async fn approve(boards: &Boards, place: &Place, play: &mut Play<'_>, approved: Waiting) {
    let Waiting { id, sent, received } = approved;
    let own = sent.id.clone().unwrap_or_else(|| SubmissionId::parse(&format!("review:{id}")).unwrap());
    let late = Submission { id: Some(own), at: Some(received), ..sent.clone() };
    play.naive.submit(place.hands.now_ms(), &[late]).remove(0).unwrap();
    decide(boards, play, &id, Deciding::Approve).await.unwrap();
    if sent.id.is_some() {
        let again = boards.submit(Caller::Admin, &play.naive.board, sent).await.unwrap();
        assert!(again.replayed);
    }
}

async fn step(boards: &Boards, place: &Place, play: &mut Play<'_>, waiting: &mut Vec<Waiting>, chance: &mut Chance, number: u64) {
    let one = chance.below(waiting.len().max(1) as u64) as usize;
    match chance.below(10) {
        0..=5 => send(boards, place, play, waiting, submission(chance, number)).await,
        6 if !waiting.is_empty() => approve(boards, place, play, waiting.swap_remove(one)).await,
        7 if !waiting.is_empty() => decide(boards, play, &waiting.swap_remove(one).id, Deciding::Reject).await.unwrap(),
        8 if waiting.get(one).is_some_and(|waiting| waiting.sent.id.is_some()) => {
            let again = boards.submit(Caller::Admin, &play.naive.board, waiting[one].sent.clone()).await;
            assert!(matches!(&again, Err(AppError::Held { id, .. }) if *id == waiting[one].id), "{again:?}");
        }
        _ => place.hands.set(place.hands.now_ms() + chance.below(30_000_000)),
    }
}

#[tokio::test]
async fn what_waits_changes_nothing_and_counts_once_it_is_approved() {
    let place = Place::new(NOON);
    let boards = place.open().await;
    let mut decided = 0;
    for (seed, (keep, direction)) in
        ["best", "last", "sum", "first"].into_iter().flat_map(|keep| [(keep, "desc"), (keep, "asc")]).enumerate()
    {
        let rules = serde_json::json!({
            "keep": keep, "direction": direction, "negative": true, "windows": ["daily", { "name": "late", "every": "day", "lateSeconds": 40_000 }],
            "review": { "minScore": -20, "maxScore": 20 },
        });
        let mut play = Play::start(&boards, &place, &format!("r{seed}"), serde_json::from_value(rules).unwrap()).await;
        let (mut chance, mut waiting) = (Chance(seed as u64), Vec::new());
        for number in 0..STEPS {
            let waited = waiting.len();
            step(&boards, &place, &mut play, &mut waiting, &mut chance, number).await;
            decided += usize::from(waiting.len() < waited);
            play.read_all().await.unwrap_or_else(|why| panic!("{keep} {direction}, step {number}: {why}"));
        }
    }
    assert!(decided > 20, "{decided} were decided");
}
