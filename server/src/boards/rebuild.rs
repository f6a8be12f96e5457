//! A board's entries made anew out of its log: in place, by the rules that it has now, or in a copy, by others.

use super::{
    Boards,
    board::Loaded,
    caller::Caller,
    catalog::token,
    from_store, order,
    replay::Course,
    rights::Right,
    rollback::{MOST, Move},
    undo::{CALLS, open_for_changes, refused},
};
use crate::valkey::{
    functions::{
        Declined, Entry, Target,
        change::ScoreEdit,
        log::{Act, Asked, Put, Record, Sent},
        restore::{Cause, Restore, Restored},
    },
    keys::Label,
};
use app::{
    error::{AppError, Field, What},
    i18n::t,
    model::{BoardId, PlayerId, Rules, RulesChange},
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Entries that are written to a copy in one step.
const SHARE: usize = 500;

/// What to make anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The board whose log is read.
    pub board: BoardId,
    /// The copy that is made, if it is not the board itself.
    pub into: Option<BoardId>,
    /// The rules of the copy.
    pub rules: Option<Rules>,
    /// Whether it only says what it would do.
    pub dry_run: bool,
    /// The version up to which the log is read.
    pub to: u64,
}

/// What was made anew.
#[derive(Debug, Serialize)]
pub struct Rebuilt {
    /// Entries that are others, or that the copy has.
    pub entries: u64,
    /// Submissions that the rules don't take.
    pub refused: u64,
    /// The version of what was made.
    pub version: u64,
    /// In place: the hundred that move the furthest; ranks are by score and tiebreaks.
    pub moves: Vec<Move>,
}

/// Is told how far it is, in versions read and entries written; an error ends it.
pub trait Progress {
    /// So many steps, of so many.
    fn note(&mut self, done: u64, total: u64) -> impl Future<Output = Result<(), AppError>> + Send;
}

/// Which records count.
#[derive(Default)]
struct Counting {
    /// Those that were taken out.
    out: HashSet<u64>,
    /// Those that were rolled back: after the first, up to the second.
    back: Vec<(u64, u64)>,
    /// Resets that were undone: in which periods, from when to when.
    resets: Vec<(Vec<Label>, u64, u64)>,
}

impl Boards {
    /// Checks what is asked, and founds the copy, archived until it is made.
    pub async fn plan_rebuild(
        &self,
        caller: Caller,
        board: &BoardId,
        into: Option<BoardId>,
        change: RulesChange,
        dry_run: bool,
    ) -> Result<Plan, AppError> {
        caller.must(Right::Manage, Some(board))?;
        if let Some(into) = &into {
            caller.must(Right::Manage, Some(into))?;
        }
        let loaded = open_for_changes(&self.board(board).await?.shared).await?;
        let to = self.newest(&loaded.scope).await?;
        self.must_reach_back(&loaded).await?;
        let rules = loaded.rules.changed(change)?;
        if into.is_none() && rules != loaded.rules {
            return Err(AppError::invalid(Field::Request, t::problem::REBUILD_RULES));
        }
        if rules.tiebreaks.iter().map(|column| &column.name).ne(loaded.rules.tiebreaks.iter().map(|column| &column.name)) {
            return Err(AppError::invalid(Field::Tiebreaks, t::problem::REBUILD_TIEBREAKS));
        }
        self.check_windows(&rules)?;
        if let (Some(into), false) = (&into, dry_run) {
            let hidden = Rules { archived: true, ..rules.clone() };
            if !self.create_with(into, &hidden, to).await.map_err(from_store)? {
                return Err(AppError::Exists);
            }
        }
        Ok(Plan { board: board.clone(), rules: into.is_some().then_some(rules), into, dry_run, to })
    }

