//! Every route, out of the API's document.

use super::{link, paragraphs, section, types::kind};
use crate::pages::docs::prose::{listing, paragraph, prose, table_of};
use leptos::prelude::*;
use serde_json::Value;

/// A route with one of its methods.
pub struct Route<'a> {
    /// What links call it.
    pub id: &'a str,
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

impl Route<'_> {
    /// Method and path.
    pub fn title(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }
}

/// A member's text; nothing where there is none.
pub fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// All routes, in the order of the document's tags.
pub fn routes(document: &Value) -> impl Iterator<Item = Route<'_>> {
    items(&document["tags"]).flat_map(|tag| {
        let of_path = |(path, methods)| members(methods).map(move |(method, operation)| (path, method, operation));
        let all = members(&document["paths"]).flat_map(of_path);
        let tagged = all.filter(|(.., operation)| items(&operation["tags"]).any(|name| name == &tag["name"]));
        tagged.map(|(path, method, operation)| Route { id: text(operation, "operationId"), method, path, operation })
    })
}

/// The section of all routes.
pub fn reference(document: &Value) -> AnyView {
    let about = view! {
        <p>
            "Bodies are JSON, times milliseconds since 1970. Whatever is not listed, a member or a parameter, is refused. The same for programs: "
            <a href="/api/openapi.json" rel="external">
                <code>"/api/openapi.json"</code>
            </a>" (OpenAPI 3.1)."
        </p>
    };
    let routes = routes(document).map(|route| self::route(document, &route));
    section("routes", "Routes", [about.into_any()].into_iter().chain(routes))
}

fn route(document: &Value, route: &Route<'_>) -> AnyView {
    let operation = route.operation;
    let is_for_few = items(&operation["security"]).all(|way| way.get("key").is_some()) && operation["security"].is_array();
    let key = is_for_few.then(|| paragraph("Needs a right: `Authorization: Bearer <key>`, or whoever has signed in."));
    view! {
        <section aria-labelledby=route.id.to_owned()>
            <h3 id=route.id.to_owned()>{link(route.id, format!("`{}`", route.title()))}</h3>
            <p>
                <strong>{text(operation, "summary").to_owned()} "."</strong>
                " "
                {prose(text(operation, "description"))}
            </p>
            {key}
            {parameters(operation)}
            {body(document, operation)}
            {answers(document, operation)}
        </section>
    }
    .into_any()
}

fn parameters(operation: &Value) -> Option<AnyView> {
    let rows: Vec<[AnyView; 3]> = items(&operation["parameters"])
        .map(|parameter| {
            let name = format!("`{}`", text(parameter, "name"));
            let place = text(parameter, "in");
            [
                prose(name),
                view! { {kind(&parameter["schema"])} ", in " {place.to_owned()} }.into_any(),
                prose(text(parameter, "description")),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| table_of(["Parameter", "What it is", "What it means"], rows))
}

fn body(document: &Value, operation: &Value) -> Option<AnyView> {
    let body = operation.get("requestBody")?;
    let (media, content) = members(&body["content"]).next()?;
    let example = (media == "application/json").then(|| example(document, content)).flatten().map(|example| listing(&example));
    Some(view! { <p>"Body: " {kind(&content["schema"])} ". " {prose(text(body, "description"))}</p> {example} }.into_any())
}

/// What is sent, for example.
fn example(document: &Value, content: &Value) -> Option<String> {
    let named = || members(&content["examples"]).next().map(|(_, example)| &example["value"]);
    let of_type = || resolve(document, &content["schema"])["examples"].get(0);
    let example = content.get("example").or_else(named).or_else(of_type)?;
    serde_json::to_string_pretty(example).ok()
}

/// What a reference refers to, or the value itself.
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|target| document.pointer(target.trim_start_matches('#')));
    target.unwrap_or(value)
}

fn answers(document: &Value, operation: &Value) -> AnyView {
    let rows = members(&operation["responses"]).map(|(status, answer)| {
        let answer = resolve(document, answer);
        let schema = members(&answer["content"]).next().map(|(_, content)| kind(&content["schema"]));
        [prose(format!("`{status}`")), schema.into_any(), prose(text(answer, "description"))]
    });
    table_of(["Answer", "What it is", "What it means"], rows)
}

/// What there can be wrong.
pub fn problems(document: &Value) -> AnyView {
    let about = text(&document["info"], "description");
    let (lists, texts): (Vec<&str>, Vec<&str>) = about.split("\n\n").partition(|text| text.starts_with("- "));
    let points =
        lists.into_iter().flat_map(str::lines).map(|point| view! { <li>{prose(point.trim_start_matches("- "))}</li> }).collect_view();
    section("problems", "Problems", [paragraphs(&texts.join("\n\n")), view! { <ul>{points}</ul> }.into_any()])
}
