//! The short forms, on the board `main`.

use super::PageQuery;
use crate::{boards::Boards, error::Problem};
use app::{
    error::{AppError, Field},
    model::{BoardId, Limit, PlayerId, Receipt, Score, Submission, SubmissionId},
    protocol::Leaderboard,
};
use axum::{
    Json,
    body::Bytes,
    extract::{
        Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header},
};
use serde::{Deserialize, Serialize};
use serde_json::{error::Category, value::RawValue};
use std::sync::Arc;

/// `GET /api/leaderboard`: the first rows.
pub async fn leaderboard(
    State(boards): State<Arc<Boards>>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Leaderboard>, Problem> {
    let (board, limit) = PageQuery::parse(query, Limit::MOST)?;
    Ok(Json(boards.leaderboard(&board, limit).await?))
}

/// The answer to a submission.
#[derive(Debug, Serialize)]
pub struct Accepted {
    success: bool,
    #[serde(flatten)]
    receipt: Receipt,
}

/// `POST /api/score`: counts one submission.
pub async fn score(
    State(boards): State<Arc<Boards>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Accepted>, Problem> {
    if !is_json(&headers) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-json",
            "Send JSON, with the header Content-Type: application/json.",
        ));
    }
    let body = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        status => Problem::new(status, "unreadable", "The body could not be read to its end."),
    })?;
    let receipt = boards.count(&BoardId::main(), read(&body)?).await?;
    Ok(Json(Accepted { success: true, receipt }))
}

/// Other content types can be sent by any page on the web without asking; JSON can't.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = |value: &str| value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json");
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(essence)
}

/// A submission as it is sent. The values stay as written: a score is never read by way of a float.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow, alias = "player", rename = "playerId")]
    player: Option<&'a RawValue>,
    #[serde(borrow)]
    score: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

fn read(body: &[u8]) -> Result<Submission, Problem> {
    let body: Body = serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Data => AppError::invalid(Field::Request, format!("The body isn't a submission: {error}.")).into(),
        _ => Problem::new(StatusCode::BAD_REQUEST, "malformed", format!("The body isn't JSON: {error}.")),
    })?;
    let text = |value: Option<&RawValue>, field: Field, wrong: &str| -> Result<String, AppError> {
        let json = value.map_or("null", RawValue::get);
        serde_json::from_str(json).map_err(|_| AppError::invalid(field, wrong))
    };
    let player = text(body.player, Field::Player, "playerId must be a string of 1 to 64 bytes.")?;
    let id = body.id.map(|id| text(Some(id), Field::Id, "id must be a string of 1 to 64 characters.")).transpose()?;
    let score = body.score.map(RawValue::get).filter(|json| json.starts_with(|c: char| c == '-' || c.is_ascii_digit()));
    Ok(Submission {
        player: PlayerId::parse(&player)?,
        score: Score::parse(score.ok_or_else(|| AppError::invalid(Field::Score, "score must be a number."))?)?,
        id: id.map(|id| SubmissionId::parse(&id)).transpose()?,
    })
}