    /// Makes it. Done again, it comes to the same.
    pub async fn rebuild(&self, plan: &Plan, progress: &mut impl Progress) -> Result<Rebuilt, AppError> {
        let loaded = self.board(&plan.board).await?.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
        let rules = plan.rules.clone().unwrap_or_else(|| loaded.rules.clone());
        let open = if plan.into.is_some() { vec![Target::all()] } else { self.open_periods(&loaded.scope).await? };
        let counting = self.counting(&loaded, plan.to).await?;
        let mut replay = Replay { from: &loaded.rules, rules: &rules, open: &open, courses: HashMap::new(), refused: 0 };
        let mut read = 0;
        while read < plan.to {
            let batch = self.store.log(&loaded.scope, read, CALLS).await.map_err(from_store)?;
            let Some(last) = batch.last() else { break };
            read = last.version;
            for record in batch.iter().filter(|record| record.version <= plan.to) {
                replay.apply(record, &counting)?;
            }
            progress.note(read.min(plan.to), plan.to).await?;
        }
        match &plan.into {
            Some(into) => self.fill(plan, into, replay, progress).await,
            None => self.replace(plan, &loaded, replay, &open).await,
        }
    }

    /// Takes back what a rebuild that ends early has founded.
    pub async fn drop_rebuild(&self, plan: &Plan) -> Result<(), AppError> {
        match &plan.into {
            Some(into) if !plan.dry_run => self.delete_if_there(into).await,
            _ => Ok(()),
        }
    }

    async fn must_reach_back(&self, loaded: &Loaded) -> Result<(), AppError> {
        let oldest = self.store.log(&loaded.scope, 0, 1).await.map_err(from_store)?;
        // A log begins anew with rules that only an empty board may have got.
        let begins = |record: &Record| match &record.act {
            Act::Edited { rules, before } => before.as_ref().is_some_and(|before| before.reorders(rules).is_some()),
            _ => false,
        };
        match oldest.first() {
            Some(first) if first.version > 1 && !begins(first) => Err(refused(t::problem::LOG_BEGINS_LATE)),
            None if self.newest(&loaded.scope).await? > 0 => Err(refused(t::problem::LOG_BEGINS_LATE)),
            _ => Ok(()),
        }
    }

    /// Which records were undone or rolled back.
    async fn counting(&self, loaded: &Loaded, to: u64) -> Result<Counting, AppError> {
        let (mut causes, mut resets, mut read) = (Vec::new(), HashMap::new(), 0);
        let mut counting = Counting::default();
        while read < to {
            let batch = self.store.log(&loaded.scope, read, CALLS).await.map_err(from_store)?;
            let Some(last) = batch.last() else { break };
            read = last.version;
            for Record { version, act, .. } in batch.into_iter().filter(|record| record.version <= to) {
                match (act.asked(), &act) {
                    (Some(Asked::Restore(cause)), _) => causes.push((version, *cause)),
                    (Some(Asked::Reset), Act::Changed { aside, .. }) => {
                        resets.insert(version, aside.iter().map(Label::before_aside).collect::<Vec<_>>());
                    }
                    (Some(Asked::Unreset(reset)), _) => {
                        let labels = resets.remove(reset).ok_or(AppError::Internal)?;
                        counting.resets.push((labels, *reset, version));
                    }
                    _ => {}
                }
            }
        }
        for (version, cause) in causes.into_iter().rev() {
            if counting.is_out(version) {
                continue;
            }
            match cause {
                Cause::Out(out) => drop(counting.out.insert(out)),
                Cause::Rollback(to) => counting.back.push((to, version)),
                Cause::Rebuild(_) | Cause::Combine => {}
            }
        }
        Ok(counting)
    }

    /// Makes the board's own entries what they come to, all in one step.
    async fn replace(&self, plan: &Plan, loaded: &Loaded, replay: Replay<'_>, open: &[Target]) -> Result<Rebuilt, AppError> {
        let refused_count = replay.refused;
        let entries = self.wanted(loaded, replay, open, true).await?;
        let moves = self.moves(loaded, &entries, open).await?;
        let mut rebuilt = Rebuilt { entries: entries.len() as u64, refused: refused_count, version: plan.to, moves };
        if plan.dry_run || entries.is_empty() {
            return Ok(rebuilt);
        }
        if entries.len() > MOST {
            return Err(refused(t::problem::rebuild_much(&MOST.to_string())));
        }
        rebuilt.version = self.restore_all(loaded, plan.to, Some(plan.to), open, &entries).await?;
        self.show_restored(&loaded.scope, open, &entries).await?;
        Ok(rebuilt)
    }

