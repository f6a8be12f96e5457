//! Players on all boards: their profiles, all that is known of them, and their going. Boards show what profiles say; they are told of each
//! change, one after the other.

use super::{
    Boards,
    answers::{PlayerInPeriod, PlayerInfo, PlayerLeft, PlayerOnBoard, PlayerRecord},
    board::{Loaded, Place},
    caller::Caller,
    from_store,
    players::found,
    read::{Period, entry},
    rights::Right,
    turn::LogOrder,
};
use crate::valkey::{
    StoreError,
    functions::{
        Scope, Store, Target,
        change::{Changed, Edit},
        profile::{NewFace, StoredProfile, Writing, Written},
        read::Sight,
        restore::Restored,
    },
    keys::Label,
};
use app::{
    error::{AppError, What},
    model::{BoardId, PlayerId, PlayerProfile},
};
use tracing::{info, warn};

/// How a player is removed from everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// At their own wish: what operators have decided of them, and noted, stays, so that nobody gets rid of it by going and coming again.
    Own,
    /// By operators, with all of that, and where it is to be (`clears_logs`) with the logs of the boards that they had been on.
    Whole {
        /// Whether the logs are emptied.
        clears_logs: bool,
    },
}

/// Newcomers that are remembered while the store is away.
const MOST_NEWCOMERS: usize = 10_000;

impl Boards {
    /// A player's profile. Whoever is no operator is not told what a game remembers with it.
    pub async fn player(&self, caller: Caller, player: PlayerId) -> Result<PlayerInfo, AppError> {
        let stored = self.store().profiles(std::slice::from_ref(&player)).await.map_err(from_store)?.pop().flatten();
        let stored = stored.ok_or_else(|| AppError::no(What::Profile))?;
        self.info_of(&caller, player, stored).await
    }

    /// Writes a player's profile, in place of the one there was, and has all boards show it. Names that look like another player's are
    /// refused where that must not be (`is_unique`). With `locks_name` the player changes it no more, or does again. If it fails on the way, some
    /// boards show it: write it again.
    pub async fn put_player(
        &self,
        caller: Caller,
        player: PlayerId,
        profile: PlayerProfile,
        is_unique: bool,
        locks_name: Option<bool>,
    ) -> Result<PlayerInfo, AppError> {
        caller.must(Right::Moderate, None)?;
        let writing = Writing { is_unique, locks_name, since_ms: None };
        let written_ms = self.write_profile(&player, &profile, writing).await?;
        self.info_of(&caller, player, StoredProfile { profile, written_ms }).await
    }

    async fn info_of(&self, caller: &Caller, player: PlayerId, stored: StoredProfile) -> Result<PlayerInfo, AppError> {
        let StoredProfile { profile: PlayerProfile { name, country, avatar, metadata }, written_ms } = stored;
        let may = caller.may(Right::Read, None);
        let name_locked = if may { Some(self.has_locked_name(&player).await?) } else { None };
        let metadata = metadata.filter(|_| may);
        Ok(PlayerInfo { player_id: player, name, country, avatar, metadata, name_locked, updated_at: written_ms })
    }

    /// Whether operators alone change a player's name.
    pub(crate) async fn has_locked_name(&self, player: &PlayerId) -> Result<bool, AppError> {
        self.store().has_locked_name(player).await.map_err(from_store)
    }

    /// The same, for whoever may; when that was, in ms since 1970.
    pub(crate) async fn write_profile(&self, player: &PlayerId, profile: &PlayerProfile, writing: Writing) -> Result<u64, AppError> {
        let written_ms = match self.store().put_profile(player, Some(profile), writing, self.now_ms()).await.map_err(from_store)? {
            Written::At(written_ms) => written_ms,
            Written::Taken => return Err(AppError::NameTaken),
            Written::Other => return Err(AppError::Busy),
        };
        let face = NewFace::of(player.clone(), profile, written_ms);
        for board in self.all_ids().await? {
            self.show(&board, &face, &[Target::all()]).await?;
        }
        Ok(written_ms)
    }

    /// What a player's profile says; nothing where there is none.
    pub(crate) async fn own_profile(&self, player: &PlayerId) -> Result<PlayerProfile, AppError> {
        Ok(self.own_stored(player).await?.0)
    }

    /// The same, and when it was written, in ms since 1970; 0 where there is none.
    pub(crate) async fn own_stored(&self, player: &PlayerId) -> Result<(PlayerProfile, u64), AppError> {
        let stored = self.store().profiles(std::slice::from_ref(player)).await.map_err(from_store)?.pop().flatten();
        Ok(stored.map(|stored| (stored.profile, stored.written_ms)).unwrap_or_default())
    }

