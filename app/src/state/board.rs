use super::{
    Outbox,
    known::{Known, pages_over},
    optimistic::Optimistic,
    shown::{Rows, ShownRow},
};
use crate::{
    error::AppError,
    model::{Account, BoardFacts, BoardId, Opened, Page, Period, PlayerId, Receipt, Score, Standing},
    protocol::{MyStanding, PAGE_ROWS, Seen},
};
use leptos::prelude::*;
use litemap::LiteMap;
use std::ops::Range;

/// Messages about sent scores that stay on the page, besides those of scores that were refused: all of these do.
#[cfg(feature = "hydrate")]
const NOTICES: usize = 3;

/// What became of a sent score.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// No answer yet; the rank that it will probably make.
    Sent(Option<u64>),
    /// Counted.
    Counted(Receipt),
    /// Taken, with nothing to show for it yet, for this reason.
    Taken(AppError),
    /// Not counted, for this reason.
    RolledBack(AppError),
    /// Not sent, because another one that waits makes it needless.
    Covered,
    /// Another tab has its answer.
    Elsewhere,
}

#[cfg(feature = "hydrate")]
impl From<Result<Receipt, AppError>> for Outcome {
    fn from(answer: Result<Receipt, AppError>) -> Self {
        match answer {
            Ok(receipt) => Self::Counted(receipt),
            Err(error) if error.is_taken() => Self::Taken(error),
            Err(error) => Self::RolledBack(error),
        }
    }
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

/// What a page knows of the standings of one board: the server's newest state of the rows that were looked at, and the scores that were
/// sent and are not in it yet.
#[derive(Clone, Copy)]
pub struct BoardState {
    board: StoredValue<BoardId>,
    account: StoredValue<Option<Account>>,
    period: StoredValue<Period>,
    facts: RwSignal<BoardFacts>,
    /// The period that is shown, by its id.
    shown_period: RwSignal<String>,
    version: RwSignal<u64>,
    total: RwSignal<u64>,
    /// Rows in all, those of scores that wait included.
    count: RwSignal<u64>,
    /// Pages that were filled in.
    filled: RwSignal<u64>,
    /// How often what was sent, or what became of it, has changed.
    sent: RwSignal<u64>,
    /// How whoever plays in this browser stands, as the server told last, and at which version.
    told: RwSignal<Option<(u64, MyStanding)>>,
    /// Whether any row has a badge that says that its player moved.
    has_badges: RwSignal<bool>,
    /// The rows that are to be shown, by their places from 0.
    range: RwSignal<Range<u64>>,
    own: RwSignal<Option<PlayerId>>,
    notices: RwSignal<Vec<Notice>>,
    rows: Rows,
    pub(super) known: StoredValue<Known>,
}

impl BoardState {
    /// Starts from what the server rendered.
    pub fn new(opened: &Opened, period: Period) -> Self {
        let page = &opened.page;
        let seen = Seen::new(opened.period.clone(), page.from, page.version, page.total, page.rows.clone());
        let first = page.from - 1;
        let state = Self {
            board: StoredValue::new(opened.board.clone()),
            account: StoredValue::new(opened.account.clone()),
            period: StoredValue::new(period),
            facts: RwSignal::new(opened.facts.clone()),
            shown_period: RwSignal::new(opened.period.clone()),
            version: RwSignal::new(page.version),
            total: RwSignal::new(page.total),
            count: RwSignal::new(page.total),
            filled: RwSignal::new(0),
            sent: RwSignal::new(0),
            told: RwSignal::new(opened.own.as_ref().and_then(|own| Some((page.version, own.standing.clone()?)))),
            has_badges: RwSignal::new(false),
            range: RwSignal::new(first..first + page.rows.len() as u64),
            own: RwSignal::new(opened.own.as_ref().map(|own| own.player.clone())),
            notices: RwSignal::default(),
            rows: Rows::default(),
            known: StoredValue::new(Known {
                pages: crate::flat::flat([(page.from, seen)]),
                optimistic: Optimistic::new(opened.window.clone(), page.version),
                moves: LiteMap::new_vec(),
            }),
        };
        state.refresh();
        state
    }