    /// Gives the copy its entries, share by share, and opens it.
    async fn fill(&self, plan: &Plan, into: &BoardId, replay: Replay<'_>, progress: &mut impl Progress) -> Result<Rebuilt, AppError> {
        let refused_count = replay.refused;
        let mut rebuilt = Rebuilt {
            entries: replay.courses.values().filter(|course| course.entry.is_some()).count() as u64,
            refused: refused_count,
            version: plan.to,
            moves: Vec::new(),
        };
        if plan.dry_run {
            return Ok(rebuilt);
        }
        let open = self.board(into).await?;
        let loaded = open.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
        // Whoever is kept out of the board's standings is not in those of its copy.
        self.store.copy_verdicts(&plan.board, into).await.map_err(from_store)?;
        let targets = [Target::all()];
        let entries = self.wanted(&loaded, replay, &targets, false).await?;
        let total = plan.to + entries.len() as u64;
        for (at, share) in entries.chunks(SHARE).enumerate() {
            rebuilt.version = self.restore_all(&loaded, plan.to, None, &targets, share).await?;
            self.show_restored(&loaded.scope, &targets, share).await?;
            progress.note(plan.to + ((at + 1) * SHARE).min(entries.len()) as u64, total).await?;
        }
        let archived = plan.rules.as_ref().is_some_and(|rules| rules.archived);
        let info = self.edit(Caller::Server, into, RulesChange { archived: Some(archived), ..RulesChange::default() }).await?;
        rebuilt.version = info.version;
        Ok(rebuilt)
    }

    /// The entries that have to be written, in the order of their players.
    async fn wanted(&self, loaded: &Loaded, replay: Replay<'_>, open: &[Target], with_others: bool) -> Result<Vec<Restored>, AppError> {
        let mut courses: Vec<_> = replay.courses.into_iter().collect();
        courses.sort_by(|(a, _), (b, _)| a.cmp(b));
        let pairs: Vec<(Label, PlayerId)> = courses.iter().map(|(pair, _)| pair.clone()).collect();
        let now = self.entries_of(loaded, &pairs).await?;
        let mut entries = Vec::new();
        for (((label, player), mut course), now) in courses.into_iter().zip(now) {
            let Some(target) = open.iter().position(|target| target.label == label).and_then(|at| u8::try_from(at).ok()) else { continue };
            if let (Some(entry), Some(now), true) = (&mut course.entry, &now, with_others)
                && entry.order == now.order
            {
                // It is that one: when it was reached, and the rank it made, are known.
                (entry.rank, entry.reached_ms) = (now.rank, now.reached_ms);
            }
            let of = |entry: &Entry| (entry.order, entry.key, entry.columns.clone(), entry.attempts, entry.moves);
            let is_same = match (&course.entry, &now) {
                (Some(entry), Some(now)) => of(entry) == of(now) && entry.metadata == now.metadata,
                (None, None) => true,
                _ => false,
            };
            if !is_same {
                course.trim(usize::from(loaded.rules.history) / 2);
                entries.push(Restored {
                    target,
                    player,
                    now,
                    wanted: course.entry,
                    kept: course.kept,
                    is_whole: false,
                    points: course.points,
                });
            }
        }
        Ok(entries)
    }

    async fn restore_all(
        &self,
        loaded: &Loaded,
        about: u64,
        at_version: Option<u64>,
        targets: &[Target],
        entries: &[Restored],
    ) -> Result<u64, AppError> {
        let call = token();
        let now_ms = self.board(&loaded.scope.board).await?.shared.now_ms();
        let restore = Restore { scope: &loaded.scope, call: &call, now_ms, cause: Cause::Rebuild(about), at_version, targets, entries };
        match self.store.restore(&restore).await.map_err(from_store)? {
            Ok(done) => Ok(done.version),
            Err(Declined::NoBoard) if !loaded.scope.is_behind => Err(AppError::no(What::Board)),
            Err(_) => Err(refused(t::problem::REBUILD_CHANGED)),
        }
    }
}

impl Counting {
    fn is_out(&self, version: u64) -> bool {
        self.out.contains(&version) || self.back.iter().any(|(to, at)| (to + 1..*at).contains(&version))
    }

