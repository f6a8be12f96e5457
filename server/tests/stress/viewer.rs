use crate::harness::{ADMIN_KEY, PATIENCE};
use app::{
    model::{BoardId, PlayerId, WindowName},
    protocol::{
        Change, ClientMessage, Close, Digest, Follow, Format, Me, Mirror, Notice, PAGE_ROWS, PageKey, Refused, Seen, ServerMessage, Watch,
    },
};
use futures::{SinkExt, StreamExt};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

/// A socket of the protocol.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens one, with these headers besides.
pub async fn connect(address: SocketAddr, subprotocol: &str, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}/ws").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", subprotocol.parse().unwrap());
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.map_err(Error::Io)?;
    stream.set_nodelay(true).map_err(Error::Io)?;
    Ok(client_async(request, MaybeTlsStream::Plain(stream)).await?.0)
}

/// A message of the protocol as one of a socket.
pub fn message(format: Format, message: &ClientMessage) -> Message {
    let bytes = format.encode(message).unwrap();
    match format {
        Format::Binary => Message::binary(bytes),
        Format::Json => Message::text(String::from_utf8(bytes).unwrap()),
    }
}

/// What the next message of the protocol on a socket says; none when it was closed.
pub async fn hear(socket: &mut Socket, format: Format) -> Option<ServerMessage> {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("a message in time")?.ok()? {
            Message::Binary(bytes) if format == Format::Binary => return Some(format.decode(&bytes).unwrap()),
            Message::Text(text) if format == Format::Json => return Some(format.decode(text.as_bytes()).unwrap()),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return None,
            other => panic!("unexpected: {other:?}"),
        }
    }
}

/// Rows of a board from a place on.
pub fn rows(board: &str, from: u64, len: u32) -> Watch {
    let board = BoardId::parse(board).unwrap();
    Watch { view: 0, board, window: WindowName::all(), period: None, from, len, known: Vec::new() }
}

/// The first page of a board.
pub fn top(board: &str) -> Watch {
    rows(board, 1, PAGE_ROWS)
}

/// What a viewer has seen.
#[derive(Default)]
pub struct Record {
    pub mirror: Mirror,
    pub snapshots: usize,
    pub deltas: usize,
    /// The states of pages, oldest first.
    pub states: Vec<(PageKey, u64, Digest)>,
    /// Those before this one were of views that were refused since: another board may have the name by now.
    began: usize,
    pub standings: HashMap<String, Me>,
    pub notices: Vec<Notice>,
    pub refusals: Vec<Refused>,
    /// The close codes of its sockets; `None` for one that broke.
    pub closes: Vec<Option<u16>>,
    pub connections: usize,
    /// Frames that did not fit.
    pub lost: usize,
    /// Versions that went back, of pages and standings.
    pub backwards: usize,
}

enum Order {
    Say(ClientMessage),
    /// Breaks the connection.
    Cut,
    /// Reads nothing for this long.
    Pause(Duration),
}

/// A client that stays: it connects again, to the next server in turn, and goes on from what it has.
pub struct Viewer {
    record: Arc<Mutex<Record>>,
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<()>,
}

impl Viewer {
    /// One that watches nothing yet.
    pub fn new(servers: &[SocketAddr], format: Format, seed: u64) -> Self {
        Self::with_key(servers, format, seed, false)
    }

    /// The same, with the admin key.
    pub fn operator(servers: &[SocketAddr], seed: u64) -> Self {
        Self::with_key(servers, Format::Binary, seed, true)
    }

    fn with_key(servers: &[SocketAddr], format: Format, seed: u64, has_key: bool) -> Self {
        let record: Arc<Mutex<Record>> = Arc::default();
        let (orders, taken) = mpsc::unbounded_channel();
        let client = Client { servers: servers.to_vec(), format, has_key, random: StdRng::seed_from_u64(seed), record: record.clone() };
        Self { record, orders, task: tokio::spawn(client.stay(taken)) }
    }

