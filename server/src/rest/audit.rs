use super::{
    caller::{May, ToAdminister},
    problems::Asking,
    query::{Query, limit},
};
use crate::{
    auth::{
        Auth,
        audit::{Act, Acts, Wanted},
    },
    boards::{caller::Caller, cursor::no_cursor, turn::LogOrder},
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{Limit, PlayerId},
};
use axum::{
    Json as Answer,
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which acts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActsQuery {
    /// By whom: `admin key`, `key <id>`, `operator <name>`.
    #[param(required = false)]
    who: Option<String>,
    /// Methods and routes with this in them, like `PATCH` or `/api/keys`.
    #[param(required = false)]
    act: Option<String>,
    /// Paths with this in them, like `/boards/laps/`.
    #[param(required = false)]
    path: Option<String>,
    /// What was done to this player, or to their entries.
    #[param(value_type = PlayerId, required = false)]
    player: Option<String>,
    /// From this time on, in ms since 1970.
    #[param(value_type = u64, maximum = 9007199254740991u64, required = false)]
    since: Option<String>,
    /// Before this time, in ms since 1970.
    #[param(value_type = u64, maximum = 9007199254740991u64, required = false)]
    until: Option<String>,
    /// Which end comes first, `newest` if left out; with a cursor, what it belongs to.
    #[param(value_type = LogOrder, inline, required = false)]
    order: Option<String>,
    /// The `nextCursor` of an earlier page.
    #[param(required = false)]
    cursor: Option<String>,
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
}

/// Which acts to export.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportActsQuery {
    /// By whom: `admin key`, `key <id>`, `operator <name>`.
    #[param(required = false)]
    who: Option<String>,
    /// Methods and routes with this in them, like `PATCH` or `/api/keys`.
    #[param(required = false)]
    act: Option<String>,
    /// Paths with this in them, like `/boards/laps/`.
    #[param(required = false)]
    path: Option<String>,
    /// What was done to this player, or to their entries.
    #[param(value_type = PlayerId, required = false)]
    player: Option<String>,
    /// From this time on, in ms since 1970.
    #[param(value_type = u64, maximum = 9007199254740991u64, required = false)]
    since: Option<String>,
    /// Before this time, in ms since 1970.
    #[param(value_type = u64, maximum = 9007199254740991u64, required = false)]
    until: Option<String>,
}

impl From<ExportActsQuery> for ActsQuery {
    fn from(query: ExportActsQuery) -> Self {
        let ExportActsQuery { who, act, path, player, since, until } = query;
        Self { who, act, path, player, since, until, order: None, cursor: None, limit: None }
    }
}

/// The latest time that is looked at, in ms since 1970: the largest number that JSON's readers agree on.
const MOST_MS: u64 = (1 << 53) - 1;

impl ActsQuery {
    fn read(self) -> Result<(Wanted, LogOrder, Option<String>), AppError> {
        let (order, place) = LogOrder::read(self.order.as_deref(), self.cursor.as_deref())?;
        let time = |text: Option<String>, field| {
            let wrong = || AppError::invalid(field, "This is a time in milliseconds since 1970.");
            text.map(|text| text.parse::<u64>().ok().filter(|ms| *ms <= MOST_MS).ok_or_else(wrong)).transpose()
        };
        let wanted = Wanted {
            who: self.who,
            act: self.act,
            path: self.path,
            player: self.player.as_deref().map(PlayerId::parse).transpose()?,
            since: time(self.since, Field::Since)?,
            until: time(self.until, Field::Until)?,
        };
        // As the store names its records.
        let is_number = |text: &str| text.len() <= 20 && text.parse::<u64>().is_ok();
        let is_place = |text: &str| text.split_once('-').is_some_and(|(time, number)| is_number(time) && is_number(number));
        match place {
            Some(place) if !is_place(place) => Err(no_cursor()),
            place => Ok((wanted, order, place.map(str::to_owned))),
        }
    }
}

/// `GET /api/audit`: who did what.
#[utoipa::path(
    get,
    path = "/api/audit",
    operation_id = "listActs",
    tag = "operators",
    summary = "Who did what",
    description = "Newest first, unless `order` says otherwise: every change by whoever has a right to it, also where it failed, and every try to sign in that was looked at. Nothing changes or removes a record; of more than a thousand of the same by one caller in ten minutes the others are counted in one (`leftOut`). The newest million changes are kept, and the newest hundred thousand of what anybody may try or do.",
    params(ActsQuery),
    responses((status = 200, description = "Some of it.", body = Acts), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn list_acts(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    Query(query): Query<ActsQuery>,
) -> Result<Answer<Acts>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let (wanted, order, place) = query.read()?;
    Ok(Answer(auth.acts(&caller, &wanted, order, place, limit.get() as usize).await?))
}

/// `GET /api/audit/export`: all of it, as lines.
#[utoipa::path(
    get,
    path = "/api/audit/export",
    operation_id = "exportActs",
    tag = "operators",
    summary = "Who did what, as lines of JSON",
    description = "All that fits, newest first.",
    params(ExportActsQuery),
    responses((status = 200, description = "An act a line.", body = Act, content_type = "application/x-ndjson"), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn export_acts(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    Query(query): Query<ExportActsQuery>,
) -> Result<Response, Problem> {
    let (wanted, ..) = ActsQuery::from(query).read()?;
    // A failure of the first page still has a status to say so; one of a later page breaks the stream off.
    let first = auth.acts(&caller, &wanted, LogOrder::Newest, None, PAGE).await?;
    let lines = stream::try_unfold(Some(first), move |page| next(auth.clone(), caller.clone(), wanted.clone(), page));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

/// Acts that are read at a time.
const PAGE: usize = 1_000;

async fn next(auth: Arc<Auth>, caller: Caller, wanted: Wanted, page: Option<Acts>) -> Result<Option<(Bytes, Option<Acts>)>, AppError> {
    let Some(Acts { acts, next_cursor }) = page else { return Ok(None) };
    let mut lines = String::new();
    for act in acts {
        lines += &serde_json::to_string(&act).map_err(|_| AppError::Internal)?;
        lines.push('\n');
    }
    let next = match next_cursor {
        Some(cursor) => Some(auth.acts(&caller, &wanted, LogOrder::Newest, Some(cursor), PAGE).await?),
        None => None,
    };
    Ok(Some((Bytes::from(lines), next)))
}
