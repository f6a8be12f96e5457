//! What the app's pages are told, and what they send, by whoever looks at them: nobody in particular, or a player who has signed in. Operators and
//! whoever has a key are nobody in particular here.

use crate::{
    auth::accounts::Accounts,
    boards::{
        Boards,
        caller::{Caller, Player},
    },
    limits::asker::Asker,
    runs::Runs,
};
use app::{
    backend::{Answer, Backend},
    error::AppError,
    model::{
        Account, BoardId, Entered, Found, InReview, Lobby, Opened, Own, Page, PasskeyInfo, Period, Played, PlayerId, Profile, Reached,
        Receipt, Start, Submission,
    },
};
use std::sync::Arc;

/// The player who has signed in, if one has; an error if that can't be told at the moment.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Result<Option<Arc<Player>>, AppError>);

/// One visit of a page, or one call of a server function.
#[derive(Clone)]
pub struct Visit {
    /// The domain service.
    pub boards: Arc<Boards>,
    /// Runs of the game.
    pub runs: Arc<Runs>,
    /// Whose players' ids are.
    pub accounts: Arc<Accounts>,
    /// Whether whoever looks is a player who has signed in.
    pub signed_in: SignedIn,
    /// By what they are counted, if they are: pages are written by tasks of their own.
    pub asker: Option<Asker>,
}

impl Visit {
    /// The player who has signed in, if one has.
    pub fn player(&self) -> Result<Option<Arc<Player>>, AppError> {
        self.signed_in.0.clone()
    }

    fn caller(&self) -> Result<Caller, AppError> {
        Ok(self.player()?.map_or(Caller::Anonymous, Caller::Player))
    }

    async fn own_account(&self) -> Result<Option<Account>, AppError> {
        let Some(me) = self.player()? else { return Ok(None) };
        let profile = self.boards.own_profile(&me.id).await?;
        let name = profile.name.map_or_else(|| me.id.to_string(), |name| name.as_str().to_owned());
        let avatar = profile.avatar.map(|avatar| avatar.as_str().to_owned());
        Ok(Some(Account { player: me.id.clone(), name, country: profile.country, avatar }))
    }

    async fn opened(&self, board: &BoardId, period: &Period, start: Start, said: Option<PlayerId>) -> Result<Opened, AppError> {
        let account = self.own_account().await?;
        let own = account.as_ref().map(|account| account.player.clone()).or(said);
        let opened = self.boards.opened(&self.caller()?, board, period, start, own).await?;
        Ok(Opened { account, ..opened })
    }
}

impl Backend for Visit {
    fn account<'a>(&'a self) -> Answer<'a, Option<Account>> {
        Box::pin(self.own_account())
    }

    fn passkeys<'a>(&'a self) -> Answer<'a, Vec<PasskeyInfo>> {
        Box::pin(async move {
            let Some(me) = self.player()? else { return Ok(Vec::new()) };
            self.accounts.passkeys(&me).await
        })
    }

    fn reviews<'a>(&'a self) -> Answer<'a, Vec<InReview>> {
        Box::pin(async move {
            let Some(me) = self.player()? else { return Ok(Vec::new()) };
            self.boards.own_reviews(&Caller::Player(me.clone()), &me.id).await
        })
    }

    fn lobby<'a>(&'a self, after: Option<&'a BoardId>) -> Answer<'a, Lobby> {
        Box::pin(self.boards.cards(after))
    }

    fn open<'a>(&'a self, board: &'a BoardId, period: &'a Period, start: Start, own: Option<PlayerId>) -> Answer<'a, Opened> {
        Box::pin(self.opened(board, period, start, own))
    }

    fn page<'a>(&'a self, board: &'a BoardId, period: &'a Period, start: Start) -> Answer<'a, Page> {
        Box::pin(async move { self.boards.page(&self.caller()?, board, period, start).await })
    }

    fn own<'a>(&'a self, board: &'a BoardId, period: &'a Period, player: PlayerId) -> Answer<'a, Own> {
        Box::pin(async move { self.boards.own(&self.caller()?, board, period, player).await })
    }

    fn find<'a>(&'a self, board: &'a BoardId, period: &'a Period, text: &'a str) -> Answer<'a, Found> {
        Box::pin(async move {
            let search = self.boards.search(board, period, text);
            match self.asker.clone() {
                Some(asker) => asker.scope(search).await,
                None => search.await,
            }
        })
    }

    fn profile<'a>(&'a self, board: &'a BoardId, player: &'a PlayerId) -> Answer<'a, Profile> {
        Box::pin(async move { self.boards.profile_of(&self.caller()?, board, player).await })
    }

    fn entered<'a>(&'a self, player: &'a PlayerId) -> Answer<'a, Vec<Entered>> {
        Box::pin(async move { self.boards.boards_of(&self.caller()?, player).await })
    }

    fn reached<'a>(&'a self, player: &'a PlayerId, boards: &'a [Entered]) -> Answer<'a, Vec<Reached>> {
        Box::pin(async move { self.boards.reached_on(&self.caller()?, player, boards).await })
    }

    fn decimals<'a>(&'a self, board: &'a BoardId) -> Answer<'a, u8> {
        Box::pin(async move { Ok(self.boards.rules_to_read(self.caller()?, board).await?.rules.decimals) })
    }

    fn played<'a>(&'a self, board: &'a BoardId, run: &'a str) -> Answer<'a, Played> {
        Box::pin(async move { Ok(self.runs.shown(self.caller()?, board, run).await?.played) })
    }

    fn submit<'a>(&'a self, board: &'a BoardId, submission: Submission) -> Answer<'a, Receipt> {
        Box::pin(async move { self.boards.submit(self.caller()?, board, submission).await })
    }
}
