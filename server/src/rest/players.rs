use super::{
    caller::{May, ToManage, ToModerate, ToRead},
    json::Json,
    problems::{KnowingPlayer, Naming, ReadingPlayer, RemovingPlayer},
    query::{NoQuery, OnePlayer, Query, board_cursor, limit, milliseconds},
    scores,
};
use crate::{
    auth::{accounts::Accounts, audit::Witness},
    boards::{
        Boards,
        answers::{PlayerEntries, PlayerInfo, PlayerLeft, PlayerMoments, PlayerRecord},
        caller::Caller,
    },
    error::Problem,
    state::UniqueNames,
};
use app::{
    error::{AppError, Field},
    model::{AvatarUrl, BoardId, Country, Limit, MetadataChange, PlayerId, PlayerName, PlayerProfile},
};
use axum::{Json as Answer, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};
use utoipa::{IntoParams, ToSchema};

/// `GET /api/players/{player}`: a player's profile.
#[utoipa::path(
    get,
    path = "/api/players/{player}",
    operation_id = "getPlayer",
    tag = "players",
    summary = "A player's profile",
    description = "What rows show of a player on all boards. Only operators are told the metadata.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    responses((status = 200, description = "The profile.", body = PlayerInfo), KnowingPlayer),
    security((), ("key" = []), ("session" = []))
)]
pub async fn show_player(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    OnePlayer(player): OnePlayer,
    _: NoQuery,
) -> Result<Answer<PlayerInfo>, Problem> {
    Ok(Answer(boards.player(caller, player).await?))
}

/// A profile to write. What is left out, or `null`, is not in it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Profile)]
pub struct ProfileBody<'a> {
    /// What to call them; without a name they are called by their id.
    #[serde(borrow)]
    #[schema(value_type = Option<PlayerName>)]
    name: Option<Cow<'a, str>>,
    /// Where they are at home.
    #[serde(borrow)]
    #[schema(value_type = Option<Country>)]
    country: Option<Cow<'a, str>>,
    /// Their picture.
    #[serde(borrow)]
    #[schema(value_type = Option<AvatarUrl>)]
    avatar: Option<Cow<'a, str>>,
    /// What to remember with them.
    #[serde(borrow)]
    #[schema(value_type = Option<app::model::Metadata>)]
    metadata: Option<&'a RawValue>,
    /// `true`: operators alone change the name, the player doesn't by themself; `false`: the player does as well. Left out: as it was.
    name_locked: Option<bool>,
}

impl ProfileBody<'_> {
    fn parse(&self) -> Result<PlayerProfile, AppError> {
        let name = |name: &Cow<str>| PlayerName::parse(name).map_err(|error| error.about(Field::Name));
        Ok(PlayerProfile {
            name: self.name.as_ref().map(name).transpose()?,
            country: self.country.as_deref().map(Country::parse).transpose()?,
            avatar: self.avatar.as_deref().map(AvatarUrl::parse).transpose()?,
            metadata: match scores::metadata(self.metadata)? {
                MetadataChange::Set(metadata) => Some(metadata),
                MetadataChange::Keep | MetadataChange::Clear => None,
            },
        })
    }
}

/// `PUT /api/players/{player}`: writes a player's profile.
#[utoipa::path(
    put,
    path = "/api/players/{player}",
    operation_id = "putPlayer",
    tag = "players",
    summary = "Write a player's profile",
    description = "In place of the one there was. Rows of all boards that the player is on show it at once, live ones included. A player need not be on any board yet.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    request_body(content = ProfileBody, example = json!({"name": "Ada Lovelace", "country": "GB", "avatar": "https://game.example/ada.png", "metadata": {"team": "engines"}})),
    responses((status = 200, description = "The profile, with the name as it is kept.", body = PlayerInfo), Naming),
    security(("key" = []), ("session" = []))
)]
pub async fn put_player(
    State(boards): State<Arc<Boards>>,
    State(UniqueNames(is_unique)): State<UniqueNames>,
    May(caller, _): May<ToModerate>,
    OnePlayer(player): OnePlayer,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<PlayerInfo>, Problem> {
    let body = body.object::<ProfileBody>()?;
    let (profile, locks_name) = (body.parse()?, body.name_locked);
    let before = boards.player(caller.clone(), player.clone()).await;
    let info = boards.put_player(caller, player, profile, is_unique, locks_name).await?;
    // There may have been none.
    if let Ok(before) = before {
        witness.before(&before);
    }
    witness.after(&info);
    Ok(Answer(info))
}

/// What becomes of the logs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeletePlayerQuery {
    /// `keep` (if left out): the logs of the boards keep what happened, with the player's id, so that it can be undone. `clear`: the log of
    /// each board that says something of the player is emptied; nothing that happened there before can be undone.
    #[param(value_type = String, pattern = "^(keep|clear)$", required = false)]
    log: Option<String>,
}

