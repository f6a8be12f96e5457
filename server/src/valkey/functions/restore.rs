//! Entries as they were, or would be; resets undone.

use super::{
    Answer, Entry, Scope, Store, StoreError, Target, blob, number, odd,
    packed::{Reader, Writer},
    read::Point,
    settled, text,
};
use crate::valkey::keys::Label;
use app::model::PlayerId;
use fred::{interfaces::HashesInterface, types::Value};

/// Why entries are restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// What the record of this version did is taken out.
    Out(u64),
    /// The board goes back to this version.
    Rollback(u64),
    /// Its entries are made anew out of the log, up to this version; also those of a copy.
    Rebuild(u64),
    /// They are what those of other boards come to.
    Combine,
}

impl Cause {
    /// One out of the log.
    pub fn stored(why: &str, version: u64) -> Option<Self> {
        match why {
            "out" => Some(Self::Out(version)),
            "rollback" => Some(Self::Rollback(version)),
            "rebuild" => Some(Self::Rebuild(version)),
            "combine" => Some(Self::Combine),
            _ => None,
        }
    }

    fn args(self) -> [Value; 2] {
        match self {
            Self::Out(version) => [text("out"), number(version)],
            Self::Rollback(version) => [text("rollback"), number(version)],
            Self::Rebuild(version) => [text("rebuild"), number(version)],
            Self::Combine => [text("combine"), number(0)],
        }
    }
}

/// An entry that is to be another.
#[derive(Clone, Debug)]
pub struct Restored {
    /// In which of the targets, by its place.
    pub target: u8,
    /// Whose.
    pub player: PlayerId,
    /// What it is now, if there is one.
    pub now: Option<Entry>,
    /// What it is to be, if there is to be one; without a rank, the rank it then has.
    pub wanted: Option<Entry>,
    /// Points of the player's history before those that follow.
    pub kept: u64,
    /// Whether these are there still and stay; else there is a gap.
    pub is_whole: bool,
    /// The points after them; without a rank, the rank that the score would have now.
    pub points: Vec<Point>,
}

/// One call of [`Store::restore`].
pub struct Restore<'a> {
    /// The board.
    pub scope: &'a Scope,
    /// A name for this call alone: sent twice, it is done once.
    pub call: &'a str,
    /// The time, in milliseconds since 1970.
    pub now_ms: u64,
    /// Why.
    pub cause: Cause,
    /// The version that the board must have; without it, each entry must be what it is said to be.
    pub at_version: Option<u64>,
    /// The periods that are changed; at most 255. Those that are closed, or not kept, stay as they are.
    pub targets: &'a [Target],
    /// The entries.
    pub entries: &'a [Restored],
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The board's version.
    pub version: u64,
    /// Entries that are others now, all periods together.
    pub entries: u64,
}

impl Store {
    /// Makes entries what they are wanted to be, all of them or, where the board or an entry has moved meanwhile, none.
    pub async fn restore(&self, restore: &Restore<'_>) -> Answer<Done> {
        let (scope, keys) = (restore.scope, &self.keys);
        let mut names = self.change_names(restore.scope, restore.call);
        names.push(keys.moderation(&scope.board));
        names.extend(restore.targets.iter().flat_map(|target| keys.period(scope, &target.label)));
        let mut args = head(restore.scope, restore.now_ms, restore.targets);
        args.extend(restore.cause.args());
        args.push(restore.at_version.map_or_else(|| text(""), number));
        args.extend(restore.entries.iter().map(|entry| blob(entry.pack())));
        done("restore", &self.call("leaderport_restore", names, args, false).await?)
    }

    /// Brings back what a reset set aside under names with this token.
    pub async fn undo_reset(&self, scope: &Scope, call: &str, now_ms: u64, targets: &[Target], version: u64, token: &str) -> Answer<Done> {
        let (board, keys) = (&scope.board, &self.keys);
        let mut names = self.change_names(scope, call);
        names.push(keys.history_aside(board, token));
        for target in targets {
            names.extend(keys.period(scope, &target.label));
            names.extend(keys.period(scope, &target.label.aside(token)));
        }
        let mut args = head(scope, now_ms, targets);
        args.extend([number(version), text(token)]);
        done("undo_reset", &self.call("leaderport_undo_reset", names, args, false).await?)
    }

    /// The entries of some players in a period, in the order they were asked for, be they in the standings or kept out of them.
    pub async fn entries(&self, scope: &Scope, label: &Label, players: &[PlayerId]) -> Result<Vec<Option<Entry>>, StoreError> {
        let [.., hidden] = self.keys.period(scope, label);
        let shown = self.shown_entries(scope, label, players).await?;
        let hidden = self.entries_in(scope, &hidden, players).await?;
        Ok(shown.into_iter().zip(hidden).map(|(shown, hidden)| shown.or(hidden)).collect())
    }

    /// The entries of some players in the standings of a period, in the order they were asked for.
    pub async fn shown_entries(&self, scope: &Scope, label: &Label, players: &[PlayerId]) -> Result<Vec<Option<Entry>>, StoreError> {
        let [_, entry, ..] = self.keys.period(scope, label);
        self.entries_in(scope, &entry, players).await
    }

    async fn entries_in(&self, scope: &Scope, hash: &str, players: &[PlayerId]) -> Result<Vec<Option<Entry>>, StoreError> {
        let mut entries = Vec::with_capacity(players.len());
        for some in players.chunks(1_000) {
            let names: Vec<&str> = some.iter().map(PlayerId::as_str).collect();
            let packed: Vec<Value> = self.pool.next().hmget(hash, names).await?;
            for packed in packed {
                let entry = packed.as_bytes().map(|packed| Entry::read(packed, scope.columns));
                entries.push(entry.map(|entry| entry.ok_or_else(|| odd("entries", &[]))).transpose()?);
            }
        }
        Ok(entries)
    }

    fn change_names(&self, scope: &Scope, call: &str) -> Vec<String> {
        let (board, keys) = (&scope.board, &self.keys);
        vec![keys.board(scope), keys.log(board), keys.periods(scope), keys.history(scope), keys.writer(board, call), keys.live(scope)]
    }
}

fn head(scope: &Scope, now_ms: u64, targets: &[Target]) -> Vec<Value> {
    let mut args = vec![number(1), number(now_ms), text(&scope.revision), text(&scope.line), number(targets.len() as u64)];
    args.extend(targets.iter().flat_map(Target::args));
    args
}

fn done(function: &str, reply: &[Value]) -> Answer<Done> {
    let answer = match settled(function, reply)? {
        Ok(answer) => answer,
        Err(declined) => return Ok(Err(declined)),
    };
    let mut reader = Reader(&answer);
    let read = reader.uint(6).zip(reader.uint(5));
    read.map(|(version, entries)| Ok(Done { version, entries })).ok_or_else(|| odd(function, reply))
}

impl Restored {
    fn pack(&self) -> Vec<u8> {
        let packed = |entry: &Option<Entry>| entry.as_ref().map(Entry::pack).unwrap_or_default();
        let mut bytes = Writer(Vec::with_capacity(96));
        bytes.int(i64::from(self.target) + 1, 1).text(self.player.as_str(), 1);
        bytes.sized(&packed(&self.now), 2).sized(&packed(&self.wanted), 2).int(i64::from(self.is_whole), 1).int(self.kept as i64, 3);
        let mut points = Writer::default();
        for point in &self.points {
            points.int(point.reached_ms as i64, 6).int(point.key, 7).int(point.rank as i64, 4).int(point.attempts as i64, 3);
        }
        bytes.sized(&points.0, 2);
        bytes.0
    }
}
