//! A board's rules: what a new one begins with, and what changes.

use super::{
    Page,
    board::{Total, of_board},
    boards::Board,
    desk::{Desk, Draft, get, member},
    fields::{Ask, Check, Choose, Field, Reason, choices},
    parts::Panel,
    table::{Head, table},
};
use crate::{
    error::{self, AppError},
    i18n::{Text, t},
    model::{Role, Rules, RulesChange, Window},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What boards are made from: the template's name, in addresses and for people, what it is for, and its rules.
fn templates() -> Vec<(&'static str, Text, Text, Value)> {
    vec![
        (
            "arcade",
            t::desk_templates::ARCADE,
            t::desk_templates::ARCADE_ABOUT,
            json!({"title": t::desk_templates::ARCADE_TITLE.text(), "submitters": "players", "windows": ["daily", "weekly"]}),
        ),
        (
            "speedrun",
            t::desk_templates::SPEEDRUN,
            t::desk_templates::SPEEDRUN_ABOUT,
            json!({"title": t::desk_templates::SPEEDRUN_TITLE.text(), "direction": "asc", "decimals": 3, "submitters": "accounts", "minScore": 0,
                "history": 1000, "review": {"everything": true, "proof": "required"}}),
        ),
        (
            "contest",
            t::desk_templates::CONTEST,
            t::desk_templates::CONTEST_ABOUT,
            json!({"title": t::desk_templates::CONTEST_TITLE.text(), "keep": "last", "rankMode": "competition", "minScore": 0,
                "tiebreaks": [{"name": "penalty", "direction": "asc"}]}),
        ),
        (
            "classroom",
            t::desk_templates::CLASSROOM,
            t::desk_templates::CLASSROOM_ABOUT,
            json!({"title": t::desk_templates::CLASSROOM_TITLE.text(), "keep": "sum", "rankMode": "dense", "visibility": "unlisted",
                "windows": ["weekly"]}),
        ),
        (
            "season",
            t::desk_templates::SEASON,
            t::desk_templates::SEASON_ABOUT,
            json!({"title": t::desk_templates::SEASON_TITLE.text(), "windows": ["weekly", {"name": "season", "every": "month", "keepDays": 1825}],
                "review": {"outliers": "flag"}}),
        ),
    ]
}

/// `/admin/boards/new`.
pub fn new(desk: &Desk) -> Page {
    let chosen = desk.param("template").to_owned();
    let draft = desk.draft("rules");
    let mut rules = serde_json::to_value(Rules { title: String::new(), ..Rules::default() }).unwrap_or_default();
    if let Some((.., template)) = templates().into_iter().find(|(name, ..)| *name == chosen) {
        over(&mut rules, template);
    }
    let card = |(name, label, about, _): (&'static str, Text, Text, Value)| {
        view! {
            <li class="card">
                <a href=format!("/admin/boards/new?template={name}") aria-current=(chosen == name).then_some("true")>{label}</a>
                <p class="hint">{about}</p>
            </li>
        }
    };
    let cards = templates().into_iter().map(card).collect_view();
    let content = view! {
        <section aria-label=t::desk_templates::TEMPLATES><ul class="cards">{cards}</ul></section>
        <Ask draft=draft.clone() call="POST /api/boards" then="/admin/boards/{id}?done=created" label=t::desk_rules::CREATE>
            <Field draft=draft.clone() name="id" label=t::desk_rules::ID.text() value=chosen.clone() required=true hint=t::desk_rules::ID_HINT.text() />
            {fields(&draft, &rules)}
        </Ask>
    };
    (t::desk_terms::NEW_BOARD.text().to_owned(), content.into_any())
}

/// `/admin/boards/{board}/rules`.
pub async fn edit(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let rules: Value = get(format!("/api/boards/{}", encode(id))).await?;
    let board: Board = serde_json::from_value(rules.clone()).map_err(|_| AppError::Internal)?;
    let draft = desk.draft("rules");
    let content = if !desk.may(Role::Manager) {
        let text = serde_json::to_string_pretty(&rules).unwrap_or_default();
        view! { <Panel title=t::desk_terms::RULES><pre tabindex="0">{text}</pre></Panel> }.into_any()
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
        <Ask draft=draft.clone() call=format!("PATCH /api/boards/{}", board.id) then=desk.done("saved") label=t::desk_rules::LOOK previews=true>
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
    let unreadable = |error: serde_json::Error| AppError::invalid(error::Field::Request, t::desk_rules::unreadable(&error.to_string()));
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
        return Ok(view! { <Panel title=t::desk_rules::NOTHING><p class="actions"><a class="button ghost" href=here>{t::desk_rules::BACK}</a></p></Panel> }.into_any());
    }
    let row = |rule: &&String| {
        view! { <tr><th scope="row">{(*rule).clone()}</th><td><del>{said(&was[*rule])}</del></td><td><ins>{said(&is[*rule])}</ins></td></tr> }
    };
    let rows = changes.iter().map(row).collect_view();
    let go = if now.reorders(next).is_some() && has_entries(board).await? {
        let changed: Map<String, Value> = changes.iter().map(|rule| ((*rule).clone(), is[*rule].clone())).collect();
        let rebuild = desk.draft("rebuild");
        view! {
            <p>{t::desk_rules::REBUILD_MEANS}</p>
            <Ask draft=rebuild call=format!("POST /api/boards/{}/rebuild", board.id) then="/admin/jobs?done=started" label=t::desk_rules::REBUILD>
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
            <Ask draft=draft.unsent() call=format!("PATCH /api/boards/{}", board.id) then=desk.done("saved") label=t::desk_rules::SAVE>
                {keep}
                <Reason id="rules" />
            </Ask>
        }
        .into_any()
    };
    let heads = [t::desk_rules::RULE, t::desk_rules::NOW, t::desk_rules::THEN].map(|head| Head::Name(head.text()));
    Ok(view! {
        <Panel title=t::desk_rules::WOULD_CHANGE>
            {table(&heads, rows)}
            {go}
            <p class="actions"><a class="button ghost" href=here>{t::desk_rules::BACK}</a></p>
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
        <fieldset class="group"><legend>{t::desk_rules::WHAT_IT_IS}</legend>
            <Field draft=draft.clone() name="title" label=t::desk_rules::TITLE.text() value=text("title") required=true />
            <Field draft=draft.clone() name="description" label=t::desk_rules::DESCRIPTION.text() kind="textarea" value=text("description") />
            <Choose draft=draft.clone() name="visibility" label=t::desk_rules::WHO_SEES.text() value=text("visibility") options=choices(&[("public", t::desk_rules::EVERYBODY.text()), ("unlisted", t::desk_rules::UNLISTED.text()), ("private", t::desk_rules::OPERATORS.text())]) />
            <Choose draft=draft.clone() name="submitters" label=t::desk_rules::WHO_SUBMITS.text() value=text("submitters") options=choices(&[("servers", t::desk_rules::SERVERS.text()), ("players", t::desk_rules::EVERYBODY.text()), ("accounts", t::desk_rules::ACCOUNTS.text()), ("runs", t::desk_rules::RUNS.text())]) />
        </fieldset>
        <fieldset class="group"><legend>{t::desk_rules::SCORES}</legend>
            <Choose draft=draft.clone() name="direction" label=t::desk_rules::BETTER_IS.text() value=text("direction") options=choices(&[("desc", t::desk_rules::MORE_POINTS.text()), ("asc", t::desk_rules::LESS_TIMES.text())]) />
            <Choose draft=draft.clone() name="keep" label=t::desk_rules::COUNT.text() value=text("keep") options=choices(&[("best", t::desk_rules::BEST.text()), ("last", t::desk_rules::LAST.text()), ("sum", t::desk_rules::SUM.text()), ("first", t::desk_rules::FIRST.text())]) />
            <Field draft=draft.clone() name="decimals:number" label=t::desk_rules::DECIMALS.text() kind="number" value=text("decimals") hint=t::desk_rules::DECIMALS_HINT.text() />
            <Field draft=draft.clone() name="minScore:number~" label=t::desk_rules::LOWEST.text() kind="number" value=text("minScore") />
            <Field draft=draft.clone() name="maxScore:number~" label=t::desk_rules::HIGHEST.text() kind="number" value=text("maxScore") />
            <Check draft=draft.clone() name="negative:flag" label=t::desk_rules::NEGATIVE.text() checked=is(rules, "negative") />
        </fieldset>
        <fieldset class="group"><legend>{t::desk_rules::RANKS}</legend>
            <Choose draft=draft.clone() name="rankMode" label=t::desk_rules::EQUAL.text() value=text("rankMode") options=choices(&[("ordinal", t::desk_rules::ORDINAL.text()), ("competition", t::desk_rules::COMPETITION.text()), ("modified", t::desk_rules::MODIFIED.text()), ("dense", t::desk_rules::DENSE.text())]) />
            <Choose draft=draft.clone() name="tieOrder" label=t::desk_rules::AHEAD.text() value=text("tieOrder") options=choices(&[("first", t::desk_rules::TIE_FIRST.text()), ("last", t::desk_rules::TIE_LAST.text())]) />
            <input type="hidden" name="tiebreaks:list" value="" />
            {(0..Rules::MAX_TIEBREAKS).map(|n| tiebreak(&draft, rules, n)).collect_view()}
        </fieldset>
        <fieldset class="group"><legend>{t::desk_rules::WINDOWS}</legend>
            <input type="hidden" name="windows:list" value="" />
            {(0..windows(rules)).map(|n| window(&draft, rules, n)).collect_view()}
            <p class="field-error">{draft.error("windows")}</p>
        </fieldset>
        {review(&draft, rules)}
        <fieldset class="group"><legend>{t::desk_rules::WHAT_IS_KEPT}</legend>
            <Field draft=draft.clone() name="history:number" label=t::desk_rules::HISTORY.text() kind="number" value=text("history") hint=t::desk_rules::HISTORY_HINT.text() />
            <Field draft=draft.clone() name="log.count:number" label=t::desk_rules::LOG_RECORDS.text() kind="number" value=text("log.count") />
            <Field draft=draft.clone() name="log.days:number" label=t::desk_rules::LOG_DAYS.text() kind="number" value=text("log.days") />
        </fieldset>
    }
    .into_any()
}

fn tiebreak(draft: &Draft, rules: &Value, n: usize) -> impl IntoView + use<> {
    let name = |part: &str| format!("tiebreaks.{n}.{part}:?");
    let direction = at(rules, &format!("tiebreaks.{n}.direction"));
    let label = [t::desk_rules::FIRST_TIEBREAK, t::desk_rules::SECOND_TIEBREAK, t::desk_rules::THIRD_TIEBREAK][n.min(2)].text();
    view! {
        <div class="row-of-fields">
            <Field draft=draft.clone() name=name("name") label=label value=at(rules, &format!("tiebreaks.{n}.name")) placeholder="penalty" />
            <Choose draft=draft.clone() name=name("direction") label=t::desk_rules::BETTER_IS.text() value=direction options=choices(&[("", "–"), ("desc", t::desk_rules::MORE.text()), ("asc", t::desk_rules::LESS.text())]) />
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
            <Field draft=draft.clone() name=format!("{}:?", name("name")) label=t::desk_terms::NAME.text() value=called placeholder="daily" />
            <Choose draft=draft.clone() name=format!("{}:?", name("every")) label=t::desk_rules::EVERY.text() value=every options=choices(&[("", "–"), ("day", t::desk_rules::DAY.text()), ("week", t::desk_rules::WEEK.text()), ("month", t::desk_rules::MONTH.text()), ("cron", t::desk_rules::TIME_BY_CRON.text())]) />
            <Field draft=draft.clone() name=format!("{}:?", name("zone")) label=t::desk_rules::ZONE.text() value=text("zone") placeholder="UTC" />
            <Field draft=draft.clone() name=format!("{}:?", name("cron")) label=t::desk_rules::CRON.text() value=text("cron") placeholder="0 18 * * FRI" />
            <Field draft=draft.clone() name=format!("{}:number?", name("keepDays")) label=t::desk_rules::KEEP_DAYS.text() kind="number" value=text("keepDays") />
            <Field draft=draft.clone() name=format!("{}:number?", name("lateSeconds")) label=t::desk_rules::LATE.text() kind="number" value=text("lateSeconds") />
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
        <fieldset class="group"><legend>{t::desk_rules::LOOKED_AT}</legend>
            <Check draft=draft.clone() name="review.everything:flag" label=t::desk_rules::EVERYTHING.text() checked=is(rules, "review.everything") />
            <Field draft=draft.clone() name="review.minScore:number?" label=t::desk_rules::BELOW.text() kind="number" value=text("minScore") />
            <Field draft=draft.clone() name="review.maxScore:number?" label=t::desk_rules::ABOVE.text() kind="number" value=text("maxScore") />
            <Field draft=draft.clone() name="review.maxGain.score:number?" label=t::desk_rules::GAIN.text() kind="number" value=text("maxGain.score") />
            <Field draft=draft.clone() name="review.maxGain.seconds:number?" label=t::desk_rules::GAIN_SECONDS.text() kind="number" value=text("maxGain.seconds") />
            <Choose draft=draft.clone() name="review.outliers" label=t::desk_rules::OUTLIERS.text() value=first("outliers", "off") options=choices(&[("off", t::desk_rules::OFF.text()), ("flag", t::desk_rules::FLAG.text()), ("hold", t::desk_rules::HOLD.text())]) />
            <Choose draft=draft.clone() name="review.proof" label=t::desk_rules::PROOF.text() value=first("proof", "none") options=choices(&[("none", t::desk_rules::NONE.text()), ("optional", t::desk_rules::OPTIONAL.text()), ("required", t::desk_rules::REQUIRED.text())]) />
            <Check draft=draft.clone() name="review.trustServers:flag" label=t::desk_rules::TRUST.text() checked=is(rules, "review.trustServers") />
            <p class="field-error">{error}</p>
        </fieldset>
    }
}
