//! Consistent reads.

use super::{
    Answer, Declined, Entry, Scope, Store, StoreError, blob, number, odd,
    packed::{Ahead, Reader, Writer, member_player, read_face},
    text,
};
use crate::valkey::keys::Label;
use app::model::{Face, PlayerId};
use fred::{interfaces::HashesInterface, types::Value};

/// How the first row is chosen.
#[derive(Clone, Debug)]
pub enum Select<'a> {
    /// From this index on, from 0.
    Rank(u64),
    /// The player in the middle, the window full at both ends.
    Around(&'a PlayerId),
    /// The page, of as many rows as are wanted, that the player is on.
    Page(&'a PlayerId),
    /// Sort keys from the first to the second; so many rows are skipped.
    Keys(i64, i64, u64),
    /// Shown ranks from the first to the second, both included; so many rows are skipped.
    Ranks(u64, u64, u64),
    /// What comes after this place, with sort keys from the first to the second.
    After(&'a Spot, i64, i64),
    /// From the last entry on that has this percentile, in parts of a million.
    Percentile(u32),
    /// What comes before a place, with sort keys from the first to the second; without a place, the last ones.
    Before(Option<&'a Spot>, i64, i64),
}

/// Where an entry stands in the order, or stood: whoever has another standing is before it or after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The sort key: smaller is better.
    pub key: i64,
    /// The columns, each smaller the better it is.
    pub columns: Vec<i64>,
    /// What orders entries that are equal in all of that: smaller is ahead.
    pub order: u64,
    /// Who.
    pub player: PlayerId,
}

impl Spot {
    /// The member of the rank zset that stands there.
    fn member(&self) -> Vec<u8> {
        let mut member = Writer::default();
        member.columns(&self.columns).int(self.order.cast_signed(), 6);
        member.0.extend_from_slice(self.player.as_str().as_bytes());
        member.0
    }
}

/// Some rows of a period, at one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The board's version.
    pub version: u64,
    /// When it last changed, in milliseconds since 1970.
    pub updated_ms: u64,
    /// Entries in the period.
    pub total: u64,
    /// Index of the first row.
    pub first: u64,
    /// Entries that match.
    pub matching: u64,
    /// Entries better than the first row, for competition ranks.
    pub better: u64,
    /// Entries at least as good as the last row, for modified ranks.
    pub at_least: u64,
    /// The first row's dense rank.
    pub dense: u64,
    /// In rank order.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub player: PlayerId,
    /// The sort key: smaller is better.
    pub key: i64,
    /// The columns, each smaller the better it is.
    pub columns: Vec<i64>,
    /// The whole entry, where it was wanted.
    pub entry: Option<Entry>,
    /// What is shown of the player.
    pub face: Face,
}

impl Row {
    /// Where it stands; `None` where the entry was not wanted.
    pub fn spot(&self) -> Option<Spot> {
        let order = self.entry.as_ref()?.order;
        Some(Spot { key: self.key, columns: self.columns.clone(), order, player: self.player.clone() })
    }
}

/// A stretch of rows: so many from the index `first` (from 0) on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stretch {
    /// Of which period.
    pub label: Label,
    /// The first.
    pub first: u64,
    /// How many.
    pub count: u32,
}

/// Stretches of rows, all at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretches {
    /// The board's version.
    pub version: u64,
    /// When it last changed, in milliseconds since 1970.
    pub updated_ms: u64,
    /// The stretches, in the order they were asked for.
    pub rows: Vec<Rows>,
}

/// The standings of some players, at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Players {
    /// The board's version.
    pub version: u64,
    /// When it last changed, in milliseconds since 1970.
    pub updated_ms: u64,
    /// Entries in the period.
    pub total: u64,
    /// In the order they were asked for; `None` for who has no entry.
    pub players: Vec<Option<Placed>>,
}

/// Who is told of players that operators keep out of the standings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Whoever asks for others as well: nobody.
    Others,
    /// Whoever asks for a player alone: they may be that player, who is shown to themself if they are shadow-banned.
    Alone,
    /// Operators.
    Operators,
}

impl Sight {
    fn word(self) -> &'static str {
        match self {
            Self::Others => "others",
            Self::Alone => "alone",
            Self::Operators => "operators",
        }
    }
}

/// An entry and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// How many entries are ahead.
    pub index: u64,
    /// The rank that is shown.
    pub rank: u64,
    /// The entry.
    pub entry: Entry,
    /// What is shown of the player.
    pub face: Face,
    /// Entries in the period, with this one.
    pub total: u64,
    /// The next entry ahead.
    pub ahead: Option<Ahead>,
}

