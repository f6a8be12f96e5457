//! Players' own accounts: an id that is theirs alone, a profile that they write themselves, and a recovery code to come back by on another device.

use super::{
    Auth,
    passkeys::{Answered, Challenge, Keyring, MAX_ID, Purpose, Site},
    recovery::{MAX_LEN, RecoveryCode},
    sessions::{OF_PLAYERS, Origin},
};
use crate::{
    boards::{
        Boards,
        answers::{PlayerLeft, PlayerRecord},
        caller::{Caller, Player},
        profiles::Removal,
        rights::Right,
    },
    limits::block,
    state::UniqueNames,
    valkey::functions::{auth::Records, profile::Writing},
};
use app::{
    error::{AppError, Field, What},
    i18n::{Text, t},
    model::{AvatarUrl, Country, PasskeyInfo, PlayerId, PlayerName, PlayerProfile},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Accounts that there may be.
const MOST: u64 = 100_000_000;
/// Accounts that one address may open in a quarter of an hour: a class or two behind one address.
const OPENED: u64 = 100;
/// Challenges to sign in by a passkey that one address may ask for in a quarter of an hour.
const CHALLENGES: u64 = 100;
/// How often a change of a profile is tried that others write at the same time.
const EDITS: usize = 5;
/// How long ago somebody may have signed in who changes by what they do, in ms: ten minutes.
const FRESH_MS: u64 = 10 * 60 * 1000;

/// An account as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredAccount {
    /// The hash of the recovery code.
    pub recovery_hash: String,
    /// In ms since 1970.
    pub created_at: u64,
    #[serde(default)]
    pub keyring: Keyring,
}

/// A player's own account.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountInfo {
    /// The id that is theirs.
    pub player_id: PlayerId,
    /// What they are called.
    #[schema(value_type = Option<String>)]
    pub name: Option<PlayerName>,
    /// Where they are at home.
    pub country: Option<Country>,
    /// Their picture.
    pub avatar: Option<AvatarUrl>,
    /// Whether operators have chosen the name, and alone change it.
    pub name_locked: bool,
    /// Since when they have it, in ms since 1970.
    pub created_at: u64,
    /// By which they sign in besides the recovery code.
    pub passkeys: Vec<PasskeyInfo>,
}

/// An account with the code that is told once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountOpened {
    /// The account.
    #[serde(flatten)]
    pub account: AccountInfo,
    /// By this they sign in on another device. It is not told again.
    pub recovery_code: String,
}

/// What is to be known of who begins.
pub struct Beginner {
    /// What to call them.
    pub name: PlayerName,
    /// Where they are at home.
    pub country: Option<Country>,
    /// Their picture.
    pub avatar: Option<AvatarUrl>,
    /// The id that they want, where they may choose; without one they get one.
    pub player: Option<PlayerId>,
}

/// What a player changes of their own profile; what is left out stays.
#[derive(Default)]
pub struct ProfileChange {
    /// What to call them.
    pub name: Option<PlayerName>,
    /// Where they are at home.
    pub country: Option<Option<Country>>,
    /// Their picture.
    pub avatar: Option<Option<AvatarUrl>>,
}

/// Whether whoever opens an account may choose its id. An id that a game server is about to submit for is nobody's yet, and whoever chose it first
/// would own it.
#[derive(Clone, Copy, Debug)]
pub struct ChosenIds(pub bool);

/// Knows which players' ids are somebody's.
pub struct Accounts {
    auth: Arc<Auth>,
    boards: Arc<Boards>,
    names: UniqueNames,
    ids: ChosenIds,
}

impl Accounts {
    /// Over these.
    pub fn new(auth: Arc<Auth>, boards: Arc<Boards>, names: UniqueNames, ids: ChosenIds) -> Self {
        Self { auth, boards, names, ids }
    }

