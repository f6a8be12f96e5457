//! A board's log: every accepted submission and every change, in order, with what redoes and what undoes it.

use super::{Entry, Scope, Store, StoreError, change::ScoreEdit, moderate::Verdict, number, packed::Reader, restore::Cause};
use crate::valkey::keys::Label;
use app::model::{BoardId, Metadata, MetadataChange, PlayerId, Rules, SubmissionId};
use fred::{interfaces::StreamsInterface, types::Value};
use std::collections::HashMap;

/// One submission or change.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The board's version after it.
    pub version: u64,
    /// When it was written, in ms since 1970.
    pub at_ms: u64,
    /// What it was.
    pub act: Act,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A submission that was accepted.
    Submitted {
        /// What was sent.
        sent: Box<Sent>,
        /// The player's entry before, in each period it counted in.
        before: Vec<Before>,
    },
    /// A change by an operator.
    Changed {
        /// What was asked for.
        asked: Box<Asked>,
        /// In which periods.
        labels: Vec<Label>,
        /// Which entries were changed or removed, as they were before; none for a reset.
        before: Vec<Before>,
        /// Where a reset set entries aside.
        aside: Vec<Label>,
    },
    /// Operators decided about a player.
    Moderated {
        /// About whom.
        player: PlayerId,
        /// What; nothing if nothing is left of what they decided before.
        verdict: Option<Verdict>,
        /// Entries that went out of the standings or came back.
        moved: u64,
    },
    /// A period was closed.
    Closed(Label),
    /// Rows show a player otherwise, or not any more.
    Shown,
    /// The rules were edited.
    Edited {
        /// They are these now.
        rules: Box<Rules>,
        /// They were these; records of the first servers don't say.
        before: Option<Box<Rules>>,
    },
    /// The board was frozen, or is not any more.
    Frozen(bool),
}

/// What a change was asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Change one player's entry.
    Put(PlayerId, Put),
    /// Remove these players' entries.
    Remove(Vec<PlayerId>),
    /// Remove the entries in a range of scores.
    Range,
    /// Remove all but the first.
    Top,
    /// Remove all, to be kept for a while.
    Reset,
    /// Bring back what the reset of this version removed.
    Unreset(u64),
    /// Make entries what they were, or would be.
    Restore(Cause),
}

/// How an entry was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Put {
    /// The score.
    pub score: ScoreEdit,
    /// The columns, if they were given.
    pub columns: Option<Vec<i64>>,
    /// The metadata.
    pub metadata: MetadataChange,
}

/// A submission as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its id.
    pub id: Option<SubmissionId>,
    /// Whose it is.
    pub player: PlayerId,
    /// The sort key.
    pub key: i64,
    /// The columns, each smaller the better it is.
    pub columns: Vec<i64>,
    /// When it was reached, if that was said.
    pub at_ms: Option<u64>,
    /// What was sent to remember: `None` for what stays, an empty text for what goes.
    pub metadata: Option<String>,
    /// Who it came by: an API key's id, or `operator <name>`, or `admin key`.
    pub by: Option<String>,
}

/// An entry as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Which period.
    pub label: Label,
    /// Whose.
    pub player: PlayerId,
    /// The entry; `None` if there was none.
    pub entry: Option<Entry>,
}

impl Act {
    /// The entries that it changed, as they were before.
    pub fn before(&self) -> &[Before] {
        match self {
            Self::Submitted { before, .. } | Self::Changed { before, .. } => before,
            Self::Moderated { .. } | Self::Closed(_) | Self::Shown | Self::Edited { .. } | Self::Frozen(_) => &[],
        }
    }

    /// The same, to be changed.
    pub fn before_mut(&mut self) -> Option<&mut Vec<Before>> {
        match self {
            Self::Submitted { before, .. } | Self::Changed { before, .. } => Some(before),
            Self::Moderated { .. } | Self::Closed(_) | Self::Shown | Self::Edited { .. } | Self::Frozen(_) => None,
        }
    }

    /// What was asked for, if it is a change.
    pub fn asked(&self) -> Option<&Asked> {
        if let Self::Changed { asked, .. } = self { Some(asked) } else { None }
    }
}

impl Store {
    /// The records of at most `batches` calls after a version, oldest first. Those that are too old are not kept any more.
    pub async fn log(&self, scope: &Scope, after: u64, batches: u64) -> Result<Vec<Record>, StoreError> {
        let from = format!("({after}-0");
        read_all(scope, self.pool.next().xrange_values(self.keys.log(&scope.board), from, "+", Some(batches)).await?)
    }

