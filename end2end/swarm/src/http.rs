//! A bare HTTP/1.1 connection.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, Mac};
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, StatusCode, client::conn::http1, header::SET_COOKIE};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use sha2::Sha256;
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{net::TcpStream, time::timeout};

/// How long connecting or an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server's address, out of `http://host:port`, and perhaps a key for it, out of `http://key@host:port`, and what that signs with, out of
/// `http://key:secret@host:port`.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Server {
    authority: Arc<str>,
    #[serde(skip)]
    key: Option<Arc<str>>,
    #[serde(skip)]
    signs: Option<Hmac<Sha256>>,
}

impl Server {
    /// Reads a URL without a path.
    pub fn parse(url: &str) -> Result<Self, String> {
        let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let (key, authority) = match authority.and_then(|rest| rest.split_once('@')) {
            Some((key, authority)) => (Some(key), Some(authority)),
            None => (None, authority),
        };
        let (key, signs) = match key.and_then(|key| key.split_once(':')) {
            Some((key, secret)) => (Some(key), Some(signer(secret).ok_or("what the key signs with is whsec_ and base64")?)),
            None => (key, None),
        };
        match authority {
            Some(authority) if !authority.is_empty() && !authority.contains('/') => {
                let port = if authority.contains(':') { "" } else { ":80" };
                Ok(Self { authority: format!("{authority}{port}").into(), key: key.map(Into::into), signs })
            }
            _ => Err("give it as http://host:port, http://key@host:port or http://key:secret@host:port".to_owned()),
        }
    }

    /// `host:port`.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// What signs as Standard Webhooks has it.
fn signer(secret: &str) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(&STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?).ok()
}

/// A kept-alive connection.
pub struct Connection {
    server: Server,
    /// The session of whoever signed in by it.
    cookie: Option<String>,
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
        Ok(Self { server: server.clone(), cookie: None, sender })
    }

    /// Becomes a player who has an account of this id; what says so, for another connection.
    pub async fn sign_in(&mut self, player: &str) -> Result<String> {
        let body = format!(r#"{{"name":"{player}","playerId":"{player}"}}"#);
        let (status, headers, body) = self.answer(Method::POST, "/api/me", body).await?;
        if status != StatusCode::CREATED {
            bail!("{player} could not sign in: {status}: {}", String::from_utf8_lossy(&body));
        }
        let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = cookies.collect::<Vec<_>>().join("; ");
        self.come_back(cookie.clone());
        Ok(cookie)
    }

    /// Goes on as whoever has signed in.
    pub fn come_back(&mut self, cookie: String) {
        self.cookie = Some(cookie);
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
        let (status, _, body) = answer.with_context(|| format!("{path}: no answer in time"))??;
        if status != StatusCode::OK {
            bail!("{path} answered {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    async fn answer(&mut self, method: Method, path: &str, body: String) -> Result<(StatusCode, HeaderMap, Bytes)> {
        let mut request =
            Request::builder().method(method).uri(path).header("host", self.server.authority()).header("content-type", "application/json");
        if let Some(key) = &self.server.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(signs) = self.server.signs.as_ref().filter(|_| !body.is_empty()) {
            let id = format!("{:032x}", rand::random::<u128>());
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let mac = signs.clone().chain_update(format!("{id}.{seconds}.{body}")).finalize().into_bytes();
            request = request.header("webhook-id", id).header("webhook-timestamp", seconds);
            request = request.header("webhook-signature", format!("v1,{}", STANDARD.encode(mac)));
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let (head, body) = response.into_parts();
        Ok((head.status, head.headers, body.collect().await?.to_bytes()))
    }
}
