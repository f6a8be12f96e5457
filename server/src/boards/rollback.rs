//! A board as it was at a version or a time: one step that makes every entry that has changed since what it was.

use super::{
    Boards,
    board::{Loaded, Shared},
    caller::Caller,
    catalog::token,
    from_store, order,
    rights::Right,
    undo::{CALLS, LISTED, TRIES, open_for_changes, refused},
};
use crate::valkey::{
    functions::{
        Entry, Target,
        log::{Act, Asked, Before, Record},
        restore::{Cause, Restore, Restored},
    },
    keys::Label,
};
use app::{
    error::{AppError, Field, What},
    i18n::t,
    model::{BoardId, PlayerId, Rules, Standing, WindowName},
};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Entries that one rollback restores at most: Valkey answers nobody else while it does.
pub(super) const MOST: usize = 20_000;

/// What to go back to.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// A version of the board.
    Version(u64),
    /// The end of a time, in ms since 1970.
    Time(u64),
}

/// What a rollback did, or would do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolledBack {
    /// The version that the board is like now, or would be.
    pub to: u64,
    /// The board's version.
    pub version: u64,
    /// Entries that are others, all windows together.
    pub entries: u64,
    /// Those of them that are there again, or gone.
    pub back: u64,
    /// See `back`.
    pub gone: u64,
    /// The hundred that move the furthest.
    pub moves: Vec<Move>,
}

/// How an entry moves. Ranks are by score and tiebreaks: equal ones share theirs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// Whose.
    pub player_id: PlayerId,
    /// In which window.
    pub window: WindowName,
    /// In which of its periods.
    pub period: String,
    /// How it stood; none without an entry.
    pub before: Option<Standing>,
    /// How it stands then; none without an entry.
    pub after: Option<Standing>,
}

/// The first entry that each pair had after the version, so the one it had at the version.
#[derive(Default)]
struct Since {
    first: Firsts,
    /// Resets that nobody has undone, with what came in their periods after them.
    resets: Vec<(u64, Vec<Label>, Firsts)>,
    /// Whether something was taken out or brought back since that counted otherwise at the version. Where no entry shows it, other rules would.
    counts_otherwise: bool,
}

/// The first entries of players in periods.
type Firsts = HashMap<(Label, PlayerId), First>;

/// Sort key and columns of an entry.
type Place = (i64, Vec<i64>);

struct First {
    entry: Option<Entry>,
    /// Whether the history's points of then are there still.
    is_whole: bool,
}

impl Boards {
    /// Brings a board back to a version; a dry run only says what that would do.
    pub async fn roll_back(&self, caller: Caller, board: &BoardId, goal: Goal, dry_run: bool) -> Result<RolledBack, AppError> {
        caller.must(Right::Manage, Some(board))?;
        let shared = self.board(board).await?.shared.clone();
        let mut loaded = open_for_changes(&shared).await?;
        let to = self.version_of(&loaded, goal).await?;
        let (mut since, mut read) = (Since::default(), to);
        for _ in 0..TRIES {
            read = self.read_since(&loaded, &mut since, read, to).await?;
            let open = self.open_periods(&loaded.scope).await?;
            let entries = self.back(&loaded, &since, &open).await?;
            let moves = self.moves(&loaded, &entries, &open).await?;
            let count = |is: &dyn Fn(&Restored) -> bool| entries.iter().filter(|entry| is(entry)).count() as u64;
            let mut answer = RolledBack {
                to,
                version: read,
                entries: entries.len() as u64,
                back: count(&|entry| entry.now.is_none()),
                gone: count(&|entry| entry.wanted.is_none()),
                moves,
            };
            if dry_run || entries.is_empty() && !since.counts_otherwise {
                return Ok(answer);
            }
            match self.write_back(&shared, &loaded, &open, &entries, to, read).await? {
                Some(version) => {
                    answer.version = version;
                    self.show_restored(&loaded.scope, &open, &entries).await?;
                    return Ok(answer);
                }
                None => loaded = open_for_changes(&shared).await?,
            }
        }
        Err(AppError::Busy)
    }

    async fn write_back(
        &self,
        shared: &Shared,
        loaded: &Loaded,
        open: &[Target],
        entries: &[Restored],
        to: u64,
        at_version: u64,
    ) -> Result<Option<u64>, AppError> {
        let call = token();
        let restore = Restore {
            scope: &loaded.scope,
            call: &call,
            now_ms: shared.now_ms(),
            cause: Cause::Rollback(to),
            at_version: Some(at_version),
            targets: open,
            entries,
        };
        Ok(self.try_restore(shared, &restore).await?.map(|done| done.version))
    }

