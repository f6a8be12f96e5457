//! Who did what.

use super::{
    Page,
    desk::{Desk, get},
    fields::Sought,
    parts::{Badge, When},
    table::{Head, Turn, more, same_order, table_or},
};
use crate::error::AppError;
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// A part of the audit log.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acts {
    /// What was done.
    pub acts: Vec<Act>,
    next_cursor: Option<String>,
}

/// Something that was done.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// When, in ms since 1970.
    pub at: u64,
    /// By whom.
    pub who: String,
    from: String,
    /// What, as a call of the API.
    pub act: String,
    path: String,
    status: u16,
    /// Why, as whoever did it says.
    pub why: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
    request_id: String,
}

/// `/admin/audit`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let filters = desk.passed_on(&["who", "act", "path"]);
    let turn = Turn::of(desk, "oldest", true);
    let found: Acts = get(format!("/api/audit?limit=50{filters}{}{}", turn.query, desk.passed_on(&["cursor"]))).await?;
    let further = more(desk, found.next_cursor.as_deref(), if turn.is_turned { "Newer" } else { "Older" });
    let none = "Nobody has done anything like that. Every change by whoever has a right to it is recorded here, and every try to sign in.";
    let heads = [Head::Turning("When", turn), Head::Name("Who"), Head::Name("What"), Head::Name("Why"), Head::Name("Before and after")];
    let content = view! {
        <form class="filter" method="get" action=desk.path.clone() role="search">
            {same_order(desk)}
            <Sought desk=desk.clone() name="who" label="By whom" placeholder="operator ada" />
            <Sought desk=desk.clone() name="act" label="What" placeholder="PATCH" />
            <Sought desk=desk.clone() name="path" label="To what" placeholder="/boards/main" />
            <button class="ghost small">"Show"</button>
        </form>
        <div id="acts" data-live="">{table_or(none, &heads, found.acts.iter().map(row).collect())}</div>
        <p class="actions">
            {further}
            <a class="button ghost small" href=format!("/api/audit/export?{}", filters.trim_start_matches('&')) download="audit.ndjson" rel="external">"Export"</a>
        </p>
    };
    Ok(("Audit".to_owned(), content.into_any()))
}

fn row(act: &Act) -> impl IntoView + use<> {
    let refused = (act.status >= 400).then(|| view! { " " <Badge kind="bad" text=act.status.to_string() /> });
    let side = |label: &'static str, value: &Option<Value>| {
        value.clone().map(|value| {
            let text = serde_json::to_string_pretty(&value).unwrap_or_default();
            view! { <details><summary>{label}</summary><pre tabindex="0">{text}</pre></details> }
        })
    };
    view! {
        <tr>
            <td class="figures"><When at=act.at /></td>
            <td>{act.who.clone()} " " <small>{act.from.clone()}</small></td>
            <td class="wide"><span title=act.request_id.clone()>{act.act.split(' ').next().unwrap_or_default().to_owned()} " " <code>{act.path.clone()}</code></span> {refused}</td>
            <td>{act.why.clone()}</td>
            <td>{side("before", &act.before)} {side("after", &act.after)}</td>
        </tr>
    }
}
