//! Changes by operators.

use super::{DAY, Entry, Naive, Named, Slot, closed, in_range, set_metadata, sum};
use app::{
    error::{AppError, Field, What},
    model::{PlayerId, RankMode, Rules, RulesChange, Score, WindowName, WindowReceipt},
};
use server::boards::change::{EntryChange, Removal};
use std::cmp::Ordering;

impl Naive {
    /// The periods that a change is for, and its time; unless something is wrong with it.
    fn when_to_change(&mut self, clock: u64, named: Option<&Named>, wrong: Option<AppError>) -> Result<(Vec<Slot>, u64), AppError> {
        let now = self.now(clock);
        // No change makes a period that is to come, or one that is gone.
        let is_there = |slot: &Slot| slot.window.is_all() || (slot.times[0]..slot.times[2]).contains(&now) || self.table(slot).is_some();
        if !self.slots_of(named, now)?.iter().all(is_there) {
            return Err(AppError::no(What::Period));
        }
        if self.rules.archived {
            return Err(closed());
        }
        wrong.map_or(Ok(()), Err)?;
        let now = self.time_to_write(clock, |naive, now| naive.slots_of(named, now).unwrap_or_default());
        let slots = self.slots_of(named, now)?;
        if slots.iter().any(|slot| self.is_closed(slot)) { Err(closed()) } else { Ok((slots, now)) }
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
        let (slots, now) = self.when_to_change(clock, named, both.then(|| AppError::invalid(Field::Add, "")))?;
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
        let score = sum(score, change.add.map_or(0, Score::units)).ok_or_else(|| AppError::invalid(Field::Add, ""))?;
        let zeros = || vec![0; self.rules.tiebreaks.len()];
        let tiebreaks = change.tiebreaks.clone().or_else(|| old.map(|old| old.tiebreaks.clone())).unwrap_or_else(zeros);
        let order = old.map_or(Ordering::Less, |old| self.better((score, &tiebreaks), (old.score, &old.tiebreaks)));
        let mut entry = self.moved(old, player, order.is_ne().then_some((score, tiebreaks)), now);
        set_metadata(&mut entry, &change.metadata);
        Ok(Some((entry, order)))
    }

    /// Removes entries; how many, and the version.
    pub fn remove(&mut self, clock: u64, named: Option<&Named>, removal: &Removal) -> Result<(u64, u64), AppError> {
        let (slots, now) = self.when_to_change(clock, named, None)?;
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
        let shown = those.map(|(_, entry)| entry.player.clone());
        // Of those who are kept out of the standings, whoever is named goes, and everybody with all.
        let out = self.table(slot).into_iter().flat_map(|table| &table.entries).filter(|entry| self.is_out(&entry.player));
        let named = |entry: &&Entry| match removal {
            Removal::All => true,
            Removal::Players(players) => players.contains(&entry.player),
            Removal::AllBut(_) | Removal::Scores(..) => false,
        };
        shown.chain(out.filter(named).map(|entry| entry.player.clone())).collect()
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
        let is_empty = self.tables.iter().all(|table| table.entries.is_empty());
        if let Some((_, field)) = reorders.into_iter().find(|(changes, _)| *changes) {
            if !is_empty {
                return Err(AppError::Fixed { field, message: String::new().into() });
            }
            // What is empty, and what was set aside, goes with the rules it was made by.
            self.tables.truncate(1);
            self.asides.clear();
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
}