    /// One that watches these rows.
    pub fn watching(servers: &[SocketAddr], wanted: Watch, seed: u64) -> Self {
        let format = if seed.is_multiple_of(2) { Format::Binary } else { Format::Json };
        let viewer = Self::new(servers, format, seed);
        viewer.watch(wanted);
        viewer
    }

    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap()
    }

    pub fn watch(&self, wanted: Watch) {
        // Said under the lock: what a new socket resumes with and what is said on it must not cross.
        let mut record = self.record();
        let message = record.mirror.watch(wanted);
        self.order(Order::Say(message));
    }

    pub fn follow(&self, view: u32, board: &str, player: &str) {
        let mut record = self.record();
        let (board, player) = (BoardId::parse(board).unwrap(), PlayerId::parse(player).unwrap());
        let message = record.mirror.follow(Follow { view, board, window: WindowName::all(), player });
        self.order(Order::Say(message));
    }

    pub fn unwatch(&self, view: u32) {
        let mut record = self.record();
        let message = record.mirror.unwatch(view);
        self.order(Order::Say(message));
    }

    pub fn cut(&self) {
        self.order(Order::Cut);
    }

    pub fn pause(&self, ms: u64) {
        self.order(Order::Pause(Duration::from_millis(ms)));
    }

    fn order(&self, order: Order) {
        self.orders.send(order).expect("the viewer runs");
    }

    /// What it shows of a view.
    pub fn shows(&self, view: u32) -> Option<Seen> {
        self.record().mirror.view(view)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Client {
    servers: Vec<SocketAddr>,
    format: Format,
    has_key: bool,
    random: StdRng,
    record: Arc<Mutex<Record>>,
}

/// Why a socket ended.
enum End {
    Closed(Option<u16>),
    ComeBack(Duration),
    Over,
}

impl Client {
    async fn stay(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        for turn in self.random.random_range(0..self.servers.len()).. {
            let server = self.servers[turn % self.servers.len()];
            let key = format!("Bearer {ADMIN_KEY}");
            let headers: &[(&str, &str)] = if self.has_key { &[("authorization", &key)] } else { &[] };
            let mut pause = Duration::from_millis(self.random.random_range(5..100));
            if let Ok(socket) = connect(server, self.format.subprotocol(), headers).await {
                match self.watch(socket, &mut orders).await {
                    End::Over => return,
                    End::Closed(code) => {
                        self.record().closes.push(code);
                        if code.is_some_and(|code| !Close::reconnects(code)) {
                            return;
                        }
                    }
                    End::ComeBack(after) => {
                        self.record().closes.push(Some(Close::Draining.code()));
                        pause = after;
                    }
                }
            }
            sleep(pause).await;
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap()
    }

    async fn watch(&mut self, mut socket: Socket, orders: &mut mpsc::UnboundedReceiver<Order>) -> End {
        let wishes = {
            let mut record = self.record();
            // What was said before goes with the resumption.
            while orders.try_recv().is_ok() {}
            record.connections += 1;
            record.mirror.resume()
        };
        for wish in &wishes {
            if socket.send(message(self.format, wish)).await.is_err() {
                return End::Closed(None);
            }
        }
        let mut come_back = None;
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    None => return End::Over,
                    Some(Order::Cut) => return End::Closed(None),
                    Some(Order::Pause(time)) => sleep(time).await,
                    Some(Order::Say(wish)) => {
                        if socket.send(message(self.format, &wish)).await.is_err() {
                            return End::Closed(None);
                        }
                    }
                },
                received = socket.next() => {
                    let said: ServerMessage = match received {
                        Some(Ok(Message::Binary(bytes))) => Format::Binary.decode(&bytes).unwrap(),
                        Some(Ok(Message::Text(text))) => Format::Json.decode(text.as_bytes()).unwrap(),
                        Some(Ok(Message::Close(frame))) => {
                            return come_back.map_or(End::Closed(frame.map(|frame| frame.code.into())), End::ComeBack);
                        }
                        Some(Ok(_)) => continue,
                        Some(Err(_)) | None => return come_back.map_or(End::Closed(None), End::ComeBack),
                    };
                    if let ServerMessage::Notice(Notice::Draining { return_in_ms }) = said {
                        come_back = Some(Duration::from_millis(return_in_ms.into()));
                    }
                    for wish in self.take(said) {
                        if socket.send(message(self.format, &wish)).await.is_err() {
                            return End::Closed(None);
                        }
                    }
                }
            }
        }
    }

    /// Takes what was said; what is to be said to that.
    fn take(&self, said: ServerMessage) -> Vec<ClientMessage> {
        let record = &mut *self.record();
        match &said {
            ServerMessage::Snapshot(_) => record.snapshots += 1,
            ServerMessage::Delta(_) => record.deltas += 1,
            _ => {}
        }
        match record.mirror.take(said) {
            Change::Page(key) => {
                let seen = record.mirror.page(&key).expect("a page that changed");
                let (version, digest) = (seen.version, seen.digest);
                let last = record.states[record.began..].iter().rev().find(|(known, ..)| *known == key).map(|(_, version, _)| *version);
                record.backwards += usize::from(last.is_some_and(|last| version < last));
                record.states.push((key, version, digest));
            }
            Change::Me(me) => {
                let before = record.standings.get(me.player.as_str()).map(|me| me.version);
                record.backwards += usize::from(before.is_some_and(|before| me.version < before));
                record.standings.insert(me.player.to_string(), me);
            }
            Change::Notice(notice) => record.notices.push(notice),
            Change::Refused(refused) => {
                record.refusals.push(refused);
                record.began = record.states.len();
                record.standings.clear();
            }
            Change::Lost(wishes) => {
                record.lost += 1;
                return wishes;
            }
            Change::Nothing => {}
        }
        Vec::new()
    }
}