    /// The version that is meant; refused if the log does not reach back to it.
    async fn version_of(&self, loaded: &Loaded, goal: Goal) -> Result<u64, AppError> {
        let newest = self.newest(&loaded.scope).await?;
        let oldest = self.store.log(&loaded.scope, 0, 1).await.map_err(from_store)?;
        let reaches = oldest.first().map_or(newest, |first| first.version - 1);
        let to = match goal {
            Goal::Version(version) if version > newest => {
                return Err(AppError::invalid(Field::To, t::problem::no_later(&newest.to_string())));
            }
            Goal::Version(version) => version,
            Goal::Time(at_ms) => self.version_at(loaded, at_ms, reaches, newest).await?,
        };
        if to < reaches {
            return Err(refused(t::problem::log_reaches(&reaches.to_string())));
        }
        Ok(to)
    }

    /// The last version that was written until a time. Records are in the order of their times, so it is found by halving.
    async fn version_at(&self, loaded: &Loaded, at_ms: u64, oldest: u64, newest: u64) -> Result<u64, AppError> {
        let (mut low, mut high) = (oldest, newest);
        while low < high {
            let middle = low + (high - low) / 2 + 1;
            let batch = self.store.log_at(&loaded.scope, middle).await.map_err(from_store)?;
            let record = batch.into_iter().find(|record| record.version == middle).ok_or(AppError::no(What::Record))?;
            if record.at_ms <= at_ms { low = middle } else { high = middle - 1 }
        }
        if low == oldest && oldest > 0 {
            return Err(refused(t::problem::LOG_TIME));
        }
        Ok(low)
    }

    /// Reads the log on from a version; returns the last one that was read.
    async fn read_since(&self, loaded: &Loaded, since: &mut Since, mut read: u64, to: u64) -> Result<u64, AppError> {
        loop {
            let batch = self.store.log(&loaded.scope, read, CALLS).await.map_err(from_store)?;
            let Some(last) = batch.last() else { return Ok(read) };
            let next = last.version;
            for record in batch.into_iter().filter(|record| record.version > read.max(to)) {
                match record.act.asked() {
                    Some(Asked::Restore(Cause::Rollback(back))) if *back == to => since.counts_otherwise = false,
                    Some(Asked::Restore(_)) => since.counts_otherwise = true,
                    _ => {}
                }
                since.note(record, &loaded.rules)?;
            }
            read = next;
            if since.first.len() > 4 * MOST {
                return Err(too_many());
            }
        }
    }

    /// The entries that have to be others.
    async fn back(&self, loaded: &Loaded, since: &Since, open: &[Target]) -> Result<Vec<Restored>, AppError> {
        if let Some((version, ..)) = since.resets.first() {
            return Err(refused(t::problem::reset_between(&version.to_string())));
        }
        let target = |label: &Label| open.iter().position(|target| target.label == *label).and_then(|at| u8::try_from(at).ok());
        let mut pairs: Vec<_> = since.first.keys().filter(|(label, _)| target(label).is_some()).cloned().collect();
        pairs.sort();
        let now = self.entries_of(loaded, &pairs).await?;
        let mut entries = Vec::new();
        for (pair, now) in pairs.into_iter().zip(now) {
            let Some((first, target)) = since.first.get(&pair).zip(target(&pair.0)) else { continue };
            if first.entry == now {
                continue;
            }
            let kept = first.entry.as_ref().map_or(0, |entry| entry.moves.saturating_sub(1));
            let is_whole = first.is_whole && now.is_some() && first.entry.is_some();
            entries.push(Restored { target, player: pair.1, now, wanted: first.entry.clone(), kept, is_whole, points: Vec::new() });
        }
        if entries.len() > MOST { Err(too_many()) } else { Ok(entries) }
    }

