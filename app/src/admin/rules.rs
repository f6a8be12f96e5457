//! A board's rules: what a new one begins with, and what changes.

use super::{
    Page,
    board::of_board,
    boards::Board,
    desk::{Desk, Draft, Role, call, get, member},
    parts::{Ask, Check, Choose, Field, Panel, Reason, plain},
};
use crate::{backend::Call, error::AppError, model::Rules, paths::encode};
use leptos::prelude::*;
use serde_json::{Value, json};

/// What boards are made from: the template's name, what it is for, and its rules.
fn templates() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "arcade",
            "High scores, with a new chance every day and every week.",
            json!({"title": "Arcade", "submitters": "players", "windows": ["daily", "weekly"]}),
        ),
        (
            "speedrun",
            "Times to the millisecond, less is better; a run counts once somebody has seen its proof.",
            json!({"title": "Speedrun", "direction": "asc", "decimals": 3, "submitters": "accounts", "minScore": 0, "history": 1000,
                "review": {"everything": true, "proof": "required"}}),
        ),
        (
            "contest",
            "Problems solved, then minutes of penalty; equal is equal.",
            json!({"title": "Contest", "keep": "last", "rankMode": "competition", "minScore": 0, "tiebreaks": [{"name": "penalty", "direction": "asc"}]}),
        ),
        (
            "classroom",
            "Points add up over the weeks; nobody is left out of a rank. Only whoever has the link finds it.",
            json!({"title": "Classroom", "keep": "sum", "rankMode": "dense", "visibility": "unlisted", "windows": ["weekly"]}),
        ),
        (
            "season",
            "A month is a season, and past ones stay for years; what is out of the ordinary is flagged.",
            json!({"title": "Season", "windows": ["weekly", {"name": "season", "every": "month", "keepDays": 1825}], "review": {"outliers": "flag"}}),
        ),
    ]
}

/// `/admin/boards/new`.
pub fn new(desk: &Desk) -> Page {
    let chosen = desk.param("template").to_owned();
    let draft = desk.draft("rules");
    let mut rules = serde_json::to_value(Rules { title: String::new(), ..Rules::default() }).unwrap_or_default();
    if let Some((_, _, template)) = templates().into_iter().find(|(name, ..)| *name == chosen) {
        over(&mut rules, template);
    }
    let card = |(name, about, _): (&'static str, &'static str, Value)| {
        view! {
            <li class="card">
                <a href=format!("/admin/boards/new?template={name}") aria-current=(chosen == name).then_some("true")>{name}</a>
                <p class="hint">{about}</p>
            </li>
        }
    };
    let cards = templates().into_iter().map(card).collect_view();
    let content = view! {
        <section aria-label="Templates"><ul class="cards">{cards}</ul></section>
        <Ask draft=draft.clone() call="POST /api/boards" then="/admin/boards/{id}?done=created" label="Create the board">
            <Field draft=draft.clone() name="id" label="Id" value=chosen.clone() required=true hint="1 to 64 characters out of a-z, 0-9 and '-'. It is in addresses and can't change." />
            {fields(&draft, &rules)}
        </Ask>
    };
    ("New board".to_owned(), content.into_any())
}

