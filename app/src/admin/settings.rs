//! How the server is set up, and what can be changed while it runs.

use super::{
    Page,
    desk::{Desk, get},
    fields::{Ask, Field, Reason},
    parts::{Empty, Panel},
    table::{Head, table},
};
use crate::{error::AppError, model::Role};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// Kinds of requests, and what they are.
const LIMITS: [(&str, &str); 7] = [
    ("read", "Reads, of one address"),
    ("page", "Pages, of one address"),
    ("write", "Changes, of one address"),
    ("submit", "Submissions, of one address"),
    ("live", "Live feeds opened, of one address"),
    ("perPlayer", "Submissions of one player"),
    ("perKey", "Submissions by one key"),
];

#[derive(Deserialize)]
struct Settings {
    settings: Vec<Setting>,
}

#[derive(Deserialize)]
struct Setting {
    flag: String,
    variable: Option<String>,
    value: Option<String>,
    source: String,
}

/// `/admin/settings`.
pub async fn show(desk: &Desk) -> Result<Page, AppError> {
    let limits: Value = get("/api/limits").await?;
    let draft = desk.draft("limits");
    let row = |(name, label): (&'static str, &'static str)| {
        let said = |part: &str| limits.get(name).and_then(|limit| limit.get(part)).map(ToString::to_string).unwrap_or_default();
        view! {
            <div class="row-of-fields">
                <Field draft=draft.clone() name=format!("{name}.perSecond:number?") label=label kind="number" value=said("perSecond") hint="a second" placeholder="no limit" />
                <Field draft=draft.clone() name=format!("{name}.burst:number?") label="At once" kind="number" value=said("burst") />
            </div>
        }
    };
    let rows = LIMITS.map(row).into_iter().collect_view();
    let limits = view! {
        <Panel title="Rate limits">
            <p class="hint">"Of all servers together. Whoever sends more is told when to come again; operators and keys that read are not limited."</p>
            <Ask draft=draft.clone() call="PATCH /api/limits" then="/admin/settings?done=saved" label="Save the limits">
                {rows}
                <Reason id="limits" />
            </Ask>
        </Panel>
    };
    let content = if desk.may(Role::Manager) {
        let Settings { settings } = get("/api/settings").await?;
        view! { {limits} {configuration(&settings)} {desk.may(Role::Owner).then(diagnostics)} }.into_any()
    } else {
        view! { <Empty text="Managers see how the server is set up, and change its limits." /> }.into_any()
    };
    Ok(("Settings".to_owned(), content))
}

/// How the server is set up.
fn configuration(settings: &[Setting]) -> impl IntoView + use<> {
    let row = |setting: &Setting| {
        view! {
            <tr>
                <th scope="row"><code>{setting.flag.clone()}</code></th>
                <td class="wide">{setting.value.clone().unwrap_or_else(|| "–".to_owned())}</td>
                <td>{setting.source.clone()}</td>
                <td><code>{setting.variable.clone()}</code></td>
            </tr>
        }
    };
    let heads = [Head::Name("Setting"), Head::Name("Is"), Head::Name("By"), Head::Name("Variable")];
    view! {
        <Panel title="Configuration">
            <p class="hint">"Of the server that answers. It is changed where it is started: by flags, or by variables of its environment."</p>
            {table(&heads, settings.iter().map(row).collect_view())}
        </Panel>
    }
}

/// A file with all that helps to find a fault.
fn diagnostics() -> impl IntoView {
    view! {
        <Panel title="Diagnostics">
            <p class="hint">"To send along with a question: settings, status, metrics, boards' rules, what Valkey says of itself, and the last lines of the log. No secrets are in it."</p>
            <p class="actions">
                <a class="button ghost" href="/api/diagnostics" download="leaderport-diagnostics.json" rel="external">"Download"</a>
            </p>
        </Panel>
    }
}
