use super::{
    address::Secure,
    caller::{Maybe, Me, session_token},
    json::Json,
    operators::SessionList,
    problems::{Beginning, Being, Recovering, Restyling, Retiring},
    query::{NoQuery, Query},
    session::{Door, SetCookie, cookie},
};
use crate::{
    auth::{
        Auth,
        accounts::{AccountInfo, AccountOpened, Accounts, Beginner, ProfileChange},
        audit::Witness,
        sessions::OF_PLAYERS,
    },
    boards::{
        answers::{PlayerLeft, PlayerRecord},
        caller::Caller,
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{AvatarUrl, Country, PlayerId, PlayerName, given},
};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Who begins.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountAsk {
    /// What to call them.
    #[schema(value_type = PlayerName)]
    name: String,
    /// Where they are at home.
    #[schema(value_type = Option<Country>)]
    country: Option<String>,
    /// Their picture.
    #[schema(value_type = Option<AvatarUrl>)]
    avatar: Option<String>,
    /// The id that they want: one that could be typed as a name, and that nobody has yet. Left out: one is made up. Servers take none but with
    /// `--chosen-ids`.
    #[schema(value_type = Option<PlayerId>)]
    player_id: Option<String>,
}

impl AccountAsk {
    fn parse(&self) -> Result<Beginner, AppError> {
        Ok(Beginner {
            name: name(&self.name)?,
            country: self.country.as_deref().map(Country::parse).transpose()?,
            avatar: self.avatar.as_deref().map(AvatarUrl::parse).transpose()?,
            player: self.player_id.as_deref().map(PlayerId::parse).transpose()?,
        })
    }
}

/// What is to be another in one's own profile. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountChange {
    /// What to call them.
    #[schema(value_type = Option<PlayerName>)]
    name: Option<String>,
    /// Where they are at home; `null`: that is not said.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Country>)]
    country: Option<Option<String>>,
    /// Their picture; `null`: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AvatarUrl>)]
    avatar: Option<Option<String>>,
}

impl AccountChange {
    fn parse(&self) -> Result<ProfileChange, AppError> {
        let country = |code: &Option<String>| code.as_deref().map(Country::parse).transpose();
        let avatar = |url: &Option<String>| url.as_deref().map(AvatarUrl::parse).transpose();
        Ok(ProfileChange {
            name: self.name.as_deref().map(name).transpose()?,
            country: self.country.as_ref().map(country).transpose()?,
            avatar: self.avatar.as_ref().map(avatar).transpose()?,
        })
    }
}

fn name(text: &str) -> Result<PlayerName, AppError> {
    PlayerName::parse(text).map_err(|error| error.about(Field::Name))
}

/// `POST /api/me`: begins.
#[utoipa::path(
    post,
    path = "/api/me",
    operation_id = "openAccount",
    tag = "me",
    summary = "Begin, as a player with an account",
    description = "The player is signed in. The recovery code is told this once: with it they come back on another device. One address opens \
        at most a hundred accounts in a quarter of an hour.",
    request_body(content = AccountAsk, description = "Who.", example = json!({"name": "Ada Lovelace", "country": "GB"})),
    responses((status = 201, description = "The account and its recovery code; the session is in a cookie.", body = AccountOpened), Beginning),
    security(())
)]
pub async fn open_account(
    State(accounts): State<Arc<Accounts>>,
    door: Door,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, SetCookie, Answer<AccountOpened>), Problem> {
    let beginner = body.object::<AccountAsk>()?.parse()?;
    let (opened, session) = accounts.open(beginner, &door.origin).await?;
    Ok((StatusCode::CREATED, cookie(&OF_PLAYERS, &session, door.is_secure)?, Answer(opened)))
}

/// `GET /api/me`: the player's own account.
#[utoipa::path(
    get,
    path = "/api/me",
    operation_id = "getMe",
    tag = "me",
    summary = "Your account",
    description = "Of the player who has signed in.",
    responses((status = 200, description = "The account.", body = AccountInfo), Being),
    security(("player" = []))
)]
pub async fn show_me(State(accounts): State<Arc<Accounts>>, Me(me): Me, _: NoQuery) -> Result<Answer<AccountInfo>, Problem> {
    Ok(Answer(accounts.show(&me).await?))
}

/// `PATCH /api/me`: changes the player's own profile.
#[utoipa::path(
    patch,
    path = "/api/me",
    operation_id = "editMe",
    tag = "me",
    summary = "Change your profile",
    description = "Rows of all boards that you are on show it at once.",
    request_body(content = AccountChange, description = "What is to be another.", example = json!({"name": "Countess", "country": null})),
    responses((status = 200, description = "The account.", body = AccountInfo), Restyling),
    security(("player" = []))
)]
pub async fn edit_me(State(accounts): State<Arc<Accounts>>, Me(me): Me, _: NoQuery, body: Json) -> Result<Answer<AccountInfo>, Problem> {
    let change = body.object::<AccountChange>()?.parse()?;
    Ok(Answer(accounts.edit(&me, change).await?))
}