/// `/admin/boards/{board}/rules`.
pub async fn edit(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let rules: Value = get(format!("/api/boards/{}", encode(id))).await?;
    let board: Board = serde_json::from_value(rules.clone()).map_err(|_| AppError::Internal)?;
    let draft = desk.draft("rules");
    let content = if !desk.may(Role::Manager) {
        let text = serde_json::to_string_pretty(&rules).unwrap_or_default();
        view! { <Panel title="Rules"><pre tabindex="0">{text}</pre></Panel> }.into_any()
    } else if draft.is_preview() {
        preview(desk, &draft, &board, &rules).await?
    } else {
        view! {
            <Ask draft=draft.clone() call=format!("PATCH /api/boards/{}", board.id) then=format!("/admin/boards/{}/rules?done=saved", board.id) label="Look at the changes" previews=true>
                {fields(&draft, &rules)}
            </Ask>
        }
        .into_any()
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// Rules that put the entries that are there into another order.
const ORDERING: [&str; 4] = ["direction", "decimals", "tiebreaks", "tieOrder"];

/// What would change, before it does.
async fn preview(desk: &Desk, draft: &Draft, board: &Board, rules: &Value) -> Result<AnyView, AppError> {
    let Some(form) = draft.sent() else { return Err(AppError::Internal) };
    let Some(Value::Object(wanted)) = form.call()?.body else { return Err(AppError::Internal) };
    let changes: Vec<(String, Value, Value)> = wanted
        .into_iter()
        .map(|(rule, next)| (rule.clone(), rules.get(&rule).cloned().unwrap_or_default(), next))
        .filter(|(rule, now, next)| !is_same(rule, now, next))
        .collect();
    let here = format!("/admin/boards/{}/rules", board.id);
    if changes.is_empty() {
        return Ok(view! { <Panel title="Nothing would change"><p class="actions"><a class="button ghost" href=here>"Back to the rules"</a></p></Panel> }.into_any());
    }
    let reorders = changes.iter().any(|(rule, ..)| ORDERING.contains(&rule.as_str())) && has_entries(board).await?;
    let row = |(rule, now, next): &(String, Value, Value)| {
        view! { <tr><th scope="row">{rule.clone()}</th><td><del>{said(now)}</del></td><td><ins>{said(next)}</ins></td></tr> }
    };
    let rows = changes.iter().map(row).collect_view();
    let kept = |(name, value): &(String, String)| view! { <input type="hidden" name=name.clone() value=value.clone() /> };
    let keep = form.fields.iter().filter(|(name, _)| !name.starts_with('_')).map(kept).collect_view();
    let changed: serde_json::Map<String, Value> = changes.iter().map(|(rule, _, next)| (rule.clone(), next.clone())).collect();
    let go = if reorders {
        let rebuild = desk.draft("rebuild");
        view! {
            <p>"The entries that are there would come into another order: they are made anew out of the log, by a job. The board stays in use meanwhile."</p>
            <Ask draft=rebuild call=format!("POST /api/boards/{}/rebuild", board.id) then="/admin/jobs?done=started" label="Rebuild by these rules">
                <input type="hidden" name="rules:json" value=Value::Object(changed).to_string() />
                <Reason id="rebuild" />
            </Ask>
        }
        .into_any()
    } else {
        let save = Draft { posted: None, ..draft.clone() };
        view! {
            <Ask draft=save call=format!("PATCH /api/boards/{}", board.id) then=format!("{here}?done=saved") label="Save these changes">
                {keep}
                <Reason id="rules" />
            </Ask>
        }
        .into_any()
    };
    Ok(view! {
        <Panel title="What would change">
            <div tabindex="0" role="group" aria-label="Table" class="table-box"><table>
                <thead><tr><th scope="col">"Rule"</th><th scope="col">"Now"</th><th scope="col">"Then"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            {go}
            <p class="actions"><a class="button ghost" href=here>"Back to the rules"</a></p>
        </Panel>
    }
    .into_any())
}

async fn has_entries(board: &Board) -> Result<bool, AppError> {
    let reply = call(Call::get(format!("/api/boards/{}/entries?limit=1", board.id))).await?;
    Ok(reply.body.get("total").and_then(Value::as_u64).is_some_and(|total| total > 0))
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Whether a rule stays what it is, however it is written.
fn is_same(rule: &str, now: &Value, next: &Value) -> bool {
    let whole = |value: &Value| match rule {
        "review" => serde_json::from_value::<Option<crate::model::Review>>(value.clone())
            .ok()
            .flatten()
            .map(|review| json!(review))
            .filter(|review| review.as_object().is_some_and(|members| !members.is_empty()))
            .unwrap_or_default(),
        "windows" => {
            serde_json::from_value::<Vec<crate::model::Window>>(value.clone()).map_or_else(|_| value.clone(), |windows| json!(windows))
        }
        "tiebreaks" => {
            serde_json::from_value::<Vec<crate::model::Column>>(value.clone()).map_or_else(|_| value.clone(), |columns| json!(columns))
        }
        _ => value.clone(),
    };
    let (now, next) = (whole(now), whole(next));
    now == next || now.as_f64().is_some() && now.as_f64() == next.as_f64()
}

fn over(rules: &mut Value, template: Value) {
    let (Some(rules), Value::Object(template)) = (rules.as_object_mut(), template) else { return };
    rules.extend(template);
}

/// What a rule says, for a field.
fn at(rules: &Value, name: &str) -> String {
    let found = name.split('.').try_fold(rules, |value, part| match part.parse::<usize>() {
        Ok(at) => value.get(at),
        Err(_) => value.get(part),
    });
    match found {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

fn is(rules: &Value, name: &str) -> bool {
    at(rules, name) == "true"
}

/// All rules as fields.
fn fields(draft: &Draft, rules: &Value) -> AnyView {
    let draft = draft.clone();
    let text = |name: &str| at(rules, name);
    let kept = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    view! {
        <fieldset class="group"><legend>"What it is"</legend>
            <Field draft=draft.clone() name="title" label="Title" value=text("title") required=true />
            <Field draft=draft.clone() name="description" label="Description" kind="textarea" value=text("description") />
            <Choose draft=draft.clone() name="visibility" label="Who sees it" value=text("visibility") options=vec![kept("public", "everybody"), kept("unlisted", "whoever has the link"), kept("private", "operators only")] />
            <Choose draft=draft.clone() name="submitters" label="Who may submit" value=text("submitters") options=vec![kept("servers", "servers, with a key"), kept("players", "everybody"), kept("accounts", "players who have an account, each for themself"), kept("runs", "servers, and verified runs of a game")] />
        </fieldset>
        <fieldset class="group"><legend>"Scores"</legend>
            <Choose draft=draft.clone() name="direction" label="Better is" value=text("direction") options=vec![kept("desc", "more: points"), kept("asc", "less: times")] />
            <Choose draft=draft.clone() name="keep" label="Of a player's scores, count" value=text("keep") options=vec![kept("best", "the best"), kept("last", "the newest"), kept("sum", "all, added up"), kept("first", "the first")] />
            <Field draft=draft.clone() name="decimals:number" label="Decimals" kind="number" value=text("decimals") hint="Digits behind the point, 0 to 6." />
            <Field draft=draft.clone() name="minScore:number~" label="Lowest score taken" kind="number" value=text("minScore") />
            <Field draft=draft.clone() name="maxScore:number~" label="Highest score taken" kind="number" value=text("maxScore") />
            <Check draft=draft.clone() name="negative:flag" label="A score that is added may be negative" checked=is(rules, "negative") />
        </fieldset>
        <fieldset class="group"><legend>"Ranks"</legend>
            <Choose draft=draft.clone() name="rankMode" label="Equal entries" value=text("rankMode") options=vec![kept("ordinal", "each its own rank: 1 2 3 4"), kept("competition", "share the better: 1 2 2 4"), kept("modified", "share the worse: 1 3 3 4"), kept("dense", "share, and none is left out: 1 2 2 3")] />
            <Choose draft=draft.clone() name="tieOrder" label="When all is equal, ahead is" value=text("tieOrder") options=vec![kept("first", "who got there first"), kept("last", "who got there last")] />
            <input type="hidden" name="tiebreaks:list" value="" />
            {(0..Rules::MAX_TIEBREAKS).map(|n| tiebreak(&draft, rules, n)).collect_view()}
        </fieldset>
        <fieldset class="group"><legend>"Windows besides all time"</legend>
            <input type="hidden" name="windows:list" value="" />
            {(0..windows(rules)).map(|n| window(&draft, rules, n)).collect_view()}
            <p class="field-error">{draft.error("windows")}</p>
        </fieldset>
        {review(&draft, rules)}
        <fieldset class="group"><legend>"What is kept"</legend>
            <Field draft=draft.clone() name="history:number" label="Points of each player's history" kind="number" value=text("history") hint="0 to 1000; the oldest go first." />
            <Field draft=draft.clone() name="log.count:number" label="Records of the log, at least" kind="number" value=text("log.count") />
            <Field draft=draft.clone() name="log.days:number" label="Days of the log" kind="number" value=text("log.days") />
        </fieldset>
    }
    .into_any()
}

fn tiebreak(draft: &Draft, rules: &Value, n: usize) -> impl IntoView + use<> {
    let name = |part: &str| format!("tiebreaks.{n}.{part}:?");
    let direction = at(rules, &format!("tiebreaks.{n}.direction"));
    let label = ["First tiebreak", "Second tiebreak", "Third tiebreak"][n.min(2)];
    view! {
        <div class="row-of-fields">
            <Field draft=draft.clone() name=name("name") label=label value=at(rules, &format!("tiebreaks.{n}.name")) placeholder="penalty" />
            <Pick draft=draft.clone() name=name("direction") label="Better is" value=direction options=[("", "–"), ("desc", "more"), ("asc", "less")].to_vec() />
        </div>
    }
}

/// Rows for windows: those that are there, and one more.
fn windows(rules: &Value) -> usize {
    let there = rules.get("windows").and_then(Value::as_array).map_or(0, Vec::len);
    (there + 2).min(crate::model::Window::MOST)
}

fn window(draft: &Draft, rules: &Value, n: usize) -> impl IntoView + use<> {
    let name = |part: &str| format!("windows.{n}.{part}");
    let short = rules.get("windows").and_then(|windows| windows.get(n)).and_then(Value::as_str);
    let every = match short {
        Some("daily") => "day".to_owned(),
        Some("weekly") => "week".to_owned(),
        Some("monthly") => "month".to_owned(),
        _ => at(rules, &name("every")),
    };
    let called = short.map_or_else(|| at(rules, &name("name")), str::to_owned);
    let text = |part: &str| at(rules, &name(part));
    view! {
        <div class="row-of-fields">
            <Field draft=draft.clone() name=format!("{}:?", name("name")) label="Name" value=called placeholder="daily" />
            <Pick draft=draft.clone() name=format!("{}:?", name("every")) label="Starts anew every" value=every options=[("", "–"), ("day", "day"), ("week", "week"), ("month", "month"), ("cron", "time by cron")].to_vec() />
            <Field draft=draft.clone() name=format!("{}:?", name("zone")) label="Time zone" value=text("zone") placeholder="UTC" />
            <Field draft=draft.clone() name=format!("{}:?", name("cron")) label="Cron" value=text("cron") placeholder="0 18 * * FRI" />
            <Field draft=draft.clone() name=format!("{}:number?", name("keepDays")) label="Kept, days" kind="number" value=text("keepDays") />
            <Field draft=draft.clone() name=format!("{}:number?", name("lateSeconds")) label="Late by, seconds" kind="number" value=text("lateSeconds") />
            <Kept draft=draft.clone() name=format!("{}:?", name("firstDay")) value=text("firstDay") />
        </div>
    }
}

/// A part that is kept as it is.
#[component]
fn Kept(draft: Draft, name: String, value: String) -> impl IntoView {
    let value = draft.value(&name, &value);
    view! { <input type="hidden" name=name value=value /> }
}

/// One of a few, in a row of several.
#[component]
fn Pick(draft: Draft, name: String, label: &'static str, value: String, options: Vec<(&'static str, &'static str)>) -> impl IntoView {
    let chosen = draft.value(&name, &value);
    let option = |(value, label): (&'static str, &'static str)| view! { <option value=value selected=value == chosen>{label}</option> };
    let options = options.into_iter().map(option).collect_view();
    view! {
        <label class="field">
            <span>{label}</span>
            <select name=name>{options}</select>
        </label>
    }
}

fn review(draft: &Draft, rules: &Value) -> impl IntoView + use<> {
    let text = |name: &str| at(rules, &format!("review.{name}"));
    let first = |name: &str, otherwise: &str| Some(text(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| otherwise.to_owned());
    let draft = draft.clone();
    let error = draft.error(member("review"));
    view! {
        <fieldset class="group"><legend>"Which scores operators look at"</legend>
            <Check draft=draft.clone() name="review.everything:flag" label="All of them, before they count" checked=is(rules, "review.everything") />
            <Field draft=draft.clone() name="review.minScore:number?" label="Hold scores below" kind="number" value=text("minScore") />
            <Field draft=draft.clone() name="review.maxScore:number?" label="Hold scores above" kind="number" value=text("maxScore") />
            <Field draft=draft.clone() name="review.maxGain.score:number?" label="Hold a gain of more than" kind="number" value=text("maxGain.score") />
            <Field draft=draft.clone() name="review.maxGain.seconds:number?" label="… in seconds" kind="number" value=text("maxGain.seconds") />
            <Choose draft=draft.clone() name="review.outliers" label="Far better than the newest scores" value=first("outliers", "off") options=plain(&["off", "flag", "hold"]) />
            <Choose draft=draft.clone() name="review.proof" label="Proof" value=first("proof", "none") options=plain(&["none", "optional", "required"]) />
            <Check draft=draft.clone() name="review.trustServers:flag" label="Take what servers send as it is" checked=is(rules, "review.trustServers") />
            <p class="field-error">{error}</p>
        </fieldset>
    }
}
