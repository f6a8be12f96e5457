//! A naive model of one board: it keeps a list of entries for each period and answers everything by sorting and counting.
//!
//! It shares nothing with the engine but the types that questions are asked in and answers are given in.

use crate::calendar::span;
use app::{
    error::{AppError, Field, What},
    model::{
        Ahead, BoardId, Direction, Keep, Metadata, MetadataChange, PlayerId, RankMode, Receipt, Rules, RulesChange, Score, Standing,
        Submission, TieOrder, Window, WindowName, WindowReceipt,
    },
    protocol::{Leaderboard, Row, Tag},
};
use server::boards::{
    answers::{self, Entries, Friend, Friends, HistoryPoint, Moment, OneEntry, PeriodInfo},
    change::{EntryChange, Removal},
    read::Which,
};
use std::{cmp::Ordering, collections::BTreeMap};

const DAY: u64 = 86_400_000;

/// A standing of the past.
#[derive(Clone, Debug)]
struct Point {
    at: u64,
    score: i64,
    rank: u64,
    attempts: u64,
}

/// A player's standing in one period.
#[derive(Clone, Debug)]
struct Entry {
    player: PlayerId,
    score: i64,
    tiebreaks: Vec<i64>,
    /// The version at which the standing was reached.
    version: u64,
    reached: u64,
    /// The rank when it was reached.
    rank: u64,
    attempts: u64,
    metadata: Option<Metadata>,
    /// All standings before this one.
    past: Vec<Point>,
    /// How many of the newest of them must still be known.
    kept: usize,
}

/// A period of a window, as far as time goes: start, end, close, and when it is no longer kept.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Slot {
    window: WindowName,
    period: String,
    times: [u64; 4],
}

/// A period that was written to.
#[derive(Clone, Debug)]
struct Table {
    slot: Slot,
    /// Its entries and the time when it was closed.
    closed: Option<(u64, u64)>,
    entries: Vec<Entry>,
}

/// What an id stands for.
#[derive(Clone)]
struct Seen {
    submission: Submission,
    receipt: Receipt,
    at: u64,
}

/// Which period is meant: that of an instant, or the current one.
#[derive(Clone, Debug)]
pub struct Named {
    pub window: WindowName,
    pub at: Option<u64>,
}

/// A player's history: every standing there was, and how many of the newest must be known.
pub struct History {
    pub attempts: u64,
    pub points: Vec<HistoryPoint>,
    pub least: usize,
    pub most: usize,
}

/// A submission on its way: the periods it counts in.
struct Asked {
    place: usize,
    submission: Submission,
    slots: Vec<Slot>,
}

#[derive(Clone)]
pub struct Naive {
    pub board: BoardId,
    pub rules: Rules,
    pub version: u64,
    pub updated: u64,
    /// The board's time is never earlier than this.
    floor: u64,
    /// `all` comes first.
    tables: Vec<Table>,
    /// When what resets set aside is dropped.
    asides: Vec<(WindowName, u64)>,
    seen: BTreeMap<String, Seen>,
}

impl Naive {
    pub fn new(board: BoardId, rules: Rules, now: u64) -> Self {
        let all = Table { slot: all(), closed: None, entries: Vec::new() };
        Self { board, rules, version: 0, updated: now, floor: 0, tables: vec![all], asides: Vec::new(), seen: BTreeMap::new() }
    }

    /// The board's time, when a clock shows this.
    pub fn now(&self, clock: u64) -> u64 {
        clock.max(self.floor)
    }

    fn changed(&mut self, now: u64) {
        self.version += 1;
        self.updated = self.updated.max(now);
    }

    // ---- periods

    fn slot(window: &Window, at: u64) -> Slot {
        let span = span(window, at);
        let close = span.end + u64::from(window.late_seconds) * 1000;
        let kept = span.end + u64::from(window.keep_days) * DAY;
        Slot { window: window.name.clone(), period: span.id, times: [span.start, span.end, close, kept] }
    }

    fn current(&self, now: u64) -> Vec<Slot> {
        [all()].into_iter().chain(self.rules.windows.iter().map(|window| Self::slot(window, now))).collect()
    }

