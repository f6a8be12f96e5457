//! The pages' forms, as browsers send them without JavaScript: what is right is done, and the browser sent back to a page that
//! shows it; what is not comes back with what was typed and why.

use super::query::NoQuery;
use crate::boards::{Boards, caller::Caller};
use app::{
    backend::Backend,
    error::AppError,
    model::{BoardId, Country, PlayerId, Submission},
    paths::encode,
    visitor::{self, HUES, Theme, Visitor, lasting, player_cookie},
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{collections::HashMap, sync::Arc};

/// The longest input that is given back, in characters: it travels in an address.
const MAX_INPUT: usize = 100;

/// `POST /b/{board}/scores`: a score, typed into the form.
pub async fn send_score(State(boards): State<Arc<Boards>>, Path(board): Path<String>, _: NoQuery, body: Bytes) -> Response {
    let fields = fields(&body);
    let (player, score) = (field(&fields, "player"), field(&fields, "score"));
    let count = async {
        let board = BoardId::parse(&board)?;
        let decimals = Backend::decimals(&*boards, &board).await?;
        let submission = Submission::from_input(player, score, field(&fields, "id"), decimals)?;
        let player = submission.player.clone();
        match boards.submit(Caller::Anonymous, &board, submission).await {
            Err(error) if !error.is_taken() => Err(error),
            outcome => Ok((player, outcome.err())),
        }
    };
    match count.await {
        Ok((player, taken)) => {
            let shown = taken.map_or_else(|| format!("player={}", encode(player.as_str())), |taken| format!("taken={}", taken.code()));
            back(&format!("/b/{board}?{shown}"), [lasting(&player_cookie(Some(&player)))])
        }
        Err(error) => {
            back(&format!("/b/{}?refused={}&{}", encode(&board), error.form_code(), typed(&[("name", player), ("score", score)])), [])
        }
    }
}

/// `POST /me`: who plays in this browser, and what pages look like in it.
pub async fn save_visitor(_: NoQuery, body: Bytes) -> Response {
    let fields = fields(&body);
    let (name, country) = (field(&fields, "name"), field(&fields, "country"));
    let refused = |error: &AppError| format!("/me?refused={}&{}", error.form_code(), typed(&[("name", name), ("country", country)]));
    let player = match PlayerId::from_input(name) {
        Ok(player) => Some(player),
        Err(_) if name.trim().is_empty() => None,
        Err(error) => return back(&refused(&error), []),
    };
    let country = match Country::parse(country) {
        Ok(country) => Some(country),
        Err(_) if country.is_empty() => None,
        Err(error) => return back(&refused(&error), []),
    };
    let visitor = Visitor {
        player,
        country,
        hue: field(&fields, "hue").parse().ok().filter(|hue| *hue < HUES),
        theme: Theme::parse(field(&fields, "theme")),
    };
    back("/me?saved=yes", visitor.cookies().map(|cookie| lasting(&cookie)))
}

/// `POST /me/forget`: nothing of it any more, nor of what the browser keeps besides.
pub async fn forget_visitor(_: NoQuery) -> Response {
    let gone = [visitor::PLAYER, visitor::LOOK, visitor::THEME].map(|name| format!("{name}=; Path=/; Max-Age=0; SameSite=Lax"));
    let mut response = back("/me?forgotten=yes", gone);
    // Scores that wait to be sent are in the storage. Where the connection is not secure, browsers ignore this; the page does it too.
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));
    response
}

/// `GET /me/export`: what the server knows of whoever plays in this browser, as JSON.
pub async fn export_visitor(State(boards): State<Arc<Boards>>, headers: HeaderMap, _: NoQuery) -> Response {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let visitor = Visitor::parse(cookies);
    let export = async {
        let mut standings = Vec::new();
        if let Some(player) = &visitor.player {
            for entered in boards.entered(player).await? {
                standings.push(boards.profile(&entered.board, player).await?);
            }
        }
        let about =
            serde_json::json!({ "name": visitor.player, "country": visitor.country, "hue": visitor.hue, "theme": visitor.theme.name() });
        Ok::<_, AppError>(serde_json::json!({ "you": about, "boards": standings }))
    };
    match export.await {
        Ok(export) => {
            let file = HeaderValue::from_static("attachment; filename=\"leaderport.json\"");
            ([(header::CONTENT_DISPOSITION, file), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(export))
                .into_response()
        }
        Err(error) => crate::error::Problem::from(error).into_response(),
    }
}

/// The fields of a form; of two with one name the last counts.
fn fields(body: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}

fn field<'a>(fields: &'a HashMap<String, String>, name: &str) -> &'a str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

/// What was typed, for an address.
fn typed(inputs: &[(&str, &str)]) -> String {
    let cut = |text: &str| text.chars().take(MAX_INPUT).collect::<String>();
    let pairs: Vec<_> = inputs.iter().map(|(name, text)| format!("{name}={}", encode(&cut(text)))).collect();
    pairs.join("&")
}

/// Sends the browser to a page of ours, with cookies.
fn back(path: &str, cookies: impl IntoIterator<Item = String>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    // Both are percent-encoded where they hold what was typed.
    if let Ok(location) = HeaderValue::from_str(path) {
        headers.insert(header::LOCATION, location);
    }
    for cookie in cookies.into_iter().filter_map(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}
