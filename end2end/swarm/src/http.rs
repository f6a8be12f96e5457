use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use tokio::net::TcpStream;

/// A server's address, out of `http://host:port`.
#[derive(Clone, Debug)]
pub struct Server {
    authority: Arc<str>,
}

impl Server {
    /// Reads a URL without a path.
    pub fn parse(url: &str) -> Result<Self, String> {
        let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        match authority {
            Some(authority) if !authority.is_empty() && !authority.contains('/') => {
                let port = if authority.contains(':') { "" } else { ":80" };
                Ok(Self { authority: format!("{authority}{port}").into() })
            }
            _ => Err("give it as http://host:port".to_owned()),
        }
    }

    /// The address of the plain feed.
    pub fn feed(&self, rows: u32) -> String {
        format!("ws://{}/ws?limit={rows}", self.authority)
    }
}

/// A kept-alive connection.
pub struct Connection {
    server: Server,
    sender: http1::SendRequest<Full<Bytes>>,
}

/// What matters here of a receipt.
#[derive(Debug, Deserialize)]
pub struct Receipt {
    pub improved: bool,
    pub version: u64,
    pub after: Standing,
}

/// A standing.
#[derive(Debug, Deserialize)]
pub struct Standing {
    pub rank: u64,
}

impl Connection {
    /// Connects.
    pub async fn open(server: &Server) -> Result<Self> {
        let stream = TcpStream::connect(&*server.authority).await.with_context(|| format!("no connection to {}", server.authority))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { server: server.clone(), sender })
    }

    /// Sends scores in: one by the short form, several in one request.
    pub async fn submit(&mut self, scores: &[(u32, u64)]) -> Result<Vec<Receipt>> {
        let body = |(player, score): &(u32, u64)| format!(r#"{{"playerId":"player-{player}","score":{score}}}"#);
        if let [one] = scores {
            return Ok(vec![serde_json::from_slice(&self.send(Method::POST, "/api/score", body(one)).await?)?]);
        }
        let all: Vec<String> = scores.iter().map(body).collect();
        let body = format!("[{}]", all.join(","));
        Ok(serde_json::from_slice(&self.send(Method::POST, "/api/boards/main/scores", body).await?)?)
    }

    /// The first rows.
    pub async fn leaderboard(&mut self, rows: u32) -> Result<Value> {
        Ok(serde_json::from_slice(&self.send(Method::GET, &format!("/api/leaderboard?limit={rows}"), String::new()).await?)?)
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Result<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &*self.server.authority)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status != StatusCode::OK {
            bail!("{path} answered {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }
}
