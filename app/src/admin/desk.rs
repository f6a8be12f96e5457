//! Who works at the dashboard, at which page of it, and what the API says to them.

use super::form::{Form, Posted};
use crate::{
    backend::{Call, Reply, api},
    error::{AppError, Field},
    i18n::t,
    model::Role,
    paths::encode,
};
use http::StatusCode;
use leptos::prelude::use_context;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;

/// Who asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Whoever {
    /// An operator.
    #[serde(rename_all = "camelCase")]
    Operator { name: String, role: Role, needs_second_factor: bool },
    /// Nobody who runs anything.
    #[serde(other)]
    Other,
}

/// One visit of a page of the dashboard.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The page's path.
    pub path: String,
    /// The address's query.
    pub query: Vec<(String, String)>,
    /// The operator's name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Whether they may do nothing before they have set up a second factor.
    pub needs_second_factor: bool,
}

impl Desk {
    /// The desk of whoever has signed in; none if nobody has.
    pub async fn open(path: &str, query: &[(String, String)]) -> Result<Option<Self>, AppError> {
        let Whoever::Operator { name, role, needs_second_factor } = get("/api/session").await? else { return Ok(None) };
        Ok(Some(Self { path: path.to_owned(), query: query.to_vec(), name, role, needs_second_factor }))
    }

    /// A parameter of the address; empty if there is none.
    pub fn param(&self, name: &str) -> &str {
        self.query.iter().find(|(param, _)| param == name).map_or("", |(_, value)| value)
    }

    /// The page's address with some parameters changed; what is empty is left out.
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let kept = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| !SAID_ONCE.contains(name) && !changes.iter().any(|(changed, _)| changed == name));
        address(&self.path, kept.chain(changes.iter().copied()))
    }

    /// The page's address, without what is said once.
    pub fn here(&self) -> String {
        self.with(&[])
    }

    /// Where to go when something is done, with what is said of it.
    pub fn done(&self, said: &str) -> String {
        self.with(&[("done", said)])
    }

    /// The same for a change of a board, which the page says how to take back: by the version that the answer has.
    pub fn done_on(&self, said: &str, board: &str) -> String {
        format!("{}&undo={{version}}", self.with(&[("done", said), ("of", board)]))
    }

    /// The address's parameters of these names, as the rest of another address.
    pub fn passed_on(&self, names: &[&str]) -> String {
        rest(names.iter().map(|name| (*name, self.param(name).trim())))
    }

    /// A form of this page, with what was sent by it.
    pub fn draft(&self, form: &'static str) -> Draft {
        Draft::of(form, self.here())
    }

    /// Whether the operator may what a role may.
    pub fn may(&self, role: Role) -> bool {
        self.role >= role
    }
}

/// What the address says about what was just done: the next one does not.
const SAID_ONCE: [&str; 3] = ["done", "undo", "of"];

/// An address; parameters that are empty are left out.
pub fn address<'a>(path: &str, query: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    match rest(query).strip_prefix('&') {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// Parameters behind others: each with a `&` before it. Those that are empty are left out.
pub fn rest<'a>(query: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    query.filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("&{name}={}", encode(value))).collect()
}

/// A form, with what was sent by it and came back.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it is called.
    pub form: &'static str,
    /// Where it is sent to.
    pub action: String,
    /// What was sent, and what came of it.
    pub posted: Option<Arc<Posted>>,
}

impl Draft {
    /// A form of this name, sent to this address, with what was sent by it to the page that is written.
    pub fn of(form: &'static str, action: String) -> Self {
        Self { form, action, posted: posted().filter(|posted| posted.form.get("_form") == form) }
    }

    /// The same, as if nothing had been sent.
    #[must_use]
    pub fn unsent(&self) -> Self {
        Self { posted: None, ..self.clone() }
    }

    /// The same, as if the API had refused what was sent.
    #[must_use]
    pub fn refused(&self, error: &AppError) -> Self {
        let refused = |posted: &Arc<Posted>| Arc::new(Posted { form: posted.form.clone(), reply: Some(Reply::refused(error)) });
        Self { posted: self.posted.as_ref().map(refused), ..self.clone() }
    }

    /// What was typed into a field, or what stands in it at first.
    pub fn value(&self, name: &str, first: &str) -> String {
        self.sent().map_or_else(|| first.to_owned(), |form| form.get(name).to_owned())
    }

    /// The form as it was sent.
    pub fn sent(&self) -> Option<&Form> {
        self.posted.as_deref().map(|posted| &posted.form)
    }

    /// The answer that came back, if it was done.
    pub fn answer(&self) -> Option<&Value> {
        let reply = self.posted.as_deref()?.reply.as_ref()?;
        reply.status.is_success().then_some(&reply.body)
    }

    /// Whether it was sent to be looked through.
    pub fn is_preview(&self) -> bool {
        self.posted.as_deref().is_some_and(|posted| posted.reply.is_none())
    }

    /// Why it was refused, if that is about the field of this name.
    pub fn error(&self, name: &str) -> Option<String> {
        let (field, detail) = self.refusal()?;
        (field == member(name)).then_some(detail)
    }

    /// Why it was refused, with the name of the member that it is about, or an empty one.
    pub fn refusal(&self) -> Option<(String, String)> {
        let posted = self.posted.as_deref()?;
        let reply = posted.reply.as_ref().filter(|reply| !reply.status.is_success())?;
        Some((text(&reply.body, "field").to_owned(), posted.refusal(reply)))
    }

    /// The code of the problem that it was refused with.
    pub fn code(&self) -> Option<&str> {
        self.posted.as_deref()?.reply.as_ref()?.problem()
    }
}

/// The member of a body that a field belongs to: what problems speak of.
pub fn member(field: &str) -> &str {
    field.split([':', '.']).next().unwrap_or_default()
}

/// The form that was sent to this page.
pub fn posted() -> Option<Arc<Posted>> {
    use_context()
}

/// What a member of a body says, as text; empty if it says nothing.
pub fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Why a call was refused, in words.
pub fn refusal(reply: &Reply) -> String {
    match text(&reply.body, "detail") {
        "" => t::desk_form::answered(&reply.status.to_string()).text(),
        detail => detail.to_owned(),
    }
}

/// What the API says at a path.
pub async fn get<T: DeserializeOwned>(path: impl Into<String>) -> Result<T, AppError> {
    read(call(Call::get(path)).await?)
}

/// What the API answers.
pub async fn call(call: Call) -> Result<Reply, AppError> {
    api()?.call(call).await
}

/// An answer, if it is one and no refusal.
pub fn read<T: DeserializeOwned>(reply: Reply) -> Result<T, AppError> {
    if reply.status.is_success() {
        return serde_json::from_value(reply.body).map_err(|_| AppError::Internal);
    }
    let message = refusal(&reply);
    Err(match reply.status {
        StatusCode::UNAUTHORIZED => AppError::Unauthorized { message: message.into() },
        StatusCode::FORBIDDEN => AppError::Forbidden { message: message.into() },
        StatusCode::TOO_MANY_REQUESTS => AppError::TooManyRequests { seconds: 1 },
        StatusCode::SERVICE_UNAVAILABLE => AppError::Unavailable,
        status if status.is_client_error() => AppError::invalid(Field::Request, message),
        _ => AppError::Internal,
    })
}
