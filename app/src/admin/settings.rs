//! How the server is set up, and what can be changed while it runs.

use super::{
    Page,
    desk::{Desk, Role, get},
    parts::{Ask, Empty, Field, Panel, Reason},
};
use crate::error::AppError;
use leptos::prelude::*;
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
    let content = if desk.may(Role::Manager) {
        view! {
            <Panel title="Rate limits">
                <p class="hint">"Of all servers together. Whoever sends more is told when to come again; operators and keys that read are not limited."</p>
                <Ask draft=draft.clone() call="PATCH /api/limits" then="/admin/settings?done=saved" label="Save the limits">
                    {rows}
                    <Reason id="limits" />
                </Ask>
            </Panel>
        }
        .into_any()
    } else {
        view! { <Empty text="Managers change limits." /> }.into_any()
    };
    Ok(("Settings".to_owned(), content))
}