    /// Removes a player from everywhere: profile, entries of all periods, also closed ones and those that resets set aside, histories,
    /// and runs. The logs of the boards keep what happened, with the player's id, unless they are to be cleared (`clears_logs`) where the
    /// player had been; then nothing that happened there before can be undone.
    pub async fn delete_player(&self, caller: Caller, player: PlayerId, clears_logs: bool) -> Result<PlayerLeft, AppError> {
        caller.must(Right::Manage, None)?;
        self.erase_everywhere(&player, Removal::Whole { clears_logs }).await
    }

    /// The same, for whoever may.
    pub(crate) async fn erase_everywhere(&self, player: &PlayerId, removal: Removal) -> Result<PlayerLeft, AppError> {
        let is_whole = removal != Removal::Own;
        let writing = Writing { locks_name: is_whole.then_some(false), ..Writing::default() };
        let gone = self.store().put_profile(player, None, writing, self.now_ms()).await.map_err(from_store)?;
        let Written::At(gone_ms) = gone else { return Err(AppError::Internal) };
        if is_whole {
            self.store().put_note(player, None).await.map_err(from_store)?;
        }
        self.store().drop_own_reviews(player).await.map_err(from_store)?;
        let face = NewFace::none(player.clone(), gone_ms);
        let mut left = PlayerLeft { player_id: player.clone(), boards: Vec::new(), entries: 0 };
        for board in self.all_ids().await? {
            let entries = found(self.erase(&board, player, &face, removal).await)?.unwrap_or(0);
            if entries > 0 {
                left.boards.push(board);
                left.entries += entries;
            }
        }
        info!(entries = left.entries, "a player was removed from everywhere");
        Ok(left)
    }

    /// All that is known of a player: their profile, and on each board their entries in all periods that are kept, and their history.
    pub async fn export_player(&self, caller: Caller, player: PlayerId) -> Result<PlayerRecord, AppError> {
        caller.must(Right::Read, None)?;
        self.record_of(&caller, &player).await
    }

    /// The same, for whoever may: of frozen boards, as they see them.
    pub(crate) async fn record_of(&self, caller: &Caller, player: &PlayerId) -> Result<PlayerRecord, AppError> {
        let profile = found(self.player(Caller::Admin, player.clone()).await)?;
        let mut boards = Vec::new();
        for board in self.all_ids().await? {
            boards.extend(found(self.on_board(caller, &board, player).await)?.flatten());
        }
        Ok(PlayerRecord { player_id: player.clone(), profile, boards })
    }

