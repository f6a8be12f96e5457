//! A bare HTTP/1.1 connection.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};

/// How long connecting or an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server's address, out of `http://host:port`, and perhaps a key for it, out of `http://key@host:port`.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Server {
    authority: Arc<str>,
    #[serde(skip)]
    key: Option<Arc<str>>,
}

impl Server {
    /// Reads a URL without a path.
    pub fn parse(url: &str) -> Result<Self, String> {
        let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let (key, authority) = match authority.and_then(|rest| rest.split_once('@')) {
            Some((key, authority)) => (Some(key.into()), Some(authority)),
            None => (None, authority),
        };
        match authority {
            Some(authority) if !authority.is_empty() && !authority.contains('/') => {
                let port = if authority.contains(':') { "" } else { ":80" };
                Ok(Self { authority: format!("{authority}{port}").into(), key })
            }
            _ => Err("give it as http://host:port, or http://key@host:port".to_owned()),
        }
    }

    /// `host:port`.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// A kept-alive connection.
pub struct Connection {
    server: Server,
    sender: http1::SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Connects.
    pub async fn open(server: &Server) -> Result<Self> {
        let no_connection = || format!("no connection to {}", server.authority);
        let stream = timeout(PATIENCE, TcpStream::connect(server.authority())).await.with_context(no_connection)?;
        let stream = stream.with_context(no_connection)?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { server: server.clone(), sender })
    }

    /// What is at an address.
    pub async fn get(&mut self, path: &str) -> Result<Bytes> {
        self.send(Method::GET, path, String::new()).await
    }

    /// Sends JSON.
    pub async fn post(&mut self, path: &str, json: String) -> Result<Bytes> {
        self.send(Method::POST, path, json).await
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Result<Bytes> {
        let answer = timeout(PATIENCE, self.answer(method, path, body)).await;
        let (status, body) = answer.with_context(|| format!("{path}: no answer in time"))??;
        if status != StatusCode::OK {
            bail!("{path} answered {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    async fn answer(&mut self, method: Method, path: &str, body: String) -> Result<(StatusCode, Bytes)> {
        let mut request =
            Request::builder().method(method).uri(path).header("host", self.server.authority()).header("content-type", "application/json");
        if let Some(key) = &self.server.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let request = request.body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        Ok((response.status(), response.into_body().collect().await?.to_bytes()))
    }
}
