//! API keys.

use super::{
    Page,
    desk::{Desk, Draft, get, text},
    fields::{Act, Ask, Check, CheckSome, Choose, Field, choices},
    parts::{Badge, Empty, Panel, Told, When, now},
    table::{Column, Key as Order, listing},
};
use crate::{
    error::AppError,
    i18n::{Text, t},
    model::time::DAY_MS,
};
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
        Column::new(t::desk_keys::KEY, |key: &Key| view! { <strong>{key.label.clone()}</strong> " " <small>{key.id.clone()}</small> })
            .by(|key| Order::from(&*key.label)),
        Column::new(t::desk_keys::MAY, |key: &Key| {
            let signed = key.signed.then(|| view! { " " <Badge kind="good" text=t::desk_keys::SIGNED /> });
            view! { {key.scopes.join(", ")} {signed} }
        }),
        Column::new(t::desk::BOARDS, |key: &Key| {
            key.boards.as_ref().map_or_else(|| t::desk_keys::ALL_BOARDS.into(), |boards| boards.join(", "))
        }),
        Column::new(t::desk_keys::LAST_USED, |key: &Key| {
            key.last_used_at.map_or_else(|| t::desk::NEVER.text().into_any(), |at| view! { <When at /> }.into_any())
        })
        .by(|key| key.last_used_at.unwrap_or(0))
        .figures(),
        Column::new(t::desk_keys::EXPIRES, |key: &Key| match key.expires_at {
            Some(at) if at < now() => view! { <Badge kind="bad" text=t::desk_keys::EXPIRED /> }.into_any(),
            Some(at) => view! { <When at /> }.into_any(),
            None => t::desk::NEVER.text().into_any(),
        })
        .by(|key| key.expires_at.unwrap_or(u64::MAX))
        .figures(),
        Column::new(t::desk_keys::MADE, |key: &Key| t::desk::made(&key.created_by, view! { <When at=key.created_at /> }.into_any()))
            .by(|key| key.created_at)
            .figures(),
        Column::new(t::desk_keys::ACTIONS, {
            let act = act.clone();
            move |key: &Key| acts(&act, key)
        }),
    ];
    let empty = view! { <Empty text=t::desk_keys::NONE /> };
    let table =
        listing(desk, t::desk_keys::TITLE.text(), keys, columns, |key| format!("{} {} {}", key.label, key.id, key.scopes.join(" ")), empty);
    let content = view! {
        {secret(&create)}
        {secret(&act)}
        {table}
        <Panel title=t::desk_keys::NEW>
            <Ask draft=create.clone() call="POST /api/keys" then="/admin/keys" label=t::desk_keys::MAKE shows=true>
                <Field draft=create.clone() name="label" label=t::desk_keys::LABEL.text() required=true placeholder=t::desk_keys::LABEL_EXAMPLE.text() />
                <CheckSome draft=create.clone() name="scopes:list" label=t::desk_keys::SCOPES.text() chosen=vec!["submit".to_owned()] options=choices(&SCOPES.map(|(scope, label)| (scope, label.text()))) />
                <Field draft=create.clone() name="boards:lines~" label=t::desk_keys::ON_BOARDS.text() placeholder=t::desk_keys::ALL_BOARDS.text() hint=t::desk_keys::ON_BOARDS_HINT.text() />
                <Choose draft=create.clone() name="expiresAt:number~" label=t::desk_keys::UNTIL.text() options=expiries() />
                <Check draft=create.clone() name="signed:flag" label=t::desk_keys::MUST_SIGN.text() />
            </Ask>
        </Panel>
    };
    Ok((t::desk_keys::TITLE.into(), content.into_any()))
}

/// What a key may.
const SCOPES: [(&str, Text); 3] =
    [("submit", t::desk_keys::SCOPE_SUBMIT), ("read", t::desk_keys::SCOPE_READ), ("manage", t::desk_keys::SCOPE_MANAGE)];

fn expiries() -> Vec<(String, String)> {
    let days = [(30, t::desk_keys::IN_30_DAYS), (90, t::desk_keys::IN_90_DAYS), (365, t::desk_keys::IN_A_YEAR)];
    let at = |(days, label): (u64, Text)| ((now() + days * DAY_MS).to_string(), label.into());
    [(String::new(), t::desk_keys::UNTIL_DELETED.into())].into_iter().chain(days.map(at)).collect()
}

/// The secret of a key that was made just now.
fn secret(draft: &Draft) -> Option<impl IntoView + use<>> {
    let answer = draft.answer()?;
    let (secret, signing) = (text(answer, "secret").to_owned(), text(answer, "signingSecret").to_owned());
    let curl = format!(
        "curl -X POST localhost:3000/api/score -H 'Authorization: Bearer {secret}' -H 'Content-Type: application/json' -d '{{\"playerId\":\"ada\",\"score\":1200}}'"
    );
    let signing = (!signing.is_empty())
        .then(|| view! { <Told title=t::desk_keys::SIGNING_SECRET.text() value=signing hint=t::desk_keys::SIGNING_HINT /> });
    (!secret.is_empty()).then(|| {
        view! {
            <Told title=t::desk_keys::THE_KEY.text() value=secret hint=t::desk_keys::THE_KEY_HINT />
            {signing}
            <pre tabindex="0" dir="ltr" class="curl">{curl}</pre>
        }
    })
}

fn acts(draft: &Draft, key: &Key) -> impl IntoView + use<> {
    let path = format!("/api/keys/{}", key.id);
    let old = key.old_secret_until.map(|at| view! { <small>{t::desk_keys::old_secret(view! { <When at /> }.into_any())}</small> });
    view! {
        <div class="actions">
            <Act draft=draft.clone() id=format!("rotate-{}", key.id) call=format!("POST {path}/rotate") then="/admin/keys" label=t::desk_keys::ROTATE consequence=t::desk_keys::ROTATE_CONSEQUENCE shows=true>
                <input type="hidden" name="overlapSeconds:number" value="86400" />
            </Act>
            <Act draft=draft.clone() id=format!("delete-{}", key.id) call=format!("DELETE {path}") then="/admin/keys?done=deleted" label=t::desk::DELETE consequence=t::desk_keys::delete_consequence(&key.label) bad=true />
            {old}
        </div>
    }
}
