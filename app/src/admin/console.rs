//! Any call of the API, tried from the page.

use super::{
    Page,
    desk::{Desk, text},
    fields::{Ask, Field, Reason},
    parts::Panel,
};
use crate::{backend::ApiDocument, i18n::t};
use leptos::prelude::*;
use serde_json::Value;

/// `/admin/console`.
pub fn show(desk: &Desk) -> Page {
    let draft = desk.draft("console");
    let (operation, operations) = (desk.param("call").to_owned(), operations());
    let chosen = operations.iter().find(|one| one.0 == operation);
    let example = chosen.map(|one| one.2.clone()).unwrap_or_default();
    let first = if operation.is_empty() { "GET /api/boards".to_owned() } else { operation.clone() };
    let call = draft.value("_line", &first);
    let options = operations
        .iter()
        .map(|(call, summary, _)| view! { <option value=call.clone() selected=*call == operation>{format!("{call} — {summary}")}</option> })
        .collect_view();
    let answer = draft.posted.as_ref().and_then(|posted| posted.reply.clone()).map(|reply| {
        let text = match &reply.body {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            body => serde_json::to_string_pretty(body).unwrap_or_default(),
        };
        let shown: String = text.chars().take(100_000).collect();
        view! { <Panel title=t::desk_console::answer(&reply.status.to_string())><pre tabindex="0" dir="ltr">{shown}</pre></Panel> }
    });
    let curl = curl(&call, &draft.value("_json", &example));
    let content = view! {
        <form class="filter" method="get" action="/admin/console">
            <label class="field"><span>{t::desk_console::ROUTE}</span><select name="call" lang="en" dir="ltr">{options}</select></label>
            <button class="ghost small">{t::desk_console::TAKE}</button>
        </form>
        <Ask draft=draft.clone() call="" then=desk.path.clone() label=t::desk_console::SEND shows=true>
            <Field draft=draft.clone() name="_line" label=t::desk_console::LINE.text() value=call.clone() required=true />
            <Field draft=draft.clone() name="_json" label=t::desk_console::BODY.text() kind="textarea" value=example.clone() />
            <Reason id="console" />
        </Ask>
        <Panel title=t::desk_console::CURL><pre tabindex="0" dir="ltr" class="curl">{curl}</pre></Panel>
        {answer}
    };
    (t::desk_frame::CONSOLE.into(), content.into_any())
}

/// Every route, what it does, and a body as an example.
fn operations() -> Vec<(String, String, String)> {
    let Some(ApiDocument(document)) = use_context::<ApiDocument>() else { return Vec::new() };
    let paths = document.get("paths").and_then(Value::as_object);
    let of = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().cloned().unwrap_or_default();
        let path = path.clone();
        methods.into_iter().map(move |(method, operation)| {
            let example = operation.pointer("/requestBody/content/application~1json/example");
            let example = example.and_then(|example| serde_json::to_string_pretty(example).ok()).unwrap_or_default();
            (format!("{} {path}", method.to_uppercase()), text(&operation, "summary").to_owned(), example)
        })
    };
    paths.into_iter().flatten().filter(|(path, _)| path.starts_with("/api/")).flat_map(of).collect()
}

/// What does the same in a shell.
fn curl(call: &str, body: &str) -> String {
    let (method, path) = call.split_once(' ').unwrap_or(("GET", call));
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut curl =
        format!("curl -X {method} {} \\\n  -H \"Authorization: Bearer $KEY\"", quoted(&format!("http://localhost:3000{}", path.trim())));
    if !body.trim().is_empty() {
        curl.push_str(&format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d {}", quoted(body.trim())));
    }
    curl
}
