//! The socket itself, in the browser.

use super::{
    News, Status, Stretch,
    line::{Act, Event, Line},
};
#[cfg(debug_assertions)]
use crate::devtools::wire;
use crate::{
    clock::Clock,
    dom::on_window,
    model::{BoardId, Period, PlayerId, WindowName},
    protocol::{Change, ClientMessage, Follow, Format, Mirror, Notice, PageKey, Seen, ServerMessage, Watch, pages_of},
};
use futures::{
    SinkExt, StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    future::{Either, select},
};
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use js_sys::Math;
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, request_animation_frame, set_timeout_with_handle},
    prelude::*,
    task::spawn_local,
};
use litemap::LiteMap;
use std::{cell::RefCell, rc::Rc, time::Duration};

/// The close code that says that all is well.
const DONE: u16 = 1000;
/// The longest time that an alarm is set for: browsers take no more than 2^31 ms.
const LONGEST_ALARM_MS: f64 = 600_000.0;

/// The longest time that a page rests after it has shown something: what took longer was no doing of ours.
const LONGEST_REST_MS: f64 = 250.0;

/// Whom to tell news.
pub type Tell = Rc<dyn Fn(News)>;

/// The tab's client. Whoever is told something may call it back: nothing is told while `inner` is borrowed.
pub struct Client {
    status: RwSignal<Status>,
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    line: Line,
    clock: Clock,
    mirror: Mirror,
    owners: LiteMap<u32, Owner>,
    /// The last number that was given to a view.
    views: u32,
    /// What is said on the socket that there is. Dropping it closes the socket.
    outbox: Option<UnboundedSender<ClientMessage>>,
    /// Pages of views with a newer state than their owner was told; an animation frame is asked for while there are any.
    stale: LiteMap<(u32, u64), ()>,
    alarm: Option<(f64, TimeoutHandle)>,
    /// Until when nothing is shown, by the clock: for as long as it took the last time.
    rest_until: f64,
}

/// Somebody who watches or follows.
struct Owner {
    board: BoardId,
    /// Which standings they watch.
    shows: Option<Period>,
    /// Whom they follow, in which window.
    follows: Option<(WindowName, PlayerId)>,
    tell: Tell,
}

impl Client {
    /// A client without a socket, which listens to what becomes of page and network for as long as the calling component is there.
    pub fn new(status: RwSignal<Status>) -> Rc<Self> {
        let client = Rc::new(Self { status, inner: RefCell::default() });
        let (online, shown) = (client.clone(), client.clone());
        on_window("online", move |_| online.step(Event::Online));
        on_window("visibilitychange", move |_| shown.step(visibility()));
        #[cfg(debug_assertions)]
        {
            let cut = client.clone();
            on_window("offline", move |_| {
                if wire::is_cut() {
                    cut.step(Event::Failed)
                }
            });
        }
        if visibility() == Event::Hidden {
            client.step(Event::Hidden);
        }
        client
    }

    /// Lists all views.
    #[cfg(debug_assertions)]
    pub fn report(&self) -> Vec<super::ViewReport> {
        let inner = self.inner.borrow();
        let report = |(view, owner): (&u32, &Owner)| super::ViewReport {
            view: *view,
            board: owner.board.clone(),
            what: match (&owner.follows, &owner.shows) {
                (Some((window, player)), _) => format!("{player} in {window}"),
                (None, Some(Period { window, period })) => {
                    format!("{window} {}", period.as_deref().unwrap_or_default()).trim_end().to_owned()
                }
                (None, None) => String::new(),
            },
            pages: inner.mirror.keys(*view).iter().map(|key| (key.from, inner.mirror.page(key).map(|seen| seen.version))).collect(),
        };
        inner.owners.iter().map(report).collect()
    }

    /// A number for a view.
    pub fn new_view(&self) -> u32 {
        let mut inner = self.inner.borrow_mut();
        inner.views = inner.views.wrapping_add(1);
        inner.views
    }

    /// Watches rows, or others than before. `known` is asked only where nothing is known of them here.
    pub fn watch(self: &Rc<Self>, view: u32, rows: &Stretch, known: &dyn Fn() -> Vec<(u64, Seen)>, tell: Tell) {
        let Stretch { board, period: Period { window, period }, from, len } = rows.clone();
        let key = |from| PageKey { board: board.clone(), window: window.clone(), period: period.clone(), from };
        let message = {
            let inner = &mut *self.inner.borrow_mut();
            let goes_on = inner.owners.get(&view).is_some_and(|owner| owner.shows.as_ref() == Some(&rows.period) && owner.board == board);
            let mut versions = Vec::new();
            if !goes_on {
                for (from, seen) in known().into_iter().filter(|(from, _)| pages_of(rows.from, len).any(|page| page == *from)) {
                    versions.push((from, seen.version));
                    inner.mirror.seed(key(from), seen);
                }
            }
            let owner = Owner { board: board.clone(), shows: Some(rows.period.clone()), follows: None, tell };
            inner.owners.insert(view, owner);
            let message = inner.mirror.watch(Watch {
                view,
                board: board.clone(),
                window: window.clone(),
                period: period.clone(),
                from,
                len,
                known: Vec::new(),
            });
            // What is known here may be news to whoever asks: somebody else on the page may watch the same rows.
            let is_news = |from: &u64| inner.mirror.page(&key(*from)).is_some_and(|seen| !versions.contains(&(*from, seen.version)));
            let news: Vec<_> = pages_of(from, len).filter(is_news).map(|from| (view, from)).collect();
            (message, news)
        };
        self.say([message.0]);
        self.show_soon(message.1);
        self.step(Event::Wanted);
    }

