//! A browser without JavaScript.

use crate::{
    auth::players::Player,
    client::{Answer, FORM, send},
    html::Html,
};
use leptos::server_fn::ServerFn;
use serde::Serialize;
use std::{collections::BTreeMap, net::SocketAddr};

/// A form without fields.
pub const NO_FIELDS: [(&str, &str); 0] = [];

/// A browser: it keeps cookies.
#[derive(Default)]
pub struct Browser(BTreeMap<String, String>);

impl Browser {
    pub fn of(player: &Player) -> Self {
        Self::with(&player.cookie)
    }

    pub fn with(cookie: &str) -> Self {
        let (name, value) = cookie.split_once('=').unwrap();
        Self([(name.to_owned(), value.to_owned())].into())
    }

    pub fn cookies(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub async fn open(&mut self, at: SocketAddr, path: &str) -> Html {
        let answer = send(at, "GET", path, &[("cookie", &self.cookies()), ("accept", "text/html")], "").await;
        self.keep(&answer);
        Html::of(&answer)
    }

    /// Sends a form; where it leads.
    pub async fn fill_in(&mut self, at: SocketAddr, path: &str, fields: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
        let answer = self.send(at, path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        answer.header("location").to_owned()
    }

    /// Sends a form; what comes back.
    pub async fn send(&mut self, at: SocketAddr, path: &str, fields: &[(impl AsRef<str>, impl AsRef<str>)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [FORM, ("accept", "text/html"), ("sec-fetch-site", "same-origin"), ("cookie", &self.cookies())];
        let answer = send(at, "POST", path, &headers, body).await;
        self.keep(&answer);
        answer
    }

    pub async fn calls<T: ServerFn + Serialize>(&self, at: SocketAddr, arguments: &T) -> Answer {
        let headers = [("content-type", "application/x-postcard"), ("accept", "application/x-postcard"), ("cookie", &self.cookies())];
        send(at, "POST", T::PATH, &headers, postcard::to_allocvec(arguments).unwrap()).await
    }
}
