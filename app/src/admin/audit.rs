//! Who did what.

use super::{
    Page,
    desk::{Desk, address, get},
    parts::{Badge, Empty, When},
};
use crate::{error::AppError, paths::encode};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Acts {
    acts: Vec<Act>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Act {
    at: u64,
    who: String,
    from: String,
    act: String,
    path: String,
    status: u16,
    why: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
    request_id: String,
}

/// `/admin/audit`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let filters: Vec<(&str, &str)> = ["who", "act", "path"].map(|name| (name, desk.param(name).trim())).to_vec();
    let query = address("", filters.iter().copied()).trim_start_matches('?').to_owned();
    let cursor = if desk.param("cursor").is_empty() { String::new() } else { format!("&cursor={}", encode(desk.param("cursor"))) };
    let found: Acts = get(format!("/api/audit?limit=50&{query}{cursor}")).await?;
    let field = |name: &'static str, label: &'static str, placeholder: &'static str| {
        view! { <label class="field"><span>{label}</span><input type="search" name=name value=desk.param(name).to_owned() placeholder=placeholder autocomplete="off" /></label> }
    };
    let is_none = found.acts.is_empty();
    let rows = found.acts.iter().map(row).collect_view();
    let more = found
        .next_cursor
        .as_deref()
        .map(|cursor| view! { <a class="button ghost small" rel="next" href=desk.with(&[("cursor", cursor)])>"Older"</a> });
    let content = view! {
        <form class="filter" method="get" action=desk.path.clone() role="search">
            {field("who", "By whom", "operator ada")}
            {field("act", "What", "PATCH")}
            {field("path", "To what", "/boards/main")}
            <button class="ghost small">"Show"</button>
        </form>
        <div id="acts" data-live="">
            {is_none.then(|| view! { <Empty text="Nobody has done anything like that. Every change by whoever has a right to it is recorded here, and every try to sign in." /> })}
            {(!is_none).then(|| view! {
                <div tabindex="0" role="group" aria-label="Table" class="table-box"><table>
                    <thead><tr><th scope="col" class="figures">"When"</th><th scope="col">"Who"</th><th scope="col">"What"</th><th scope="col">"Why"</th><th scope="col">"Before and after"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            })}
        </div>
        <p class="actions">
            {more}
            <a class="button ghost small" href=format!("/api/audit/export?{query}") download="audit.ndjson" rel="external">"Export"</a>
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