    /// The records of the call that has the record of a version, oldest first, that one's version included; none if it is not kept.
    pub async fn log_at(&self, scope: &Scope, version: u64) -> Result<Vec<Record>, StoreError> {
        let from = format!("{version}-0");
        let mut records = read_all(scope, self.pool.next().xrange_values(self.keys.log(&scope.board), from, "+", Some(1)).await?)?;
        if records.first().is_none_or(|first| first.version > version) {
            records.clear();
        }
        Ok(records)
    }

    /// The records of at most `batches` calls that ended before a version (without one: of the newest), oldest first.
    pub async fn log_back(&self, scope: &Scope, before: Option<u64>, batches: u64) -> Result<Vec<Record>, StoreError> {
        let from = before.map_or_else(|| "+".to_owned(), |before| format!("({before}-0"));
        let mut stored: Stored = self.pool.next().xrevrange_values(self.keys.log(&scope.board), from, "-", Some(batches)).await?;
        stored.reverse();
        read_all(scope, stored)
    }

    /// Drops the records that were written before a time, in ms since 1970; returns how many.
    pub async fn trim_log(&self, board: &BoardId, before_ms: u64) -> Result<u64, StoreError> {
        let reply = self.call("leaderport_trim_log", vec![self.keys.log(board)], vec![number(before_ms)], false).await?;
        Ok(reply.first().and_then(Value::as_u64).unwrap_or(0))
    }
}

/// Records as the stream has them.
type Stored = Vec<(String, HashMap<String, Value>)>;

fn read_all(scope: &Scope, stored: Stored) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::new();
    for (id, fields) in stored {
        let batch = read_batch(&id, &fields, scope.columns);
        records.extend(batch.ok_or_else(|| StoreError::Refused(format!("record {id} of the log of {} can't be read", scope.board)))?);
    }
    Ok(records)
}

fn read_batch(id: &str, fields: &HashMap<String, Value>, columns: usize) -> Option<Vec<Record>> {
    let last: u64 = id.split('-').next()?.parse().ok()?;
    let bytes = |name: &str| fields.get(name)?.as_bytes();
    let at_ms = fields.get("t")?.as_u64()?;
    let labels: Vec<_> = sized_all(bytes("w")?)?.into_iter().map(std::str::from_utf8).collect::<Result<_, _>>().ok()?;
    let sets = sized_all(bytes("s")?)?;
    let mut keys = bytes("k").map(sized_all).unwrap_or_default().unwrap_or_default().into_iter();
    let mut reader = Reader(bytes("r")?);
    let mut acts = Vec::new();
    while !reader.0.is_empty() {
        acts.push(match reader.0[0] {
            b'A' => changed(&mut reader, &labels, columns)?,
            b'C' => closed(&mut reader, &labels)?,
            b'E' => edited(&mut reader)?,
            b'F' => frozen(&mut reader)?,
            b'M' => moderated(&mut reader)?,
            b'P' => reader.bytes(7).map(|_| Act::Shown)?,
            _ => submitted(&mut reader, &labels, &sets, columns, keys.next())?,
        });
    }
    let first = last + 1 - acts.len() as u64;
    Some(acts.into_iter().zip(first..).map(|(act, version)| Record { version, at_ms, act }).collect())
}

/// Texts with a byte of length in front, one after the other.
fn sized_all(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut reader = Reader(bytes);
    let mut all = Vec::new();
    while !reader.0.is_empty() {
        all.push(reader.sized(1)?);
    }
    Some(all)
}

fn submitted(reader: &mut Reader, labels: &[&str], sets: &[&[u8]], columns: usize, by: Option<&[u8]>) -> Option<Act> {
    let set = sets.get(usize::try_from(reader.uint(1)?).ok()?.checked_sub(1)?)?;
    let (key, columns_sent) = (reader.key()?, reader.columns(columns)?);
    let (at_ms, metadata_kind) = (reader.uint(6)?, reader.uint(1)?);
    let (id, player, metadata) = (reader.text(1)?, PlayerId::stored(reader.text(1)?), reader.text(2)?);
    let mut before = Vec::new();
    let mut targets = set.to_vec();
    targets.sort_unstable();
    for target in targets {
        let label = labels.get(usize::from(target).checked_sub(1)?)?;
        // One that was closed has nothing.
        if !label.starts_with('-') {
            before.push(Before { label: Label::stored(label), player: player.clone(), entry: entry(reader.sized(2)?, columns)? });
        }
    }
    let sent = Sent {
        id: if id.is_empty() { None } else { Some(SubmissionId::parse(id).ok()?) },
        player,
        key,
        columns: columns_sent,
        at_ms: (at_ms > 0).then_some(at_ms),
        metadata: (metadata_kind > 0).then(|| metadata.to_owned()),
        by: by.filter(|by| !by.is_empty()).and_then(|by| std::str::from_utf8(by).ok()).map(str::to_owned),
    };
    Some(Act::Submitted { sent: Box::new(sent), before })
}

