//! A board's rules: what a new one begins with, and what changes.

use super::{
    Page,
    board::{Total, of_board},
    boards::Board,
    desk::{Desk, Draft, get, member},
    fields::{Ask, Check, Choose, Field, Reason, choices, plain},
    parts::Panel,
    table::{Head, table},
};
use crate::{
    error::{self, AppError},
    model::{Role, Rules, RulesChange, Window},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

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
    } else if !draft.is_preview() {
        form(desk, &draft, &board, &rules)
    } else {
        match changed(&draft, &rules) {
            Ok((now, next)) => preview(desk, &draft, &board, &now, &next).await?,
            Err(error) => form(desk, &draft.refused(&error), &board, &rules),
        }
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// The form that changes a board's rules.
fn form(desk: &Desk, draft: &Draft, board: &Board, rules: &Value) -> AnyView {
    view! {
        <Ask draft=draft.clone() call=format!("PATCH /api/boards/{}", board.id) then=desk.done("saved") label="Look at the changes" previews=true>
            {fields(draft, rules)}
        </Ask>
    }
    .into_any()
}

/// A board's rules as they are, and as the form that was sent would make them.
fn changed(draft: &Draft, rules: &Value) -> Result<(Rules, Rules), AppError> {
    // A change of nothing brings rules that an older server has written into today's shape.
    let now = Rules::deserialize(rules).map_err(|_| AppError::Internal)?.changed(RulesChange::default())?;
    let form = draft.sent().ok_or(AppError::Internal)?;
    let unreadable = |error| AppError::invalid(error::Field::Request, format!("One of the rules can't be read: {error}."));
    let change = serde_json::from_value(form.call()?.body.unwrap_or_default()).map_err(unreadable)?;
    let next = now.changed(change)?;
    Ok((now, next))
}

/// What would change, before it does.
async fn preview(desk: &Desk, draft: &Draft, board: &Board, now: &Rules, next: &Rules) -> Result<AnyView, AppError> {
    let (was, is) = (json!(now), json!(next));
    let rules: BTreeSet<&String> = [&was, &is].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
    let changes: Vec<&String> = rules.into_iter().filter(|rule| !is_same(&was[*rule], &is[*rule])).collect();
    let here = format!("/admin/boards/{}/rules", board.id);
    if changes.is_empty() {
        return Ok(view! { <Panel title="Nothing would change"><p class="actions"><a class="button ghost" href=here>"Back to the rules"</a></p></Panel> }.into_any());
    }
    let row = |rule: &&String| {
        view! { <tr><th scope="row">{(*rule).clone()}</th><td><del>{said(&was[*rule])}</del></td><td><ins>{said(&is[*rule])}</ins></td></tr> }
    };
    let rows = changes.iter().map(row).collect_view();
    let go = if now.reorders(next).is_some() && has_entries(board).await? {
        let changed: Map<String, Value> = changes.iter().map(|rule| ((*rule).clone(), is[*rule].clone())).collect();
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
        let kept = |(name, value): &(String, String)| view! { <input type="hidden" name=name.clone() value=value.clone() /> };
        let sent = draft.sent().into_iter().flat_map(|form| &form.fields);
        let keep = sent.filter(|(name, _)| !name.starts_with('_')).map(kept).collect_view();
        view! {
            <Ask draft=draft.unsent() call=format!("PATCH /api/boards/{}", board.id) then=desk.done("saved") label="Save these changes">
                {keep}
                <Reason id="rules" />
            </Ask>
        }
        .into_any()
    };
    Ok(view! {
        <Panel title="What would change">
            {table(&[Head::Name("Rule"), Head::Name("Now"), Head::Name("Then")], rows)}
            {go}
            <p class="actions"><a class="button ghost" href=here>"Back to the rules"</a></p>
        </Panel>
    }
    .into_any())
}

async fn has_entries(board: &Board) -> Result<bool, AppError> {
    let Total { total } = get(format!("/api/boards/{}/entries?limit=1", board.id)).await?;
    Ok(total > 0)
}

/// Whether a rule stays what it is; a bound does, where digits behind the point come or go.
fn is_same(was: &Value, is: &Value) -> bool {
    was == is || was.as_f64().is_some() && was.as_f64() == is.as_f64()
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
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
    view! {
        <fieldset class="group"><legend>"What it is"</legend>
            <Field draft=draft.clone() name="title" label="Title" value=text("title") required=true />
            <Field draft=draft.clone() name="description" label="Description" kind="textarea" value=text("description") />
            <Choose draft=draft.clone() name="visibility" label="Who sees it" value=text("visibility") options=choices(&[("public", "everybody"), ("unlisted", "whoever has the link"), ("private", "operators only")]) />
            <Choose draft=draft.clone() name="submitters" label="Who may submit" value=text("submitters") options=choices(&[("servers", "servers, with a key"), ("players", "everybody"), ("accounts", "players who have an account, each for themself"), ("runs", "servers, and verified runs of a game")]) />
        </fieldset>
        <fieldset class="group"><legend>"Scores"</legend>
            <Choose draft=draft.clone() name="direction" label="Better is" value=text("direction") options=choices(&[("desc", "more: points"), ("asc", "less: times")]) />
            <Choose draft=draft.clone() name="keep" label="Of a player's scores, count" value=text("keep") options=choices(&[("best", "the best"), ("last", "the newest"), ("sum", "all, added up"), ("first", "the first")]) />
            <Field draft=draft.clone() name="decimals:number" label="Decimals" kind="number" value=text("decimals") hint="Digits behind the point, 0 to 6." />
            <Field draft=draft.clone() name="minScore:number~" label="Lowest score taken" kind="number" value=text("minScore") />
            <Field draft=draft.clone() name="maxScore:number~" label="Highest score taken" kind="number" value=text("maxScore") />
            <Check draft=draft.clone() name="negative:flag" label="A score that is added may be negative" checked=is(rules, "negative") />
        </fieldset>
        <fieldset class="group"><legend>"Ranks"</legend>
            <Choose draft=draft.clone() name="rankMode" label="Equal entries" value=text("rankMode") options=choices(&[("ordinal", "each its own rank: 1 2 3 4"), ("competition", "share the better: 1 2 2 4"), ("modified", "share the worse: 1 3 3 4"), ("dense", "share, and none is left out: 1 2 2 3")]) />
            <Choose draft=draft.clone() name="tieOrder" label="When all is equal, ahead is" value=text("tieOrder") options=choices(&[("first", "who got there first"), ("last", "who got there last")]) />
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
            <Choose draft=draft.clone() name=name("direction") label="Better is" value=direction options=choices(&[("", "–"), ("desc", "more"), ("asc", "less")]) />
        </div>
    }
}

/// Rows for windows: those that are there, and one more.
fn windows(rules: &Value) -> usize {
    let there = rules.get("windows").and_then(Value::as_array).map_or(0, Vec::len);
    (there + 2).min(Window::MOST)
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
            <Choose draft=draft.clone() name=format!("{}:?", name("every")) label="Starts anew every" value=every options=choices(&[("", "–"), ("day", "day"), ("week", "week"), ("month", "month"), ("cron", "time by cron")]) />
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
