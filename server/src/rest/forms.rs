//! The pages' forms, as browsers send them without JavaScript: what is right is done, and the browser sent back to a page that
//! shows it; what is not comes back with what was typed and why.

use super::{address::Secure, own_forms::claimed, query::NoQuery};
use crate::{
    auth::accounts::ProfileChange,
    hex::hex,
    limits::asker::Asker,
    state::AppState,
    visit::{SignedIn, Visit},
};
use app::{
    backend::Backend,
    error::AppError,
    i18n::{COOKIE, Language},
    model::{AvatarUrl, BoardId, Country, PlayerName, Submission, SubmissionId, WindowName},
    paths::encode,
    visitor::{self, HUES, Theme, Visitor, gone, lasting, player_cookie},
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRef, FromRequestParts, Path},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts, uri::Authority},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, convert::Infallible};

/// The longest input that is given back, in characters: it travels in an address.
const MAX_INPUT: usize = 100;

impl FromRequestParts<AppState> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let signed_in = parts.extensions.get::<SignedIn>().cloned().unwrap_or(SignedIn(Ok(None)));
        let (boards, runs, accounts) = (FromRef::from_ref(state), FromRef::from_ref(state), FromRef::from_ref(state));
        Ok(Self { boards, runs, accounts, signed_in, asker: Asker::current() })
    }
}

/// `POST /b/{board}/scores`: a score, typed into the form. Who has signed in does not say who they are.
pub async fn send_score(
    visit: Visit,
    Path(board): Path<String>,
    Secure(is_secure): Secure,
    headers: HeaderMap,
    _: NoQuery,
    body: Bytes,
) -> Response {
    let (fields, language) = (fields(&body), Language::of_headers(&headers));
    let (player, score, id) = (field(&fields, "player"), field(&fields, "score"), field(&fields, "id"));
    let count = async {
        let board = BoardId::parse(&board)?;
        let decimals = visit.decimals(&board).await?;
        let submission = match visit.player()? {
            Some(me) if player.is_empty() => Submission::from_own_input(me.id.clone(), score, id, decimals, language)?,
            _ => Submission::from_input(player, score, id, decimals, language)?,
        };
        let submission = Submission { id: id_of(&submission)?, ..submission };
        let player = submission.player.clone();
        match visit.submit(&board, submission).await {
            Err(error) if !error.is_taken() => Err(error),
            outcome => Ok((player, outcome.err())),
        }
    };
    // Back to the window that it was sent from.
    let window = WindowName::parse(field(&fields, "window")).ok().filter(|window| !window.is_all());
    let window = window.map(|window| format!("window={window}&")).unwrap_or_default();
    let page = |more: &str| format!("/b/{}?{window}{more}", encode(&board));
    match count.await {
        Ok((player, taken)) => {
            let shown = taken.map_or_else(|| format!("player={}", encode(player.as_str())), |taken| format!("taken={}", taken.code()));
            back(&page(&shown), [lasting(&player_cookie(Some(&player)), is_secure)])
        }
        Err(error) => {
            let inputs = [("name", player), ("score", score), ("id", id)];
            let inputs = if id.is_empty() { &inputs[..2] } else { &inputs[..] };
            back(&page(&format!("refused={}&{}", error.form_code(), typed(inputs))), [])
        }
    }
}

/// The id that a form's id stands for: a page may be given to several people, and shown again. Only the same score of the same player is the
/// same submission.
fn id_of(submission: &Submission) -> Result<Option<SubmissionId>, AppError> {
    let Some(id) = &submission.id else { return Ok(None) };
    let whole = format!("{} {} {}", id.as_str(), submission.score.units(), submission.player);
    SubmissionId::parse(&hex(&Sha256::digest(whole))).map(Some)
}