    /// Follows a player, or another one than before.
    pub fn follow(self: &Rc<Self>, view: u32, board: BoardId, window: WindowName, player: PlayerId, tell: Tell) {
        let message = {
            let inner = &mut *self.inner.borrow_mut();
            let owner = Owner { board: board.clone(), shows: None, follows: Some((window.clone(), player.clone())), tell };
            inner.owners.insert(view, owner);
            inner.mirror.follow(Follow { view, board, window, player })
        };
        self.say([message]);
        self.step(Event::Wanted);
    }

    /// Ends a view.
    pub fn unwatch(self: &Rc<Self>, view: u32) {
        let message = {
            let mut inner = self.inner.borrow_mut();
            inner.stale.retain(|(stale, _), _| *stale != view);
            // One that the server ended is no more.
            inner.owners.remove(&view).map(|_| inner.mirror.unwatch(view))
        };
        self.say(message);
        self.rest_if_unwanted();
    }

    fn rest_if_unwanted(self: &Rc<Self>) {
        if self.inner.borrow().owners.is_empty() {
            self.step(Event::Unwanted);
        }
    }

    /// Says something, if there is anybody to hear it. If not, it is part of what is said first on the next socket.
    fn say(&self, messages: impl IntoIterator<Item = ClientMessage>) {
        let inner = self.inner.borrow();
        if let (Some(outbox), true) = (&inner.outbox, inner.line.is_live()) {
            // An outbox that nobody reads any more belongs to a socket that has just ended.
            messages.into_iter().for_each(|message| drop(outbox.unbounded_send(message)));
        }
    }

    /// Takes what happened, and does what comes of it.
    fn step(self: &Rc<Self>, event: Event) {
        let act = {
            let inner = &mut *self.inner.borrow_mut();
            inner.line.step(event, inner.clock.now(), Math::random())
        };
        match act {
            Some(Act::Open) => self.open(),
            Some(Act::Resume) => {
                let messages = self.inner.borrow_mut().mirror.resume();
                self.say(messages);
            }
            Some(Act::Close) => self.inner.borrow_mut().outbox = None,
            None => {}
        }
        self.set_alarm();
        let status = self.inner.borrow().line.status();
        if self.status.try_get_untracked().is_some_and(|known| known != status) {
            self.status.set(status);
        }
    }

    fn open(self: &Rc<Self>) {
        #[cfg(debug_assertions)]
        if wire::is_cut() {
            return self.step(Event::Closed(None));
        }
        let (outbox, said) = unbounded();
        self.inner.borrow_mut().outbox = Some(outbox);
        match address().and_then(|url| WebSocket::open_with_protocol(&url, Format::Binary.subprotocol()).ok()) {
            Some(socket) => spawn_local(talk(self.clone(), socket, said)),
            None => self.step(Event::Closed(None)),
        }
    }

    /// Sets the alarm, unless one is set that comes early enough: there is then another look at what is next.
    fn set_alarm(self: &Rc<Self>) {
        let inner = &mut *self.inner.borrow_mut();
        let Some(next) = inner.line.alarm() else { return };
        if inner.alarm.as_ref().is_some_and(|(set, _)| *set <= next) {
            return;
        }
        let wait = (next - inner.clock.now()).clamp(0.0, LONGEST_ALARM_MS).ceil();
        let client = self.clone();
        let ring = move || {
            client.inner.borrow_mut().alarm = None;
            client.step(Event::Alarm);
        };
        let handle = set_timeout_with_handle(ring, Duration::from_millis(wait as u64)).ok();
        let before = std::mem::replace(&mut inner.alarm, handle.map(|handle| (next, handle)));
        if let Some((_, handle)) = before {
            handle.clear();
        }
    }