/// Some percentiles of a period, at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// The board's version.
    pub version: u64,
    /// When it last changed, in milliseconds since 1970.
    pub updated_ms: u64,
    /// Entries in the period.
    pub total: u64,
    /// For each that was asked for, index and row of the last entry that has it; empty without entries.
    pub rows: Vec<(u64, Row)>,
}

/// A player's standings so far in the window `all`, at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The board's version.
    pub version: u64,
    /// The standing now, and those before it, oldest first; `None` if there is no entry.
    pub standings: Option<(Entry, Vec<Point>)>,
}

/// A standing of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When it was reached, in ms since 1970.
    pub reached_ms: u64,
    /// The sort key.
    pub key: i64,
    /// The rank when it was reached.
    pub rank: u64,
    /// Submissions until it was left.
    pub attempts: u64,
}

impl Store {
    /// At most `count` rows, chosen by `select`; `None` if the player it names has no entry that somebody is told of.
    pub async fn rows(
        &self,
        scope: &Scope,
        label: &Label,
        select: &Select<'_>,
        sight: Sight,
        count: u32,
        entries: bool,
    ) -> Result<Option<Rows>, StoreError> {
        let mut args = vec![text(&scope.line), text(if entries { "1" } else { "0" })];
        let signed = |key: i64| text(&key.to_string());
        match select {
            Select::Rank(first) => args.extend([text("rank"), number(*first)]),
            Select::Around(player) => args.extend([text("around"), text(player.as_str()), text(sight.word())]),
            Select::Page(player) => args.extend([text("page"), text(player.as_str()), text(sight.word())]),
            Select::Keys(low, high, skip) => args.extend([text("score"), signed(*low), signed(*high), number(*skip)]),
            Select::Ranks(low, high, skip) => args.extend([text("ranks"), number(*low), number(*high), number(*skip)]),
            Select::After(spot, low, high) => {
                args.extend([text("after"), blob(spot.member()), signed(spot.key), signed(*low), signed(*high)]);
            }
            Select::Before(spot, low, high) => {
                let (member, key) = spot.map_or((Vec::new(), 0), |spot| (spot.member(), spot.key));
                args.extend([text("before"), blob(member), signed(key), signed(*low), signed(*high)]);
            }
            Select::Percentile(parts) => args.extend([text("percentile"), number(u64::from(*parts))]),
        }
        args.push(number(u64::from(count)));
        let reply = self.call("leaderport_rows", self.read_keys(scope, label), args, true).await?;
        if reply.len() == 3 {
            return Ok(None);
        }
        rows(&reply, scope.columns, entries).map(Some).ok_or_else(|| odd("rows", &reply))
    }

    /// Some stretches of rows. Declined when the rules are others than the scope's: what is read is exact at its version.
    pub async fn stretches(&self, scope: &Scope, wanted: &[Stretch]) -> Answer<Stretches> {
        let mut labels: Vec<&Label> = Vec::new();
        let mut args = vec![text(&scope.line), text(&scope.revision)];
        for stretch in wanted {
            let at = labels.iter().position(|known| **known == stretch.label).unwrap_or_else(|| {
                labels.push(&stretch.label);
                labels.len() - 1
            });
            args.extend([number(at as u64 + 1), number(stretch.first), number(u64::from(stretch.count))]);
        }
        let mut names = vec![self.keys.board(scope), self.keys.faces(scope)];
        for label in labels {
            let [rank, _, steps, ..] = self.keys.period(scope, label);
            names.extend([rank, steps]);
        }
        let reply = self.call("leaderport_pages", names, args, true).await?;
        match reply.first().and_then(Value::as_str).as_deref() {
            Some("ok") => stretches(&reply, wanted, scope.columns).map(Ok).ok_or_else(|| odd("pages", &reply)),
            Some("none") => Ok(Err(Declined::NoBoard)),
            Some("rules") => Ok(Err(Declined::OtherRules)),
            _ => Err(odd("pages", &reply)),
        }
    }

    /// The standings of some players, as they are told to somebody.
    pub async fn players(&self, scope: &Scope, label: &Label, players: &[PlayerId], sight: Sight) -> Result<Players, StoreError> {
        let args = [text(&scope.line), text(sight.word())].into_iter().chain(players.iter().map(|player| text(player.as_str()))).collect();
        let reply = self.call("leaderport_players", self.read_keys(scope, label), args, true).await?;
        standings(&reply, players, scope.columns).ok_or_else(|| odd("players", &reply))
    }

