//! How the server is set up, and what can be changed while it runs.

use super::{
    Page,
    desk::{Desk, get},
    fields::{Ask, Field, Reason},
    parts::{Empty, Panel},
    table::{Head, table},
};
use crate::{
    error::AppError,
    i18n::{Text, t},
    model::Role,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// Kinds of requests, and what they are.
const LIMITS: [(&str, Text); 8] = [
    ("read", t::desk_settings::READ),
    ("page", t::desk_settings::PAGE),
    ("write", t::desk_settings::WRITE),
    ("submit", t::desk_settings::SUBMIT),
    ("live", t::desk_settings::LIVE),
    ("perPlayer", t::desk_settings::PER_PLAYER),
    ("perKey", t::desk_settings::PER_KEY),
    ("keyRequests", t::desk_settings::KEY_REQUESTS),
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
    let row = |(name, label): (&'static str, Text)| {
        let said = |part: &str| limits.get(name).and_then(|limit| limit.get(part)).map(ToString::to_string).unwrap_or_default();
        view! {
            <div class="row-of-fields">
                <Field draft=draft.clone() name=format!("{name}.perSecond:number?") label=label.text() kind="number" value=said("perSecond") hint=t::desk::A_SECOND.text() placeholder=t::desk_settings::NO_LIMIT.text() />
                <Field draft=draft.clone() name=format!("{name}.burst:number?") label=t::desk_settings::BURST.text() kind="number" value=said("burst") />
            </div>
        }
    };
    let rows = LIMITS.map(row).into_iter().collect_view();
    let limits = view! {
        <Panel title=t::desk_settings::LIMITS>
            <p class="hint">{t::desk_settings::LIMITS_HINT}</p>
            <Ask draft=draft.clone() call="PATCH /api/limits" then="/admin/settings?done=saved" label=t::desk_settings::SAVE_LIMITS>
                {rows}
                <Reason id="limits" />
            </Ask>
        </Panel>
    };
    let content = if desk.may(Role::Manager) {
        let Settings { settings } = get("/api/settings").await?;
        view! { {limits} {configuration(&settings)} {desk.may(Role::Owner).then(diagnostics)} }.into_any()
    } else {
        view! { <Empty text=t::desk_settings::MANAGERS /> }.into_any()
    };
    Ok((t::desk_settings::TITLE.into(), content))
}

/// How the server is set up.
fn configuration(settings: &[Setting]) -> impl IntoView + use<> {
    let row = |setting: &Setting| {
        let source = match &*setting.source {
            "flag" => t::desk_settings::BY_FLAG.text().to_owned(),
            "environment" => t::desk_settings::BY_ENVIRONMENT.text().to_owned(),
            "default" => t::desk_settings::BY_DEFAULT.text().to_owned(),
            other => other.to_owned(),
        };
        view! {
            <tr>
                <th scope="row"><code dir="ltr">{setting.flag.clone()}</code></th>
                <td class="wide"><span dir="ltr">{setting.value.clone().unwrap_or_else(|| "–".to_owned())}</span></td>
                <td>{source}</td>
                <td><code>{setting.variable.clone()}</code></td>
            </tr>
        }
    };
    let heads = [t::desk_settings::SETTING, t::desk_settings::IS, t::desk_settings::BY, t::desk_settings::VARIABLE]
        .map(|head| Head::Name(head.text()));
    view! {
        <Panel title=t::desk_settings::CONFIGURATION>
            <p class="hint">{t::desk_settings::CONFIGURATION_HINT}</p>
            {table(&heads, settings.iter().map(row).collect_view())}
        </Panel>
    }
}

/// A file with all that helps to find a fault.
fn diagnostics() -> impl IntoView {
    view! {
        <Panel title=t::desk_settings::DIAGNOSTICS>
            <p class="hint">{t::desk_settings::DIAGNOSTICS_HINT}</p>
            <p class="actions">
                <a class="button ghost" href="/api/diagnostics" download="leaderport-diagnostics.json" rel="external">{t::desk_settings::DOWNLOAD}</a>
            </p>
        </Panel>
    }
}