    /// Takes what the server said.
    fn take(self: &Rc<Self>, bytes: &[u8]) {
        let Ok(message) = Format::Binary.decode::<ServerMessage>(bytes) else { return self.step(Event::Failed) };
        match &message {
            ServerMessage::Hello(hello) => self.step(Event::Hello(hello.beat_ms)),
            ServerMessage::Notice(Notice::Draining { return_in_ms }) => return self.step(Event::Draining(*return_in_ms)),
            // Asked again later, as after a lost connection: what is known stays known.
            ServerMessage::Refused(refused) if refused.is_temporary() => return self.step(Event::Failed),
            _ => self.step(Event::Heard),
        }
        let change = self.inner.borrow_mut().mirror.take(message);
        match change {
            Change::Nothing => {}
            Change::Page(key) => {
                let views = self.views(|inner, view, _| inner.mirror.shows(view, &key));
                self.show_soon(views.into_iter().map(|view| (view, key.from)));
            }
            Change::Me(me) => {
                let is_about = |owner: &Owner| {
                    owner.board == me.board
                        && owner.follows.as_ref().is_some_and(|(window, player)| (window, player) == (&me.window, &me.player))
                };
                self.tell(self.views(|_, _, owner| is_about(owner)), |_| Some(News::Standing(Box::new(me.clone()))));
            }
            Change::Notice(Notice::Edited { board }) => {
                self.tell(self.views(|_, _, owner| owner.board == board), |_| Some(News::Edited));
            }
            Change::Notice(_) => {}
            Change::Refused(refused) => {
                self.tell([refused.view], |_| Some(News::Gone(refused.clone())));
                self.inner.borrow_mut().owners.remove(&refused.view);
                self.rest_if_unwanted();
            }
            Change::Lost(messages) => self.say(messages),
        }
    }

    /// The views that something is true of.
    fn views(&self, is_meant: impl Fn(&Inner, u32, &Owner) -> bool) -> Vec<u32> {
        let inner = self.inner.borrow();
        inner.owners.iter().filter(|(view, owner)| is_meant(&inner, **view, owner)).map(|(view, _)| *view).collect()
    }

    /// Tells owners, one after the other: each may do anything with what it is told.
    fn tell(&self, views: impl IntoIterator<Item = u32>, news: impl Fn(u32) -> Option<News>) {
        for view in views {
            let tell = self.inner.borrow().owners.get(&view).map(|owner| owner.tell.clone());
            if let (Some(tell), Some(news)) = (tell, news(view)) {
                tell(news);
            }
        }
    }

    /// Shows the states that these pages of views have at the next animation frame. As long as showing some took the browser, it is then left
    /// to other things: a page that never comes to rest can still be scrolled on a slow phone.
    fn show_soon(self: &Rc<Self>, pages: impl IntoIterator<Item = (u32, u64)>) {
        let inner = &mut *self.inner.borrow_mut();
        let is_asked = !inner.stale.is_empty();
        for page in pages {
            inner.stale.insert(page, ());
        }
        if is_asked || inner.stale.is_empty() {
            return;
        }
        let client = self.clone();
        let show = move || request_animation_frame(move || client.show());
        match inner.rest_until - inner.clock.now() {
            rest if rest > 0.0 => set_timeout(show, Duration::from_millis(rest.ceil() as u64)),
            _ => show(),
        }
    }

    /// Shows what is stale.
    fn show(self: Rc<Self>) {
        let (stale, begun) = {
            let inner = &mut *self.inner.borrow_mut();
            (std::mem::take(&mut inner.stale), inner.clock.now())
        };
        let mut views: Vec<u32> = stale.keys().map(|(view, _)| *view).collect();
        views.dedup();
        self.tell(views, |view| {
            let inner = self.inner.borrow();
            let keys = inner.mirror.keys(view).into_iter().filter(|key| stale.contains_key(&(view, key.from)));
            Some(News::Pages(keys.filter_map(|key| Some((key.from, inner.mirror.page(&key)?.clone()))).collect()))
        });
        // A timer rings after the browser has painted what came of it.
        let end = move || {
            let inner = &mut *self.inner.borrow_mut();
            let now = inner.clock.now();
            inner.rest_until = now + (now - begun).min(LONGEST_REST_MS);
        };
        set_timeout(end, Duration::ZERO);
    }
}

/// Runs one socket to its end.
async fn talk(client: Rc<Client>, mut socket: WebSocket, mut said: UnboundedReceiver<ClientMessage>) {
    #[cfg(debug_assertions)]
    let late = wire::Late::default();
    loop {
        // What is said is looked at first: a socket that was given up is not listened to any more.
        match select(said.next(), socket.next()).await {
            Either::Left((None, _)) => return drop(socket.close(Some(DONE), None)),
            Either::Left((Some(message), _)) => {
                if let Ok(bytes) = Format::Binary.encode(&message) {
                    #[cfg(debug_assertions)]
                    wire::sent(bytes.len());
                    // A socket that has ended meanwhile says so by itself.
                    let _ = socket.send(Message::Bytes(bytes)).await;
                }
            }
            Either::Right((Some(Ok(Message::Bytes(bytes))), _)) => {
                #[cfg(debug_assertions)]
                {
                    let client = client.clone();
                    late.take(bytes, move |bytes| client.take(bytes));
                }
                #[cfg(not(debug_assertions))]
                client.take(&bytes);
            }
            Either::Right((Some(Ok(Message::Text(_))), _)) => client.step(Event::Failed),
            Either::Right((Some(Err(WebSocketError::ConnectionClose(close))), _)) => return client.step(Event::Closed(Some(close.code))),
            Either::Right(_) => return client.step(Event::Closed(None)),
        }
    }
}

fn visibility() -> Event {
    let is_hidden = web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden());
    if is_hidden { Event::Hidden } else { Event::Visible }
}

fn address() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/ws", location.host().ok()?))
}