/// `DELETE /api/players/{player}`: removes a player from everywhere.
#[utoipa::path(
    delete,
    path = "/api/players/{player}",
    operation_id = "deletePlayer",
    tag = "players",
    summary = "Remove a player from everywhere",
    description = "Profile, account, entries in all periods of all boards, also closed ones and archived boards, histories, and what operators have decided of the player or noted. Receipts of the last two days, by which submissions that come twice are known, go by themselves.",
    params(("player" = PlayerId, Path, description = "The player's id."), DeletePlayerQuery),
    responses((status = 200, description = "What was removed; nothing if nobody is called so.", body = PlayerLeft), RemovingPlayer),
    security(("key" = []), ("session" = []))
)]
pub async fn delete_player(
    State(boards): State<Arc<Boards>>,
    State(accounts): State<Arc<Accounts>>,
    May(caller, _): May<ToManage>,
    OnePlayer(player): OnePlayer,
    witness: Witness,
    Query(query): Query<DeletePlayerQuery>,
) -> Result<Answer<PlayerLeft>, Problem> {
    let clears_logs = match query.log.as_deref() {
        None | Some("keep") => false,
        Some("clear") => true,
        Some(_) => return Err(AppError::invalid(Field::Log, "log is keep or clear.").into()),
    };
    let done = boards.delete_player(caller, player.clone(), clears_logs).await?;
    accounts.close(&player).await?;
    witness.after(&done);
    Ok(Answer(done))
}

/// `DELETE /api/players/{player}/account`: takes a player's account away.
#[utoipa::path(
    delete,
    path = "/api/players/{player}/account",
    operation_id = "detachAccount",
    tag = "players",
    summary = "Take a player's account away",
    description = "For an id that somebody else has taken: whoever is signed in is so no more, and neither their recovery code nor a passkey lets them in again. Profile and entries stay, and the id is nobody's.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    responses((status = 204, description = "The player has no account."), RemovingPlayer),
    security(("key" = []), ("session" = []))
)]
pub async fn detach_account(
    State(accounts): State<Arc<Accounts>>,
    May(caller, _): May<ToManage>,
    OnePlayer(player): OnePlayer,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    accounts.detach(&caller, &player).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/players/{player}/export`: all that is known of a player.
#[utoipa::path(
    get,
    path = "/api/players/{player}/export",
    operation_id = "exportPlayer",
    tag = "players",
    summary = "All that is known of a player",
    description = "The profile, and on each board the entries in all periods that are kept, and the history. What the boards' logs say of a player is at `/api/boards/{board}/log?player=…`.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    responses((status = 200, description = "All of it; nothing if nobody is called so.", body = PlayerRecord), ReadingPlayer),
    security(("key" = []), ("session" = []))
)]
pub async fn export_player(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToRead>,
    OnePlayer(player): OnePlayer,
    _: NoQuery,
) -> Result<Answer<PlayerRecord>, Problem> {
    Ok(Answer(boards.export_player(caller, player).await?))
}

/// Which of a player's entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlayerEntriesQuery {
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// What comes after an earlier page, whose `nextCursor` this is.
    #[param(value_type = BoardId, required = false)]
    cursor: Option<String>,
}

/// `GET /api/players/{player}/entries`: a player's entries in the window `all`, board by board.
#[utoipa::path(
    get,
    path = "/api/players/{player}/entries",
    operation_id = "listPlayerEntries",
    tag = "players",
    summary = "A player's entries, board by board",
    description = "In the window `all` of each board that the caller may list.",
    params(("player" = PlayerId, Path, description = "The player's id."), PlayerEntriesQuery),
    responses((status = 200, description = "The entries, in the order of the boards' ids; none if nobody is called so.", body = PlayerEntries), ReadingPlayer),
    security((), ("key" = []), ("session" = []))
)]
pub async fn player_entries(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    OnePlayer(player): OnePlayer,
    Query(query): Query<PlayerEntriesQuery>,
) -> Result<Answer<PlayerEntries>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let cursor = query.cursor.as_deref().map(board_cursor).transpose()?;
    Ok(Answer(boards.player_entries(caller, player, cursor, limit).await?))
}

/// Which of a player's standings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlayerHistoryQuery {
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// Only standings reached before this time, in ms since 1970.
    #[param(value_type = u64, minimum = 0, maximum = 9007199254740991u64, required = false)]
    before: Option<String>,
}

/// `GET /api/players/{player}/history`: a player's standings on all boards, newest first.
#[utoipa::path(
    get,
    path = "/api/players/{player}/history",
    operation_id = "listPlayerHistory",
    tag = "players",
    summary = "A player's standings on all boards over time",
    description = "On each board that the caller may list.",
    params(("player" = PlayerId, Path, description = "The player's id."), PlayerHistoryQuery),
    responses((status = 200, description = "The standings, newest first; none if nobody is called so.", body = PlayerMoments), ReadingPlayer),
    security((), ("key" = []), ("session" = []))
)]
pub async fn player_history(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    OnePlayer(player): OnePlayer,
    Query(query): Query<PlayerHistoryQuery>,
) -> Result<Answer<PlayerMoments>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let before = query.before.as_deref().map(|text| milliseconds(text, Field::Before)).transpose()?;
    Ok(Answer(boards.history_of(caller, player, before, limit).await?))
}
