//! API keys.

use super::{
    Page,
    desk::{Desk, Draft, get, text},
    fields::{Act, Ask, Check, CheckSome, Choose, Field, choices},
    parts::{Badge, Empty, Panel, Told, When, now},
    table::{Column, Key as Order, listing},
};
use crate::{error::AppError, model::time::DAY_MS};
use leptos::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    id: String,
    label: String,
    scopes: Vec<String>,
    boards: Option<Vec<String>>,
    signed: bool,
    created_at: u64,
    created_by: String,
    expires_at: Option<u64>,
    last_used_at: Option<u64>,
    old_secret_until: Option<u64>,
}

/// `/admin/keys`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let Keys { keys } = get("/api/keys").await?;
    let (create, act) = (desk.draft("key"), desk.draft("act"));
    let columns = vec![
        Column::new("Key", |key: &Key| view! { <strong>{key.label.clone()}</strong> " " <small>{key.id.clone()}</small> })
            .by(|key| Order::from(&*key.label)),
        Column::new("May", |key: &Key| {
            let signed = key.signed.then(|| view! { " " <Badge kind="good" text="signed" /> });
            view! { {key.scopes.join(", ")} {signed} }
        }),
        Column::new("Boards", |key: &Key| key.boards.as_ref().map_or_else(|| "all".to_owned(), |boards| boards.join(", "))),
        Column::new("Last used", |key: &Key| key.last_used_at.map_or_else(|| "never".into_any(), |at| view! { <When at /> }.into_any()))
            .by(|key| key.last_used_at.unwrap_or(0))
            .figures(),
        Column::new("Expires", |key: &Key| match key.expires_at {
            Some(at) if at < now() => view! { <Badge kind="bad" text="expired" /> }.into_any(),
            Some(at) => view! { <When at /> }.into_any(),
            None => "never".into_any(),
        })
        .by(|key| key.expires_at.unwrap_or(u64::MAX))
        .figures(),
        Column::new("Made", |key: &Key| view! { <When at=key.created_at /> " by " {key.created_by.clone()} })
            .by(|key| key.created_at)
            .figures(),
        Column::new("Actions", {
            let act = act.clone();
            move |key: &Key| acts(&act, key)
        }),
    ];
    let empty =
        view! { <Empty text="There is no key yet. A game server submits with one; a key's scopes and boards say what else it may." /> };
    let table = listing(desk, "API keys", keys, columns, |key| format!("{} {} {}", key.label, key.id, key.scopes.join(" ")), empty);
    let content = view! {
        {secret(&create)}
        {secret(&act)}
        {table}
        <Panel title="New key">
            <Ask draft=create.clone() call="POST /api/keys" then="/admin/keys" label="Make the key" shows=true>
                <Field draft=create.clone() name="label" label="What it is for" required=true placeholder="Game server, Frankfurt" />
                <CheckSome draft=create.clone() name="scopes:list" label="What it may" chosen=vec!["submit".to_owned()] options=choices(&SCOPES) />
                <Field draft=create.clone() name="boards:lines~" label="On which boards" placeholder="all" hint="Their ids, with blanks between them; nothing: on all." />
                <Choose draft=create.clone() name="expiresAt:number~" label="Until" options=expiries() />
                <Check draft=create.clone() name="signed:flag" label="Submissions must be signed" />
            </Ask>
        </Panel>
    };
    Ok(("API keys".to_owned(), content.into_any()))
}

/// What a key may.
const SCOPES: [(&str, &str); 3] = [("submit", "submit scores"), ("read", "read what is not for everybody"), ("manage", "run boards")];

fn expiries() -> Vec<(String, String)> {
    let days = [(30, "30 days from now"), (90, "90 days from now"), (365, "a year from now")];
    let at = |(days, label): (u64, &str)| ((now() + days * DAY_MS).to_string(), label.to_owned());
    [(String::new(), "it is deleted".to_owned())].into_iter().chain(days.map(at)).collect()
}

/// The secret of a key that was made just now.
fn secret(draft: &Draft) -> Option<impl IntoView + use<>> {
    let answer = draft.answer()?;
    let (secret, signing) = (text(answer, "secret").to_owned(), text(answer, "signingSecret").to_owned());
    let curl = format!(
        "curl -X POST localhost:3000/api/score -H 'Authorization: Bearer {secret}' -H 'Content-Type: application/json' -d '{{\"playerId\":\"ada\",\"score\":1200}}'"
    );
    let signing = (!signing.is_empty()).then(|| view! { <Told title="Its signing secret" value=signing hint="Sign submissions with it, by Standard Webhooks: see the documentation." /> });
    (!secret.is_empty()).then(|| {
        view! {
            <Told title="The key" value=secret hint="Copy it now: it is shown once, and kept only as a hash." />
            {signing}
            <pre tabindex="0" class="curl">{curl}</pre>
        }
    })
}

fn acts(draft: &Draft, key: &Key) -> impl IntoView + use<> {
    let path = format!("/api/keys/{}", key.id);
    let old = key.old_secret_until.map(|at| view! { <small>"The old secret works until " <When at /></small> });
    view! {
        <div class="actions">
            <Act draft=draft.clone() id=format!("rotate-{}", key.id) call=format!("POST {path}/rotate") then="/admin/keys" label="Rotate" consequence="The key gets another secret. The old one works for another day, so that nothing breaks meanwhile." shows=true>
                <input type="hidden" name="overlapSeconds:number" value="86400" />
            </Act>
            <Act draft=draft.clone() id=format!("delete-{}", key.id) call=format!("DELETE {path}") then="/admin/keys?done=deleted" label="Delete" consequence=format!("Whatever uses “{}” is refused from now on.", key.label) bad=true />
            {old}
        </div>
    }
}
