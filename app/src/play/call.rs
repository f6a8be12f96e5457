use crate::model::{BoardId, PlayerId};
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::closure::Closure;
use web_sys::{XmlHttpRequest, wasm_bindgen::JsCast};

/// A run that may be played.
#[derive(Clone, Debug, Deserialize)]
pub struct Begun {
    /// To be sent back.
    pub run: String,
    /// What the game is made from.
    #[serde(deserialize_with = "decimal")]
    pub seed: u64,
    /// A run to race.
    pub ghost: Option<Ghost>,
}

/// A run to race.
#[derive(Clone, Debug, Deserialize)]
pub struct Ghost {
    /// What whoever played it is called.
    pub name: String,
    /// The ticks of its taps.
    pub taps: Vec<u32>,
}

/// A run that counts; without a standing where that is not told.
#[derive(Clone, Debug, Deserialize)]
pub struct Counted {
    /// Whether it was the player's best.
    #[serde(default)]
    pub improved: bool,
    /// How the player stands.
    pub after: Option<Standing>,
    /// Of how many.
    #[serde(default)]
    pub total: u64,
}

/// How a player stands.
#[derive(Clone, Debug, Deserialize)]
pub struct Standing {
    /// The rank.
    pub rank: u64,
}

#[derive(Deserialize)]
struct Problem {
    detail: String,
}

fn decimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// Begins a run.
pub fn begin(board: &BoardId, player: &PlayerId, then: impl FnOnce(Result<Begun, String>) + 'static) {
    post(&format!("/api/boards/{board}/runs"), &serde_json::json!({ "playerId": player }).to_string(), then);
}

/// Sends what was tapped.
pub fn finish(
    board: &BoardId,
    player: &PlayerId,
    run: &str,
    taps: &[u32],
    score: u32,
    then: impl FnOnce(Result<Counted, String>) + 'static,
) {
    let body = serde_json::json!({ "run": run, "playerId": player, "taps": taps, "score": score }).to_string();
    post(&format!("/api/boards/{board}/runs/finished"), &body, then);
}

/// Sends JSON; the answer, or why there is none.
fn post<T: DeserializeOwned + 'static>(path: &str, body: &str, then: impl FnOnce(Result<T, String>) + 'static) {
    let away = || "The server was not reached. Try again in a moment.".to_owned();
    let Ok(request) = XmlHttpRequest::new() else { return then(Err(away())) };
    let done = {
        let request = request.clone();
        Closure::once_into_js(move || {
            let text = request.response_text().ok().flatten().unwrap_or_default();
            let is_done = matches!(request.status(), Ok(200..300));
            let detail = || serde_json::from_str::<Problem>(&text).map_or_else(|_| away(), |problem| problem.detail);
            then(if is_done { serde_json::from_str(&text).map_err(|_| away()) } else { Err(detail()) });
        })
    };
    request.set_onloadend(Some(done.unchecked_ref()));
    let sent = request
        .open("POST", path)
        .and_then(|()| request.set_request_header("content-type", "application/json"))
        .and_then(|()| request.send_with_opt_str(Some(body)));
    if sent.is_err() {
        request.abort().unwrap_or_default();
    }
}
