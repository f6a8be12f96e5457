//! What was done, taken out again: a player's entry in each period becomes what it would be if a submission, an edit or a removal had
//! never been. It is replayed from the log, by the rules that the board has; the order of what stays is as it was.

use super::{
    Boards,
    board::{Loaded, Shared},
    caller::Caller,
    catalog::token,
    from_store, order,
    replay::Course,
    rights::Right,
    writer::open_to_writes,
};
use crate::valkey::{
    functions::{
        Declined, Entry, Scope, Target,
        log::{Act, Asked, Record},
        period::Phase,
        restore::{Cause, Done, Restore, Restored},
    },
    keys::Label,
};
use app::{
    error::{AppError, Field, What},
    i18n::{Words, t},
    model::{BoardId, PlayerId, Rules, Score, WindowName},
};
use serde::Serialize;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use utoipa::ToSchema;

/// Calls whose records are read at once.
pub(super) const CALLS: u64 = 256;
/// How often it is tried again when an entry has changed meanwhile.
pub(super) const TRIES: usize = 16;
/// Changes that an answer lists.
pub(super) const LISTED: usize = 100;
/// Points of a history that are written.
const POINTS: usize = 1_000;

/// What taking something out did.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenOut {
    /// The board's version.
    pub version: u64,
    /// Entries that are others now, all windows together.
    pub entries: u64,
    /// The first hundred of them.
    pub changes: Vec<Difference>,
}

/// How an entry is another.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Whose.
    pub player_id: PlayerId,
    /// In which window.
    pub window: WindowName,
    /// In which of its periods.
    pub period: String,
    /// The score before; none without an entry.
    pub before: Option<Score>,
    /// The score now; none without an entry.
    pub after: Option<Score>,
}

/// A player in a period.
type Pair = (Label, PlayerId);

/// What happened to some players from a version on.
struct Past {
    /// What had to do with them, oldest first; of the entries before, only theirs.
    records: Vec<Record>,
    /// What was taken out since, and by which version: newest first.
    outs: Vec<(u64, u64)>,
}

/// The version by which something is undone already.
struct UndoneBy(u64);

impl UndoneBy {
    fn refused(self) -> AppError {
        refused(t::problem::undone(&self.0.to_string()))
    }
}

impl Boards {
    /// Takes one accepted submission out.
    pub async fn withdraw(&self, caller: Caller, board: &BoardId, version: u64) -> Result<TakenOut, AppError> {
        self.take_out(caller, board, version, true).await?.map_err(UndoneBy::refused)
    }

    /// The same, unless it is out already.
    pub(super) async fn withdraw_unless_out(&self, caller: Caller, board: &BoardId, version: u64) -> Result<Option<TakenOut>, AppError> {
        Ok(self.take_out(caller, board, version, true).await?.ok())
    }

    /// Takes out whatever is recorded under a version: a submission, an edit, a removal, a reset, or an earlier undo.
    pub async fn undo(&self, caller: Caller, board: &BoardId, version: u64) -> Result<TakenOut, AppError> {
        self.take_out(caller, board, version, false).await?.map_err(UndoneBy::refused)
    }

    async fn take_out(
        &self,
        caller: Caller,
        board: &BoardId,
        version: u64,
        is_submission: bool,
    ) -> Result<Result<TakenOut, UndoneBy>, AppError> {
        caller.must(Right::Moderate, Some(board))?;
        let shared = self.board(board).await?.shared.clone();
        for _ in 0..TRIES {
            let loaded = open_for_changes(&shared).await?;
            let record = self.record(&loaded, version).await?;
            match (&record.act, record.act.asked()) {
                (act, _) if is_submission && !matches!(act, Act::Submitted { .. }) => return Err(AppError::no(What::Record)),
                (Act::Moderated { .. }, _) => {
                    return Err(refused(t::problem::UNDO_MODERATION));
                }
                (Act::Closed(_) | Act::Shown | Act::Edited { .. } | Act::Frozen(_), _) => {
                    return Err(refused(t::problem::UNDO_NOTHING));
                }
                (_, Some(Asked::Unreset(_))) => return Err(refused(t::problem::UNDO_UNRESET)),
                (Act::Changed { aside, .. }, Some(Asked::Reset)) => match self.undo_reset(&shared, &loaded, version, aside).await? {
                    Some(done) => return Ok(Ok(done)),
                    None => continue,
                },
                _ => {}
            }
            if let Some(done) = self.take_out_once(&shared, &loaded, &record).await? {
                return Ok(done);
            }
        }
        Err(AppError::Busy)
    }

