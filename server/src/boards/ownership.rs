//! What belongs to a player who has an account: nobody else submits for them, and nobody else is told what they alone are to be told.

use super::{
    Boards,
    board::{Loaded, Place},
    caller::Caller,
    from_store,
    rights::Right,
};
use crate::valkey::functions::read::{Placed, Players, Rows, Select, Sight};
use app::{
    error::{AppError, What},
    i18n::t,
    model::{BoardId, PlayerId, Rules, Submission, Submitters},
};
use std::collections::HashSet;

impl Boards {
    /// Refuses those of the submissions that are for players whom the caller may not play as. Whoever has the right to submit plays as anybody.
    pub(super) async fn refuse_for_others(
        &self,
        caller: &Caller,
        board: &BoardId,
        rules: &Rules,
        submissions: &mut [Result<Submission, AppError>],
    ) -> Result<(), AppError> {
        if caller.may(Right::Submit, Some(board)) {
            return Ok(());
        }
        let others: HashSet<&PlayerId> =
            submissions.iter().flatten().map(|submission| &submission.player).filter(|player| caller.player() != Some(player)).collect();
        let others: Vec<PlayerId> = others.into_iter().cloned().collect();
        let refused: HashSet<PlayerId> = match rules.submitters {
            Submitters::Accounts => others.into_iter().collect(),
            _ => self.owned(others).await?,
        };
        let error = || match rules.submitters {
            Submitters::Accounts => AppError::Forbidden { message: t::error::OWN_ONLY.into() },
            _ => AppError::Owned,
        };
        for submission in submissions {
            if submission.as_ref().is_ok_and(|submission| refused.contains(&submission.player)) {
                *submission = Err(error());
            }
        }
        Ok(())
    }

    /// Those of these players who have an account.
    pub(super) async fn owned(&self, players: Vec<PlayerId>) -> Result<HashSet<PlayerId>, AppError> {
        let have = self.store().have_accounts(&players.iter().collect::<Vec<_>>()).await.map_err(from_store)?;
        Ok(players.into_iter().zip(have).filter_map(|(player, has)| has.then_some(player)).collect())
    }

    /// Refuses whoever says that they are a player who is somebody else.
    pub(crate) async fn must_not_be_owned(&self, player: &PlayerId) -> Result<(), AppError> {
        if self.owned(vec![player.clone()]).await?.is_empty() { Ok(()) } else { Err(AppError::Owned) }
    }

    /// Whether a caller is told what the player alone is: the player themself, and where nobody owns the id, whoever says it is theirs.
    pub(super) async fn is_told(&self, caller: &Caller, player: &PlayerId) -> Result<bool, AppError> {
        if caller.player() == Some(player) || caller.may(Right::Read, None) {
            return Ok(true);
        }
        Ok(self.owned(vec![player.clone()]).await?.is_empty())
    }

    /// A player's place as a caller is told it, and what it was read with. A place that others do not see is looked for only where there is
    /// no other.
    pub(super) async fn placed_for(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        place: &Place,
        player: &PlayerId,
    ) -> Result<(Players, Option<Placed>), AppError> {
        let read = self.placed(loaded, place, player, Sight::Others).await?;
        if read.1.is_some() || !self.is_told(caller, player).await? {
            return Ok(read);
        }
        self.placed(loaded, place, player, Sight::Alone).await
    }

    /// Rows of a period, each with its entry where that is wanted, as a caller is told them: a player whom `select` names is found where others
    /// don't see them only by who is told of them.
    pub(super) async fn rows_for(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        place: &Place,
        select: &Select<'_>,
        count: u32,
        entries: bool,
    ) -> Result<Rows, AppError> {
        let rows = self.rows(loaded, place, select, count, entries).await;
        let (Err(AppError::NotFound { what: What::Player }), Select::Around(player) | Select::Page(player)) = (&rows, select) else {
            return rows;
        };
        if !self.is_told(caller, player).await? {
            return rows;
        }
        self.rows_in_sight(loaded, place, select, Sight::Alone, count, entries).await
    }
}