    /// Opens an account and signs its player in; a new session's token.
    pub async fn open(&self, beginner: Beginner, origin: &Origin) -> Result<(AccountOpened, String), AppError> {
        self.auth.count_up_to(&format!("accounts:{}", block(origin.address)), OPENED).await?;
        let player = match beginner.player {
            Some(player) => self.free(player).await?,
            None => PlayerId::parse(&format!("p-{}", super::hex(&rand::random::<[u8; 12]>())))?,
        };
        let code = RecoveryCode::random(player.clone());
        let stored = StoredAccount { recovery_hash: code.hash(), created_at: self.auth.clock.now_ms(), keyring: Keyring::default() };
        // Of two who want one id at the same moment, one gets it.
        self.auth.write(Records::Accounts, player.as_str(), None, Some(&stored), MOST).await?;
        let token = self.auth.open_session(&OF_PLAYERS, player.as_str(), "", origin).await?;
        let profile = PlayerProfile { name: Some(beginner.name), country: beginner.country, avatar: beginner.avatar, metadata: None };
        // Last, because it takes the name: nobody else can have that from now on, where names must not look the same.
        if let Err(error) = self.boards.write_profile(&player, &profile, self.writing()).await {
            self.close(&player).await?;
            return Err(error);
        }
        self.auth.leave_behind(&OF_PLAYERS, origin).await;
        let account = account(player, profile, false, &stored);
        Ok((AccountOpened { account, recovery_code: code.told() }, token))
    }

    /// An id that nobody has yet, and that could be typed as a name: no entry, no profile, no account, and nothing that operators have decided.
    async fn free(&self, player: PlayerId) -> Result<PlayerId, AppError> {
        let wrong = |message: Text| Err(AppError::invalid(Field::Player, message));
        if !self.ids.0 {
            return wrong(t::problem::PLAYER_MADE);
        }
        if PlayerId::from_input(player.as_str()).ok().as_ref() != Some(&player) {
            return wrong(t::problem::PLAYER_TYPED);
        }
        if self.boards.is_known(&player).await? || self.stored(&player).await?.is_some() {
            return wrong(t::problem::PLAYER_EXISTS);
        }
        Ok(player)
    }

    /// Signs a player in by their recovery code: a new session's token, and a new code, since one is used once. Whoever does not exist is refused
    /// by the same words, and as late, as a wrong code.
    pub async fn recover(&self, code: &str, origin: &Origin) -> Result<(AccountOpened, String), AppError> {
        let tries = format!("recover:{}", block(origin.address));
        self.auth.count_try(&tries).await?;
        let wrong = || AppError::Unauthorized { message: t::problem::RECOVERY_WRONG.into() };
        let code = Some(code).filter(|code| code.len() <= MAX_LEN).and_then(RecoveryCode::parse).ok_or_else(wrong)?;
        let stored = self.stored(&code.player).await?;
        let is_right = code.is(stored.as_ref().map(|(account, _)| &*account.recovery_hash));
        let Some((stored, was)) = stored.filter(|_| is_right) else { return Err(wrong()) };
        // Another who comes with the same code at the same moment finds it used.
        let (stored, code) = self.renew(&code.player, stored, &was).await?;
        let token = self.auth.open_session(&OF_PLAYERS, code.player.as_str(), "", origin).await?;
        self.auth.leave_behind(&OF_PLAYERS, origin).await;
        self.auth.discount(&tries).await?;
        Ok((AccountOpened { account: self.told(&code.player, &stored).await?, recovery_code: code.told() }, token))
    }

    /// A challenge to sign in by a passkey, of whichever player.
    pub async fn challenge(&self, site: &Site, origin: &Origin) -> Result<Challenge, AppError> {
        self.auth.count_up_to(&format!("passkey:{}", block(origin.address)), CHALLENGES).await?;
        self.auth.challenge_to_sign_in(site, Purpose::SignInAsPlayer, None).await
    }

    /// Signs a player in by a passkey: a new session's token. The recovery code stays.
    pub async fn sign_in(&self, site: &Site, answered: Answered, origin: &Origin) -> Result<(AccountInfo, String), AppError> {
        let find = async |id: &str| {
            if id.len() > MAX_ID {
                return Ok(None);
            }
            let Some((player, _)) = self.auth.read::<PlayerId>(Records::Passkeys, id).await? else { return Ok(None) };
            let Some((stored, was)) = self.stored(&player).await? else { return Ok(None) };
            let keyring = stored.keyring.clone();
            Ok(Some(((player, stored, was), keyring)))
        };
        let ((player, stored, was), keyring) = self.auth.take_known(site, &Purpose::SignInAsPlayer, answered, find).await?;
        // Another who comes with the same passkey at the same moment comes again.
        let stored = StoredAccount { keyring, ..stored };
        self.auth.write(Records::Accounts, player.as_str(), Some(&was), Some(&stored), MOST).await?;
        let token = self.auth.open_session(&OF_PLAYERS, player.as_str(), "", origin).await?;
        self.auth.leave_behind(&OF_PLAYERS, origin).await;
        Ok((self.told(&player, &stored).await?, token))
    }

