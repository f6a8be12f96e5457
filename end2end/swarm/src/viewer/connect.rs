use crate::{
    http::Server,
    options::{Feed, Options},
};
use anyhow::{Context, Result};
use std::time::Duration;
use tokio::{
    net::{TcpSocket, TcpStream, lookup_host},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{ClientRequestBuilder, protocol::WebSocketConfig},
};

/// A viewer's socket.
pub type Socket = WebSocketStream<TcpStream>;

/// How long connecting may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// What is read at a time.
const READ_BUFFER: usize = 2 * 1024;
/// What the system keeps for a viewer that does not read, where viewers are made not to: little, so that the server notices.
const SMALL_RECEIVE_BUFFER: u32 = 4 * 1024;

/// Opens a socket to the live feed.
pub async fn connect(options: &Options, server: &Server) -> Result<Socket> {
    timeout(PATIENCE, open(options, server)).await.context("no socket in time")?
}

async fn open(options: &Options, server: &Server) -> Result<Socket> {
    let address = lookup_host(server.authority()).await?.next().context("there is no such host")?;
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    if options.has_chaos(crate::chaos::Kind::Pause) {
        socket.set_recv_buffer_size(SMALL_RECEIVE_BUFFER)?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(0);
    let (socket, _) = client_async_with_config(request(options, server)?, stream, Some(config)).await?;
    Ok(socket)
}

fn request(options: &Options, server: &Server) -> Result<ClientRequestBuilder> {
    let query = if options.feed == Feed::Plain { format!("?limit={}", options.rows) } else { String::new() };
    let request = ClientRequestBuilder::new(format!("ws://{}/ws{query}", server.authority()).parse()?);
    Ok(match options.feed.format() {
        Some(format) => request.with_sub_protocol(format.subprotocol()),
        None => request,
    })
}
