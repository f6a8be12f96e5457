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
use crate::{error::AppError, model::grouped, paths::encode};
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
    let none = "No board tells anybody anything yet. A webhook tells your server, Discord or Slack of new leaders, records and more: it is made on the page of a board.";
    let heads = [Head::Name("Board"), Head::Name("Tells"), Head::Name("State"), Head::Name("Of")];
    Ok(("Webhooks".to_owned(), table_or(none, &heads, rows.iter().map(row).collect())))
}

fn state(webhook: &Webhook) -> AnyView {
    match (webhook.enabled, webhook.failing_since) {
        (false, _) => view! { <Badge kind="plain" text="off" /> " " <small>{webhook.disabled_because.clone()}</small> }.into_any(),
        (true, Some(since)) => view! { <Badge kind="bad" text="failing" /> " since " <When at=since /> }.into_any(),
        (true, None) => view! { <Badge kind="good" text="on" /> }.into_any(),
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
    let heads = [Head::Name("Tells"), Head::Name("State"), Head::Name("Of"), Head::Name("Format")];
    let content = view! {
        {secret(&draft)}
        {table_or("This board tells nobody yet.", &heads, webhooks.iter().map(row).collect())}
        <Panel title="New webhook">
            <Ask draft=draft.clone() call=format!("POST /api/boards/{}/webhooks", board.id) then=here.clone() label="Make the webhook" shows=true>
                {fields(&draft, None)}
            </Ask>
        </Panel>
    };
    Ok((board.title.clone(), of_board(desk, board, content)))
}

/// What a webhook can be told of.
const EVENTS: [(&str, &str); 6] = [
    ("leader", "a new leader"),
    ("record", "a record"),
    ("overtaken", "somebody overtaken"),
    ("period", "a period that closed"),
    ("moderation", "moderation"),
    ("review", "scores that wait to be looked at"),
];

fn fields(draft: &Draft, webhook: Option<&Webhook>) -> impl IntoView + use<> {
    let value = |of: fn(&Webhook) -> String| webhook.map(of).unwrap_or_default();
    let chosen = webhook.map_or_else(|| vec!["leader".to_owned()], |webhook| webhook.events.clone());
    let draft = draft.clone();
    view! {
        <Field draft=draft.clone() name="url" label="Address" value=value(|webhook| webhook.url.clone()) required=true placeholder="https://" />
        <Choose draft=draft.clone() name="format" label="Format" value=value(|webhook| webhook.format.clone()) options=plain(&["standard", "discord", "slack"]) hint="standard is signed, by Standard Webhooks." />
        <CheckSome draft=draft.clone() name="events:list" label="Of what" options=choices(&EVENTS) chosen />
        <Field draft=draft.clone() name="places:number?" label="Places that count" kind="number" value=value(|webhook| webhook.places.to_string()) hint="Overtakings further down are not told." />
    }
}

fn secret(draft: &Draft) -> Option<impl IntoView + use<>> {
    let secret = text(draft.answer()?, "secret").to_owned();
    (!secret.is_empty())
        .then(|| view! { <Told title="The webhook's secret" value=secret hint="Check signatures with it. It is shown once." /> })
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
        <p class="crumbs"><a href=list.clone()>"Webhooks"</a></p>
        {secret(draft)}
        {secret(act)}
        <p class="facts">{state(&webhook)}</p>
        <div class="actions">
            <Act draft=act.clone() id="test" call=format!("POST {path}/test") then=desk.done("sent") label="Send a test" consequence="Something made up goes there, marked as a test." />
            <Act draft=act.clone() id="rotate" call=format!("PATCH {path}") then=desk.here() label="New secret" consequence="Signatures are made with another secret from now on, the old one counts no more." shows=true><input type="hidden" name="rotateSecret:flag" value="yes" /></Act>
            <Act draft=act.clone() id="delete" call=format!("DELETE {path}") then=format!("{list}?done=deleted") label="Delete" consequence="Nothing more is told to this address, and what waits is dropped." bad=true />
        </div>
        <Panel title="Deliveries" live="deliveries">{sent(desk, path, &deliveries)}</Panel>
        <Panel title="Change">
            <Ask draft=draft.clone() call=format!("PATCH {path}") then=desk.done("saved") label="Save">
                {fields(draft, Some(&webhook))}
                <Check draft=draft.clone() name="enabled:flag" label="On" checked=webhook.enabled />
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
            format!("{status} in {} ms", attempt.took_ms)
        });
        let call = format!("POST {path}/deliveries/{}/replay", delivery.id);
        let next = delivery.next_attempt_at.map(|at| view! { <small>"again " <When at /></small> });
        view! {
            <tr>
                <td>{delivery.event.clone()}</td>
                <td class="figures">{grouped(delivery.version)}</td>
                <td><Badge kind text=delivery.state.clone() /> {next}</td>
                <td>{last}</td>
                <td class="figures">{delivery.attempts.len()}</td>
                <td class="figures"><When at=delivery.created_at /></td>
                <td><Press action=desk.here() form="act-replay" call then=desk.done("sent") label="Replay" /></td>
            </tr>
        }
    };
    let heads = [
        Head::Name("Event"),
        Head::Figures("Version"),
        Head::Name("State"),
        Head::Name("Last answer"),
        Head::Figures("Tries"),
        Head::Figures("When"),
        Head::Unseen("Replay"),
    ];
    table_or("Nothing was sent yet. A test shows whether it arrives.", &heads, deliveries.iter().map(row).collect())
}
