//! Who did what.

use super::{
    Page,
    desk::{Desk, get},
    fields::Sought,
    parts::{Badge, When},
    table::{Head, Turn, more, same_order, table_or},
};
use crate::{
    error::AppError,
    i18n::{Text, number, t},
};
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
    /// The answer's status.
    pub status: u16,
    /// Why, as whoever did it says.
    pub why: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
    request_id: String,
    left_out: Option<u64>,
}

/// `/admin/audit`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let filters = desk.passed_on(&["who", "act", "path"]);
    let turn = Turn::of(desk, "oldest", true);
    let found: Acts = get(format!("/api/audit?limit=50{filters}{}{}", turn.query, desk.passed_on(&["cursor"]))).await?;
    let further = more(desk, found.next_cursor.as_deref(), if turn.is_turned { t::desk_audit::NEWER } else { t::desk_audit::OLDER }.text());
    let heads = [
        Head::Turning(t::desk::WHEN.text(), turn),
        Head::Name(t::desk_audit::WHO.text()),
        Head::Name(t::desk_audit::WHAT.text()),
        Head::Name(t::desk::WHY.text()),
        Head::Name(t::desk_audit::BEFORE_AND_AFTER.text()),
    ];
    let content = view! {
        <form class="filter" method="get" action=desk.path.clone() role="search">
            {same_order(desk)}
            <Sought desk=desk.clone() name="who" label=t::desk_audit::BY_WHOM.text() placeholder="operator ada" />
            <Sought desk=desk.clone() name="act" label=t::desk_audit::WHAT.text() placeholder="PATCH" />
            <Sought desk=desk.clone() name="path" label=t::desk_audit::TO_WHAT.text() placeholder="/boards/main" />
            <button class="ghost small">{t::desk_audit::SHOW}</button>
        </form>
        <div id="acts" data-live="">{table_or(t::desk_audit::NONE.text(), &heads, found.acts.iter().map(row).collect())}</div>
        <p class="actions">
            {further}
            <a class="button ghost small" href=format!("/api/audit/export?{}", filters.trim_start_matches('&')) download="audit.ndjson" rel="external">{t::desk_audit::EXPORT}</a>
        </p>
    };
    Ok((t::desk_frame::AUDIT.into(), content.into_any()))
}

fn row(act: &Act) -> impl IntoView + use<> {
    let refused = (act.status >= 400).then(|| view! { " " <Badge kind="bad" text=act.status.to_string() /> });
    let more = act.left_out.map(|count| view! { " " <Badge kind="warn" text=t::desk_audit::more_alike(&number(count)).text() /> });
    let side = |label: Text, value: &Option<Value>| {
        value.clone().map(|value| {
            let text = serde_json::to_string_pretty(&value).unwrap_or_default();
            view! { <details><summary>{label}</summary><pre tabindex="0" dir="ltr">{text}</pre></details> }
        })
    };
    view! {
        <tr>
            <td class="figures"><When at=act.at /></td>
            <td>{act.who.clone()} " " <small>{act.from.clone()}</small></td>
            <td class="wide"><span dir="ltr" title=act.request_id.clone()>{act.act.split(' ').next().unwrap_or_default().to_owned()} " " <code>{act.path.clone()}</code></span> {refused} {more}</td>
            <td>{act.why.clone()}</td>
            <td>{side(t::desk_audit::BEFORE, &act.before)} {side(t::desk_audit::AFTER, &act.after)}</td>
        </tr>
    }
}
