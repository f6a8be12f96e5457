//! The dashboard's forms: calls of the API, written as HTML.
//!
//! A form says which call it makes (`_call`: `PATCH /api/boards/main`), where to go once it is done (`_then`), and what it is called (`_form`, so
//! that a refusal is said beside it); the console has the call typed (`_line`), and its body (`_json`). `{name}` in either stands for the field of that name, in `_then` also for a member of the answer. Every
//! other field is a member of the call's body: `name:kind`, where dots lead into objects and numbers into lists, `review.maxGain.score:number`.
//!
//! | kind | JSON |
//! | --- | --- |
//! | none | text |
//! | `number` | a number |
//! | `flag` | whether it is `yes` |
//! | `list` | the values of all fields of this name, without empty ones |
//! | `lines` | the words of the text, between blanks and commas |
//! | `time` | the time in UTC, which browsers send without saying so |
//! | `json` | what the text says |
//!
//! `?` behind the kind leaves an empty field out, `~` makes it null.

use super::desk::refusal;
use crate::{
    backend::{Call, Reply},
    error::{AppError, Field},
    i18n::t,
    paths::encode,
};
use http::Method;
use serde_json::{Map, Value};

/// The most fields that a form has, and parts that the name of one has: whoever makes up others is not to have them looked through for long, or
/// nested deeper than the program can follow.
const MOST_FIELDS: usize = 1_000;
const MOST_PARTS: usize = 4;
/// The longest that a template becomes with the fields that it names, in bytes.
const MOST_FILLED: usize = 64 * 1024;

/// What was sent by a form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// All of its fields, in order.
    pub fields: Vec<(String, String)>,
}

/// A form that was sent, and what came of it.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The form.
    pub form: Form,
    /// The answer; none for a form that is only looked through.
    pub reply: Option<Reply>,
}

impl Posted {
    /// Why it was refused, in words: the reader's, if it was never sent on, and otherwise the API's.
    pub fn refusal(&self, reply: &Reply) -> String {
        self.form.call().map_or_else(|error| error.text(), |_| refusal(reply))
    }
}

impl Form {
    /// The value of the last field of this name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().rev().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// All values of a field that were given.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, value)| field == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether the form asks to see what it would do, before it does it.
    pub fn is_preview(&self) -> bool {
        self.get("_preview") == "yes"
    }

    /// Whether the answer is to be shown rather than gone on from.
    pub fn shows_answer(&self) -> bool {
        self.get("_show") == "yes"
    }

    /// The call that it makes.
    pub fn call(&self) -> Result<Call, AppError> {
        let wrong = || AppError::invalid(Field::Request, t::desk_form::no_call("GET /api/boards"));
        if self.fields.len() > MOST_FIELDS || self.fields.iter().any(|(name, _)| name.split('.').nth(MOST_PARTS).is_some()) {
            return Err(AppError::invalid(Field::Request, t::desk_form::NO_JSON));
        }
        // A line that was typed stands for the call, and a text for its body, where the form leaves both open.
        let line = if self.get("_call").is_empty() { self.get("_line").trim() } else { self.get("_call") };
        let (method, path) = line.split_once(' ').ok_or_else(wrong)?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| wrong())?;
        let (path, used) = self.filled(path.trim(), None).ok_or_else(wrong)?;
        if !path.starts_with("/api/") {
            return Err(wrong());
        }
        let typed = self.get("_json").trim();
        let is_json = |_| AppError::invalid(Field::Request, t::desk_form::NO_JSON);
        let body = if typed.is_empty() { self.body(&used) } else { serde_json::from_str(typed).map_err(is_json)? };
        let body = if method == Method::GET || body.is_null() { None } else { Some(body) };
        let reason = Some(self.get("_reason").trim()).filter(|reason| !reason.is_empty()).map(str::to_owned);
        Ok(Call { method, path, body, reason })
    }

    /// Where to go with this answer.
    pub fn then(&self, reply: &Reply) -> String {
        let then = self.filled(self.get("_then"), Some(&reply.body)).map(|(then, _)| then).unwrap_or_default();
        // Nobody is sent elsewhere by a form that somebody else has made up.
        if then.starts_with("/admin") { then } else { "/admin".to_owned() }
    }

    /// A template with the fields that it names, and their names; nothing if that is too long.
    fn filled(&self, template: &str, reply: Option<&Value>) -> Option<(String, Vec<String>)> {
        let (mut text, mut used, mut rest) = (String::new(), Vec::new(), template);
        while let Some((before, (name, after))) = rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?))) {
            text.push_str(before);
            text.push_str(&self.value(name, reply));
            used.push(name.to_owned());
            rest = after;
            if text.len() > MOST_FILLED {
                return None;
            }
        }
        text.push_str(rest);
        Some((text, used))
    }

    fn value(&self, name: &str, reply: Option<&Value>) -> String {
        match reply.and_then(|body| body.get(name)) {
            Some(Value::String(text)) => encode(text),
            Some(value) => encode(&value.to_string()),
            None => self.all(name).map(encode).collect::<Vec<_>>().join(","),
        }
    }

    fn body(&self, used: &[String]) -> Value {
        let mut body = Value::Null;
        for (at, (field, text)) in self.fields.iter().enumerate() {
            let is_later = self.fields[at + 1..].iter().any(|(later, _)| later == field);
            if field.starts_with('_') || is_later || used.contains(field) {
                continue;
            }
            let (name, kind) = field.split_once(':').unwrap_or((field, ""));
            if let Some(value) = self.member(field, kind, text) {
                put(&mut body, name, value);
            }
        }
        without_gaps(body)
    }

    /// A field as JSON, if it says something.
    fn member(&self, field: &str, kind: &str, text: &str) -> Option<Value> {
        let (kind, if_empty) = match kind.strip_suffix('?') {
            Some(kind) => (kind, Some(None)),
            None => kind.strip_suffix('~').map_or((kind, None), |kind| (kind, Some(Some(Value::Null)))),
        };
        let list = || self.all(field).map(Value::from).collect::<Vec<_>>();
        if let Some(instead) = if_empty
            && text.trim().is_empty()
            && (kind != "list" || list().is_empty())
        {
            return instead;
        }
        Some(match kind {
            // What is none goes as it is: the API says what is wrong with it.
            "number" => text.trim().parse().map_or_else(|_| Value::from(text), Value::Number),
            "flag" => Value::from(text == "yes"),
            "list" => Value::from(list()),
            "lines" => text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).map(Value::from).collect(),
            "time" => Value::from(format!("{text}Z")),
            "json" => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
            _ => Value::from(text),
        })
    }
}

