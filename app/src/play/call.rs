use crate::{
    dom::member,
    error::AppError,
    model::{BoardId, PlayerId},
    paths::encode,
};
use js_sys::{Array, JSON, Object, Reflect};
use leptos::prelude::window;
use std::{cell::RefCell, time::Duration};
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
    /// The paths of its page and of its picture, where others can be shown it.
    pub shared: Option<(String, String)>,
    /// What the run itself came to.
    pub score: u32,
}

/// Why a call came to nothing.
#[derive(Clone, Debug)]
pub enum Unsent {
    /// The server was not reached, or can't take it now.
    Away,
    /// It said no.
    Refused(String),
    /// It said no to whoever asked: the player is somebody who has to sign in.
    NotYou(String),
}

// In the browser's storage; whoever signs out leaves none but those that wait (`app/src/shell.rs`).
/// Where runs wait for their answers: where to, what is sent, and since when.
const WAITING: &str = "runs";
/// For how long a run is good, in ms.
const GOOD_MS: f64 = 12.0 * 60.0 * 60.0 * 1000.0;
/// Where it is kept why runs were refused of which nobody was told yet.
const REFUSED: &str = "refused-runs";
/// How long an answer may take, in ms: a network that swallows what is sent is one that is away.
const PATIENCE_MS: u32 = 15_000;
/// The same where there is a run to be played instead.
const SHORT_PATIENCE_MS: u32 = 3_000;
/// How often runs that wait are sent again while the network says nothing.
pub const AGAIN: Duration = Duration::from_secs(30);
/// Where runs are that may be played while the server is away.
const SPARE: &str = "spare-runs";
/// How many of these there are.
const SPARES: u32 = 3;
/// How long a spare run must be good for still, or another one is asked for, in ms.
const WORTH_KEEPING_MS: f64 = 6.0 * 60.0 * 60.0 * 1000.0;

thread_local! {
    /// What is being sent, so that nothing is twice at the same time.
    static UNDER_WAY: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// Runs that wait where browsers keep nothing: as long as the page is there.
    static UNKEPT: RefCell<Vec<JsValue>> = const { RefCell::new(Vec::new()) };
}

/// Begins a run, of whoever has signed in by this name. If the server is away it is one of those that it gave before.
pub fn begin(board: &BoardId, player: &PlayerId, name: Option<String>, then: impl FnOnce(Result<Begun, Unsent>) + 'static) {
    let (known_board, known_player) = (board.clone(), player.clone());
    let patience = if spares(board, player, 0.0).length() > 0 { SHORT_PATIENCE_MS } else { PATIENCE_MS };
    ask(board, player, patience, move |answer| {
        then(match answer.map(|answer| begun(&answer)) {
            Ok(Some(begun)) => {
                lay_by(known_board, known_player, name);
                Ok(begun)
            }
            Ok(None) | Err(Unsent::Away) => take_spare(&known_board, &known_player).ok_or(Unsent::Away),
            Err(refused) => Err(refused),
        });
    });
}

/// Renews the spare runs of whoever has played on a board here.
pub fn renew_spares(board: &BoardId) {
    if let Some((player, name)) = whose_spares(board) {
        lay_by(board.clone(), player, name);
    }
}

/// Whose spare runs there are on a board, and their name if they had signed in.
pub fn whose_spares(board: &BoardId) -> Option<(PlayerId, Option<String>)> {
    let of_board = |spare: &JsValue| part(spare, 0).as_deref() == Some(board.as_str());
    let spare = kept(SPARE).iter().find(of_board)?;
    Some((PlayerId::parse(&part(&spare, 1)?).ok()?, part(&spare, 3)))
}

/// Asks for runs of a player until there are enough to play while the server is away. Those of others go.
fn lay_by(board: BoardId, player: PlayerId, name: Option<String>) {
    let worth = spares(&board, &player, WORTH_KEEPING_MS);
    if worth.length() >= SPARES {
        return;
    }
    let (known_board, known_player) = (board.clone(), player.clone());
    ask(&board, &player, PATIENCE_MS, move |answer| {
        if let Ok(answer) = answer {
            let spares = spares(&known_board, &known_player, WORTH_KEEPING_MS);
            let (board, player) = (known_board.as_str().into(), known_player.as_str().into());
            spares.push(&Array::of4(&board, &player, &answer, &name.as_deref().into()));
            // Where nothing is kept there is no end to asking.
            if keep(SPARE, &spares) {
                lay_by(known_board, known_player, name);
            }
        }
    });
}