/// `DELETE /api/me`: removes the player from everywhere, and closes the account.
#[utoipa::path(
    delete,
    path = "/api/me",
    operation_id = "deleteMe",
    tag = "me",
    summary = "Delete your account and all that is known of you",
    description = "Profile, entries in all periods of all boards, histories, and submissions that wait for review. The logs of the boards keep what happened, with the player's \
        id, until operators clear them; what operators have decided of the player or noted stays until they remove the player.",
    responses((status = 200, description = "What was removed.", body = PlayerLeft), Retiring),
    security(("player" = []))
)]
pub async fn delete_me(
    State(accounts): State<Arc<Accounts>>,
    Me(me): Me,
    Secure(is_secure): Secure,
    witness: Witness,
    _: NoQuery,
) -> Result<(SetCookie, Answer<PlayerLeft>), Problem> {
    let left = accounts.delete(&me).await?;
    witness.saw(&Caller::Player(me));
    witness.after(&left);
    Ok((cookie(&OF_PLAYERS, "", is_secure)?, Answer(left)))
}

/// `GET /api/me/export`: all that is known of the player.
#[utoipa::path(
    get,
    path = "/api/me/export",
    operation_id = "exportMe",
    tag = "me",
    summary = "All that is known of you",
    description = "The profile, and on each board the entries in all periods that are kept, and the history.",
    responses((status = 200, description = "All of it.", body = PlayerRecord), Being),
    security(("player" = []))
)]
pub async fn export_me(State(accounts): State<Arc<Accounts>>, Me(me): Me, _: NoQuery) -> Result<Answer<PlayerRecord>, Problem> {
    Ok(Answer(accounts.export(&me).await?))
}

/// A recovery code.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryBody {
    /// As it was told, `<playerId>-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`, in capital letters or small ones.
    recovery_code: String,
}

/// `POST /api/me/session`: signs a player in.
#[utoipa::path(
    post,
    path = "/api/me/session",
    operation_id = "recoverMe",
    tag = "me",
    summary = "Come back by a recovery code",
    description = "A code is used once: the answer has the next one. Twenty tries that fail in a quarter of an hour from one address. The session lasts \
        thirty days unused, and half a year at the most; one that the cookie names already ends.",
    request_body(content = RecoveryBody, description = "The code.", example = json!({"recoveryCode": "p-2b7e151628aed2a6abf71589-9Q4TX-0CVB8-7ZKM2-HN5RA-PW31D"})),
    responses((status = 200, description = "The account and its next recovery code; the session is in a cookie.", body = AccountOpened), Recovering),
    security(())
)]
pub async fn recover_me(
    State(accounts): State<Arc<Accounts>>,
    door: Door,
    _: NoQuery,
    body: Json,
) -> Result<(SetCookie, Answer<AccountOpened>), Problem> {
    let RecoveryBody { recovery_code } = body.object()?;
    let (opened, session) = accounts.recover(&recovery_code, &door.origin).await?;
    Ok((cookie(&OF_PLAYERS, &session, door.is_secure)?, Answer(opened)))
}

/// Where to sign out.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeaveQuery {
    /// `true`: on all devices.
    #[param(value_type = bool, required = false)]
    everywhere: Option<String>,
}

/// `DELETE /api/me/session`: signs the player out.
#[utoipa::path(
    delete,
    path = "/api/me/session",
    operation_id = "leaveMe",
    tag = "me",
    summary = "Sign out, here or everywhere",
    description = "Ends the session in the cookie, if there is one, and with `everywhere` all others of its player.",
    params(LeaveQuery),
    responses((status = 204, description = "There is no session any more."), Being),
    security((), ("player" = []))
)]
pub async fn leave_me(
    State(auth): State<Arc<Auth>>,
    Maybe(me): Maybe,
    Secure(is_secure): Secure,
    headers: HeaderMap,
    Query(LeaveQuery { everywhere }): Query<LeaveQuery>,
) -> Result<(StatusCode, SetCookie), Problem> {
    let everywhere = match everywhere.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(AppError::invalid(Field::Request, "everywhere is true or false.").into()),
    };
    if let (Some(me), Some(token)) = (me, session_token(&headers, &OF_PLAYERS, &Secure(is_secure))) {
        auth.sign_player_out(&me, &token, everywhere).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookie(&OF_PLAYERS, "", is_secure)?))
}

/// `GET /api/me/sessions`: where the player is signed in.
#[utoipa::path(
    get,
    path = "/api/me/sessions",
    operation_id = "listMySessions",
    tag = "me",
    summary = "Where you are signed in",
    description = "",
    responses((status = 200, description = "The sessions that are not over.", body = SessionList), Being),
    security(("player" = []))
)]
pub async fn my_sessions(State(auth): State<Arc<Auth>>, Me(me): Me, _: NoQuery) -> Result<Answer<SessionList>, Problem> {
    Ok(Answer(SessionList { sessions: auth.own_sessions(&me).await? }))
}

/// A new recovery code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewRecoveryCode {
    /// By this the player signs in on another device. It is not told again.
    recovery_code: String,
}

/// `POST /api/me/code`: a new recovery code.
#[utoipa::path(
    post,
    path = "/api/me/code",
    operation_id = "renewMyCode",
    tag = "me",
    summary = "A new recovery code",
    description = "The one before is void.",
    responses((status = 200, description = "The code.", body = NewRecoveryCode), Retiring),
    security(("player" = []))
)]
pub async fn renew_code(State(accounts): State<Arc<Accounts>>, Me(me): Me, _: NoQuery) -> Result<Answer<NewRecoveryCode>, Problem> {
    Ok(Answer(NewRecoveryCode { recovery_code: accounts.new_code(&me).await? }))
}