    /// The periods of an instant that still take submissions.
    fn open_at(&self, at: u64, now: u64) -> Vec<Slot> {
        let slots = self.rules.windows.iter().map(|window| Self::slot(window, at));
        let open = |slot: &Slot| slot.times[2] > now && !self.is_closed(slot);
        [all()].into_iter().chain(slots.filter(open)).collect()
    }

    fn named(&self, named: &Named, now: u64) -> Result<Slot, AppError> {
        if named.window.is_all() {
            return Ok(all());
        }
        let window = self.rules.windows.iter().find(|window| window.name == named.window).ok_or_else(|| AppError::no(What::Window))?;
        Ok(Self::slot(window, named.at.unwrap_or(now)))
    }

    /// The id of the period of an instant.
    pub fn period_id(&self, window: &WindowName, at: u64) -> Option<String> {
        self.rules.windows.iter().find(|known| known.name == *window).map(|window| Self::slot(window, at).period)
    }

    fn table(&self, slot: &Slot) -> Option<&Table> {
        self.tables.iter().find(|table| table.slot.window == slot.window && table.slot.period == slot.period)
    }

    fn table_mut(&mut self, slot: &Slot) -> &mut Table {
        let same = |table: &Table| table.slot.window == slot.window && table.slot.period == slot.period;
        let at = self.tables.iter().position(same).unwrap_or_else(|| {
            self.tables.push(Table { slot: slot.clone(), closed: None, entries: Vec::new() });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    fn is_closed(&self, slot: &Slot) -> bool {
        self.table(slot).is_some_and(|table| table.closed.is_some())
    }

    /// The time of a write: a clock that is behind periods that are closed already is not believed any more.
    fn time_to_write(&mut self, clock: u64, slots: impl Fn(&Self, u64) -> Vec<Slot>) -> u64 {
        let now = self.now(clock);
        if slots(self, now).iter().any(|slot| slot.times[0] <= now && now < slot.times[1] && self.is_closed(slot)) {
            self.floor = self.floor.max(self.updated);
        }
        self.now(clock)
    }

    /// Periods that were written to, besides `all`: an instant in each.
    pub fn known_periods(&self) -> Vec<Named> {
        self.tables[1..].iter().map(|table| Named { window: table.slot.window.clone(), at: Some(table.slot.times[0]) }).collect()
    }

    /// Closes periods whose time has come and forgets those that are no longer kept.
    pub fn close_due(&mut self, clock: u64) {
        let now = self.now(clock);
        self.tables.retain(|table| table.closed.is_none() || table.slot.times[3] > now);
        self.asides.retain(|(_, until)| *until > now);
        for at in 1..self.tables.len() {
            if self.tables[at].closed.is_none() && self.tables[at].slot.times[2] <= now {
                let kept = self.keeps_until(&self.tables[at].slot);
                let table = &mut self.tables[at];
                table.closed = Some((table.entries.len() as u64, now));
                table.slot.times[3] = kept;
                self.changed(now);
            }
        }
    }

    fn keeps_until(&self, slot: &Slot) -> u64 {
        let window = self.rules.windows.iter().find(|window| window.name == slot.window);
        window.map_or(slot.times[3], |window| slot.times[1] + u64::from(window.keep_days) * DAY)
    }

    pub fn periods(&self, window: Option<&WindowName>) -> Vec<PeriodInfo> {
        let mut tables: Vec<_> = self.tables[1..].iter().filter(|table| window.is_none_or(|window| table.slot.window == *window)).collect();
        tables.sort_by_key(|table| (table.slot.times[0], table.slot.window.as_str(), table.slot.period.as_str()));
        let info = |table: &Table| PeriodInfo {
            window: table.slot.window.clone(),
            period: table.slot.period.clone(),
            state: if table.closed.is_some() { "closed" } else { "open" },
            start: table.slot.times[0],
            end: table.slot.times[1],
            kept_until: table.slot.times[3],
            total: table.closed.map(|(total, _)| total),
            closed_at: table.closed.map(|(_, at)| at),
        };
        tables.into_iter().rev().map(info).collect()
    }

    // ---- order and ranks

    /// Who of two is better: by score and tiebreaks alone.
    fn better(&self, a: (i64, &[i64]), b: (i64, &[i64])) -> Ordering {
        let by = |a: i64, b: i64, direction: Direction| match direction {
            Direction::Desc => b.cmp(&a),
            Direction::Asc => a.cmp(&b),
        };
        let mut order = by(a.0, b.0, self.rules.direction);
        for ((a, b), column) in a.1.iter().zip(b.1).zip(&self.rules.tiebreaks) {
            order = order.then(by(*a, *b, column.direction));
        }
        order
    }

    fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        self.better((a.score, &a.tiebreaks), (b.score, &b.tiebreaks))
    }

    fn sorted<'a>(&self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by(|a, b| {
            self.compare(a, b).then(match self.rules.tie_order {
                TieOrder::First => a.version.cmp(&b.version),
                TieOrder::Last => b.version.cmp(&a.version),
            })
        });
        sorted
    }

    fn sorted_in(&self, slot: &Slot) -> Vec<&Entry> {
        self.table(slot).map(|table| self.sorted(&table.entries)).unwrap_or_default()
    }

    /// The rank shown for the entry at an index among sorted ones.
    fn rank(&self, sorted: &[&Entry], index: usize) -> u64 {
        let one = sorted[index];
        let ahead: Vec<_> = sorted.iter().filter(|other| self.compare(other, one).is_lt()).collect();
        let rank = match self.rules.rank_mode {
            RankMode::Ordinal => index + 1,
            RankMode::Competition => ahead.len() + 1,
            RankMode::Modified => sorted.iter().filter(|other| self.compare(other, one).is_le()).count(),
            RankMode::Dense => {
                let starts_anew = |at: &usize| *at == 0 || self.compare(ahead[*at - 1], ahead[*at]).is_ne();
                (0..ahead.len()).filter(starts_anew).count() + 1
            }
        };
        rank as u64
    }

    fn score(&self, units: i64) -> Score {
        Score::unbounded(units, self.rules.decimals)
    }

    fn standing(&self, slot: &Slot, player: &PlayerId) -> Option<Standing> {
        let sorted = self.sorted_in(slot);
        let index = sorted.iter().position(|entry| entry.player == *player)?;
        Some(Standing { score: self.score(sorted[index].score), rank: self.rank(&sorted, index) })
    }

    fn ahead(&self, sorted: &[&Entry], index: usize) -> Option<Ahead> {
        let next = sorted[index.checked_sub(1)?];
        let gap = (next.score - sorted[index].score).abs();
        Some(Ahead { player_id: next.player.clone(), score: self.score(next.score), gap: self.score(gap) })
    }

    fn window_receipt(&self, slot: &Slot, player: &PlayerId, before: Option<Standing>, improved: bool) -> WindowReceipt {
        let sorted = self.sorted_in(slot);
        let index = sorted.iter().position(|entry| entry.player == *player).unwrap();
        WindowReceipt {
            window: slot.window.clone(),
            period: slot.period.clone(),
            improved,
            before,
            after: self.standing(slot, player).unwrap(),
            total: sorted.len() as u64,
            percentile: percentile(index, sorted.len()),
            ahead: self.ahead(&sorted, index),
        }
    }

    // ---- submissions

    /// Submissions of one call.
    pub fn submit(&mut self, clock: u64, submissions: &[Submission]) -> Vec<Result<Receipt, AppError>> {
        let came = self.now(clock);
        let checked: Vec<_> = submissions.iter().map(|submission| self.check(submission, came)).collect();
        let mut answers: Vec<_> = checked.iter().map(|checked| Err(checked.clone().err().unwrap_or(AppError::Internal))).collect();
        if checked.iter().all(Result::is_err) {
            return answers;
        }
        let now = self.time_to_write(clock, Self::current);
        let mut round: Vec<Asked> = Vec::new();
        for (place, submission) in submissions.iter().enumerate().filter(|(place, _)| checked[*place].is_ok()) {
            let again = |asked: &Asked| {
                asked.submission.player == submission.player || (submission.id.is_some() && asked.submission.id == submission.id)
            };
            if round.iter().any(again) {
                self.apply(std::mem::take(&mut round), now, &mut answers);
            }
            match self.remembered(submission, now) {
                Some(answer) => answers[place] = answer,
                None => {
                    let slots = match submission.at {
                        Some(at) if at < now => self.open_at(at, now),
                        _ => self.current(now),
                    };
                    round.push(Asked { place, submission: submission.clone(), slots });
                }
            }
        }
        self.apply(round, now, &mut answers);
        answers
    }

    fn check(&self, submission: &Submission, now: u64) -> Result<(), AppError> {
        if self.rules.archived {
            return Err(closed());
        }
        if submission.at.is_some_and(|at| at > now + 60_000 || at + 31 * DAY < now) {
            return Err(AppError::invalid(Field::At, ""));
        }
        let score = submission.score.units();
        let below = self.rules.min_score.is_some_and(|min| score < min.units());
        let above = self.rules.max_score.is_some_and(|max| score > max.units());
        let negative = self.rules.keep == Keep::Sum && !self.rules.negative && score < 0;
        if below || above || negative { Err(AppError::invalid(Field::Score, "")) } else { Ok(()) }
    }

    /// The answer to an id that was counted before. The model forgets ids after two days: tests ask for none that is between one
    /// day, which is promised, and two.
    fn remembered(&self, submission: &Submission, now: u64) -> Option<Result<Receipt, AppError>> {
        let seen = self.seen.get(submission.id.as_ref()?.as_str())?;
        if seen.at.abs_diff(now) >= 2 * DAY {
            return None;
        }
        let same = seen.submission == *submission;
        Some(if same { Ok(Receipt { replayed: true, ..seen.receipt.clone() }) } else { Err(AppError::Conflict) })
    }

    /// What was sent with ids that must be remembered still, and with ids that must be forgotten.
    pub fn ids(&self, clock: u64) -> (Vec<Submission>, Vec<Submission>) {
        // The board's time may go on from one to the other while it is submitted.
        let times = [self.now(clock), self.now(clock).max(self.updated)];
        let those = |wanted: &dyn Fn(u64) -> bool| {
            let seen = self.seen.values().filter(|seen| times.iter().all(|now| wanted(now.abs_diff(seen.at))));
            seen.map(|seen| seen.submission.clone()).collect()
        };
        (those(&|age| age < DAY), those(&|age| age > 3 * DAY))
    }

    /// Applies submissions of different players together.
    fn apply(&mut self, round: Vec<Asked>, now: u64, answers: &mut [Result<Receipt, AppError>]) {
        let mut decided = Vec::new();
        for asked in round {
            let entries: Option<Vec<_>> = asked.slots.iter().map(|slot| self.decide(slot, &asked.submission, now)).collect();
            match entries {
                None => answers[asked.place] = Err(AppError::invalid(Field::Score, "")),
                Some(mut entries) => {
                    self.changed(now);
                    // What did not move keeps the version of before.
                    entries.iter_mut().filter(|(_, moved, _)| *moved).for_each(|(entry, ..)| entry.version = self.version);
                    let before: Vec<_> = asked.slots.iter().map(|slot| self.standing(slot, &asked.submission.player)).collect();
                    decided.push((asked, entries, before));
                }
            }
        }
        for (asked, entries, _) in &decided {
            for (slot, (entry, ..)) in asked.slots.iter().zip(entries) {
                self.write(slot, entry.clone());
            }
        }
        for (asked, entries, before) in decided {
            let mut windows = Vec::new();
            for ((slot, (_, moved, better)), before) in asked.slots.iter().zip(entries).zip(before) {
                if moved {
                    self.note_rank(slot, &asked.submission.player);
                }
                windows.push(self.window_receipt(slot, &asked.submission.player, before, better));
            }
            let receipt = receipt(windows, self.version);
            if let Some(id) = &asked.submission.id {
                let seen = Seen { submission: asked.submission.clone(), receipt: receipt.clone(), at: now };
                self.seen.insert(id.as_str().to_owned(), seen);
            }
            answers[asked.place] = Ok(receipt);
        }
    }

    fn entry_of(&self, slot: &Slot, player: &PlayerId) -> Option<&Entry> {
        self.table(slot)?.entries.iter().find(|entry| entry.player == *player)
    }

    /// A player's entry with one submission more, whether the standing moved, and whether it is better; `None`: a sum too large.
    fn decide(&self, slot: &Slot, submission: &Submission, now: u64) -> Option<(Entry, bool, bool)> {
        let old = self.entry_of(slot, &submission.player);
        let (mut score, mut tiebreaks) = (submission.score.units(), submission.tiebreaks.clone());
        if let (Some(old), Keep::Sum) = (old, self.rules.keep) {
            score = sum(score, old.score)?;
            tiebreaks = tiebreaks.iter().zip(&old.tiebreaks).map(|(a, b)| sum(*a, *b)).collect::<Option<_>>()?;
        }
        let order = old.map_or(Ordering::Less, |old| self.better((score, &tiebreaks), (old.score, &old.tiebreaks)));
        let moved = match self.rules.keep {
            _ if old.is_none() => true,
            Keep::Best => order.is_lt(),
            Keep::First => false,
            Keep::Last | Keep::Sum => order.is_ne(),
        };
        let mut entry =
            self.moved(old, &submission.player, moved.then_some((score, tiebreaks)), submission.at.map_or(now, |at| at.min(now)));
        entry.attempts += 1;
        if moved || matches!(self.rules.keep, Keep::Last | Keep::Sum) {
            set_metadata(&mut entry, &submission.metadata);
        }
        Some((entry, moved, moved && order.is_lt()))
    }

    /// The entry with another standing, if there is one, reached at this time.
    fn moved(&self, old: Option<&Entry>, player: &PlayerId, to: Option<(i64, Vec<i64>)>, at: u64) -> Entry {
        let mut entry = old.cloned().unwrap_or_else(|| Entry {
            player: player.clone(),
            score: 0,
            tiebreaks: Vec::new(),
            version: 0,
            reached: 0,
            rank: 0,
            attempts: 0,
            metadata: None,
            past: Vec::new(),
            kept: 0,
        });
        if let Some((score, tiebreaks)) = to {
            if let Some(old) = old {
                entry.past.push(Point { at: old.reached, score: old.score, rank: old.rank, attempts: old.attempts });
                entry.kept = (entry.kept + 1).min(usize::from(self.rules.history).saturating_sub(1));
            }
            (entry.score, entry.tiebreaks, entry.reached) = (score, tiebreaks, at);
        }
        entry
    }

    fn write(&mut self, slot: &Slot, entry: Entry) {
        let table = self.table_mut(slot);
        table.entries.retain(|other| other.player != entry.player);
        table.entries.push(entry);
    }

    /// Notes the rank that a new standing has made.
    fn note_rank(&mut self, slot: &Slot, player: &PlayerId) {
        let rank = self.standing(slot, player).unwrap().rank;
        self.table_mut(slot).entries.iter_mut().find(|entry| entry.player == *player).unwrap().rank = rank;
    }

    // ---- changes

    /// The periods that a change is for, and its time.
    fn to_change(&mut self, clock: u64, named: Option<&Named>) -> Result<(Vec<Slot>, u64), AppError> {
        if self.rules.archived {
            self.slots_of(named, self.now(clock))?;
            return Err(closed());
        }
        self.slots_of(named, self.now(clock))?;
        let now = self.time_to_write(clock, |naive, now| naive.slots_of(named, now).unwrap_or_default());
        Ok((self.slots_of(named, now)?, now))
    }

    fn slots_of(&self, named: Option<&Named>, now: u64) -> Result<Vec<Slot>, AppError> {
        named.map_or_else(|| Ok(self.current(now)), |named| Ok(vec![self.named(named, now)?]))
    }

    pub fn change(
        &mut self,
        clock: u64,
        named: Option<&Named>,
        player: &PlayerId,
        change: &EntryChange,
    ) -> Result<(u64, Vec<WindowReceipt>), AppError> {
        let both = change.score.is_some() && change.add.is_some();
        if both {
            self.slots_of(named, self.now(clock))?;
            return Err(if self.rules.archived { closed() } else { AppError::invalid(Field::Score, "") });
        }
        let (slots, now) = self.to_change(clock, named)?;
        if slots.iter().any(|slot| self.is_closed(slot)) {
            return Err(closed());
        }
        let mut written = Vec::new();
        for slot in slots {
            if let Some((entry, order)) = self.put(&slot, player, change, now)? {
                let before = self.standing(&slot, player);
                written.push((slot, entry, order, before));
            }
        }
        if written.is_empty() {
            return Err(AppError::no(What::Player));
        }
        self.changed(now);
        let mut receipts = Vec::new();
        for (slot, mut entry, order, before) in written {
            if order.is_ne() {
                entry.version = self.version;
            }
            self.write(&slot, entry);
            if order.is_ne() {
                self.note_rank(&slot, player);
            }
            receipts.push(self.window_receipt(&slot, player, before, order.is_lt()));
        }
        Ok((self.version, receipts))
    }

    /// The entry after a change, and how it compares with the one before; `None`: there is nothing to change.
    fn put(&self, slot: &Slot, player: &PlayerId, change: &EntryChange, now: u64) -> Result<Option<(Entry, Ordering)>, AppError> {
        let old = self.entry_of(slot, player);
        if old.is_none() && change.score.is_none() && change.add.is_none() {
            return Ok(None);
        }
        let base = old.map_or(0, |old| old.score);
        let score = change.score.map_or(base, Score::units);
        let score = sum(score, change.add.map_or(0, Score::units)).ok_or_else(|| AppError::invalid(Field::Score, ""))?;
        let zeros = || vec![0; self.rules.tiebreaks.len()];
        let tiebreaks = change.tiebreaks.clone().or_else(|| old.map(|old| old.tiebreaks.clone())).unwrap_or_else(zeros);
        let order = old.map_or(Ordering::Less, |old| self.better((score, &tiebreaks), (old.score, &old.tiebreaks)));
        let mut entry = self.moved(old, player, order.is_ne().then_some((score, tiebreaks)), now);
        set_metadata(&mut entry, &change.metadata);
        Ok(Some((entry, order)))
    }

    /// Removes entries; how many, and the version.
    pub fn remove(&mut self, clock: u64, named: Option<&Named>, removal: &Removal) -> Result<(u64, u64), AppError> {
        let (slots, now) = self.to_change(clock, named)?;
        if slots.iter().any(|slot| self.is_closed(slot)) {
            return Err(closed());
        }
        let mut removed = 0;
        for slot in slots.iter().filter(|slot| self.table(slot).is_some()).cloned().collect::<Vec<_>>() {
            let goes: Vec<PlayerId> = self.removed(&slot, removal);
            self.table_mut(&slot).entries.retain(|entry| !goes.contains(&entry.player));
            if matches!(removal, Removal::All) && !goes.is_empty() {
                self.asides.push((slot.window.clone(), now + 7 * DAY));
            }
            removed += goes.len() as u64;
        }
        if removed > 0 {
            self.changed(now);
        }
        Ok((removed, self.version))
    }

    fn removed(&self, slot: &Slot, removal: &Removal) -> Vec<PlayerId> {
        let sorted = self.sorted_in(slot);
        let goes = |index: usize, entry: &Entry| match removal {
            Removal::All => true,
            Removal::AllBut(n) => index as u64 >= *n,
            Removal::Players(players) => players.contains(&entry.player),
            Removal::Scores(low, high) => in_range(entry.score, *low, *high),
        };
        let those = sorted.iter().enumerate().filter(|(index, entry)| goes(*index, entry));
        those.map(|(_, entry)| entry.player.clone()).collect()
    }

    /// Edits the rules.
    pub fn edit(&mut self, clock: u64, change: RulesChange) -> Result<(), AppError> {
        let now = self.now(clock);
        let rules = self.rules.changed(change)?;
        let (old, new) = (&self.rules, &rules);
        let dense = |rules: &Rules| rules.rank_mode == RankMode::Dense;
        let reorders = [
            (old.direction != new.direction, Field::Direction),
            (old.decimals != new.decimals, Field::Decimals),
            (old.tiebreaks != new.tiebreaks, Field::Tiebreaks),
            (old.tie_order != new.tie_order, Field::TieOrder),
            (dense(old) != dense(new), Field::RankMode),
        ];
        let is_empty = self.tables.len() == 1 && self.tables[0].entries.is_empty() && self.asides.is_empty();
        if let Some((_, field)) = reorders.into_iter().find(|(changes, _)| *changes && !is_empty) {
            return Err(AppError::Fixed { field, message: String::new() });
        }
        for entry in self.tables.iter_mut().flat_map(|table| &mut table.entries) {
            entry.kept = entry.kept.min(usize::from(rules.history).saturating_sub(1));
        }
        // A window that goes takes its periods along.
        let stays = |window: &WindowName| window.is_all() || rules.windows.iter().any(|other| other.name == *window);
        self.tables.retain(|table| stays(&table.slot.window));
        self.asides.retain(|(window, _)| stays(window));
        self.rules = rules;
        self.changed(now);
        Ok(())
    }

    // ---- reads

    /// A period that can be read: the current one, or one that was written to.
    fn readable(&self, clock: u64, named: &Named) -> Result<Slot, AppError> {
        let now = self.now(clock);
        let slot = self.named(named, now)?;
        let is_current = slot.window.is_all() || slot == self.named(&Named { at: None, ..named.clone() }, now)?;
        if is_current || self.table(&slot).is_some() { Ok(slot) } else { Err(AppError::no(What::Period)) }
    }

    fn moment(&self, slot: &Slot) -> Moment {
        Moment {
            board: self.board.clone(),
            window: slot.window.clone(),
            period: slot.period.clone(),
            version: self.version,
            total: self.sorted_in(slot).len() as u64,
            last_update: self.updated,
        }
    }

    fn row(&self, sorted: &[&Entry], index: usize) -> Row {
        let player = &sorted[index].player;
        Row { rank: self.rank(sorted, index), player_id: player.clone(), name: player.to_string(), score: self.score(sorted[index].score) }
    }

    fn shown(&self, sorted: &[&Entry], index: usize) -> answers::Entry {
        let entry = sorted[index];
        let names = self.rules.tiebreaks.iter().map(|column| column.name.clone());
        answers::Entry {
            row: self.row(sorted, index),
            tiebreaks: names.zip(entry.tiebreaks.iter().copied()).collect(),
            reached_at: entry.reached,
            attempts: entry.attempts,
            percentile: percentile(index, sorted.len()),
            metadata: entry.metadata.clone(),
        }
    }

    pub fn leaderboard(&self, limit: usize) -> Leaderboard {
        let sorted = self.sorted_in(&all());
        Leaderboard {
            tag: Tag::default(),
            board: self.board.clone(),
            version: self.version,
            total: sorted.len() as u64,
            last_update: self.updated,
            entries: (0..sorted.len().min(limit)).map(|index| self.row(&sorted, index)).collect(),
        }
    }

    pub fn entries(&self, clock: u64, named: &Named, which: &Which, limit: usize) -> Result<Entries, AppError> {
        let slot = self.readable(clock, named)?;
        let sorted = self.sorted_in(&slot);
        let place = |player: &PlayerId| sorted.iter().position(|entry| entry.player == *player).ok_or_else(|| AppError::no(What::Player));
        let mut candidates: Vec<usize> = (0..sorted.len()).collect();
        if let Which::Scores(low, high, _) = which {
            candidates.retain(|index| in_range(sorted[*index].score, *low, *high));
        }
        let matching = candidates.len();
        let skip = match which {
            Which::From(from) => from.saturating_sub(1) as usize,
            Which::Scores(_, _, skip) => *skip as usize,
            Which::PageOf(player) => place(player)? / limit * limit,
            Which::Around(player) => {
                // As many before as after, or one less; where one side has not enough, the other has more.
                let (index, last_start) = (place(player)?, sorted.len().saturating_sub(limit));
                index.saturating_sub((limit - 1) / 2).min(last_start)
            }
            Which::Percentile(parts) => {
                let has = |index: &usize| (sorted.len() - index) as u64 * 1_000_000 >= u64::from(*parts) * sorted.len() as u64;
                (0..sorted.len()).rev().find(has).unwrap_or(0)
            }
        };
        let shown: Vec<usize> = candidates.iter().copied().skip(skip).take(limit).collect();
        let more = matching > skip + shown.len();
        Ok(Entries {
            moment: self.moment(&slot),
            matching: matching as u64,
            next_from: shown.last().filter(|_| more).map(|last| *last as u64 + 2),
            entries: shown.iter().map(|index| self.shown(&sorted, *index)).collect(),
        })
    }

    pub fn friends(&self, clock: u64, named: &Named, players: &[PlayerId]) -> Result<Friends, AppError> {
        let slot = self.readable(clock, named)?;
        let sorted = self.sorted_in(&slot);
        let found: Vec<usize> = (0..sorted.len()).filter(|index| players.contains(&sorted[*index].player)).collect();
        let among: Vec<&Entry> = found.iter().map(|index| sorted[*index]).collect();
        let friend = |(place, index): (usize, &usize)| Friend { entry: self.shown(&sorted, *index), rank_among: self.rank(&among, place) };
        let missing = players.iter().filter(|player| !among.iter().any(|entry| entry.player == **player)).cloned().collect();
        Ok(Friends { moment: self.moment(&slot), entries: found.iter().enumerate().map(friend).collect(), missing })
    }

    pub fn entry(&self, clock: u64, named: &Named, player: &PlayerId, size: usize) -> Result<OneEntry, AppError> {
        let slot = self.readable(clock, named)?;
        let sorted = self.sorted_in(&slot);
        let index = sorted.iter().position(|entry| entry.player == *player).ok_or_else(|| AppError::no(What::Player))?;
        Ok(OneEntry {
            moment: self.moment(&slot),
            entry: self.shown(&sorted, index),
            page: (index / size + 1) as u64,
            ahead: self.ahead(&sorted, index),
        })
    }

    pub fn history(&self, player: &PlayerId) -> Option<History> {
        let entry = self.entry_of(&all(), player)?;
        let point =
            |point: &Point| HistoryPoint { at: point.at, score: self.score(point.score), rank: point.rank, attempts: point.attempts };
        let now = Point { at: entry.reached, score: entry.score, rank: entry.rank, attempts: entry.attempts };
        let most = usize::from(self.rules.history).saturating_sub(1).min(entry.past.len());
        Some(History {
            attempts: entry.attempts,
            points: entry.past.iter().chain([&now]).map(point).collect(),
            least: entry.kept.min(most) + 1,
            most: most + 1,
        })
    }
}