    /// Which board it is.
    pub fn board(self) -> BoardId {
        self.board.get_value()
    }

    /// What to call a player of whom the board knows nothing: by the name of the account of whoever looks, if it is they, else by the id.
    pub fn name_of(self, player: &PlayerId) -> String {
        self.account.with_value(|account| match account {
            Some(account) if account.player == *player => account.name.clone(),
            _ => player.to_string(),
        })
    }

    /// Which standings of it.
    pub fn period(self) -> Period {
        self.period.get_value()
    }

    /// What is to be known of its rules.
    pub fn facts(self) -> ReadSignal<BoardFacts> {
        self.facts.read_only()
    }

    /// Digits behind the decimal point of a score.
    pub fn decimals(self) -> u8 {
        self.facts.with(|facts| facts.decimals)
    }

    /// Whether what is sent counts in the standings that are shown.
    pub fn is_current(self) -> bool {
        self.period.with_value(|period| period.period.is_none() || period.window.is_all())
    }

    /// The board's version.
    pub fn version(self) -> ReadSignal<u64> {
        self.version.read_only()
    }

    /// Who plays in this browser, if that is known.
    pub fn own(self) -> ReadSignal<Option<PlayerId>> {
        self.own.read_only()
    }

    /// The rows as they are to be shown.
    pub fn rows(self) -> Rows {
        self.rows
    }

    /// Entries in the period.
    pub fn total(self) -> ReadSignal<u64> {
        self.total.read_only()
    }

    /// Rows in all, those of scores that wait included.
    pub fn count(self) -> ReadSignal<u64> {
        self.count.read_only()
    }

    /// What became of the last scores, newest first.
    pub fn notices(self) -> ReadSignal<Vec<Notice>> {
        self.notices.read_only()
    }

    /// The pages that are known, by the place of their first row.
    pub fn pages(self) -> Vec<(u64, Seen)> {
        self.known.try_with_value(|known| known.pages.iter().map(|(from, seen)| (*from, seen.clone())).collect()).unwrap_or_default()
    }

    /// The first place of the first page that is not known, of those that a range of places, from 0, is on.
    pub fn first_unknown(self, range: &Range<u64>) -> Option<u64> {
        self.known.with_value(|known| pages_over(range).find(|from| !known.pages.contains_key(from)))
    }

    /// Where the players on the known pages around the rows that are shown are, those of scores that wait included: as rows are shown.
    pub fn places(self) -> LiteMap<String, u64> {
        let size = u64::from(PAGE_ROWS);
        let range = self.range.get_untracked();
        let pages = range.start / size * size..range.end.div_ceil(size) * size;
        let rows = self.rows_of(&pages).map(|(rows, _)| rows).unwrap_or_default();
        crate::flat::flat(rows.into_iter().filter(ShownRow::is_theirs).map(|row| (row.player, row.place)))
    }

    /// Takes a page that no socket brought. What the standings are at is not changed by it.
    pub fn fill_in(self, page: Page) {
        let seen = Seen::new(self.shown_period.get_untracked(), page.from, page.version, page.total, page.rows);
        self.known.update_value(|known| {
            known.pages.insert(page.from, seen);
        });
        self.filled.update(|filled| *filled += 1);
        self.refresh();
    }

    /// Changes when a page was filled in.
    pub fn filled(self) -> ReadSignal<u64> {
        self.filled.read_only()
    }

    /// Takes how whoever plays in this browser stands, as the server tells it at a version; nothing if that is not known any more.
    pub fn tell(self, told: Option<(u64, MyStanding)>) {
        self.told.set(told);
    }