    fn counts(&self, version: u64, label: &Label) -> bool {
        let hidden = |(labels, from, to): &(Vec<Label>, u64, u64)| (*from..=*to).contains(&version) && labels.contains(label);
        !self.is_out(version) && !self.resets.iter().any(hidden)
    }
}

/// The log, played by some rules.
struct Replay<'a> {
    /// The rules that it was written by.
    from: &'a Rules,
    rules: &'a Rules,
    open: &'a [Target],
    courses: HashMap<(Label, PlayerId), Course<'a>>,
    refused: u64,
}

impl<'a> Replay<'a> {
    fn apply(&mut self, record: &Record, counting: &Counting) -> Result<(), AppError> {
        let is_open = |label: &Label| self.open.iter().any(|target| target.label == *label) && counting.counts(record.version, label);
        match &record.act {
            Act::Submitted { sent, before } => {
                let labels: Vec<Label> = before.iter().map(|before| before.label.clone()).filter(is_open).collect();
                if labels.is_empty() {
                    return Ok(());
                }
                let Some(sent) = self.taken(sent)? else {
                    self.refused += 1;
                    return Ok(());
                };
                let most = usize::from(self.rules.history);
                for label in labels {
                    let course = self.course(label, &sent.player);
                    course.submit(&sent, record.version, record.at_ms);
                    course.trim(most);
                }
            }
            Act::Changed { asked, labels, before, aside } => match &**asked {
                Asked::Put(player, put) => {
                    let labels: Vec<Label> = before.iter().map(|before| before.label.clone()).filter(is_open).collect();
                    let put = self.converted(put)?;
                    for label in labels {
                        self.course(label, player).put(&put, record.version, record.at_ms);
                    }
                }
                Asked::Remove(players) => {
                    let pairs: Vec<_> = labels
                        .iter()
                        .filter(|label| is_open(label))
                        .flat_map(|label| players.iter().map(|player| (label.clone(), player)))
                        .collect();
                    for (label, player) in pairs {
                        self.course(label, player).remove();
                    }
                }
                Asked::Range | Asked::Top => {
                    for before in before.iter().filter(|before| is_open(&before.label)) {
                        let pair = (before.label.clone(), before.player.clone());
                        if let Some(course) = self.courses.get_mut(&pair) {
                            course.remove();
                        }
                    }
                }
                Asked::Reset => {
                    let labels: Vec<Label> = aside.iter().map(Label::before_aside).filter(is_open).collect();
                    self.courses.iter_mut().filter(|((label, _), _)| labels.contains(label)).for_each(|(_, course)| course.remove());
                }
                Asked::Unreset(_) | Asked::Restore(_) => {}
            },
            Act::Moderated { .. } | Act::Closed(_) | Act::Shown | Act::Edited { .. } | Act::Frozen(_) => {}
        }
        Ok(())
    }

    fn course(&mut self, label: Label, player: &PlayerId) -> &mut Course<'a> {
        let rules = self.rules;
        self.courses.entry((label, player.clone())).or_insert_with(|| Course::new(rules, None, std::iter::empty()))
    }

    /// A submission by the rules; none if they don't take it.
    fn taken(&self, sent: &Sent) -> Result<Option<Sent>, AppError> {
        let score = order::score(sent.key, self.from).rescale(self.rules.decimals)?;
        if self.rules.bounds().check(score).is_err() {
            return Ok(None);
        }
        Ok(Some(Sent { key: order::key(score, self.rules), columns: self.columns(&sent.columns), ..sent.clone() }))
    }

    fn converted(&self, put: &Put) -> Result<Put, AppError> {
        let key = |key| Ok::<_, AppError>(order::key(order::score(key, self.from).rescale(self.rules.decimals)?, self.rules));
        let score = match put.score {
            ScoreEdit::Keep => ScoreEdit::Keep,
            ScoreEdit::Set(set) => ScoreEdit::Set(key(set)?),
            ScoreEdit::Add(add) => ScoreEdit::Add(key(add)?),
        };
        Ok(Put { score, columns: put.columns.as_ref().map(|columns| self.columns(columns)), metadata: put.metadata.clone() })
    }

    fn columns(&self, columns: &[i64]) -> Vec<i64> {
        order::columns(&order::tiebreak_values(columns, self.from), self.rules)
    }
}
