use crate::model::{Country, Face, PlayerId, Score};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// One row of a leaderboard.
///
/// As JSON: `rank`, `playerId`, `name`, `country` and `avatar` where they are known, `score`, and `tiebreaks` where the board has any. As
/// binary the face is left out where it is no more than the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 1 is the best; equal standings share ranks by the board's rank mode.
    pub rank: u64,
    /// Who.
    pub player_id: PlayerId,
    /// What is shown of them.
    pub face: Face,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<Country>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    avatar: Option<Cow<'a, str>>,
    score: Score,
    #[serde(default, skip_serializing_if = "<[i64]>::is_empty")]
    tiebreaks: Cow<'a, [i64]>,
}

#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    rank: u64,
    player_id: Cow<'a, str>,
    face: Option<PackedFace<'a>>,
    score: Score,
    tiebreaks: Cow<'a, [i64]>,
}

/// A face in a row: its name is left out where it is the id.
#[derive(Serialize, Deserialize)]
struct PackedFace<'a> {
    name: Option<Cow<'a, str>>,
    country: Option<Country>,
    avatar: Option<Cow<'a, str>>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { rank, player_id, face: Face { name, country, avatar }, score, tiebreaks } = self;
        let (rank, score, player_id, tiebreaks) = (*rank, *score, Cow::Borrowed(player_id.as_str()), Cow::Borrowed(&tiebreaks[..]));
        let (country, avatar) = (*country, avatar.as_deref().map(Cow::Borrowed));
        if serializer.is_human_readable() {
            Readable { rank, player_id, name: name.into(), country, avatar, score, tiebreaks }.serialize(serializer)
        } else {
            let name = (*name != player_id).then(|| name.into());
            let has_face = name.is_some() || country.is_some() || avatar.is_some();
            let face = has_face.then_some(PackedFace { name, country, avatar });
            Packed { rank, player_id, face, score, tiebreaks }.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Row {
    /// Ids are taken as they come: they were checked when they were stored, and rules that have become stricter since must not
    /// make a page unreadable.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (rank, player_id, name, country, avatar, score, tiebreaks) = if deserializer.is_human_readable() {
            let Readable { rank, player_id, name, country, avatar, score, tiebreaks } = Readable::deserialize(deserializer)?;
            (rank, player_id, Some(name), country, avatar, score, tiebreaks)
        } else {
            let Packed { rank, player_id, face, score, tiebreaks } = Packed::deserialize(deserializer)?;
            let PackedFace { name, country, avatar } = face.unwrap_or(PackedFace { name: None, country: None, avatar: None });
            (rank, player_id, name, country, avatar, score, tiebreaks)
        };
        let name = name.map_or_else(|| player_id.to_string(), Cow::into_owned);
        let face = Face { name, country, avatar: avatar.map(Cow::into_owned) };
        Ok(Self { rank, player_id: PlayerId::stored(&player_id), face, score, tiebreaks: tiebreaks.into_owned() })
    }
}