    /// A player's standings so far, as they are told to somebody.
    pub async fn history(&self, scope: &Scope, player: &PlayerId, sight: Sight) -> Result<History, StoreError> {
        let keys = &self.keys;
        let [_, entry, .., hidden] = keys.period(scope, &Label::all());
        let names = vec![keys.board(scope), entry, keys.history(scope), hidden, keys.moderation(&scope.board)];
        let args = vec![text(&scope.line), text(player.as_str()), text(sight.word())];
        let reply = self.call("leaderport_history", names, args, true).await?;
        history(&reply, scope.columns).ok_or_else(|| odd("history", &reply))
    }

    /// What it takes to have these percentiles, in parts of a million: for each the last entry that has it, none without entries.
    pub async fn percentiles(&self, scope: &Scope, label: &Label, parts: &[u32]) -> Result<Percentiles, StoreError> {
        let [rank, ..] = self.keys.period(scope, label);
        let args = parts.iter().map(|parts| number(u64::from(*parts))).collect();
        let reply = self.call("leaderport_percentiles", vec![self.keys.board(scope), rank], args, true).await?;
        percentiles(&reply, scope.columns).ok_or_else(|| odd("percentiles", &reply))
    }

    /// At most `count` players out of a period, each as likely as any other, in no order.
    pub async fn random_players(&self, scope: &Scope, label: &Label, count: u32) -> Result<Vec<PlayerId>, StoreError> {
        let [_, entry, ..] = self.keys.period(scope, label);
        let players: Vec<String> = self.pool.next().hrandfield(entry, Some((i64::from(count), false))).await?;
        Ok(players.iter().map(|player| PlayerId::stored(player)).collect())
    }

    /// How many entries of a period are better than each of some standings (sort key and columns).
    pub async fn places(&self, scope: &Scope, label: &Label, standings: &[(i64, &[i64])]) -> Result<Vec<u64>, StoreError> {
        let [rank, ..] = self.keys.period(scope, label);
        let mut places = Vec::with_capacity(standings.len());
        for some in standings.chunks(1_000) {
            let packed = some.iter().map(|(key, columns)| {
                let mut bytes = Writer::default();
                bytes.int(*key, 7).columns(columns);
                blob(bytes.0)
            });
            let args = [text(&scope.line)].into_iter().chain(packed).collect();
            let reply = self.call("leaderport_places", vec![rank.clone()], args, true).await?;
            places.extend(reply.iter().filter_map(Value::as_u64));
        }
        if places.len() == standings.len() { Ok(places) } else { Err(odd("places", &[])) }
    }

    /// Players whose id matches a glob pattern, among about `count` of a period's entries from a cursor on (0 at first); the cursor to go
    /// on with, 0 after the last.
    pub async fn find(
        &self,
        scope: &Scope,
        label: &Label,
        pattern: &str,
        cursor: u64,
        count: u32,
    ) -> Result<(u64, Vec<PlayerId>), StoreError> {
        let [_, entry, ..] = self.keys.period(scope, label);
        let options = [text("MATCH"), text(pattern), text("NOVALUES")];
        let (next, found) = self.scan(entry, cursor, count, options).await?;
        Ok((next, found.iter().filter_map(Value::as_str).map(|player| PlayerId::stored(&player)).collect()))
    }

    /// About `count` fields of a hash from a cursor on, with their values unless the options for `HSCAN` say otherwise; the cursor to go on with,
    /// 0 after the last.
    pub(super) async fn scan(
        &self,
        key: String,
        cursor: u64,
        count: u32,
        options: impl IntoIterator<Item = Value>,
    ) -> Result<(u64, Vec<Value>), StoreError> {
        let args = [number(cursor), text("COUNT"), number(u64::from(count))].into_iter().chain(options).collect();
        let mut reply = self.call("leaderport_find", vec![key], args, true).await?;
        let next = reply.first().and_then(Value::as_u64).ok_or_else(|| odd("find", &reply))?;
        Ok((next, reply.split_off(1)))
    }

    fn read_keys(&self, scope: &Scope, label: &Label) -> Vec<String> {
        let [rank, entry, steps, _, hidden] = self.keys.period(scope, label);
        let keys = &self.keys;
        vec![keys.board(scope), rank, entry, steps, keys.faces(scope), hidden, keys.moderation(&scope.board)]
    }
}

