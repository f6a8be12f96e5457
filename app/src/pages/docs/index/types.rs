//! What goes in and out, out of the API's document.

use super::{
    link,
    reference::{resolve, text},
    section,
};
use crate::pages::docs::prose::{prose, table_of};
use leptos::prelude::*;
use serde_json::Value;

/// How often a type can be made of others.
const DEPTH: usize = 8;

/// What a schema stands for, in words.
pub fn kind(schema: &Value) -> AnyView {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next()) {
        return link(&id(name), name);
    }
    for (word, joint) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " with ")] {
        if let Some(parts) = schema[word].as_array() {
            let parts = parts.iter().enumerate().map(|(at, part)| view! { {(at > 0).then_some(joint)} {kind(part)} });
            return parts.collect_view().into_any();
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_str().unwrap_or_default())).collect();
        return prose(words.join(" · "));
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    };
    if names.contains(&"array") {
        return view! { "list of " {kind(&schema["items"])} }.into_any();
    }
    let words: Vec<_> = names.iter().map(|name| word(name)).collect();
    prose(format!("{}{}", words.join(" or "), bounds(schema)))
}

fn word(name: &str) -> &str {
    match name {
        "integer" => "whole number",
        "string" => "text",
        "boolean" => "`true` or `false`",
        "null" => "`null`",
        name => name,
    }
}

fn bounds(schema: &Value) -> String {
    match (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
        (Some(low), Some(high)) => format!(", {low} to {high}"),
        _ => String::new(),
    }
}

fn id(name: &str) -> String {
    format!("type-{name}")
}

/// The section of all types.
pub fn types(document: &Value) -> AnyView {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    section("types", "Types", schemas.map(|(name, schema)| self::schema(document, name, schema)))
}

fn schema(document: &Value, name: &str, schema: &Value) -> AnyView {
    let mut rows = Vec::new();
    members(document, schema, DEPTH, &mut rows);
    let what = if rows.is_empty() {
        view! { <p>{kind(schema)}</p> }.into_any()
    } else {
        table_of(["Member", "What it is", "What it means"], rows)
    };
    view! {
        <h3 id=id(name)>{link(&id(name), name)}</h3>
        <p>{prose(text(schema, "description"))}</p>
        {what}
    }
    .into_any()
}

/// The members of an object, those of the parts that it is made of among them.
fn members(document: &Value, schema: &Value, depth: usize, rows: &mut Vec<[AnyView; 3]>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for part in schema["allOf"].as_array().into_iter().flatten() {
        members(document, resolve(document, part), depth, rows);
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let of_part = || member["oneOf"].as_array().and_then(|parts| parts.iter().find_map(|part| part["description"].as_str()));
        let about = member["description"].as_str().or_else(of_part).unwrap_or_default();
        rows.push([prose(format!("`{name}`")), kind(member), prose(about)]);
    }
}
