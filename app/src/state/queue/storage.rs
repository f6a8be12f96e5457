//! Scores that wait, as they are stored, in postcard: each under a key of its own, so that tabs never overwrite one another's.

use super::Waiting;
use crate::model::{Score, SubmissionId};

/// How the keys begin.
const PREFIX: &str = "lp:score:";

/// The key of a score.
pub fn key(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// The id of the score that is stored under a key; `None` for what is not ours.
pub fn id_of(key: &str) -> Option<&str> {
    key.strip_prefix(PREFIX)
}

/// Key and text of a score; `None` if it can't be written.
pub fn write(waiting: &Waiting) -> Option<(String, String)> {
    let bytes = postcard::to_allocvec(waiting).ok()?;
    Some((key(&waiting.id), bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// The score under a key; `None` for what is not ours, or can't be read: another build, or somebody else, wrote it.
pub fn read(key: &str, text: &str) -> Option<Waiting> {
    let id = SubmissionId::parse(id_of(key)?).ok()?;
    let bytes = bytes(text)?;
    let waiting = postcard::from_bytes(&bytes).ok().or_else(|| read_unsaid(bytes))?;
    let is_score = Score::new(waiting.score.units(), waiting.score.decimals()).is_ok();
    (is_score && waiting.id == id.as_str()).then_some(waiting)
}

/// What was written when it did not say when a score was first sent: that may have been as soon as it was typed.
fn read_unsaid(mut bytes: Vec<u8>) -> Option<Waiting> {
    bytes.push(0);
    let waiting: Waiting = postcard::from_bytes(&bytes).ok()?;
    Some(Waiting { sent_ms: Some(waiting.since_ms), ..waiting })
}

/// Bytes that are written as two hexadecimal digits each.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    // Half a byte at the end is one that was cut.
    let byte = |pair: &[u8]| u8::try_from(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?).ok();
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BoardId, Direction, Keep, PlayerId};
    use proptest::prelude::*;

    fn waiting() -> impl Strategy<Value = Waiting> {
        let keep = prop_oneof![Just(Keep::Best), Just(Keep::Last), Just(Keep::Sum), Just(Keep::First)];
        let score = (-Score::MAX..=Score::MAX, 0..=Score::MAX_DECIMALS).prop_map(|(units, decimals)| Score::unbounded(units, decimals));
        let times = (0.0..1e13_f64, proptest::option::of(0.0..1e13_f64));
        ("[!-~]{1,64}", "[a-z0-9-]{1,64}", "[a-zé\"]{1,9}", score, times, keep, any::<bool>()).prop_map(
            |(id, board, player, score, (since_ms, sent_ms), keep, desc)| Waiting {
                id,
                board: BoardId::parse(&board).unwrap(),
                player: PlayerId::parse(&player).unwrap(),
                score,
                since_ms,
                keep,
                direction: if desc { Direction::Desc } else { Direction::Asc },
                sent_ms,
            },
        )
    }

    proptest! {
        #[test]
        fn a_score_comes_back_as_it_was(waiting in waiting()) {
            let (key, text) = write(&waiting).unwrap();
            prop_assert_eq!(id_of(&key), Some(waiting.id.as_str()));
            let read = read(&key, &text).unwrap();
            // The decimals of the score too: a score that is read as another number would be sent as one.
            prop_assert_eq!(read.score.decimals(), waiting.score.decimals());
            prop_assert_eq!(read, waiting);
        }

        #[test]
        fn whatever_is_stored_reading_it_never_panics(waiting in waiting(), cut in 0_usize..300, key in ".{0,20}", text in ".{0,80}") {
            let (own, whole) = write(&waiting).unwrap();
            let cut: String = whole.chars().take(cut).collect();
            // Without its end it may be what was written once.
            prop_assert!(read(&own, &cut).is_none_or(|read| cut == whole || read.sent_ms == Some(read.since_ms)));
            prop_assert!(read(&own, &text).is_none());
            prop_assert!(read(&key, &whole).is_none());
        }
    }

    #[test]
    fn reads_what_was_written_before_it_said_when_a_score_was_sent() {
        let text = "026131046d61696e0361646150000000000000f03f0000";
        let read = read("lp:score:a1", text).unwrap();
        assert_eq!((read.player.as_str(), read.score.units(), read.since_ms, read.sent_ms), ("ada", 5, 1.0, Some(1.0)));
    }

    #[test]
    fn takes_nothing_that_would_be_another_score() {
        let stored = |id: &str, player: &str, score: Score| {
            let waiting = Waiting {
                id: id.to_owned(),
                board: BoardId::main(),
                player: PlayerId::stored(player),
                score,
                since_ms: 1.0,
                keep: Keep::Best,
                direction: Direction::Desc,
                sent_ms: None,
            };
            read("lp:score:a1", &write(&waiting).unwrap().1).map(|waiting| waiting.score)
        };
        let score = Score::unbounded(750, 2);
        assert_eq!(stored("a1", "ada", score), Some(score));
        assert_eq!(stored("a2", "ada", score), None);
        assert_eq!(stored("a1", " ada", score), None);
        assert_eq!(stored("a1", "ada", Score::unbounded(Score::MAX + 1, 0)), None);
    }
}
