use super::{
    super::{Hub, Limits, page::Feed, session::Session},
    made_up::MadeUp,
};
use crate::{boards::caller::Caller, metrics::Kind, state::Lifetime};
use app::{
    model::{BoardId, PlayerId, WindowName},
    protocol::{Change, ClientMessage, Close, Follow, Format, Mirror, PAGE_ROWS, Row, Seen, ServerMessage, Watch},
};
use bytes::Bytes;
use std::{net::Ipv4Addr, sync::Arc, time::Duration};

/// A hub on a made-up board.
pub fn hub(board: &Arc<MadeUp>, limits: Limits) -> Hub {
    Hub::new(board.clone(), limits, Lifetime::default())
}

/// Lets time pass; whatever has to happen in it happens.
pub async fn pass(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Rows of the board from a place on.
pub fn watch(view: u32, from: u64, len: u32) -> Watch {
    Watch { view, board: BoardId::main(), window: WindowName::all(), period: None, from, len, known: Vec::new() }
}

/// A client without a socket: what it says goes straight to its session.
pub struct Client {
    pub session: Session,
    pub mirror: Mirror,
    /// What the frames were, oldest first.
    pub kinds: Vec<Kind>,
    pub changes: Vec<Change>,
    /// What the server said, as it came.
    pub said: Vec<ServerMessage>,
    pub frames: Vec<Bytes>,
}

impl Client {
    pub fn new(hub: &Hub) -> Self {
        Self::of(hub, Caller::Anonymous)
    }

    pub fn of(hub: &Hub, caller: Caller) -> Self {
        let seat = hub.seats().take(Ipv4Addr::LOCALHOST.into()).unwrap();
        let session = Session::new(hub.clone(), caller, Feed::Frames(Format::Binary), seat);
        Self { session, mirror: Mirror::default(), kinds: Vec::new(), changes: Vec::new(), said: Vec::new(), frames: Vec::new() }
    }

    /// A client that watches the first page, and has it.
    pub async fn at_the_top(hub: &Hub) -> Self {
        let mut client = Self::new(hub);
        client.watch(watch(0, 1, PAGE_ROWS)).await;
        pass(1).await;
        client.take().unwrap();
        client
    }

    pub async fn watch(&mut self, wanted: Watch) {
        let message = self.mirror.watch(wanted);
        self.say(&message).await;
    }

    pub async fn follow(&mut self, view: u32, player: &str) {
        let follow = Follow { view, board: BoardId::main(), window: WindowName::all(), player: PlayerId::stored(player) };
        let message = self.mirror.follow(follow);
        self.say(&message).await;
    }

    pub async fn unwatch(&mut self, view: u32) {
        let message = self.mirror.unwatch(view);
        self.say(&message).await;
    }

    pub async fn say(&mut self, message: &ClientMessage) {
        self.session.take(&Format::Binary.encode(message).unwrap()).await.unwrap();
    }

    /// Takes what there is for it.
    pub fn take(&mut self) -> Result<(), Close> {
        loop {
            let frames = self.session.due()?;
            if frames.is_empty() {
                return Ok(());
            }
            for (kind, bytes) in frames {
                let message: ServerMessage = Format::Binary.decode(&bytes).unwrap();
                self.said.push(message.clone());
                let change = self.mirror.take(message);
                assert!(!matches!(change, Change::Lost(_)), "a frame does not fit");
                self.kinds.push(kind);
                self.changes.push(change);
                self.frames.push(bytes);
            }
        }
    }

    /// What it shows of a view.
    pub fn shows(&self, view: u32) -> Option<Seen> {
        self.mirror.view(view)
    }

    pub fn rows(&self, view: u32) -> Vec<Row> {
        self.shows(view).map(|seen| seen.rows).unwrap_or_default()
    }

    /// The kinds of pages' frames so far; forgets them.
    pub fn page_kinds(&mut self) -> Vec<Kind> {
        self.kinds.drain(..).filter(|kind| matches!(kind, Kind::Snapshot | Kind::Delta)).collect()
    }
}
