use crate::model::{PlayerId, Score};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// One row of a leaderboard.
///
/// As JSON: `rank`, `playerId`, `name`, `score`, and `tiebreaks` where the board has any. As binary the name is left out where
/// it is the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 1 is the best; equal standings share ranks by the board's rank mode.
    pub rank: u64,
    /// Who.
    pub player_id: PlayerId,
    /// What to call them: their id, as long as they have no profile.
    pub name: String,
    /// Their score.
    pub score: Score,
    /// The values that are compared after the score, in the order of the board's rules.
    pub tiebreaks: Vec<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Readable<'a> {
    rank: u64,
    player_id: Cow<'a, str>,
    name: Cow<'a, str>,
    score: Score,
    #[serde(default, skip_serializing_if = "<[i64]>::is_empty")]
    tiebreaks: Cow<'a, [i64]>,
}

#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    rank: u64,
    player_id: Cow<'a, str>,
    name: Option<Cow<'a, str>>,
    score: Score,
    tiebreaks: Cow<'a, [i64]>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { rank, player_id, name, score, tiebreaks } = self;
        let (rank, score, player_id, tiebreaks) = (*rank, *score, Cow::Borrowed(player_id.as_str()), Cow::Borrowed(&tiebreaks[..]));
        if serializer.is_human_readable() {
            Readable { rank, player_id, name: name.into(), score, tiebreaks }.serialize(serializer)
        } else {
            let name = (*name != player_id).then(|| name.into());
            Packed { rank, player_id, name, score, tiebreaks }.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Row {
    /// Ids are taken as they come: they were checked when they were stored, and rules that have become stricter since must not
    /// make a page unreadable.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (rank, player_id, name, score, tiebreaks) = if deserializer.is_human_readable() {
            let Readable { rank, player_id, name, score, tiebreaks } = Readable::deserialize(deserializer)?;
            (rank, player_id, name, score, tiebreaks)
        } else {
            let Packed { rank, player_id, name, score, tiebreaks } = Packed::deserialize(deserializer)?;
            let name = name.unwrap_or_else(|| player_id.clone());
            (rank, player_id, name, score, tiebreaks)
        };
        Ok(Self { rank, player_id: PlayerId::stored(&player_id), name: name.into_owned(), score, tiebreaks: tiebreaks.into_owned() })
    }
}
