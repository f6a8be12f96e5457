//! A board's log: every accepted submission and every change, in order, with what redoes and what undoes it.

use super::{Entry, Scope, Store, StoreError, number, packed::Reader};
use crate::valkey::keys::Label;
use app::model::{BoardId, PlayerId, Rules, SubmissionId};
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
        /// What was asked for: `put`, `remove`, `range`, `top` or `reset`.
        kind: String,
        /// Which entries were changed or removed, as they were before; none for a reset.
        before: Vec<Before>,
        /// Where a reset set entries aside.
        aside: Vec<Label>,
    },
    /// A period was closed.
    Closed(Label),
    /// The rules were edited; they are these now.
    Edited(Box<Rules>),
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

impl Store {
    /// The records of at most `batches` calls after a version, oldest first. Those that are too old are not kept any more.
    pub async fn log(&self, scope: &Scope, after: u64, batches: u64) -> Result<Vec<Record>, StoreError> {
        let from = format!("({after}-0");
        let stored: Vec<(String, HashMap<String, Value>)> =
            self.pool.next().xrange_values(self.keys.log(&scope.board), from, "+", Some(batches)).await?;
        let mut records = Vec::new();
        for (id, fields) in stored {
            let batch = read_batch(&id, &fields, scope.columns);
            records.extend(batch.ok_or_else(|| StoreError::Refused(format!("record {id} of the log of {} can't be read", scope.board)))?);
        }
        Ok(records)
    }

    /// Drops the records that were written before a time, in ms since 1970; returns how many.
    pub async fn trim_log(&self, board: &BoardId, before_ms: u64) -> Result<u64, StoreError> {
        let reply = self.call("leaderport_trim_log", vec![self.keys.log(board)], vec![number(before_ms)], false).await?;
        Ok(reply.first().and_then(Value::as_u64).unwrap_or(0))
    }
}

fn read_batch(id: &str, fields: &HashMap<String, Value>, columns: usize) -> Option<Vec<Record>> {
    let last: u64 = id.split('-').next()?.parse().ok()?;
    let bytes = |name: &str| fields.get(name)?.as_bytes();
    let at_ms = fields.get("t")?.as_u64()?;
    let labels: Vec<_> = sized_all(bytes("w")?)?.into_iter().map(std::str::from_utf8).collect::<Result<_, _>>().ok()?;
    let sets = sized_all(bytes("s")?)?;
    let mut reader = Reader(bytes("r")?);
    let mut acts = Vec::new();
    while !reader.0.is_empty() {
        acts.push(match reader.0[0] {
            b'A' => changed(&mut reader, &labels, columns)?,
            b'C' => closed(&mut reader, &labels)?,
            b'E' => edited(&mut reader)?,
            _ => submitted(&mut reader, &labels, &sets, columns)?,
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

fn submitted(reader: &mut Reader, labels: &[&str], sets: &[&[u8]], columns: usize) -> Option<Act> {
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
    let mut sent = Reader(reader.sized(4)?);
    let kind = sent.text(4)?.to_owned();
    let mut undo = Reader(reader.sized(4)?);
    let (mut before, mut aside) = (Vec::new(), Vec::new());
    while !undo.0.is_empty() {
        if kind == "reset" {
            aside.push(Label::stored(undo.text(1)?));
            continue;
        }
        let label = labels.get(usize::try_from(undo.uint(1)?).ok()?.checked_sub(1)?)?;
        let player = PlayerId::stored(undo.text(1)?);
        before.push(Before { label: Label::stored(label), player, entry: entry(undo.sized(2)?, columns)? });
    }
    Some(Act::Changed { kind, before, aside })
}

fn closed(reader: &mut Reader, labels: &[&str]) -> Option<Act> {
    reader.bytes(7)?;
    Some(Act::Closed(Label::stored(labels.first()?)))
}

fn edited(reader: &mut Reader) -> Option<Act> {
    reader.bytes(7)?;
    let rules = serde_json::from_slice(reader.sized(4)?).ok()?;
    Some(Act::Edited(Box::new(rules)))
}