    /// How whoever plays in this browser stands, as it is to be shown: what they sent, and what receipts say, may be newer than what the server
    /// told. Whom to pass next is not known then.
    pub fn own_standing(self) -> Option<MyStanding> {
        self.sent.track();
        self.version.track();
        let (own, (version, mut standing)) = (self.own.get()?, self.told.get()?);
        let told = Standing { score: standing.score, rank: standing.rank };
        let now = self.facts.with(|facts| self.known.try_with_value(|known| known.optimistic.standing(&own, version, told, facts)))?;
        if now.score != told.score {
            (standing.tiebreaks, standing.ahead) = (Vec::new(), None);
        }
        if now.rank != told.rank {
            standing.place = now.rank;
        }
        (standing.score, standing.rank) = (now.score, now.rank);
        Some(standing)
    }

    /// Whether anything that whoever plays in this browser has sent waits.
    pub fn own_waits(self) -> bool {
        self.sent.track();
        self.own.with(|own| own.as_ref().is_some_and(|own| self.known.try_with_value(|known| known.optimistic.waits(own)) == Some(true)))
    }

    /// Whether any row has a badge that says that its player moved: it is to fade.
    pub fn has_badges(self) -> ReadSignal<bool> {
        self.has_badges.read_only()
    }

    /// Shows other rows, by their places from 0.
    pub fn look_at(self, range: Range<u64>) {
        if self.range.with_untracked(|known| *known != range) {
            self.range.set(range);
            self.refresh();
        }
    }

    /// The rules were edited; they are these now.
    pub fn set_facts(self, facts: BoardFacts) {
        set(self.facts, facts);
        self.refresh();
    }

    /// Takes newer states of pages from the server.
    pub fn apply(self, pages: Vec<(u64, Seen)>) {
        let range = self.range.try_get_untracked().unwrap_or_default();
        let newest = self.known.try_update_value(|known| known.take(pages, &range));
        if let Some(Some((version, total, period))) = newest {
            self.version.set(version);
            set(self.total, total);
            set(self.shown_period, period);
        }
        // Rows may have come also where nothing else is newer than what is known.
        self.refresh();
    }

    /// Shows a score at once and has it sent; it is confirmed, or rolled back, by its receipt.
    #[cfg(feature = "hydrate")]
    pub fn submit(self, outbox: Outbox, submission: crate::model::Submission) {
        use super::queue::{Pushed, Waiting};
        let crate::model::Submission { id, player, score, .. } = submission;
        let id = id.map(String::from).unwrap_or_default();
        set(self.own, Some(player.clone()));
        let (keep, direction) = self.facts.with_untracked(|facts| (facts.keep, facts.direction));
        let waiting = Waiting {
            id: id.clone(),
            board: self.board(),
            player: player.clone(),
            score,
            since_ms: js_sys::Date::now(),
            keep,
            direction,
            sent_ms: None,
        };
        self.note(&id, &player, score, Outcome::Sent(None));
        if self.is_current() {
            let told = self.told.with_untracked(|told| told.as_ref().map_or_else(|| self.version.get_untracked(), |(version, _)| *version));
            self.known.update_value(|known| known.optimistic.sent(id.clone(), player.clone(), score, Some(told)));
        }
        match super::sending::employ(outbox).push(waiting) {
            Pushed::Waits { replaced } => {
                for replaced in &replaced {
                    self.settle(replaced, &Outcome::Covered);
                }
            }
            Pushed::Covered { .. } => {
                self.settle(&id, &Outcome::Covered);
            }
            Pushed::Known => {}
            Pushed::Refused(refusal) => {
                self.settle(&id, &Outcome::RolledBack(AppError::Closed { message: refusal.into() }));
            }
        }
        let estimate = self.estimate(&player);
        self.notices.update(|notices| {
            if let Some(notice) = notices.iter_mut().find(|notice| notice.id == id && notice.outcome == Outcome::Sent(None)) {
                notice.outcome = Outcome::Sent(estimate);
            }
        });
        self.show_sent();
    }