fn take_spare(board: &BoardId, player: &PlayerId) -> Option<Begun> {
    let spares = spares(board, player, 0.0);
    let first = item(&spares.shift(), 2);
    // One that could not be taken out would be played twice, and count once.
    if keep(SPARE, &spares) { begun(&first) } else { None }
}

/// The spare runs of a player on a board that are good for so many ms still.
fn spares(board: &BoardId, player: &PlayerId, for_ms: f64) -> Array {
    let until = js_sys::Date::now() + for_ms;
    let is_good = |spare: &JsValue| {
        let ends = member(&item(spare, 2), "expiresAt").as_f64();
        part(spare, 0).as_deref() == Some(board.as_str()) && part(spare, 1).as_deref() == Some(player.as_str()) && ends > Some(until)
    };
    kept(SPARE).iter().filter(is_good).collect()
}

fn ask(board: &BoardId, player: &PlayerId, patience_ms: u32, then: impl FnOnce(Result<JsValue, Unsent>) + 'static) {
    let body = text(&[("playerId", player.as_str().into())]);
    call("POST", &format!("/api/boards/{board}/runs"), Some(&body), patience_ms, |answer| Some(answer.clone()), then);
}

fn begun(answer: &JsValue) -> Option<Begun> {
    let ghost = |ghost: JsValue| Some(Ghost { name: member(&ghost, "name").as_string()?, taps: numbers(&member(&ghost, "taps")) });
    let seed = member(answer, "seed").as_string()?.parse().ok()?;
    Some(Begun { run: member(answer, "run").as_string()?, seed, ghost: ghost(member(answer, "ghost")) })
}

/// Sends what was tapped. Until there is an answer it waits in the browser, whatever becomes of the page, for as long as the run is good.
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
    let (path, body) = (format!("/api/boards/{board}/runs/finished"), text(&body));
    let (run, waiting) = (Array::of3(&path.as_str().into(), &body.as_str().into(), &js_sys::Date::now().into()), kept(WAITING));
    waiting.push(&run);
    if !keep(WAITING, &waiting) {
        UNKEPT.with_borrow_mut(|runs| runs.push(run.clone().into()));
    }
    deliver(&run, then);
}

/// Sends the runs that wait.
pub fn send_waiting(then: impl Fn(Result<Counted, Unsent>) + Clone + 'static) {
    kept(WAITING).iter().chain(UNKEPT.with_borrow(Vec::clone)).for_each(|run| deliver(&run, then.clone()));
}

/// Whether any run waits.
pub fn is_waiting() -> bool {
    kept(WAITING).length() > 0 || UNKEPT.with_borrow(|runs| !runs.is_empty())
}

/// Keeps why a run was refused, for when its player comes back to the game.
pub fn keep_refusal(why: &str) {
    let refused = kept(REFUSED);
    refused.push(&why.into());
    let _is_kept = keep(REFUSED, &refused);
}

/// Why runs were refused, which is kept no longer.
pub fn take_refusals() -> Vec<String> {
    let refused: Vec<String> = kept(REFUSED).iter().filter_map(|why| why.as_string()).collect();
    if !refused.is_empty() {
        let _is_kept = keep(REFUSED, &Array::new());
    }
    refused
}

fn deliver(run: &JsValue, then: impl FnOnce(Result<Counted, Unsent>) + 'static) {
    let (Some(path), Some(body)) = (part(run, 0), part(run, 1)) else { return };
    let is_good = item(run, 2).as_f64().is_some_and(|since| js_sys::Date::now() < since + GOOD_MS);
    if UNDER_WAY.with_borrow(|bodies| bodies.contains(&body)) {
        return;
    }
    UNDER_WAY.with_borrow_mut(|bodies| bodies.push(body.clone()));
    let score = JSON::parse(&body).ok().and_then(|run| member(&run, "score").as_f64()).map_or(0, |score| score as u32);
    let read = move |answer: &JsValue| {
        let whole = |of: &JsValue, name: &str| member(of, name).as_f64().map(|number| number as u64);
        Some(Counted {
            improved: member(answer, "improved").is_truthy(),
            rank: whole(&member(answer, "after"), "rank"),
            total: whole(answer, "total").unwrap_or_default(),
            shared: member(answer, "page").as_string().zip(member(answer, "picture").as_string()),
            score,
        })
    };
    let known = body.clone();
    call("POST", &path, Some(&body), PATIENCE_MS, read, move |answer| {
        UNDER_WAY.with_borrow_mut(|bodies| bodies.retain(|body| *body != known));
        let answer = match answer {
            Err(Unsent::NotYou(why)) if !is_good => Err(Unsent::Refused(why)),
            answer => answer,
        };
        // Whoever has to sign in may do so.
        if !matches!(answer, Err(Unsent::Away | Unsent::NotYou(_))) {
            let is_other = |run: &JsValue| part(run, 1).as_ref() != Some(&known);
            UNKEPT.with_borrow_mut(|runs| runs.retain(is_other));
            let _is_kept = keep(WAITING, &kept(WAITING).iter().filter(is_other).collect());
        }
        then(answer);
    });
}

