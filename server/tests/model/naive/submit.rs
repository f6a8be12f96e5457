//! Submissions and their receipts.

use super::{DAY, Entry, Naive, Point, Seen, Slot, closed, set_metadata, sum};
use app::{
    error::{AppError, Field},
    model::{Keep, PlayerId, Receipt, Submission, WindowReceipt},
};
use std::cmp::Ordering;

/// A submission on its way: the periods it counts in.
struct Asked {
    place: usize,
    submission: Submission,
    slots: Vec<Slot>,
}

impl Naive {
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
                None if self.is_barred(&submission.player) => answers[place] = Err(AppError::Barred),
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

    pub(super) fn entry_of(&self, slot: &Slot, player: &PlayerId) -> Option<&Entry> {
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
    pub(super) fn moved(&self, old: Option<&Entry>, player: &PlayerId, to: Option<(i64, Vec<i64>)>, at: u64) -> Entry {
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

    pub(super) fn write(&mut self, slot: &Slot, entry: Entry) {
        let table = self.table_mut(slot);
        table.entries.retain(|other| other.player != entry.player);
        table.entries.push(entry);
    }

    /// Notes the rank that a new standing has made.
    pub(super) fn note_rank(&mut self, slot: &Slot, player: &PlayerId) {
        let rank = self.standing(slot, player).unwrap().rank;
        self.table_mut(slot).entries.iter_mut().find(|entry| entry.player == *player).unwrap().rank = rank;
    }
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