/// A packed entry; `Some(None)` for an empty one.
fn entry(packed: &[u8], columns: usize) -> Option<Option<Entry>> {
    if packed.is_empty() {
        return Some(None);
    }
    Entry::read(packed, columns).map(Some)
}

fn changed(reader: &mut Reader, labels: &[&str], columns: usize) -> Option<Act> {
    reader.bytes(7)?;
    let asked = asked(&mut Reader(reader.sized(4)?), columns)?;
    let mut undo = Reader(reader.sized(4)?);
    let (mut before, mut aside) = (Vec::new(), Vec::new());
    while !undo.0.is_empty() {
        if asked == Asked::Reset {
            aside.push(Label::stored(undo.text(1)?));
            continue;
        }
        let label = labels.get(usize::try_from(undo.uint(1)?).ok()?.checked_sub(1)?)?;
        let player = PlayerId::stored(undo.text(1)?);
        before.push(Before { label: Label::stored(label), player, entry: entry(undo.sized(2)?, columns)? });
    }
    let labels = labels.iter().filter(|label| !label.starts_with('-')).map(|label| Label::stored(label)).collect();
    Some(Act::Changed { asked: Box::new(asked), labels, before, aside })
}

fn asked(sent: &mut Reader, columns: usize) -> Option<Asked> {
    Some(match sent.text(4)? {
        "put" => Asked::Put(PlayerId::stored(sent.text(4)?), put(&mut Reader(sent.sized(4)?), columns)?),
        "remove" => {
            let mut players = Vec::new();
            while !sent.0.is_empty() {
                players.push(PlayerId::stored(sent.text(4)?));
            }
            Asked::Remove(players)
        }
        "range" => Asked::Range,
        "top" => Asked::Top,
        "reset" => Asked::Reset,
        "unreset" => Asked::Unreset(sent.text(4)?.parse().ok()?),
        "restore" => {
            let why = sent.text(4)?;
            Asked::Restore(Cause::stored(why, sent.text(4)?.parse().ok()?)?)
        }
        _ => return None,
    })
}

fn put(packed: &mut Reader, columns: usize) -> Option<Put> {
    let (kind, key) = (packed.uint(1)?, packed.key()?);
    let (has_columns, columns) = (packed.uint(1)? == 1, packed.columns(columns)?);
    let (metadata_kind, metadata) = (packed.uint(1)?, packed.text(2)?);
    let score = match kind {
        0 => ScoreEdit::Keep,
        1 => ScoreEdit::Set(key),
        _ => ScoreEdit::Add(key),
    };
    let metadata = match (metadata_kind, Metadata::stored(metadata)) {
        (0, _) => MetadataChange::Keep,
        (_, None) => MetadataChange::Clear,
        (_, Some(metadata)) => MetadataChange::Set(metadata),
    };
    Some(Put { score, columns: has_columns.then_some(columns), metadata })
}

fn closed(reader: &mut Reader, labels: &[&str]) -> Option<Act> {
    reader.bytes(7)?;
    Some(Act::Closed(Label::stored(labels.first()?)))
}

fn moderated(reader: &mut Reader) -> Option<Act> {
    reader.bytes(7)?;
    let (player, verdict) = (PlayerId::stored(reader.text(1)?), reader.sized(2)?);
    let verdict = if verdict.is_empty() { None } else { Some(Verdict::unpack(verdict)?) };
    Some(Act::Moderated { player, verdict, moved: reader.uint(5)? })
}

fn frozen(reader: &mut Reader) -> Option<Act> {
    reader.bytes(7)?;
    Some(Act::Frozen(reader.uint(1)? == 1))
}

fn edited(reader: &mut Reader) -> Option<Act> {
    reader.bytes(7)?;
    let rules = serde_json::from_slice(reader.sized(4)?).ok()?;
    let before = if reader.0.is_empty() { None } else { Some(serde_json::from_slice(reader.sized(4)?).ok()?) };
    Some(Act::Edited { rules: Box::new(rules), before })
}