fn all() -> Slot {
    Slot { window: WindowName::all(), period: "all".to_owned(), times: [0; 4] }
}

fn closed() -> AppError {
    AppError::Closed { message: String::new() }
}

fn sum(a: i64, b: i64) -> Option<i64> {
    let sum = i128::from(a) + i128::from(b);
    (sum.abs() <= i128::from(Score::MAX)).then_some(sum as i64)
}

fn in_range(score: i64, low: Option<Score>, high: Option<Score>) -> bool {
    low.is_none_or(|low| score >= low.units()) && high.is_none_or(|high| score <= high.units())
}

fn set_metadata(entry: &mut Entry, change: &MetadataChange) {
    match change {
        MetadataChange::Keep => {}
        MetadataChange::Clear => entry.metadata = None,
        MetadataChange::Set(metadata) => entry.metadata = Some(metadata.clone()),
    }
}

fn percentile(index: usize, total: usize) -> f64 {
    100.0 * (total - index) as f64 / total as f64
}

fn receipt(mut windows: Vec<WindowReceipt>, version: u64) -> Receipt {
    let first = windows.remove(0);
    Receipt {
        improved: first.improved,
        before: first.before,
        after: first.after,
        total: first.total,
        percentile: first.percentile,
        ahead: first.ahead,
        version,
        replayed: false,
        windows,
    }
}