/// How a player stands.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What they are called on the board.
    pub name: Option<String>,
    /// Their score, as a number; none without an entry.
    pub score: Option<f64>,
}

/// Looks up a player's entry.
pub fn entry(board: &BoardId, player: &PlayerId, then: impl FnOnce(Entry) + 'static) {
    // Between commas, ids are encoded once more.
    let path = format!("/api/boards/{board}/entries?players={}", encode(&encode(player.as_str())));
    let read = |answer: &JsValue| {
        let first = item(&member(answer, "entries"), 0);
        Some(Entry { name: member(&first, "name").as_string(), score: member(&first, "score").as_f64() })
    };
    call("GET", &path, None, PATIENCE_MS, read, |answer| then(answer.unwrap_or_default()));
}

/// Asks how many entries have a score of this or a better one.
pub fn better(board: &BoardId, is_asc: bool, score: u32, then: impl FnOnce(Option<u64>) + 'static) {
    let end = if is_asc { "score_max" } else { "score_min" };
    let path = format!("/api/boards/{board}/entries?limit=1&{end}={score}");
    let read = |answer: &JsValue| member(answer, "matching").as_f64().map(|number| number as u64);
    call("GET", &path, None, PATIENCE_MS, read, |answer| then(answer.ok()));
}

/// A list in the browser's storage.
fn kept(name: &str) -> Array {
    let kept = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(name).ok().flatten());
    kept.and_then(|text| JSON::parse(&text).ok()).filter(Array::is_array).map(|list| Array::from(&list)).unwrap_or_default()
}

/// Keeps a list there; whether that worked.
fn keep(name: &str, list: &Array) -> bool {
    let (Ok(Some(storage)), Ok(text)) = (window().local_storage(), JSON::stringify(list)) else { return false };
    storage.set_item(name, &String::from(text)).is_ok()
}

/// A text in a list.
fn part(list: &JsValue, at: u32) -> Option<String> {
    item(list, at).as_string()
}

/// What is in a list; undefined where it is none: what browsers keep is for anybody to change.
fn item(list: &JsValue, at: u32) -> JsValue {
    Reflect::get_u32(list, at).unwrap_or(JsValue::UNDEFINED)
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

/// Why the server said no: in the reader's language where the problem's kind says all there is to say, otherwise as the server says it.
fn why(problem: &JsValue) -> Option<Unsent> {
    let kind = member(problem, "type").as_string().unwrap_or_default();
    let code = kind.rsplit(':').next().unwrap_or_default();
    let known = AppError::of_code(code).filter(|error| !matches!(error, AppError::Invalid { .. }));
    let why = known.map(|error| error.text()).or_else(|| member(problem, "detail").as_string())?;
    Some(if matches!(code, "owned" | "unauthorized") { Unsent::NotYou(why) } else { Unsent::Refused(why) })
}

/// Sends a request, with JSON where there is a body, and waits so long for the answer; what `read` makes of it, or why there is none.
fn call<T: 'static>(
    method: &str,
    path: &str,
    body: Option<&str>,
    patience_ms: u32,
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
            // What says no tells why. A server that is ending, one that is asked too much or too slowly, or a proxy without one, can't take it now.
            let is_no = matches!(request.status(), Ok(400..500)) && !matches!(request.status(), Ok(408 | 425 | 429));
            then(known.ok_or_else(|| why(&answer).filter(|_| is_no).unwrap_or(Unsent::Away)));
        })
    };
    request.set_onloadend(Some(done.unchecked_ref()));
    let sent = request.open(method, path).and_then(|()| {
        request.set_timeout(patience_ms);
        if body.is_some() {
            request.set_request_header("content-type", "application/json")?;
        }
        request.send_with_opt_str(body)
    });
    if sent.is_err() {
        request.abort().unwrap_or_default();
    }
}

fn numbers(list: &JsValue) -> Vec<u32> {
    Array::from(list).iter().filter_map(|number| number.as_f64()).map(|number| number as u32).collect()
}