/// `POST /me`: who plays in this browser, and what pages look like in it; of a player who has signed in, their profile.
pub async fn save_visitor(visit: Visit, Secure(is_secure): Secure, _: NoQuery, body: Bytes) -> Response {
    let fields = fields(&body);
    let (name, country) = (field(&fields, "name"), field(&fields, "country"));
    let inputs = [("name", name), ("country", country), ("avatar", field(&fields, "avatar").trim())];
    let inputs = if fields.contains_key("avatar") { &inputs[..] } else { &inputs[..2] };
    let refused = |error: &AppError| format!("/me?refused={}&{}", error.form_code(), typed(inputs));
    let save = async {
        let country = if country.is_empty() { None } else { Some(Country::parse(country)?) };
        let player = match visit.player()? {
            None => claimed(&visit, name).await?,
            Some(me) => {
                let avatar = field(&fields, "avatar").trim();
                let avatar = if avatar.is_empty() { None } else { Some(AvatarUrl::parse(avatar)?) };
                let change = ProfileChange { name: Some(PlayerName::parse(name)?), country: Some(country), avatar: Some(avatar) };
                visit.accounts.edit(&me, change).await?;
                Some(me.id.clone())
            }
        };
        Ok::<_, AppError>((player, country))
    };
    match save.await {
        Ok((player, country)) => {
            let mut cookies = look_of(&fields, country, is_secure);
            cookies.insert(0, lasting(&player_cookie(player.as_ref()), is_secure));
            back("/me?saved=yes", cookies)
        }
        Err(error) => back(&refused(&error), []),
    }
}

/// The cookies of what pages look like in this browser.
pub(super) fn look_of(fields: &HashMap<String, String>, country: Option<Country>, is_secure: bool) -> Vec<String> {
    let hue = field(fields, "hue").parse().ok().filter(|hue| *hue < HUES);
    let visitor = Visitor { player: None, country, hue, theme: Theme::parse(field(fields, "theme")) };
    let [_, look, theme] = visitor.cookies();
    vec![lasting(&look, is_secure), lasting(&theme, is_secure)]
}

/// `POST /me/language`: pages are in this language from now on, the one that it was chosen on first.
pub async fn choose_language(Secure(is_secure): Secure, headers: HeaderMap, _: NoQuery, body: Bytes) -> Response {
    let fields = fields(&body);
    let chosen = Language::parse(field(&fields, COOKIE)).map(|language| lasting(&format!("{COOKIE}={}", language.code()), is_secure));
    back(&from_page(&headers), chosen)
}

/// The page of ours that a form was sent from; the first one where that is not said.
fn from_page(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<Uri>().ok());
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let path = referer.filter(|page| page.authority().map(Authority::as_str) == host && host.is_some());
    path.and_then(|page| Some(page.path_and_query()?.as_str().to_owned()))
        .filter(|path| !path.starts_with("//"))
        .unwrap_or_else(|| "/".to_owned())
}

/// `POST /me/forget`: nothing of it any more, nor of what the browser keeps besides.
pub async fn forget_visitor(Secure(is_secure): Secure, _: NoQuery) -> Response {
    let gone = [visitor::PLAYER, visitor::LOOK, visitor::THEME, COOKIE].map(|name| gone(name, is_secure));
    let mut response = back("/me?forgotten=yes", gone);
    // Scores that wait to be sent are in the storage. Where the connection is not secure, browsers ignore this: the page has done it when it
    // sent the form (`app/src/shell.rs`).
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));
    response
}

/// `GET /me/export`: what the server knows of whoever plays in this browser, as JSON.
pub async fn export_visitor(visit: Visit, headers: HeaderMap, _: NoQuery) -> Response {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let visitor = Visitor::parse(cookies);
    let export = async {
        let about =
            serde_json::json!({ "name": visitor.player, "country": visitor.country, "hue": visitor.hue, "theme": visitor.theme.name() });
        if let Some(me) = visit.player()? {
            return Ok(
                serde_json::json!({ "you": about, "account": visit.accounts.show(&me).await?, "player": visit.accounts.export(&me).await? }),
            );
        }
        let mut standings = Vec::new();
        if let Some(player) = &visitor.player {
            for entered in visit.entered(player).await? {
                standings.push(visit.profile(&entered.board, player).await?);
            }
        }
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
pub(super) fn fields(body: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}

pub(super) fn field<'a>(fields: &'a HashMap<String, String>, name: &str) -> &'a str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

/// What was typed, for an address.
pub(super) fn typed(inputs: &[(&str, &str)]) -> String {
    let cut = |text: &str| text.chars().take(MAX_INPUT).collect::<String>();
    let pairs: Vec<_> = inputs.iter().map(|(name, text)| format!("{name}={}", encode(&cut(text)))).collect();
    pairs.join("&")
}

/// Sends the browser to a page of ours, with cookies.
pub(super) fn back(path: &str, cookies: impl IntoIterator<Item = String>) -> Response {
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
