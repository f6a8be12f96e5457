use crate::model::{BoardId, PlayerId};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::XmlHttpRequest;

/// A run that may be played.
#[derive(Clone, Debug)]
pub struct Begun {
    /// To be sent back.
    pub run: String,
    /// What the game is made from.
    pub seed: u64,
    /// A run to race.
    pub ghost: Option<Ghost>,
}

/// A run to race.
#[derive(Clone, Debug)]
pub struct Ghost {
    /// What whoever played it is called.
    pub name: String,
    /// The ticks of its taps.
    pub taps: Vec<u32>,
}

/// A run that counts.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Whether it was the player's best.
    pub improved: bool,
    /// The player's rank; none where that is not told.
    pub rank: Option<u64>,
    /// Of how many.
    pub total: u64,
}

/// Begins a run.
pub fn begin(board: &BoardId, player: &PlayerId, then: impl FnOnce(Result<Begun, String>) + 'static) {
    let ghost = |ghost: JsValue| Some(Ghost { name: get(&ghost, "name").as_string()?, taps: numbers(&get(&ghost, "taps")) });
    let read = move |answer: &JsValue| {
        let seed = get(answer, "seed").as_string()?.parse().ok()?;
        Some(Begun { run: get(answer, "run").as_string()?, seed, ghost: ghost(get(answer, "ghost")) })
    };
    post(&format!("/api/boards/{board}/runs"), &[("playerId", player.as_str().into())], read, then);
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
    let taps: Array = taps.iter().map(|tap| JsValue::from(*tap)).collect();
    let body = [("run", run.into()), ("playerId", player.as_str().into()), ("taps", taps.into()), ("score", score.into())];
    let read = |answer: &JsValue| {
        let whole = |of: &JsValue, name: &str| get(of, name).as_f64().map(|number| number as u64);
        Some(Counted {
            improved: get(answer, "improved").is_truthy(),
            rank: whole(&get(answer, "after"), "rank"),
            total: whole(answer, "total").unwrap_or_default(),
        })
    };
    post(&format!("/api/boards/{board}/runs/finished"), &body, read, then);
}

/// Sends JSON; what `read` makes of the answer, or why there is none. The browser's own JSON: another one would make the module a tenth larger.
fn post<T: 'static>(
    path: &str,
    body: &[(&str, JsValue)],
    read: impl FnOnce(&JsValue) -> Option<T> + 'static,
    then: impl FnOnce(Result<T, String>) + 'static,
) {
    let away = || "The server was not reached. Try again in a moment.".to_owned();
    let whole = Object::new();
    for (name, value) in body {
        // An object that was made just now takes whatever it is given.
        let _set = Reflect::set(&whole, &(*name).into(), value);
    }
    let (Ok(request), Ok(text)) = (XmlHttpRequest::new(), JSON::stringify(&whole)) else { return then(Err(away())) };
    let done = {
        let request = request.clone();
        Closure::once_into_js(move || {
            let text = request.response_text().ok().flatten().unwrap_or_default();
            let answer = JSON::parse(&text).unwrap_or(JsValue::UNDEFINED);
            let known = if matches!(request.status(), Ok(200..300)) { read(&answer) } else { None };
            then(known.ok_or_else(|| get(&answer, "detail").as_string().unwrap_or_else(away)));
        })
    };
    request.set_onloadend(Some(done.unchecked_ref()));
    let sent = request
        .open("POST", path)
        .and_then(|()| request.set_request_header("content-type", "application/json"))
        .and_then(|()| request.send_with_opt_str(Some(&String::from(text))));
    if sent.is_err() {
        request.abort().unwrap_or_default();
    }
}

/// A member; undefined where there is none.
fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn numbers(list: &JsValue) -> Vec<u32> {
    Array::from(list).iter().filter_map(|number| number.as_f64()).map(|number| number as u32).collect()
}
