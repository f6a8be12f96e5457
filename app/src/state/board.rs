use super::optimistic::{Pending, merge};
use crate::{
    api::{open_board, submit_score},
    error::AppError,
    model::{BoardId, Limit, PlayerId, Receipt, Rules, Score, Submission},
    protocol::{Row, Seen},
};
use leptos::{prelude::*, task::spawn_local};
use reactive_stores::{Patch, Store};

/// Messages about sent scores that stay on the page.
const NOTICES: usize = 3;

/// The rows as they are shown. Keyed by player: a row that changes keeps its node.
#[derive(Clone, Debug, Default, Store)]
pub struct Board {
    /// Best first.
    #[store(key: String = |row| row.player.clone())]
    pub rows: Vec<ShownRow>,
}

/// One row as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Store, Patch)]
pub struct ShownRow {
    /// The player's id.
    pub player: String,
    /// What to call them.
    pub name: String,
    /// 1 is the best.
    pub rank: u64,
    /// Their score.
    #[patch(|this, new| *this = new)]
    pub score: Score,
    /// Whether a score of theirs was sent and is not confirmed yet.
    pub pending: bool,
}

impl From<&Row> for ShownRow {
    fn from(row: &Row) -> Self {
        Self { player: row.player_id.to_string(), name: row.name.clone(), rank: row.rank, score: row.score, pending: false }
    }
}

/// What became of a sent score.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// No answer yet.
    Sent,
    /// Counted.
    Counted(Receipt),
    /// Not counted, for this reason.
    RolledBack(AppError),
}

/// A message about a sent score.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The submission's id.
    pub id: String,
    /// Whose score.
    pub player: String,
    /// The score.
    pub score: Score,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a page knows of one board: the server's newest state, and the scores that were sent and are not in it yet.
#[derive(Clone, Copy)]
pub struct BoardState {
    rules: RwSignal<Rules>,
    /// `None` while the board could not be reached yet.
    page: RwSignal<Option<Seen>>,
    /// Who sent the last score from here.
    sender: RwSignal<Option<PlayerId>>,
    pending: RwSignal<Vec<Pending>>,
    notices: RwSignal<Vec<Notice>>,
    shown: Store<Board>,
}

impl BoardState {
    /// Starts from the page that the server rendered.
    pub fn new(rules: Rules, page: Option<Seen>) -> Self {
        let rows = page.iter().flat_map(|page| &page.rows).map(ShownRow::from).collect();
        Self {
            rules: RwSignal::new(rules),
            page: RwSignal::new(page),
            sender: RwSignal::default(),
            pending: RwSignal::default(),
            notices: RwSignal::default(),
            shown: Store::new(Board { rows }),
        }
    }

    /// What the board is called.
    pub fn title(self) -> String {
        self.rules.with(|rules| rules.title.clone())
    }

    /// Digits behind the decimal point of a score.
    pub fn decimals(self) -> u8 {
        self.rules.with(|rules| rules.decimals)
    }

    /// Who sent the last score from here, if anybody did.
    pub fn sender(self) -> Signal<Option<PlayerId>> {
        self.sender.into()
    }

    /// The rows as they are to be shown.
    pub fn shown(self) -> Store<Board> {
        self.shown
    }

    /// Players on the board; `None` while it could not be reached yet.
    pub fn total(self) -> Option<u64> {
        self.page.with(|page| page.as_ref().map(|page| page.total))
    }

    /// What became of the last scores, newest first.
    pub fn notices(self) -> Signal<Vec<Notice>> {
        self.notices.into()
    }

    /// Takes a newer state from the server.
    pub fn apply(self, page: Seen) {
        let Some(known) = self.version() else { return };
        // A version that goes back says that the store has lost data; what was confirmed before may be lost as well.
        let lost = page.version < known;
        self.pending.update(|pending| pending.retain(|sent| !(sent.is_in(page.version) || lost && sent.confirmed.is_some())));
        self.page.set(Some(page));
        self.refresh();
    }

    /// Fetches the board's rules again: they have changed, or could not be had before. Where that fails, the old ones stay.
    pub fn reload_rules(self) {
        spawn_local(async move {
            if let Ok((rules, _)) = open_board(BoardId::main()).await
                && self.rules.try_set(rules).is_none()
            {
                self.refresh();
            }
        });
    }

    /// Shows a score at once and sends it; confirms it, or rolls it back, by the answer.
    pub fn submit(self, submission: Submission) {
        let Submission { id, player, score, .. } = submission;
        let id = id.map(String::from).unwrap_or_default();
        self.sender.set(Some(player.clone()));
        self.notices.update(|notices| {
            notices.insert(0, Notice { id: id.clone(), player: player.to_string(), score, outcome: Outcome::Sent });
            notices.truncate(NOTICES);
        });
        self.pending.update(|pending| pending.push(Pending { id: id.clone(), player: player.clone(), score, confirmed: None }));
        self.refresh();
        spawn_local(async move {
            let answer = submit_score(player.to_string(), format!("{score:#}"), id.clone()).await;
            self.settle(&id, answer.map_err(|rejected| rejected.error));
        });
    }

    fn settle(self, id: &str, answer: Result<Receipt, AppError>) {
        // The page may have been left before the answer came.
        let Some(version) = self.version() else { return };
        self.pending.update(|pending| {
            if let (Some(sent), Ok(receipt)) = (pending.iter_mut().find(|sent| sent.id == id), &answer) {
                let will_show = receipt.before != Some(receipt.after) && receipt.after.rank <= u64::from(Limit::PAGE.get());
                sent.confirmed = will_show.then_some(receipt.version);
            }
            // Gone: what was refused, what the page will never show, and what it shows already. What is confirmed but not
            // shown yet stays, or its row would fall back for a moment.
            pending.retain(|sent| sent.id != id || sent.confirmed.is_some_and(|confirmed| confirmed > version));
        });
        self.notices.update(|notices| {
            if let Some(notice) = notices.iter_mut().find(|notice| notice.id == id) {
                notice.outcome = answer.map_or_else(Outcome::RolledBack, Outcome::Counted);
            }
        });
        self.refresh();
    }

    /// The version of the page (0 if there is none yet); `None` once whoever showed the board is gone.
    fn version(self) -> Option<u64> {
        self.page.try_with_untracked(|page| page.as_ref().map_or(0, |page| page.version))
    }

    fn refresh(self) {
        let rows =
            self.page.with_untracked(|page| {
                let page = page.as_ref()?;
                Some(self.pending.with_untracked(|pending| {
                    self.rules.with_untracked(|rules| merge(&page.rows, pending, rules, Limit::PAGE.get() as usize))
                }))
            });
        if let Some(rows) = rows {
            self.shown.rows().patch(rows);
        }
    }
}
