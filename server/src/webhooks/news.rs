//! What a board has to tell: how its first entries differ from how they were, and what its log says.

use super::Event;
use app::{
    error::AppError,
    model::{Direction, PlayerId, Score, Why},
    protocol::Row,
};
use serde::{Deserialize, Serialize};

/// Players who were passed that are told at most.
const PASSED: usize = 20;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub enum News {
    /// The first place is another player's.
    Leader(Leader),
    /// The best score is a better one.
    Record(Record),
    /// Players among the first were passed.
    Overtaken(Overtaken),
    /// A period was closed.
    Period(Closed),
    /// An operator changed something.
    Moderation(Moderation),
    /// Submissions wait.
    Review(Review),
    /// Somebody wanted to see whether deliveries arrive.
    Test(Test),
}

impl News {
    /// Which event it is; none for a test.
    pub fn event(&self) -> Option<Event> {
        Some(match self {
            Self::Leader(_) => Event::Leader,
            Self::Record(_) => Event::Record,
            Self::Overtaken(_) => Event::Overtaken,
            Self::Period(_) => Event::Period,
            Self::Moderation(_) => Event::Moderation,
            Self::Review(_) => Event::Review,
            Self::Test(_) => return None,
        })
    }

    /// The name that it goes by.
    pub fn name(&self) -> &'static str {
        self.event().map_or("test", Event::name)
    }
}

/// Who was first, and who is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leader {
    /// Nobody on an empty board.
    pub before: Option<Row>,
    /// The same.
    pub after: Option<Row>,
}

/// The best entry before, and now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The best there was.
    pub before: Row,
    /// The best there is.
    pub after: Row,
}

/// Who was passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overtaken {
    /// In the order of the places that they had.
    pub players: Vec<Passed>,
}

/// Somebody who was passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passed {
    /// As they stood.
    pub before: Row,
    /// As they stand.
    pub after: Row,
    /// The first of those who passed them.
    pub by: Row,
}

/// A period that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// Of which window.
    pub window: String,
    /// Which.
    pub period: String,
    /// How many entries it had.
    pub total: u64,
    /// The first of them.
    pub first: Vec<Row>,
}

/// A change by an operator, as the board's log has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moderation {
    /// What it was: `change`, `remove`, `reset`, `undo`, `rollback`, `rebuild`, `edit`.
    pub kind: String,
    /// The version that an undo, a rollback or a rebuild was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<u64>,
    /// Entries that it changed or removed.
    pub entries: u64,
    /// Whose entry was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub player_id: Option<PlayerId>,
}

/// Submissions that wait until somebody has looked at them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Which, in the order in which they came.
    pub submissions: Vec<Waiting>,
}

/// A submission that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// The review's id.
    pub id: String,
    /// Whose it is.
    pub player_id: PlayerId,
    /// The score.
    pub score: Score,
    /// Why it waits.
    pub why: Vec<Why>,
}

/// What a webhook knows already: what is otherwise is news.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The first entries.
    pub rows: Vec<Row>,
    /// The number of the last submission that was told to wait.
    #[serde(default)]
    pub held: u64,
}

impl Known {
    /// As it is stored. Before there were reviews it was the entries alone.
    pub fn stored(text: &str) -> Result<Self, AppError> {
        if text.starts_with('[') { Ok(Self { rows: super::read(text)?, held: 0 }) } else { super::read(text) }
    }
}

/// Nothing to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {}

/// How many of the first entries must be known to tell of these.
pub fn depth(events: &[Event], places: u32) -> u32 {
    if events.contains(&Event::Overtaken) { places } else { 1 }
}

/// Who was among the first entries, and is not any more.
pub fn fallen(before: &[Row], after: &[Row]) -> Vec<PlayerId> {
    let is_there = |player: &PlayerId| after.iter().any(|row| row.player_id == *player);
    before.iter().map(|row| &row.player_id).filter(|player| !is_there(player)).cloned().collect()
}

/// Whether a board's log has to be read to tell of these.
pub fn is_in_log(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event, Event::Period | Event::Moderation))
}