    /// Whether a player has a profile, or an entry in the window `all` of any board, or operators have noted or decided anything of them.
    pub(crate) async fn is_known(&self, player: &PlayerId) -> Result<bool, AppError> {
        let is_noted = self.store().note(player).await.map_err(from_store)?.is_some();
        if is_noted || self.has_locked_name(player).await? || found(self.player(Caller::Admin, player.clone()).await)?.is_some() {
            return Ok(true);
        }
        for board in self.all_ids().await? {
            let Some((loaded, place)) = found(self.place(Caller::Admin, &board, &Period::default()).await)? else { continue };
            let is_judged = self.store().verdict(&board, player).await.map_err(from_store)?.is_some();
            if is_judged || self.placed(&loaded, &place, player, Sight::Operators).await?.1.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn on_board(&self, caller: &Caller, board: &BoardId, player: &PlayerId) -> Result<Option<PlayerOnBoard>, AppError> {
        let loaded = self.seen(board, caller).await?;
        let mut entries = Vec::new();
        for label in self.labels(&loaded.scope).await? {
            let Some((window, period)) = label.parts() else { continue };
            let period = period.to_owned();
            let place = Place { window, period, label };
            let (_, placed) = self.placed(&loaded, &place, player, Sight::Operators).await?;
            if let Some(placed) = placed {
                let entry = entry(player, &placed.entry, &placed.face, (placed.rank, placed.index), placed.total, &loaded);
                entries.push(PlayerInPeriod { window: place.window, period: place.period, entry });
            }
        }
        let history = found(self.history_for(caller.clone(), board, player.clone(), Sight::Operators).await)?
            .map(|history| history.points)
            .unwrap_or_default();
        let title = loaded.rules.title.clone();
        Ok((!entries.is_empty()).then(|| PlayerOnBoard { board: board.clone(), title, entries, history }))
    }

    /// Every period of a board that has entries, `all` first, and what was set aside.
    pub(super) async fn labels(&self, scope: &Scope) -> Result<Vec<Label>, AppError> {
        let periods = self.store().periods(scope).await.map_err(from_store)?.periods;
        let mut labels: Vec<Label> = periods.into_iter().map(|(label, _)| label).collect();
        labels.sort();
        Ok([Label::all()].into_iter().chain(labels).collect())
    }

    /// Removes a player from a board; how many entries that were.
    async fn erase(&self, board: &BoardId, player: &PlayerId, face: &NewFace, removal: Removal) -> Result<u64, AppError> {
        let open = self.board(board).await?;
        // What is open is removed as operators do it, so that the log says why it is gone; archived boards are no exception.
        let choice = Box::new(|loaded: &Loaded, now_ms| -> Result<Vec<Target>, AppError> { Ok(loaded.current(now_ms)) });
        let who = vec![player.clone()];
        let plan = Box::new(move |_: &Loaded, _| Ok(Edit::Remove(who.clone())));
        let removed = match open.writer.change(choice, plan).await? {
            Changed::Removed { removed, .. } => removed,
            _ => return Err(AppError::Internal),
        };
        let mut erased = 0;
        for side in self.sides(board).await?.all() {
            erased += self.erase_from(&side.scope, player).await?;
        }
        let reviews = self.store().drop_reviews(board, player).await.map_err(from_store)?;
        self.store().forget_runs(board, player, self.now_ms()).await.map_err(from_store)?;
        if removal != Removal::Own {
            self.store().forget_verdict(board, player).await.map_err(from_store)?;
        }
        if removal == (Removal::Whole { clears_logs: true }) && self.is_in_log(board, player).await? {
            self.store().clear_log(board).await.map_err(from_store)?;
        }
        self.show(board, face, &[]).await?;
        Ok(removed + erased + reviews)
    }

    async fn erase_from(&self, scope: &Scope, player: &PlayerId) -> Result<u64, AppError> {
        loop {
            let labels = self.labels(scope).await?;
            // A period may have come meanwhile: then they are listed again.
            if let Some(erased) = self.store().erase(scope, &labels, player, self.now_ms()).await.map_err(from_store)? {
                return Ok(erased);
            }
        }
    }

    /// Whether a board's log says anything of a player.
    async fn is_in_log(&self, board: &BoardId, player: &PlayerId) -> Result<bool, AppError> {
        let mut before = None;
        loop {
            let journal = self.journal(Caller::Admin, board, Some(player), (LogOrder::Newest, before), 1).await?;
            if !journal.records.is_empty() {
                return Ok(true);
            }
            // A long log is read in several goes.
            match journal.next_cursor.and_then(|cursor| cursor.parse().ok()) {
                Some(next) => before = Some(next),
                None => return Ok(false),
            }
        }
    }

    /// Has a board show a face, if the player has another one there or an entry in any of these periods.
    async fn show(&self, board: &BoardId, face: &NewFace, targets: &[Target]) -> Result<(), AppError> {
        let faces = std::slice::from_ref(face);
        for side in self.sides(board).await?.all() {
            let version = self.store().put_faces(&side.scope, faces, targets, self.now_ms()).await.map_err(from_store)?;
            self.note_version(&side.scope, version);
        }
        Ok(())
    }

    /// Shows what the profiles say of players whose entries were restored.
    pub(super) async fn show_restored(&self, scope: &Scope, targets: &[Target], entries: &[Restored]) -> Result<(), AppError> {
        let new = entries.iter().filter(|entry| entry.now.is_none() && entry.wanted.is_some());
        let players: Vec<PlayerId> = new.map(|entry| entry.player.clone()).collect();
        let version = show_faces(self.store(), scope, &players, targets, self.now_ms()).await.map_err(from_store)?;
        self.note_version(scope, version);
        Ok(())
    }

    /// Notes a version that this server has written.
    fn note_version(&self, scope: &Scope, version: Option<u64>) {
        if let (Some(version), Some(open)) = (version, self.lock().get(&scope.board)) {
            open.shared.has_written(scope, version);
        }
    }
}

/// Has a board show what the profiles say of players who have just got entries in some of these periods. The board's version, if it has moved by it.
async fn show_faces(
    store: &Store,
    scope: &Scope,
    players: &[PlayerId],
    targets: &[Target],
    now_ms: u64,
) -> Result<Option<u64>, StoreError> {
    if players.is_empty() {
        return Ok(None);
    }
    let profiles = store.profiles(players).await?;
    let face = |(player, stored): (&PlayerId, Option<StoredProfile>)| {
        stored.map(|stored| NewFace::of(player.clone(), &stored.profile, stored.written_ms))
    };
    let faces: Vec<NewFace> = players.iter().zip(profiles).filter_map(face).collect();
    if faces.is_empty() { Ok(None) } else { store.put_faces(scope, &faces, targets, now_ms).await }
}

/// Players who have just got entries, and whom the board may not show as their profiles say.
#[derive(Default)]
pub(super) struct Newcomers(Vec<PlayerId>);

impl Newcomers {
    /// One more.
    pub fn note(&mut self, player: &PlayerId) {
        if self.0.len() < MOST_NEWCOMERS {
            self.0.push(player.clone());
        }
    }

    /// Has the board show them; what fails is tried again the next time. The board's version, if it has moved by it.
    pub async fn show(&mut self, store: &Store, scope: &Scope, targets: &[Target], now_ms: u64) -> Option<u64> {
        match show_faces(store, scope, &self.0, targets, now_ms).await {
            Ok(version) => {
                self.0.clear();
                version
            }
            Err(error) => {
                warn!(%error, board.id = %scope.board, "can't look up the profiles of new players");
                None
            }
        }
    }
}