    /// A challenge to add a passkey to a player's account.
    pub async fn challenge_to_add(&self, me: &Player, site: &Site) -> Result<Challenge, AppError> {
        let (mut stored, was) = self.must_have(&me.id).await?;
        self.must_be_fresh(me, &stored)?;
        if stored.keyring.make_handle() {
            self.auth.write(Records::Accounts, me.id.as_str(), Some(&was), Some(&stored), MOST).await?;
        }
        let profile = self.boards.own_profile(&me.id).await?;
        let name = profile.name.as_ref().map_or(me.id.as_str(), |name| name.as_str());
        self.auth.challenge_to_add(site, add_to(me), name, &stored.keyring).await
    }

    /// Adds a passkey to a player's account.
    pub async fn add_passkey(&self, me: &Player, site: &Site, answered: Answered, label: &str) -> Result<PasskeyInfo, AppError> {
        let passkey = self.auth.take_new(site, &add_to(me), answered, label).await?;
        let (mut stored, was) = self.must_have(&me.id).await?;
        let shown = passkey.shown();
        stored.keyring.add(passkey)?;
        // Whose it is first: an id that is noted without an account that has it lets nobody in.
        self.auth.write(Records::Passkeys, &shown.id, None, Some(&me.id), u64::MAX).await.map_err(|error| match error {
            AppError::Busy => AppError::invalid(Field::Credential, t::problem::PASSKEY_TAKEN),
            error => error,
        })?;
        if let Err(error) = self.auth.write(Records::Accounts, me.id.as_str(), Some(&was), Some(&stored), MOST).await {
            self.forget(&me.id, &shown.id).await?;
            return Err(error);
        }
        Ok(shown)
    }

    /// Removes one of a player's passkeys; those who have signed in by it stay.
    pub async fn remove_passkey(&self, me: &Player, id: &str) -> Result<(), AppError> {
        let (mut stored, was) = self.must_have(&me.id).await?;
        let is_fresh = self.must_be_fresh(me, &stored);
        if !stored.keyring.remove(id) {
            return Err(AppError::no(What::Passkey));
        }
        is_fresh?;
        self.auth.write(Records::Accounts, me.id.as_str(), Some(&was), Some(&stored), MOST).await?;
        self.forget(&me.id, id).await
    }

    async fn forget(&self, player: &PlayerId, passkey: &str) -> Result<(), AppError> {
        let Some((whose, was)) = self.auth.read::<PlayerId>(Records::Passkeys, passkey).await? else { return Ok(()) };
        if whose != *player {
            return Ok(());
        }
        self.auth.write::<PlayerId>(Records::Passkeys, passkey, Some(&was), None, u64::MAX).await
    }

    /// Refuses who has signed in a while ago and can do it anew at any time: a session that was left open somewhere is not enough to change by
    /// what its owner comes in. Whoever has no passkey has nothing but sessions if they have lost their code.
    fn must_be_fresh(&self, me: &Player, stored: &StoredAccount) -> Result<(), AppError> {
        if stored.keyring.is_empty() || self.auth.clock.now_ms() < me.since + FRESH_MS {
            return Ok(());
        }
        Err(AppError::Unauthorized { message: t::problem::SIGN_IN_ANEW.into() })
    }

    /// Gives a player a new recovery code; the one they had is void.
    pub async fn new_code(&self, me: &Player) -> Result<String, AppError> {
        let (stored, was) = self.must_have(&me.id).await?;
        self.must_be_fresh(me, &stored)?;
        Ok(self.renew(&me.id, stored, &was).await?.1.told())
    }

    async fn renew(&self, player: &PlayerId, stored: StoredAccount, was: &str) -> Result<(StoredAccount, RecoveryCode), AppError> {
        let code = RecoveryCode::random(player.clone());
        let stored = StoredAccount { recovery_hash: code.hash(), ..stored };
        self.auth.write(Records::Accounts, player.as_str(), Some(was), Some(&stored), MOST).await?;
        Ok((stored, code))
    }

