//! Whom boards tell what happens on them.

use super::{
    Page,
    board::{board, of_board},
    boards::{Board, all},
    desk::{Desk, Draft, get, text},
    fields::{Act, Ask, Check, CheckSome, Choose, Field, Press, choices, plain},
    parts::{Badge, Panel, Told, When},
    table::{Head, table_or},
};
use crate::{
    error::AppError,
    i18n::{Text, number, t},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Webhooks {
    webhooks: Vec<Webhook>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    id: String,
    url: String,
    enabled: bool,
    events: Vec<String>,
    format: String,
    places: u64,
    disabled_because: Option<String>,
    failing_since: Option<u64>,
}

#[derive(Deserialize)]
struct Deliveries {
    deliveries: Vec<Delivery>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    id: String,
    #[serde(rename = "type")]
    event: String,
    version: u64,
    state: String,
    created_at: u64,
    next_attempt_at: Option<u64>,
    attempts: Vec<Attempt>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    said: String,
    status: Option<u16>,
    took_ms: u64,
}

/// `/admin/webhooks`: those of all boards.
pub async fn everywhere(_: &Desk) -> Result<Page, AppError> {
    let mut rows = Vec::new();
    for board in all().await?.into_iter().take(200) {
        let Ok(found) = get::<Webhooks>(format!("/api/boards/{}/webhooks", board.id)).await else { continue };
        rows.extend(found.webhooks.into_iter().map(|webhook| (board.clone(), webhook)));
    }
    let row = |(board, webhook): &(Board, Webhook)| {
        view! {
            <tr>
                <td><a href=format!("/admin/boards/{}/webhooks", board.id)>{board.title.clone()}</a></td>
                <td><a href=format!("/admin/boards/{}/webhooks/{}", board.id, webhook.id)>{webhook.url.clone()}</a></td>
                <td>{state(webhook)}</td>
                <td>{webhook.events.join(", ")}</td>
            </tr>
        }
    };
    let none = t::desk_webhooks::NONE.text();
    let heads = [
        Head::Name(t::desk_terms::BOARD.text()),
        Head::Name(t::desk_webhooks::TELLS.text()),
        Head::Name(t::desk_terms::STATE.text()),
        Head::Name(t::desk_webhooks::OF.text()),
    ];
    Ok((t::desk_terms::WEBHOOKS.text().to_owned(), table_or(none, &heads, rows.iter().map(row).collect())))
}

fn state(webhook: &Webhook) -> AnyView {
    match (webhook.enabled, webhook.failing_since) {
        (false, _) => view! { <Badge kind="plain" text=t::desk_webhooks::OFF /> " " <small>{webhook.disabled_because.clone()}</small> }.into_any(),
        (true, Some(since)) => view! { <Badge kind="bad" text=t::desk_webhooks::FAILING /> " " {t::desk_webhooks::since(view! { <When at=since /> }.into_any())} }.into_any(),
        (true, None) => view! { <Badge kind="good" text=t::desk_webhooks::ON /> }.into_any(),
    }
}

/// `/admin/boards/{board}/webhooks`.
pub async fn list(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = &board(id).await?;
    let here = format!("/admin/boards/{}/webhooks", board.id);
    let Webhooks { webhooks } = get(format!("/api/boards/{}/webhooks", board.id)).await?;
    let draft = desk.draft("webhook");
    let row = |webhook: &Webhook| {
        view! {
            <tr>
                <td><a href=format!("{here}/{}", webhook.id)>{webhook.url.clone()}</a></td>
                <td>{state(webhook)}</td>
                <td>{webhook.events.join(", ")}</td>
                <td>{webhook.format.clone()}</td>
            </tr>
        }
    };
    let heads = [
        Head::Name(t::desk_webhooks::TELLS.text()),
        Head::Name(t::desk_terms::STATE.text()),
        Head::Name(t::desk_webhooks::OF.text()),
        Head::Name(t::desk_webhooks::FORMAT.text()),
    ];
    let content = view! {
        {secret(&draft)}
        {table_or(t::desk_webhooks::NONE_HERE.text(), &heads, webhooks.iter().map(row).collect())}
        <Panel title=t::desk_webhooks::NEW>
            <Ask draft=draft.clone() call=format!("POST /api/boards/{}/webhooks", board.id) then=here.clone() label=t::desk_webhooks::MAKE shows=true>
                {fields(&draft, None)}
            </Ask>
        </Panel>
    };
    Ok((board.title.clone(), of_board(desk, board, content)))
}

/// What a webhook can be told of.
const EVENTS: [(&str, Text); 6] = [
    ("leader", t::desk_webhooks::LEADER),
    ("record", t::desk_webhooks::RECORD),
    ("overtaken", t::desk_webhooks::OVERTAKEN),
    ("period", t::desk_webhooks::PERIOD),
    ("moderation", t::desk_webhooks::MODERATION),
    ("review", t::desk_webhooks::REVIEW),
];

fn fields(draft: &Draft, webhook: Option<&Webhook>) -> impl IntoView + use<> {
    let value = |of: fn(&Webhook) -> String| webhook.map(of).unwrap_or_default();
    let chosen = webhook.map_or_else(|| vec!["leader".to_owned()], |webhook| webhook.events.clone());
    let draft = draft.clone();
    view! {
        <Field draft=draft.clone() name="url" label=t::desk_webhooks::ADDRESS.text() value=value(|webhook| webhook.url.clone()) required=true placeholder="https://" />
        <Choose draft=draft.clone() name="format" label=t::desk_webhooks::FORMAT.text() value=value(|webhook| webhook.format.clone()) options=plain(&["standard", "discord", "slack"]) hint=t::desk_webhooks::FORMAT_HINT.text() />
        <CheckSome draft=draft.clone() name="events:list" label=t::desk_webhooks::OF_WHAT.text() options=choices(&EVENTS.map(|(event, text)| (event, text.text()))) chosen />
        <Field draft=draft.clone() name="places:number?" label=t::desk_webhooks::PLACES.text() kind="number" value=value(|webhook| webhook.places.to_string()) hint=t::desk_webhooks::PLACES_HINT.text() />
    }
}

fn secret(draft: &Draft) -> Option<impl IntoView + use<>> {
    let secret = text(draft.answer()?, "secret").to_owned();
    (!secret.is_empty()).then(|| view! { <Told title=t::desk_webhooks::SECRET.text() value=secret hint=t::desk_webhooks::SECRET_HINT /> })
}

/// `/admin/boards/{board}/webhooks/{webhook}`.
pub async fn show(desk: &Desk, id: &str, webhook: &str) -> Result<Page, AppError> {
    let board = &board(id).await?;
    let path = &format!("/api/boards/{}/webhooks/{}", board.id, encode(webhook));
    let webhook: Webhook = get(path.clone()).await?;
    let Deliveries { deliveries } = get(format!("{path}/deliveries?limit=100")).await?;
    let (draft, act) = (&desk.draft("webhook"), &desk.draft("act"));
    let list = format!("/admin/boards/{}/webhooks", board.id);
    let content = view! {
        <p class="crumbs"><a href=list.clone()>{t::desk_terms::WEBHOOKS}</a></p>
        {secret(draft)}
        {secret(act)}
        <p class="facts">{state(&webhook)}</p>
        <div class="actions">
            <Act draft=act.clone() id="test" call=format!("POST {path}/test") then=desk.done("sent") label=t::desk_webhooks::TEST consequence=t::desk_webhooks::TEST_MEANS />
            <Act draft=act.clone() id="rotate" call=format!("PATCH {path}") then=desk.here() label=t::desk_webhooks::NEW_SECRET consequence=t::desk_webhooks::NEW_SECRET_MEANS shows=true><input type="hidden" name="rotateSecret:flag" value="yes" /></Act>
            <Act draft=act.clone() id="delete" call=format!("DELETE {path}") then=format!("{list}?done=deleted") label=t::desk_terms::DELETE consequence=t::desk_webhooks::DELETE_MEANS bad=true />
        </div>
        <Panel title=t::desk_webhooks::DELIVERIES live="deliveries">{sent(desk, path, &deliveries)}</Panel>
        <Panel title=t::desk_terms::CHANGE>
            <Ask draft=draft.clone() call=format!("PATCH {path}") then=desk.done("saved") label=t::desk_terms::SAVE>
                {fields(draft, Some(&webhook))}
                <Check draft=draft.clone() name="enabled:flag" label=t::desk_webhooks::ON_SWITCH.text() checked=webhook.enabled />
            </Ask>
        </Panel>
    };
    Ok((board.title.clone(), of_board(desk, board, content)))
}

fn sent(desk: &Desk, path: &str, deliveries: &[Delivery]) -> AnyView {
    let row = |delivery: &Delivery| {
        let kind = match &*delivery.state {
            "delivered" => "good",
            "failed" => "bad",
            _ => "warn",
        };
        let last = delivery.attempts.last().map(|attempt| {
            let status = attempt.status.map_or_else(|| attempt.said.clone(), |status| status.to_string());
            t::desk_webhooks::answered(&attempt.took_ms.to_string(), &status).text()
        });
        let call = format!("POST {path}/deliveries/{}/replay", delivery.id);
        let next = delivery.next_attempt_at.map(|at| view! { <small>{t::desk_webhooks::again(view! { <When at /> }.into_any())}</small> });
        view! {
            <tr>
                <td>{delivery.event.clone()}</td>
                <td class="figures">{number(delivery.version)}</td>
                <td><Badge kind text=delivery.state.clone() /> {next}</td>
                <td>{last}</td>
                <td class="figures">{delivery.attempts.len()}</td>
                <td class="figures"><When at=delivery.created_at /></td>
                <td><Press action=desk.here() form="act-replay" call then=desk.done("sent") label=t::desk_webhooks::REPLAY.text() /></td>
            </tr>
        }
    };
    let heads = [
        Head::Name(t::desk_webhooks::EVENT.text()),
        Head::Figures(t::desk_terms::VERSION.text()),
        Head::Name(t::desk_terms::STATE.text()),
        Head::Name(t::desk_webhooks::LAST_ANSWER.text()),
        Head::Figures(t::desk_webhooks::TRIES.text()),
        Head::Figures(t::desk_terms::WHEN.text()),
        Head::Unseen(t::desk_webhooks::REPLAY.text()),
    ];
    table_or(t::desk_webhooks::NONE_SENT.text(), &heads, deliveries.iter().map(row).collect())
}
