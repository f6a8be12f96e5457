//! Somebody whom boards tell: an HTTP server that keeps what it gets.

use crate::harness::eventually;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use serde_json::Value;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A delivery as it came.
#[derive(Clone)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The event and the board's version.
    pub fn told(&self) -> (String, u64) {
        let json = self.json();
        (json["type"].as_str().unwrap().to_owned(), json["data"]["version"].as_u64().unwrap())
    }
}

type Answers = Box<dyn Fn(usize) -> Response + Send + Sync>;

struct Inner {
    received: Mutex<Vec<Received>>,
    answer: Mutex<Answers>,
}

/// A receiver on a port of its own.
pub struct Receiver {
    pub address: SocketAddr,
    inner: Arc<Inner>,
    running: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// An answer with nothing but a status.
pub fn status(status: u16) -> Response {
    Response::builder().status(status).body("".into()).unwrap()
}

impl Receiver {
    /// One that is content with everything.
    pub async fn start() -> Self {
        Self::answering(|_| status(204)).await
    }

    /// One that answers each delivery, by its number from 0, like this.
    pub async fn answering(answer: impl Fn(usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner { received: Mutex::default(), answer: Mutex::new(Box::new(answer)) });
        let app = Router::new().fallback(receive).with_state(inner.clone());
        let running = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, inner, running }
    }

    /// Where it is to be told.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What it has got so far.
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().unwrap().clone()
    }

    /// From now on it answers like this.
    pub fn answer(&self, answer: impl Fn(usize) -> Response + Send + Sync + 'static) {
        *self.inner.answer.lock().unwrap() = Box::new(answer);
    }

    /// What it has got, once that is so much.
    pub async fn wait_for(&self, deliveries: usize) -> Vec<Received> {
        eventually("the deliveries arrive", async || self.received().len() >= deliveries).await;
        self.received()
    }
}

async fn receive(State(inner): State<Arc<Inner>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let number = {
        let mut received = inner.received.lock().unwrap();
        received.push(Received { path: uri.path().to_owned(), headers, body });
        received.len() - 1
    };
    let answer = inner.answer.lock().unwrap();
    answer(number)
}