    /// One try; `None` if something has moved meanwhile.
    async fn take_out_once(
        &self,
        shared: &Shared,
        loaded: &Loaded,
        record: &Record,
    ) -> Result<Option<Result<TakenOut, UndoneBy>>, AppError> {
        let open = self.open_periods(&loaded.scope).await?;
        let pairs: Vec<Pair> = record.act.before().iter().map(|before| (before.label.clone(), before.player.clone())).collect();
        let pairs: Vec<Pair> = pairs.into_iter().filter(|(label, _)| open.iter().any(|target| target.label == *label)).collect();
        // Entries are read before the log: one that changes meanwhile is another than this, and the store declines.
        let now = self.entries_of(loaded, &pairs).await?;
        let past = self.since(loaded, &pairs, record.version).await?;
        let skipped = match skipped(&past, record.version) {
            Ok(skipped) => skipped,
            Err(undone) => return Ok(Some(Err(undone))),
        };
        let steps = steps(&past, &pairs);
        let entries: Vec<Restored> =
            pairs.iter().zip(now).filter_map(|(pair, now)| restored(pair, now, steps.get(pair)?, &skipped, &loaded.rules, &open)).collect();
        let call = token();
        let restore = Restore {
            scope: &loaded.scope,
            call: &call,
            now_ms: shared.now_ms(),
            cause: Cause::Out(record.version),
            at_version: None,
            targets: &open,
            entries: &entries,
        };
        match self.try_restore(shared, &restore).await? {
            Some(done) => {
                self.show_restored(&loaded.scope, &open, &entries).await?;
                let changes = entries.iter().filter(|entry| entry.now != entry.wanted);
                let changes = changes.take(LISTED).filter_map(|entry| difference(entry, &open, &loaded.rules)).collect();
                Ok(Some(Ok(TakenOut { version: done.version, entries: done.entries, changes })))
            }
            None => Ok(None),
        }
    }

