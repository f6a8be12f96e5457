//! Players whom operators keep out of the standings, or from submitting.

use super::{Entry, Naive, Slot, Verdict};
use app::model::{ModerationState, PlayerId};
use server::boards::moderation::{Decided, ModerationChange};

impl Naive {
    fn verdict(&self, player: &PlayerId) -> Verdict {
        self.moderation.get(player).cloned().unwrap_or_default()
    }

    pub(super) fn is_out(&self, player: &PlayerId) -> bool {
        self.verdict(player).state != ModerationState::Visible
    }

    pub(super) fn is_barred(&self, player: &PlayerId) -> bool {
        let Verdict { state, is_barred, .. } = self.verdict(player);
        is_barred || state == ModerationState::Banned
    }

    /// The board is frozen, or not any more: of itself it is a change of nothing.
    pub fn freeze(&mut self, clock: u64) {
        self.changed(self.now(clock));
    }

    /// Whether everybody who asks for a player alone is told of them.
    pub fn is_told(&self, player: &PlayerId) -> bool {
        matches!(self.verdict(player).state, ModerationState::Visible | ModerationState::Shadow)
    }

    /// The standings with a player among them, who may be kept out of them.
    pub(super) fn sorted_with(&self, slot: &Slot, player: &PlayerId) -> Vec<&Entry> {
        let mut sorted = self.table(slot).map(|table| self.sorted(&table.entries)).unwrap_or_default();
        sorted.retain(|entry| entry.player == *player || !self.is_out(&entry.player));
        sorted
    }

    /// Decides about a player; what holds then, the entries that went out or came back if that can be told, and the version.
    pub fn moderate(&mut self, clock: u64, player: &PlayerId, change: &ModerationChange) -> (Decided, Option<u64>, u64) {
        let before = self.verdict(player);
        let state = change.state.unwrap_or(before.state);
        let is_barred = change.submitting.map_or(before.is_barred, |submitting| !submitting);
        let is_left = state != ModerationState::Visible || is_barred;
        let reason = change.reason.clone().or_else(|| before.reason.clone()).filter(|_| is_left);
        let verdict = Verdict { state, is_barred, reason: reason.clone() };
        let decided = Decided { state, submitting: !is_barred && state != ModerationState::Banned, reason };
        if verdict == before {
            return (decided, Some(0), self.version);
        }
        let (was_out, is_out) = (self.is_out(player), state != ModerationState::Visible);
        let mut moved = 0;
        for table in &mut self.tables {
            if was_out != is_out && table.entries.iter().any(|entry| entry.player == *player) {
                moved += 1;
                if let Some((total, _)) = &mut table.closed {
                    *total = if is_out { *total - 1 } else { *total + 1 };
                }
            }
        }
        self.moderation.insert(player.clone(), verdict);
        self.changed(self.now(clock));
        // What resets have set aside moves, too, and the model does not keep it.
        (decided, self.asides.is_empty().then_some(moved), self.version)
    }
}
