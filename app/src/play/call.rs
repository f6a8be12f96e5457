use crate::{
    dom::member,
    model::{BoardId, PlayerId},
};
use js_sys::{Array, JSON, Object, Reflect};
use leptos::prelude::window;
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

/// Why a call came to nothing.
#[derive(Clone, Debug)]
pub enum Unsent {
    /// The server was not reached.
    Away,
    /// It said no.
    Refused(String),
}

/// Where runs wait that could not be sent, in the browser's storage.
const WAITING: &str = "runs";

/// Begins a run.
pub fn begin(board: &BoardId, player: &PlayerId, then: impl FnOnce(Result<Begun, Unsent>) + 'static) {
    let ghost = |ghost: JsValue| Some(Ghost { name: member(&ghost, "name").as_string()?, taps: numbers(&member(&ghost, "taps")) });
    let read = move |answer: &JsValue| {
        let seed = member(answer, "seed").as_string()?.parse().ok()?;
        Some(Begun { run: member(answer, "run").as_string()?, seed, ghost: ghost(member(answer, "ghost")) })
    };
    post(&format!("/api/boards/{board}/runs"), &text(&[("playerId", player.as_str().into())]), read, then);
}

/// Sends what was tapped. If the server is away it waits in the browser, for as long as the run is good.
pub fn finish(
    board: &BoardId,
    player: &PlayerId,
    run: &str,
    taps: &[u32],
    score: u32,
    then: impl FnOnce(Result<Counted, Unsent>) + 'static,
) {
    let taps: Array = taps.iter().map(|tap| JsValue::from(*tap)).collect();
    let body = [("run", run.into()), ("playerId", player.as_str().into()), ("taps", taps.into()), ("score", score.into())];
    deliver(format!("/api/boards/{board}/runs/finished"), text(&body), then);
}

/// Sends the runs that wait.
pub fn send_waiting(then: impl Fn(Result<Counted, Unsent>) + Clone + 'static) {
    for run in waiting().iter() {
        let part = |at: u32| Array::from(&run).get(at).as_string();
        if let (Some(path), Some(body)) = (part(0), part(1)) {
            deliver(path, body, then.clone());
        }
    }
}

fn deliver(path: String, body: String, then: impl FnOnce(Result<Counted, Unsent>) + 'static) {
    let read = |answer: &JsValue| {
        let whole = |of: &JsValue, name: &str| member(of, name).as_f64().map(|number| number as u64);
        Some(Counted {
            improved: member(answer, "improved").is_truthy(),
            rank: whole(&member(answer, "after"), "rank"),
            total: whole(answer, "total").unwrap_or_default(),
        })
    };
    let (known_path, known_body) = (path.clone(), body.clone());
    post(&path, &body, read, move |answer| {
        let others = waiting().iter().filter(|run| Array::from(run).get(1).as_string().as_ref() != Some(&known_body)).collect::<Array>();
        if matches!(answer, Err(Unsent::Away)) {
            others.push(&Array::of2(&known_path.into(), &known_body.into()));
        }
        keep(&others);
        then(answer);
    });
}

fn waiting() -> Array {
    let kept = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(WAITING).ok().flatten());
    kept.and_then(|text| JSON::parse(&text).ok()).filter(Array::is_array).map(|runs| Array::from(&runs)).unwrap_or_default()
}

fn keep(runs: &Array) {
    if let (Ok(Some(storage)), Ok(text)) = (window().local_storage(), JSON::stringify(runs)) {
        // A browser that keeps nothing loses a run that could not be sent, as it would have before.
        let _kept = storage.set_item(WAITING, &String::from(text));
    }
}

/// An object as JSON. The browser's own: another one would make the module a tenth larger.
fn text(members: &[(&str, JsValue)]) -> String {
    let whole = Object::new();
    for (name, value) in members {
        // An object that was made just now takes whatever it is given.
        let _set = Reflect::set(&whole, &(*name).into(), value);
    }
    JSON::stringify(&whole).map(String::from).unwrap_or_default()
}

/// Sends JSON; what `read` makes of the answer, or why there is none.
fn post<T: 'static>(
    path: &str,
    body: &str,
    read: impl FnOnce(&JsValue) -> Option<T> + 'static,
    then: impl FnOnce(Result<T, Unsent>) + 'static,
) {
    let Ok(request) = XmlHttpRequest::new() else { return then(Err(Unsent::Away)) };
    let done = {
        let request = request.clone();
        Closure::once_into_js(move || {
            let text = request.response_text().ok().flatten().unwrap_or_default();
            let answer = JSON::parse(&text).unwrap_or(JsValue::UNDEFINED);
            let known = if matches!(request.status(), Ok(200..300)) { read(&answer) } else { None };
            // What says no tells why; a server that is ending, or a proxy without one, can't take it now.
            let is_no = matches!(request.status(), Ok(400..500));
            let refused = |why| if is_no { Unsent::Refused(why) } else { Unsent::Away };
            then(known.ok_or_else(|| member(&answer, "detail").as_string().map_or(Unsent::Away, refused)));
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

fn numbers(list: &JsValue) -> Vec<u32> {
    Array::from(list).iter().filter_map(|number| number.as_f64()).map(|number| number as u32).collect()
}