    /// Has the store restore entries; `None` if the board, its rules or one of them is another by now.
    pub(super) async fn try_restore(&self, shared: &Shared, restore: &Restore<'_>) -> Result<Option<Done>, AppError> {
        match self.store.restore(restore).await.map_err(from_store)? {
            Ok(done) => Ok(Some(done)),
            Err(Declined::NoBoard) if !restore.scope.is_behind => Err(AppError::no(What::Board)),
            Err(Declined::Behind(now_ms)) => {
                shared.is_at_least(now_ms);
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }

    async fn undo_reset(&self, shared: &Shared, loaded: &Loaded, version: u64, aside: &[Label]) -> Result<Option<TakenOut>, AppError> {
        let open = self.open_periods(&loaded.scope).await?;
        let labels: Vec<Label> = aside.iter().map(Label::before_aside).collect();
        let targets: Vec<Target> = open.into_iter().filter(|target| labels.contains(&target.label)).collect();
        let Some(set_aside) = aside.first().and_then(Label::aside_token) else { return Err(AppError::Internal) };
        let call = token();
        let answer = self.store.undo_reset(&loaded.scope, &call, shared.now_ms(), &targets, version, set_aside).await;
        match answer.map_err(from_store)? {
            Ok(done) => Ok(Some(TakenOut { version: done.version, entries: done.entries, changes: Vec::new() })),
            Err(Declined::Entries) => Err(refused(t::problem::UNDO_ENTRIES)),
            Err(Declined::Gone) => Err(refused(t::problem::UNDO_GONE)),
            Err(Declined::NoBoard) if !loaded.scope.is_behind => Err(AppError::no(What::Board)),
            Err(_) => Ok(None),
        }
    }

    /// One record of the log.
    async fn record(&self, loaded: &Loaded, version: u64) -> Result<Record, AppError> {
        let batch = self.store.log_at(&loaded.scope, version).await.map_err(from_store)?;
        batch.into_iter().find(|record| record.version == version).ok_or_else(|| AppError::no(What::Record))
    }

    /// The periods whose entries can be restored: `all`, and those that were written to and are open.
    pub(super) async fn open_periods(&self, scope: &Scope) -> Result<Vec<Target>, AppError> {
        let periods = self.store.periods(scope).await.map_err(from_store)?.periods;
        let open = periods.into_iter().filter(|(_, state)| state.phase == Phase::Open);
        // A byte numbers them; the newest are those that things happen in.
        let mut targets: Vec<Target> = open.map(|(label, state)| Target { label, times: state.times, late: true }).collect();
        targets.sort_by_key(|target| std::cmp::Reverse(target.times[0]));
        targets.truncate(254);
        targets.insert(0, Target::all());
        Ok(targets)
    }

    /// The entries of pairs, in their order.
    pub(super) async fn entries_of(&self, loaded: &Loaded, pairs: &[Pair]) -> Result<Vec<Option<Entry>>, AppError> {
        let mut by_label: HashMap<&Label, Vec<usize>> = HashMap::new();
        for (at, (label, _)) in pairs.iter().enumerate() {
            by_label.entry(label).or_default().push(at);
        }
        let mut all = vec![None; pairs.len()];
        for (label, places) in by_label {
            let players: Vec<PlayerId> = places.iter().map(|at| pairs[*at].1.clone()).collect();
            let entries = self.store.entries(&loaded.scope, label, &players).await.map_err(from_store)?;
            for (at, entry) in places.into_iter().zip(entries) {
                all[at] = entry;
            }
        }
        Ok(all)
    }

    /// What happened to pairs from a version on, or from earlier on if something earlier was taken out since.
    async fn since(&self, loaded: &Loaded, pairs: &[Pair], version: u64) -> Result<Past, AppError> {
        let wanted: HashSet<&Pair> = pairs.iter().collect();
        let mut base = version;
        loop {
            let mut past = Past { records: Vec::new(), outs: Vec::new() };
            let mut after = base.saturating_sub(1);
            let mut is_first = true;
            loop {
                let batch = self.store.log(&loaded.scope, after, CALLS).await.map_err(from_store)?;
                let Some(last) = batch.last() else { break };
                if is_first && batch.first().is_none_or(|first| first.version > base) {
                    return Err(refused(t::problem::UNDO_LOG));
                }
                is_first = false;
                after = last.version;
                for record in batch.into_iter().filter(|record| record.version >= base) {
                    past.note(record, &wanted, &loaded.rules, version)?;
                }
            }
            past.outs.reverse();
            match past.outs.iter().map(|(_, out)| *out).min() {
                Some(earlier) if earlier < base => base = earlier,
                _ => return past.without_open_resets(&wanted),
            }
        }
    }
}

impl Past {
    /// Notes a record, if it has to do with the pairs.
    fn note(&mut self, mut record: Record, wanted: &HashSet<&Pair>, rules: &Rules, version: u64) -> Result<(), AppError> {
        if let Act::Edited { rules: edited, before } = &record.act {
            let differs = |other: &Rules| other.keep != rules.keep || other.reorders(rules).is_some();
            if differs(edited) || before.as_ref().is_some_and(|before| differs(before)) {
                return Err(refused(t::problem::UNDO_KEEP));
            }
            return Ok(());
        }
        if let Some(before) = record.act.before_mut() {
            before.retain(|before| wanted.contains(&(before.label.clone(), before.player.clone())));
        }
        let touches = !record.act.before().is_empty();
        // What a rollback left as it was may have been taken out and brought back before it: that has never been, either.
        let is_over_them = |to: u64| self.records.iter().any(|known| known.version > to);
        let is_in_the_way = match record.act.asked() {
            Some(Asked::Restore(Cause::Rollback(to))) => touches || is_over_them(*to),
            Some(Asked::Restore(Cause::Rebuild(_) | Cause::Combine)) => touches,
            _ => false,
        };
        match record.act.asked() {
            _ if is_in_the_way && record.version != version => {
                return Err(refused(t::problem::UNDO_ROLLED_BACK));
            }
            Some(Asked::Restore(Cause::Out(out))) if touches => self.outs.push((record.version, *out)),
            Some(Asked::Reset | Asked::Unreset(_)) => return self.note_reset(record),
            // It may name those who had nothing to be removed.
            Some(Asked::Remove(_)) => {}
            _ if !touches => return Ok(()),
            _ => {}
        }
        self.records.push(record);
        Ok(())
    }

    /// A reset that was undone has never been, and what came between the two is gone with it.
    fn note_reset(&mut self, record: Record) -> Result<(), AppError> {
        let Some(Asked::Unreset(reset)) = record.act.asked() else {
            self.records.push(record);
            return Ok(());
        };
        let Some(at) = self.records.iter().position(|known| known.version == *reset) else {
            return Err(refused(t::problem::UNDO_RESET_UNDONE));
        };
        let Act::Changed { aside, .. } = self.records.remove(at).act else { return Err(AppError::Internal) };
        let labels: Vec<Label> = aside.iter().map(Label::before_aside).collect();
        for later in &mut self.records[at..] {
            if let Some(before) = later.act.before_mut() {
                before.retain(|before| !labels.contains(&before.label));
            }
        }
        Ok(())
    }

    /// Refuses what a reset has removed and nobody has brought back.
    fn without_open_resets(self, wanted: &HashSet<&Pair>) -> Result<Self, AppError> {
        let is_open = |record: &Record| match (&record.act, record.act.asked()) {
            (Act::Changed { aside, .. }, Some(Asked::Reset)) => {
                aside.iter().map(Label::before_aside).any(|label| wanted.iter().any(|(known, _)| *known == label))
            }
            _ => false,
        };
        match self.records.iter().find(|record| is_open(record)) {
            Some(reset) => Err(refused(t::problem::undo_reset(&reset.version.to_string()))),
            None => Ok(self),
        }
    }
}

/// Which records count no more, with this one.
fn skipped(past: &Past, version: u64) -> Result<HashSet<u64>, UndoneBy> {
    let mut skipped = HashSet::from([version]);
    for (by, out) in &past.outs {
        if skipped.contains(by) {
            continue;
        }
        if *out == version {
            return Err(UndoneBy(*by));
        }
        skipped.insert(*out);
    }
    Ok(skipped)
}

/// What happened to each pair, oldest first, with its entry before.
fn steps<'a>(past: &'a Past, wanted: &'a [Pair]) -> HashMap<&'a Pair, Vec<(&'a Record, Option<&'a Entry>)>> {
    let mut steps: HashMap<&Pair, Vec<_>> = wanted.iter().map(|pair| (pair, Vec::new())).collect();
    for record in &past.records {
        let mut known = HashMap::new();
        for before in record.act.before() {
            known.insert((before.label.clone(), before.player.clone()), before.entry.as_ref());
        }
        // Whoever had nothing to be removed is named all the same: it would be removed if it were there.
        if let (Act::Changed { labels, .. }, Some(Asked::Remove(players))) = (&record.act, record.act.asked()) {
            for pair in labels.iter().flat_map(|label| players.iter().map(|player| (label.clone(), player.clone()))) {
                known.entry(pair).or_insert(None);
            }
        }
        for (pair, entry) in known {
            if let Some(steps) = steps.get_mut(&pair) {
                steps.push((record, entry));
            }
        }
    }
    steps
}

/// What a pair's entry would be, which may be what it is.
fn restored(
    (label, player): &Pair,
    now: Option<Entry>,
    steps: &[(&Record, Option<&Entry>)],
    skipped: &HashSet<u64>,
    rules: &Rules,
    open: &[Target],
) -> Option<Restored> {
    let (_, first) = steps.first()?;
    let real = steps.iter().filter_map(|(_, entry)| *entry).chain(&now);
    let mut course = Course::new(rules, first.cloned(), real);
    for (record, _) in steps.iter().filter(|(record, _)| !skipped.contains(&record.version)) {
        match &record.act {
            Act::Submitted { sent, .. } => course.submit(sent, record.version, record.at_ms),
            Act::Changed { asked, .. } => match &**asked {
                Asked::Put(_, put) => course.put(put, record.version, record.at_ms),
                Asked::Remove(_) | Asked::Range | Asked::Top | Asked::Reset => course.remove(),
                Asked::Unreset(_) | Asked::Restore(_) => {}
            },
            Act::Moderated { .. } | Act::Closed(_) | Act::Shown | Act::Edited { .. } | Act::Frozen(_) => {}
        }
    }
    // Whoever had no entry in between has lost the points of before.
    let is_whole = steps.iter().skip(1).all(|(_, entry)| entry.is_some()) && now.is_some() && course.entry.is_some();
    let dropped = course.points.len().saturating_sub(POINTS);
    let points = course.points.split_off(dropped);
    Some(Restored {
        target: u8::try_from(open.iter().position(|target| target.label == *label)?).ok()?,
        player: player.clone(),
        now,
        wanted: course.entry,
        kept: course.kept + dropped as u64,
        is_whole: is_whole && dropped == 0,
        points,
    })
}

/// An entry that becomes another, as it is shown.
fn difference(entry: &Restored, targets: &[Target], rules: &Rules) -> Option<Difference> {
    let (window, period) = targets.get(usize::from(entry.target))?.label.parts()?;
    let score = |entry: &Option<Entry>| entry.as_ref().map(|entry| order::score(entry.key, rules));
    let (before, after) = (score(&entry.now), score(&entry.wanted));
    Some(Difference { player_id: entry.player.clone(), window, period: period.to_owned(), before, after })
}

/// The rules of now, of a board that takes changes.
pub(super) async fn open_for_changes(shared: &Shared) -> Result<Arc<Loaded>, AppError> {
    let loaded = shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
    open_to_writes(&loaded.rules).map(|()| loaded)
}

/// Why something can't be undone.
pub(super) fn refused(message: impl Into<Words>) -> AppError {
    AppError::NotUndoable { message: message.into() }
}

/// A version that was sent.
pub fn version(text: &str, field: Field) -> Result<u64, AppError> {
    let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    number.filter(|number| (1..1 << 48).contains(number)).ok_or_else(|| AppError::invalid(field, t::problem::VERSION_NUMBER))
}