    /// Goes on with what waits for this board since before, and hears what becomes of it, until the calling component goes.
    pub fn hear(self) {
        let Some(outbox) = Outbox::of_tab() else { return };
        outbox.on_settled(move |id, outcome| self.settle(id, outcome));
        crate::effect::effect(move || {
            let board = self.board();
            outbox.waiting().with(|waiting| {
                for waiting in waiting.iter().filter(|waiting| waiting.board == board && self.is_current()) {
                    let (id, player, score) = (waiting.id.clone(), waiting.player.clone(), waiting.score);
                    self.known.update_value(|known| known.optimistic.sent(id, player, score, None));
                }
            });
            self.show_sent();
        });
    }

    /// The rank that a player will probably have, as far as one can tell.
    #[cfg(feature = "hydrate")]
    fn estimate(self, player: &PlayerId) -> Option<u64> {
        let total = self.total.get_untracked();
        self.facts.with_untracked(|facts| {
            self.known.with_value(|known| {
                known.pages.iter().find_map(|(from, seen)| known.optimistic.estimate(&seen.rows, *from, total, facts, player))
            })
        })
    }

    /// Notes what became of a score; whether one of the notices says so.
    fn settle(self, id: &str, outcome: &Outcome) -> bool {
        let answer = match outcome {
            Outcome::Counted(receipt) => Ok(receipt.clone()),
            _ => Err(AppError::Conflict),
        };
        // The page may have been left before the answer came.
        if self.known.try_update_value(|known| known.optimistic.settled(id, &answer)).is_none() {
            return false;
        }
        let mut is_said = false;
        self.notices.update(|notices| {
            if let Some(notice) = notices.iter_mut().find(|notice| notice.id == id) {
                notice.outcome = outcome.clone();
                is_said = true;
            }
        });
        self.show_sent();
        is_said
    }

    #[cfg(feature = "hydrate")]
    fn note(self, id: &str, player: &PlayerId, score: Score, outcome: Outcome) {
        self.notices.update(|notices| {
            notices.insert(0, Notice { id: id.to_owned(), player: self.name_of(player), score, outcome });
            let mut others = 0;
            notices.retain(|notice| {
                let is_refused = matches!(notice.outcome, Outcome::RolledBack(_));
                others += usize::from(!is_refused);
                is_refused || others <= NOTICES
            });
        });
    }

    /// Shows what was sent, or what became of it.
    fn show_sent(self) {
        self.sent.update(|sent| *sent += 1);
        self.refresh();
    }

    /// Shows the rows that are to be shown: only what changed is told.
    fn refresh(self) {
        let Some((mut rows, count)) = self.rows_of(&self.range.get_untracked()) else { return };
        let before = self.rows.get_untracked();
        let has_badges = self.known.try_update_value(|known| {
            known.follow(&before, &mut rows);
            !known.moves.is_empty()
        });
        set(self.has_badges, has_badges == Some(true));
        set(self.count, count);
        self.rows.patch(rows);
    }

    /// The rows of a range of places, from 0, as they are to be shown, and how many there are in all; none once the page is left.
    fn rows_of(self, range: &Range<u64>) -> Option<(Vec<ShownRow>, u64)> {
        let facts = self.facts.get_untracked();
        let (total, shown_count) = (self.total.get_untracked(), self.count.get_untracked());
        self.known.try_with_value(|known| known.rows(range, &facts, total, shown_count))
    }

    /// Takes the badges away of those who moved before the last call; whether there are any left.
    pub fn fade(self) -> bool {
        let left = self.known.try_update_value(|known| {
            known.moves.retain(|_, (_, is_old)| !*is_old);
            known.moves.iter_mut().for_each(|(_, (_, is_old))| *is_old = true);
            !known.moves.is_empty()
        });
        self.refresh();
        left == Some(true)
    }
}

/// Sets a signal to something else.
fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
