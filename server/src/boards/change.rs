//! Changes by operators: set, add, edit, remove, reset.

use super::{
    Boards,
    answers::Removed,
    board::{DAY_MS, Loaded},
    caller::Caller,
    catalog::token,
    from_store, order,
    read::{Period, keys_between},
    rights::Right,
    submit::window_receipt,
    writer::{Choice, Plan, open_to_writes},
};
use crate::valkey::functions::{
    Target,
    change::{Changed, Edit, ScoreEdit},
};
use app::{
    error::{AppError, Field, What},
    i18n::t,
    model::{BoardId, MetadataChange, PlayerId, Score, WindowReceipt},
};
use serde::Serialize;
use utoipa::ToSchema;

/// How long what a reset removed is set aside, in ms: a week.
const ASIDE: u64 = 7 * DAY_MS;

/// What to change of one entry.
#[derive(Clone, Debug, Default)]
pub struct EntryChange {
    /// The score becomes this.
    pub score: Option<Score>,
    /// This is added to the score.
    pub add: Option<Score>,
    /// The tiebreaks, in the rules' order, become these.
    pub tiebreaks: Option<Vec<i64>>,
    /// What happens to the metadata.
    pub metadata: MetadataChange,
}

/// Which entries to remove.
#[derive(Clone, Debug)]
pub enum Removal {
    /// These players'.
    Players(Vec<PlayerId>),
    /// Those with scores from the one to the other, both included and either open.
    Scores(Option<Score>, Option<Score>),
    /// All but the first so many.
    AllBut(u64),
    /// All. What was there is set aside for a week.
    All,
}

/// How an entry stands after a change, in each window it has changed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryChanged {
    /// The board's version.
    pub version: u64,
    /// Before and after.
    pub windows: Vec<WindowReceipt>,
}

impl Boards {
    /// Changes one entry, in every window's current period or in the one period that is named. A score makes an entry where there is
    /// none.
    pub async fn change_entry(
        &self,
        caller: Caller,
        board: &BoardId,
        period: Option<Period>,
        player: PlayerId,
        change: EntryChange,
    ) -> Result<EntryChanged, AppError> {
        caller.must(Right::Moderate, Some(board))?;
        let plan = move |loaded: &Loaded, _| put(loaded, &player, &change);
        let (changed, loaded) = self.change(board, period, Box::new(plan)).await?;
        match changed {
            Changed::Put(standings, version) => {
                let windows = standings.into_iter().filter_map(|standing| window_receipt(standing, &loaded)).collect();
                Ok(EntryChanged { version, windows })
            }
            Changed::NoEntry => Err(AppError::no(What::Player)),
            Changed::TooLarge => Err(AppError::invalid(Field::Add, t::problem::CHANGE_LARGE)),
            Changed::Removed { .. } => Err(AppError::Internal),
        }
    }

    /// Removes entries, in every window's current period or in the one period that is named.
    pub async fn remove(&self, caller: Caller, board: &BoardId, period: Option<Period>, removal: Removal) -> Result<Removed, AppError> {
        caller.must(Right::Moderate, Some(board))?;
        let plan = move |loaded: &Loaded, now_ms| Ok(remove(loaded, &removal, now_ms));
        match self.change(board, period, Box::new(plan)).await?.0 {
            Changed::Removed { removed, version, .. } => Ok(Removed { removed, version }),
            _ => Err(AppError::Internal),
        }
    }

    async fn change(&self, board: &BoardId, period: Option<Period>, plan: Plan) -> Result<(Changed, std::sync::Arc<Loaded>), AppError> {
        let open = self.board(board).await?;
        let loaded = self.sides(board).await?.newest();
        self.must_be_there(&loaded, period.as_ref(), open.shared.now_ms()).await?;
        let checked = move |loaded: &Loaded, now_ms| open_to_writes(&loaded.rules).and_then(|()| plan(loaded, now_ms));
        let changed = open.writer.change(choice(period), Box::new(checked)).await?;
        Ok((changed, loaded))
    }
}

impl Boards {
    /// Refuses a change of a period that is to come, or that is not kept: the change would make it.
    async fn must_be_there(&self, loaded: &Loaded, period: Option<&Period>, now_ms: u64) -> Result<(), AppError> {
        let Some(period) = period else { return Ok(()) };
        let target = loaded.target(&period.window, period.period.as_deref(), now_ms)?;
        let [start, _, close, _] = target.times;
        let takes_scores = !target.late || (start <= now_ms && now_ms < close);
        if takes_scores || self.store.has_period(&loaded.scope, &target.label).await.map_err(from_store)? {
            return Ok(());
        }
        Err(AppError::no(What::Period))
    }
}

/// The period that is named, or every window's current one.
fn choice(period: Option<Period>) -> Choice {
    Box::new(move |loaded, now_ms| -> Result<Vec<Target>, AppError> {
        match &period {
            None => Ok(loaded.current(now_ms)),
            Some(period) => Ok(vec![loaded.target(&period.window, period.period.as_deref(), now_ms)?]),
        }
    })
}

fn put(loaded: &Loaded, player: &PlayerId, change: &EntryChange) -> Result<Edit, AppError> {
    let rules = &loaded.rules;
    let score = match (change.score, change.add) {
        (Some(score), None) => ScoreEdit::Set(order::key(score, rules)),
        (None, Some(score)) => ScoreEdit::Add(order::key(score, rules)),
        (None, None) => ScoreEdit::Keep,
        (Some(_), Some(_)) => return Err(AppError::invalid(Field::Add, t::problem::SCORE_OR_ADD)),
    };
    let columns = change.tiebreaks.as_ref().map(|tiebreaks| order::columns(tiebreaks, rules));
    Ok(Edit::Put { player: player.clone(), score, columns, metadata: change.metadata.clone() })
}

fn remove(loaded: &Loaded, removal: &Removal, now_ms: u64) -> Edit {
    match removal {
        Removal::Players(players) => Edit::Remove(players.clone()),
        Removal::AllBut(n) => Edit::Top(*n),
        Removal::All => Edit::Reset(now_ms + ASIDE, token()),
        Removal::Scores(low, high) => {
            let (low, high) = keys_between(*low, *high, loaded);
            Edit::Range(low, high)
        }
    }
}
