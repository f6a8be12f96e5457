use super::{
    Order, Shown,
    backoff::Backoff,
    connect::{Socket, connect},
    crowd::World,
    screen::{News, Screen},
};
use app::protocol::{Close, Digest};
use futures::{SinkExt, StreamExt};
use rand::{SeedableRng, rngs::SmallRng};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes, protocol::CloseFrame};

/// How long silence may last before the server has said how long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A viewer's life, from socket to socket.
pub struct Life {
    world: Arc<World>,
    number: usize,
    orders: watch::Receiver<Order>,
    shown: Arc<Shown>,
    screen: Screen,
    random: SmallRng,
    backoff: Backoff,
    patience: Duration,
    /// When the server has asked to come back.
    return_in: Option<Duration>,
    /// Sockets so far: each is to the next server.
    sockets: usize,
    /// Whether it is part of a storm: then nobody stands in line to connect.
    storms: bool,
}

/// How a socket's time is over.
enum Over {
    /// Come back after the usual pause.
    Lost,
    /// Come back after this one.
    Return(Duration),
    /// Don't.
    Never,
}

impl Life {
    pub fn new(world: Arc<World>, number: usize, orders: watch::Receiver<Order>, shown: Arc<Shown>) -> Self {
        Self {
            screen: Screen::new(&world.options, number),
            random: SmallRng::seed_from_u64(world.options.seed ^ (number as u64) << 32),
            backoff: Backoff::new(),
            patience: PATIENCE,
            return_in: None,
            sockets: 0,
            storms: false,
            world,
            number,
            orders,
            shown,
        }
    }

    /// Lives until aborted, or sent away for good.
    pub async fn live(mut self) {
        loop {
            let over = match self.connect().await {
                Some(socket) => self.watch(socket).await,
                None => Over::Lost,
            };
            self.shown.lock().since = None;
            let pause = match over {
                Over::Never => return,
                Over::Return(pause) => pause,
                Over::Lost => self.backoff.next(&mut self.random),
            };
            sleep(pause).await;
        }
    }

    async fn connect(&mut self) -> Option<Socket> {
        let world = self.world.clone();
        let _turn = if self.storms { None } else { world.connecting.acquire().await.ok() };
        let server = world.options.server(self.number + self.sockets);
        self.sockets += 1;
        // Boxed: it is large, and over soon.
        match Box::pin(connect(&world.options, server)).await {
            Ok(socket) => {
                world.tally.connected();
                Some(socket)
            }
            Err(error) => {
                world.tally.troubles.add(format!("connecting: {error:#}"));
                None
            }
        }
    }

    /// Watches until the socket's time is over.
    async fn watch(&mut self, mut socket: Socket) -> Over {
        self.orders.mark_unchanged();
        let Ok(greeting) = self.screen.greet() else { return Over::Never };
        if self.say(&mut socket, greeting).await.is_none() {
            return Over::Lost;
        }
        loop {
            let over = tokio::select! {
                message = timeout(self.patience, socket.next()) => match message {
                    Ok(Some(Ok(message))) => self.take(&mut socket, message).await,
                    Ok(Some(Err(error))) => self.trouble(format!("a socket broke: {error}")),
                    Ok(None) => self.trouble("a socket ended without goodbye".to_owned()),
                    Err(_) => self.trouble("a socket fell silent".to_owned()),
                },
                Ok(()) = self.orders.changed() => self.obey(&socket).await,
            };
            if let Some(over) = over {
                return over;
            }
        }
    }

    fn trouble(&self, what: String) -> Option<Over> {
        self.world.tally.troubles.add(what);
        Some(self.return_in.map_or(Over::Lost, Over::Return))
    }

    async fn obey(&mut self, socket: &Socket) -> Option<Over> {
        let order = *self.orders.borrow_and_update();
        match order {
            Order::Watch => None,
            Order::Kill => {
                // It is reset, as when a machine is gone.
                let _ = socket.get_ref().set_zero_linger();
                Some(Over::Lost)
            }
            Order::Pause(pause) => {
                sleep(pause).await;
                None
            }
            Order::Return(after) => {
                self.storms = true;
                Some(Over::Return(after))
            }
        }
    }

    async fn take(&mut self, socket: &mut Socket, message: Message) -> Option<Over> {
        let bytes: Bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => text.into(),
            Message::Close(frame) => return self.closed(frame),
            _ => return None,
        };
        let (kind, news) = match self.screen.take(&bytes) {
            Ok(taken) => taken,
            Err(error) => return self.trouble(format!("{error:#}")),
        };
        self.world.tally.received(kind, bytes.len());
        match news {
            News::Page(version, digest) => self.show(version, digest),
            News::Me(standing) => self.shown.lock().me = Some(standing),
            News::Beat(beat) => self.patience = beat * 2,
            News::Draining(after) => self.return_in = Some(after),
            News::Refused(code) => {
                self.screen = Screen::new(&self.world.options, self.number);
                return self.trouble(format!("refused: {code}"));
            }
            News::Lost(again) => {
                self.world.tally.lost();
                self.say(socket, again).await;
            }
            News::Nothing => {}
        }
        None
    }

    fn closed(&self, frame: Option<CloseFrame>) -> Option<Over> {
        let code = frame.map_or(1005, |frame| u16::from(frame.code));
        let over = self.trouble(format!("closed with {code}"));
        if Close::reconnects(code) { over } else { Some(Over::Never) }
    }

    /// The page has a new state.
    fn show(&mut self, version: u64, digest: Digest) {
        let now = Instant::now();
        self.world.truth.shown(self.screen.from(), version, digest);
        let mut shown = self.shown.lock();
        if shown.page.is_some_and(|(known, _)| version < known) {
            self.world.tally.went_back();
        }
        shown.page = Some((version, digest));
        if shown.since.is_none() {
            shown.since = Some(now);
            (self.backoff, self.return_in, self.storms) = (Backoff::new(), None, false);
        }
        if self.world.is_recorded(self.number) {
            shown.states.push((version, self.world.start.micros(now)));
        }
    }

    async fn say(&self, socket: &mut Socket, messages: Vec<Vec<u8>>) -> Option<()> {
        for message in messages {
            let message = match self.world.options.feed {
                crate::options::Feed::Json => Message::Text(Utf8Bytes::try_from(Bytes::from(message)).ok()?),
                _ => Message::Binary(message.into()),
            };
            socket.send(message).await.ok()?;
        }
        Some(())
    }
}