    /// A player's own passkeys.
    pub async fn passkeys(&self, me: &Player) -> Result<Vec<PasskeyInfo>, AppError> {
        Ok(self.must_have(&me.id).await?.0.keyring.shown())
    }

    /// A player's own account.
    pub async fn show(&self, me: &Player) -> Result<AccountInfo, AppError> {
        let (stored, _) = self.must_have(&me.id).await?;
        self.told(&me.id, &stored).await
    }

    /// Changes a player's own profile. What a game remembers with it stays, and so does a name that operators have chosen.
    pub async fn edit(&self, me: &Player, change: ProfileChange) -> Result<AccountInfo, AppError> {
        let (stored, _) = self.must_have(&me.id).await?;
        for _ in 0..EDITS {
            let (mut profile, written_ms) = self.boards.own_stored(&me.id).await?;
            // Looked up last: what operators do from now on makes the profile another one.
            let is_locked = self.boards.has_locked_name(&me.id).await?;
            if is_locked && change.name.is_some() && change.name != profile.name {
                return Err(AppError::Forbidden { message: t::problem::NAME_LOCKED.into() });
            }
            profile.name = change.name.clone().or(profile.name);
            profile.country = change.country.unwrap_or(profile.country);
            profile.avatar = change.avatar.clone().unwrap_or(profile.avatar);
            match self.boards.write_profile(&me.id, &profile, Writing { since_ms: Some(written_ms), ..self.writing() }).await {
                Err(AppError::Busy) => {}
                written => return written.map(|_| account(me.id.clone(), profile, is_locked, &stored)),
            }
        }
        Err(AppError::Busy)
    }

    fn writing(&self) -> Writing {
        Writing { is_unique: self.names.0, ..Writing::default() }
    }

    async fn told(&self, player: &PlayerId, stored: &StoredAccount) -> Result<AccountInfo, AppError> {
        let profile = self.boards.own_profile(player).await?;
        Ok(account(player.clone(), profile, self.boards.has_locked_name(player).await?, stored))
    }

    /// All that is known of a player, for themself: also on boards that are not for everybody. Of frozen ones they see what everybody does.
    pub async fn export(&self, me: &Player) -> Result<PlayerRecord, AppError> {
        self.boards.record_of(&Caller::Server, &me.id).await
    }

    /// Removes a player from everywhere at their own wish, and closes their account.
    pub async fn delete(&self, me: &Player) -> Result<PlayerLeft, AppError> {
        let left = self.boards.erase_everywhere(&me.id, Removal::Own).await?;
        self.close(&me.id).await?;
        Ok(left)
    }

    /// Takes a player's account away, as operators do: profile and entries stay.
    pub async fn detach(&self, caller: &Caller, player: &PlayerId) -> Result<(), AppError> {
        caller.must(Right::Manage, None)?;
        self.close(player).await
    }

    /// Closes a player's account, if they have one: their sessions are over, and the id is nobody's.
    pub async fn close(&self, player: &PlayerId) -> Result<(), AppError> {
        if let Some((stored, was)) = self.stored(player).await? {
            self.auth.write::<StoredAccount>(Records::Accounts, player.as_str(), Some(&was), None, MOST).await?;
            for passkey in stored.keyring.shown() {
                self.forget(player, &passkey.id).await?;
            }
        }
        self.auth.end_all_sessions(&OF_PLAYERS, player.as_str(), None).await
    }

    async fn stored(&self, player: &PlayerId) -> Result<Option<(StoredAccount, String)>, AppError> {
        self.auth.read(Records::Accounts, player.as_str()).await
    }

    async fn must_have(&self, player: &PlayerId) -> Result<(StoredAccount, String), AppError> {
        self.stored(player).await?.ok_or_else(|| AppError::no(What::Profile))
    }
}

fn add_to(me: &Player) -> Purpose {
    Purpose::AddToAccount { player: me.id.to_string(), session: me.session.clone() }
}

fn account(player_id: PlayerId, profile: PlayerProfile, name_locked: bool, stored: &StoredAccount) -> AccountInfo {
    let PlayerProfile { name, country, avatar, .. } = profile;
    AccountInfo { player_id, name, country, avatar, name_locked, created_at: stored.created_at, passkeys: stored.keyring.shown() }
}