    /// Who moves the furthest, and from where to where.
    pub(super) async fn moves(&self, loaded: &Loaded, entries: &[Restored], open: &[Target]) -> Result<Vec<Move>, AppError> {
        let mut moves = Vec::new();
        let verdicts: HashMap<_, _> = self.store.verdicts(&loaded.scope.board).await.map_err(from_store)?.into_iter().collect();
        // Whoever is kept out of the standings moves nobody in there.
        let is_shown = |entry: &Restored| verdicts.get(&entry.player).is_none_or(|verdict| !verdict.is_out());
        for (at, target) in open.iter().enumerate() {
            let of_target: Vec<&Restored> = entries.iter().filter(|entry| usize::from(entry.target) == at && is_shown(entry)).collect();
            let Some((window, period)) = target.label.parts().filter(|_| !of_target.is_empty()) else { continue };
            let ranked = self.ranked(loaded, &target.label, &of_target).await?;
            let standing = |entry: &Option<Entry>, rank| entry.as_ref().map(|entry| shown(entry, rank, &loaded.rules));
            moves.extend(of_target.into_iter().zip(ranked).map(|(entry, (before, after))| Move {
                player_id: entry.player.clone(),
                window: window.clone(),
                period: period.to_owned(),
                before: standing(&entry.now, before),
                after: standing(&entry.wanted, after),
            }));
        }
        let rank = |standing: &Option<Standing>| standing.map_or(u64::MAX, |standing| standing.rank);
        moves.sort_by_key(|moved| std::cmp::Reverse(rank(&moved.before).abs_diff(rank(&moved.after))));
        moves.truncate(LISTED);
        Ok(moves)
    }

    /// The ranks of entries of one period before and after.
    async fn ranked(&self, loaded: &Loaded, label: &Label, entries: &[&Restored]) -> Result<Vec<(u64, u64)>, AppError> {
        let standing = |entry: &Option<Entry>| entry.as_ref().map(|entry| (entry.key, entry.columns.clone()));
        let sorted = |of: &dyn Fn(&Restored) -> Option<Place>| {
            let mut all: Vec<_> = entries.iter().filter_map(|entry| of(entry)).collect();
            all.sort();
            all
        };
        let (leaving, coming) = (sorted(&|entry| standing(&entry.now)), sorted(&|entry| standing(&entry.wanted)));
        let better = |all: &[Place], own: &Place| all.partition_point(|other| other < own) as u64;
        let nowhere = (i64::MAX >> 10, vec![0; loaded.scope.columns]);
        let asked: Vec<_> = entries
            .iter()
            .flat_map(|entry| [standing(&entry.now), standing(&entry.wanted)])
            .map(|standing| standing.unwrap_or_else(|| nowhere.clone()))
            .collect();
        let places: Vec<(i64, &[i64])> = asked.iter().map(|(key, columns)| (*key, &columns[..])).collect();
        let found = self.store.places(&loaded.scope, label, &places).await.map_err(from_store)?;
        let ranks = found.chunks_exact(2).zip(asked.chunks_exact(2)).map(|(found, asked)| {
            let stay = found[1].saturating_sub(better(&leaving, &asked[1]));
            (found[0] + 1, stay + better(&coming, &asked[1]) + 1)
        });
        Ok(ranks.collect())
    }
}

fn shown(entry: &Entry, rank: u64, rules: &Rules) -> Standing {
    Standing { score: order::score(entry.key, rules), rank }
}

impl Since {
    fn note(&mut self, mut record: Record, rules: &Rules) -> Result<(), AppError> {
        match &record.act {
            Act::Edited { rules: edited, before } => {
                let differs = |other: &Rules| other.reorders(rules).is_some();
                if differs(edited) || before.as_ref().is_some_and(|before| differs(before)) {
                    return Err(refused(t::problem::ORDER_CHANGED));
                }
            }
            Act::Changed { asked, aside, .. } => match &**asked {
                Asked::Reset => self.resets.push((record.version, aside.iter().map(Label::before_aside).collect(), Firsts::new())),
                // What was there before it is there again, and what came between the two is gone with it.
                Asked::Unreset(reset) => {
                    let known = self.resets.iter().position(|(version, ..)| version == reset);
                    self.resets.remove(known.ok_or_else(|| refused(t::problem::RESET_UNDONE_ACROSS))?);
                }
                _ => {}
            },
            Act::Submitted { .. } | Act::Moderated { .. } | Act::Shown | Act::Closed(_) | Act::Frozen(_) => {}
        }
        let restores = matches!(record.act.asked(), Some(Asked::Restore(_)));
        for before in record.act.before_mut().map(std::mem::take).unwrap_or_default() {
            self.note_before(before, restores);
        }
        Ok(())
    }

    fn note_before(&mut self, Before { label, player, entry }: Before, restores: bool) {
        let hidden = self.resets.iter_mut().find(|(_, labels, _)| labels.contains(&label)).map(|(_, _, first)| first);
        let first = hidden.unwrap_or(&mut self.first);
        let is_gap = entry.is_none() || restores;
        first.entry((label, player)).and_modify(|first| first.is_whole &= !is_gap).or_insert(First { entry, is_whole: !restores });
    }
}

fn too_many() -> AppError {
    refused(t::problem::rollback_much(&MOST.to_string()))
}