/// Puts a value where a name leads.
fn put(into: &mut Value, name: &str, value: Value) {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let place = match first.parse::<usize>() {
        // Names come from the page's own forms; whoever makes up others gets what they wrote.
        Ok(at) if at < 32 => {
            if !into.is_array() {
                *into = Value::Array(Vec::new());
            }
            let Some(list) = into.as_array_mut() else { return };
            if list.len() <= at {
                list.resize(at + 1, Value::Null);
            }
            &mut list[at]
        }
        _ => {
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            let Some(members) = into.as_object_mut() else { return };
            members.entry(first).or_insert(Value::Null)
        }
    };
    match rest {
        Some(rest) => put(place, rest, value),
        None => *place = value,
    }
}

/// Lists without the places that nothing was put in.
fn without_gaps(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().filter(|value| !value.is_null()).map(without_gaps).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, without_gaps(value))).collect(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(fields: &[(&str, &str)]) -> Form {
        Form { fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
    }

    #[test]
    fn fields_become_a_body() {
        let form = form(&[
            ("_call", "PATCH /api/boards/{board}"),
            ("board", "a b"),
            ("title", "Laps"),
            ("decimals:number", "3"),
            ("minScore:number~", ""),
            ("maxScore:number~", "9.5"),
            ("note:?", ""),
            ("negative:flag", "no"),
            ("negative:flag", "yes"),
            ("boards:list~", ""),
            ("scopes:list", "read"),
            ("scopes:list", "submit"),
            ("tiebreaks.0.name:?", ""),
            ("tiebreaks.1.name:?", "time"),
            ("review.maxGain.score:number?", "10"),
            ("at:time?", "2026-11-21T12:00"),
            ("ids:lines", "a, b\nc"),
            ("meta:json", "{\"x\":[1]}"),
            ("_reason", " because "),
        ]);
        let call = form.call().unwrap();
        assert_eq!((call.method.as_str(), call.path.as_str(), call.reason.as_deref()), ("PATCH", "/api/boards/a%20b", Some("because")));
        let body = json!({
            "title": "Laps", "decimals": 3, "minScore": null, "maxScore": 9.5, "negative": true, "boards": null, "scopes": ["read", "submit"],
            "tiebreaks": [{"name": "time"}], "review": {"maxGain": {"score": 10}}, "at": "2026-11-21T12:00Z", "ids": ["a", "b", "c"], "meta": {"x": [1]},
        });
        assert_eq!(call.body, Some(body));
    }

    #[test]
    fn what_is_no_number_is_for_the_api_to_refuse() {
        let call = form(&[("_call", "POST /api/boards"), ("decimals:number", "three")]).call().unwrap();
        assert_eq!(call.body, Some(json!({"decimals": "three"})));
    }

    #[test]
    fn what_nobody_would_fill_in_is_refused() {
        let deep = ".".repeat(16_000);
        for (name, value) in [(deep.as_str(), "1"), ("a.b.c.d.e", "1"), ("a", "99")] {
            let call = form(&[("_call", "POST /api/boards"), (name, value)]).call();
            assert_eq!(call.is_ok(), name == "a", "{}", &name[..1]);
        }
        let many = form(&[("_call", "POST /api/boards"), ("a.4000000000", "1")]).call().unwrap();
        assert_eq!(many.body, Some(json!({"a": {"4000000000": "1"}})), "no list is that long");
        let long = form(&[("_call", &format!("DELETE /api/{}", "{a}".repeat(100))), ("a", &"x".repeat(10_000))]);
        assert!(long.call().is_err());
    }

    #[test]
    fn forms_call_the_api_and_lead_nowhere_else() {
        assert!(form(&[("_call", "GET /admin")]).call().is_err());
        assert!(form(&[("_call", "nonsense")]).call().is_err());
        let many = form(&[("_call", "DELETE /api/x?players={players}"), ("players", "a&b"), ("players", "c")]).call().unwrap();
        assert_eq!((many.path.as_str(), many.body), ("/api/x?players=a%26b,c", None));
        let reply = Reply { status: http::StatusCode::OK, body: json!({"version": 7}), cookies: Vec::new() };
        assert_eq!(form(&[("_then", "/admin/boards/{id}?undo={version}"), ("id", "main")]).then(&reply), "/admin/boards/main?undo=7");
        assert_eq!(form(&[("_then", "https://example.com")]).then(&reply), "/admin");
    }
}