fn rows(reply: &[Value], columns: usize, entries: bool) -> Option<Rows> {
    let (head, rows) = reply.split_at_checked(9)?;
    let number = |at: usize| head[at].as_u64();
    let mut faces = Reader(head[8].as_bytes()?);
    let rows = rows.chunks_exact(if entries { 3 } else { 2 }).map(|row| self::row(row, &mut faces, columns)).collect::<Option<_>>()?;
    Some(Rows {
        version: number(0)?,
        updated_ms: number(1)?,
        total: number(2)?,
        first: number(3)?,
        matching: number(4)?,
        better: number(5)?,
        at_least: number(6)?,
        dense: number(7)?,
        rows,
    })
}

fn stretches(reply: &[Value], wanted: &[Stretch], columns: usize) -> Option<Stretches> {
    let (version, updated_ms) = (reply.get(1)?.as_u64()?, reply.get(2)?.as_u64()?);
    let stretch = |(stretch, wanted): (&Value, &Stretch)| {
        let Value::Array(values) = stretch else { return None };
        let (head, rows) = values.split_at_checked(5)?;
        let number = |at: usize| head[at].as_u64();
        let total = number(0)?;
        let mut faces = Reader(head[4].as_bytes()?);
        let rows = rows.chunks_exact(2).map(|row| self::row(row, &mut faces, columns)).collect::<Option<_>>()?;
        let (better, at_least, dense) = (number(1)?, number(2)?, number(3)?);
        Some(Rows { version, updated_ms, total, first: wanted.first, matching: total, better, at_least, dense, rows })
    };
    let rows = reply[3..].iter().zip(wanted).map(stretch).collect::<Option<Vec<_>>>()?;
    (rows.len() == wanted.len()).then_some(Stretches { version, updated_ms, rows })
}

fn percentiles(reply: &[Value], columns: usize) -> Option<Percentiles> {
    let (head, rows) = reply.split_at_checked(3)?;
    let rows = rows
        .chunks_exact(3)
        .map(|row| Some((row[0].as_u64()?, self::row(&row[1..], &mut Reader(&[]), columns)?)))
        .collect::<Option<_>>()?;
    Some(Percentiles { version: head[0].as_u64()?, updated_ms: head[1].as_u64()?, total: head[2].as_u64()?, rows })
}

/// A row, with the next one of the faces, if there are any.
fn row(row: &[Value], faces: &mut Reader, columns: usize) -> Option<Row> {
    let member = row[0].as_bytes()?;
    let player = member_player(member, columns)?;
    let face = if faces.0.is_empty() { Face::of(&player) } else { read_face(faces.sized(2)?, &player)? };
    let entry = match row.get(2) {
        Some(packed) => Some(Entry::read(packed.as_bytes()?, columns)?),
        None => None,
    };
    Some(Row { player, key: row[1].as_i64()?, columns: Reader(member).columns(columns)?, entry, face })
}

fn standings(reply: &[Value], asked: &[PlayerId], columns: usize) -> Option<Players> {
    let (head, players) = reply.split_at_checked(3)?;
    let placed = |(value, player): (&Value, &PlayerId)| match value {
        Value::Null => Some(None),
        Value::Array(parts) => Some(Some(placed(parts, player, columns)?)),
        _ => None,
    };
    let players = players.iter().zip(asked).map(placed).collect::<Option<_>>()?;
    Some(Players { version: head[0].as_u64()?, updated_ms: head[1].as_u64()?, total: head[2].as_u64()?, players })
}

fn placed(parts: &[Value], player: &PlayerId, columns: usize) -> Option<Placed> {
    let ahead = match parts.get(5..) {
        Some([member, key, face]) => Some(Ahead::read(key.as_i64()?, member.as_bytes()?, face.as_bytes()?, columns)?),
        _ => None,
    };
    let face = read_face(parts.get(3)?.as_bytes()?, player)?;
    let (index, rank, total) = (parts.first()?.as_u64()?, parts.get(1)?.as_u64()?, parts.get(4)?.as_u64()?);
    Some(Placed { index, rank, entry: Entry::read(parts.get(2)?.as_bytes()?, columns)?, face, total, ahead })
}

fn history(reply: &[Value], columns: usize) -> Option<History> {
    let version = reply.first()?.as_u64()?;
    let Some(entry) = reply.get(1) else { return Some(History { version, standings: None }) };
    let entry = Entry::read(entry.as_bytes()?, columns)?;
    let mut points = Vec::new();
    for chunk in &reply[2..] {
        let mut reader = Reader(chunk.as_bytes()?);
        while !reader.0.is_empty() {
            let (reached_ms, key) = (reader.uint(6)?, reader.key()?);
            points.push(Point { reached_ms, key, rank: reader.uint(4)?, attempts: reader.uint(3)? });
        }
    }
    Some(History { version, standings: Some((entry, points)) })
}