/// What is new about the first entries; `fallen` is how those stand who are not among them any more, but on the board. However much happened in
/// between, each event is told once.
pub fn between(before: &[Row], after: &[Row], fallen: &[Row], direction: Direction) -> Vec<News> {
    let (was, is) = (before.first(), after.first());
    let mut news = Vec::new();
    if was.map(|row| &row.player_id) != is.map(|row| &row.player_id) {
        news.push(News::Leader(Leader { before: was.cloned(), after: is.cloned() }));
    }
    if let (Some(was), Some(is)) = (was, is)
        && is_better(is.score, was.score, direction)
    {
        news.push(News::Record(Record { before: was.clone(), after: is.clone() }));
    }
    let all: Vec<&Row> = after.iter().chain(fallen).collect();
    let passed = before.iter().enumerate().filter_map(|(at, row)| passed(row, &before[..at], &all, direction));
    let players: Vec<_> = passed.take(PASSED).collect();
    if !players.is_empty() {
        news.push(News::Overtaken(Overtaken { players }));
    }
    news
}

/// A player who is no worse than before, and has somebody ahead who was not.
fn passed(row: &Row, ahead: &[Row], after: &[&Row], direction: Direction) -> Option<Passed> {
    let at = after.iter().position(|other| other.player_id == row.player_id)?;
    let now = after[at];
    let is_no_worse = !is_better(row.score, now.score, direction);
    let by = *after[..at].iter().find(|other| ahead.iter().all(|known| known.player_id != other.player_id))?;
    is_no_worse.then(|| Passed { before: row.clone(), after: now.clone(), by: by.clone() })
}

fn is_better(score: Score, than: Score, direction: Direction) -> bool {
    match direction {
        Direction::Desc => score > than,
        Direction::Asc => score < than,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::Face;

    fn rows(scores: &[(&str, i64)]) -> Vec<Row> {
        let row = |(at, (player, score)): (usize, &(&str, i64))| Row {
            rank: at as u64 + 1,
            player_id: PlayerId::stored(player),
            face: Face::named(*player),
            score: Score::new(*score, 0).unwrap(),
            tiebreaks: Vec::new(),
        };
        scores.iter().enumerate().map(row).collect()
    }

    fn told(before: &[(&str, i64)], after: &[(&str, i64)]) -> Vec<String> {
        let shown = |news: News| match news {
            News::Overtaken(Overtaken { players }) => {
                let each: Vec<_> = players.iter().map(|one| format!("{} by {}", one.before.player_id, one.by.player_id)).collect();
                each.join(", ")
            }
            other => other.name().to_owned(),
        };
        let (before, after) = (rows(&before[..before.len().min(2)]), rows(after));
        let (first, others) = after.split_at(after.len().min(2));
        let gone = fallen(&before, first);
        let others: Vec<_> = others.iter().filter(|row| gone.contains(&row.player_id)).cloned().collect();
        between(&before, first, &others, Direction::Desc).into_iter().map(shown).collect()
    }

    #[test]
    fn what_is_new_is_told_once() {
        let board = [("ada", 9), ("bob", 7), ("eve", 5)];
        assert_eq!(told(&board, &board), [""; 0]);
        assert_eq!(told(&[], &board), ["leader"], "the first score of all is no record");
        assert_eq!(told(&board, &[]), ["leader"]);
        assert_eq!(told(&board, &[("ada", 10), ("bob", 7), ("eve", 5)]), ["record"]);
        assert_eq!(told(&board, &[("joe", 10), ("ada", 9), ("bob", 7), ("eve", 5)]), ["leader", "record", "ada by joe, bob by joe"]);
        assert_eq!(told(&board, &[("ada", 9), ("bob", 7), ("joe", 6), ("eve", 5)]), [""; 0], "beyond the first two");
        assert_eq!(told(&board, &[("ada", 9), ("joe", 8), ("bob", 7), ("eve", 5)]), ["bob by joe"]);
        assert_eq!(told(&board, &[("bob", 7), ("eve", 5)]), ["leader"], "who goes is passed by nobody");
        assert_eq!(told(&board, &[("bob", 7), ("eve", 5), ("ada", 1)]), ["leader"], "nor is who falls back");
        assert_eq!(told(&board, &[("bob", 12), ("ada", 11), ("eve", 5)]), ["leader", "record", "ada by bob"]);
    }

    #[test]
    fn the_store_gives_back_what_it_was_given() {
        let (before, after) = (rows(&[("ada", 9)]), rows(&[("bob", 12), ("ada", 9)]));
        for news in between(&before, &after, &[], Direction::Desc).into_iter().chain([News::Test(Test {})]) {
            let text = serde_json::to_string(&news).unwrap();
            assert_eq!(serde_json::from_str::<News>(&text).unwrap(), news, "{text}");
        }
    }
}
