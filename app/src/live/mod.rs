//! The client's socket: a board's newest state, as often as it changes, for as long as somebody looks.

use crate::{model::BoardId, protocol::Leaderboard};
use leptos::prelude::*;

/// How live the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The page is as the server rendered it.
    Still,
    /// The socket is being opened.
    Connecting,
    /// Changes arrive as they happen.
    Live,
    /// The connection is lost; it will be tried again.
    Lost,
    /// The server wants no more of it.
    Ended,
}

/// Watches the first page of a board until the calling component goes. `on_state` gets the newest state at most once per
/// animation frame; older ones that came in between are skipped. On the server nothing happens.
pub fn watch(board: BoardId, on_state: impl Fn(Leaderboard) + Clone + 'static) -> Signal<Status> {
    let status = RwSignal::new(Status::Still);
    #[cfg(feature = "hydrate")]
    browser::watch(board, on_state, status);
    #[cfg(not(feature = "hydrate"))]
    let _ = (board, on_state);
    status.into()
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Status;
    use crate::{
        model::{BoardId, Limit},
        protocol::{Close, Leaderboard},
    };
    use futures::{
        StreamExt,
        channel::mpsc,
        future::{AbortHandle, Abortable, Either, select},
    };
    use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
    use gloo_timers::future::TimeoutFuture;
    use js_sys::Date;
    use leptos::{ev, leptos_dom::helpers::request_animation_frame, prelude::*, task::spawn_local};
    use leptos_use::{use_document, use_event_listener, use_window};
    use std::{cell::RefCell, rc::Rc};

    /// The shortest and the longest pause before the socket is opened again, in milliseconds.
    const PAUSE_MS: (f64, f64) = (500.0, 30_000.0);
    /// A socket that brought something within this time is taken for alive when the page is looked at again.
    const FRESH_MS: f64 = 15_000.0;

    pub fn watch(board: BoardId, on_state: impl Fn(Leaderboard) + Clone + 'static, status: RwSignal<Status>) {
        // Effects run after hydration, so that the first render is the server's.
        Effect::new(move |_| {
            let (abort, registration) = AbortHandle::new_pair();
            on_cleanup(move || abort.abort());
            let connection = run(board.clone(), on_state.clone(), status, wakes());
            spawn_local(async move {
                // Aborted when the page goes.
                let _ = Abortable::new(connection, registration).await;
            });
        });
    }

    /// A reason to look at the connection again: it may be dead without anybody having said so, and waiting on makes no sense.
    enum Wake {
        /// The network is back, perhaps another one.
        Online,
        /// Somebody looks at the page again.
        Visible,
    }

    fn wakes() -> mpsc::Receiver<Wake> {
        let (sender, receiver) = mpsc::channel(1);
        let wake = move |reason| {
            // A full channel holds a wake already.
            let _ = sender.clone().try_send(reason);
        };
        let shown = wake.clone();
        let _ = use_event_listener(use_window(), ev::online, move |_| wake(Wake::Online));
        let _ = use_event_listener(use_document(), ev::visibilitychange, move |_| {
            if web_sys::window().and_then(|window| window.document()).is_some_and(|document| !document.hidden()) {
                shown(Wake::Visible);
            }
        });
        receiver
    }

    /// How a socket ended.
    enum End {
        /// It was closed, or never opened: its close code, if there is one.
        Closed(Option<u16>),
        /// It may be dead; nobody waits for it to say so.
        Doubtful,
    }

    async fn run(
        board: BoardId,
        on_state: impl Fn(Leaderboard) + Clone + 'static,
        status: RwSignal<Status>,
        mut wakes: mpsc::Receiver<Wake>,
    ) {
        let mut failures = 0;
        loop {
            if failures == 0 {
                status.set(Status::Connecting);
            }
            let (heard, end) = listen(&board, on_state.clone(), status, &mut wakes).await;
            match end {
                End::Closed(Some(code)) if !Close::reconnects(code) => return status.set(Status::Ended),
                End::Doubtful => failures = 0,
                End::Closed(_) => {
                    status.set(Status::Lost);
                    failures = if heard { 1 } else { failures + 1 };
                    pause(failures, &mut wakes).await;
                }
            }
        }
    }

    /// Runs one socket to its end: whether it brought anything, and how it ended.
    async fn listen(
        board: &BoardId,
        on_state: impl Fn(Leaderboard) + Clone + 'static,
        status: RwSignal<Status>,
        wakes: &mut mpsc::Receiver<Wake>,
    ) -> (bool, End) {
        let Some(mut socket) = address(board).and_then(|url| WebSocket::open(&url).ok()) else { return (false, End::Closed(None)) };
        // The newest state that is not applied yet.
        let newest = Rc::new(RefCell::new(None));
        let (mut heard, mut heard_at) = (false, Date::now());
        loop {
            let message = match select(socket.next(), wakes.next()).await {
                Either::Left((message, _)) => message,
                Either::Right((Some(Wake::Visible), _)) if Date::now() - heard_at < FRESH_MS => continue,
                Either::Right(_) => return (heard, End::Doubtful),
            };
            match message {
                Some(Ok(Message::Text(json))) => {
                    let Ok(state) = serde_json::from_str::<Leaderboard>(&json) else { continue };
                    (heard, heard_at) = (true, Date::now());
                    status.set(Status::Live);
                    // With one waiting, its animation frame is asked for already.
                    if newest.replace(Some(state)).is_none() {
                        apply_at_next_frame(newest.clone(), on_state.clone());
                    }
                }
                Some(Ok(Message::Bytes(_))) => {}
                Some(Err(WebSocketError::ConnectionClose(close))) => return (heard, End::Closed(Some(close.code))),
                Some(Err(_)) | None => return (heard, End::Closed(None)),
            }
        }
    }

    fn apply_at_next_frame(newest: Rc<RefCell<Option<Leaderboard>>>, on_state: impl Fn(Leaderboard) + 'static) {
        request_animation_frame(move || {
            if let Some(state) = newest.take() {
                on_state(state);
            }
        });
    }

    /// Waits by exponential backoff with full jitter, or until something wakes it.
    async fn pause(failures: u32, wakes: &mut mpsc::Receiver<Wake>) {
        let (shortest, longest) = PAUSE_MS;
        let ceiling = (shortest * 2_f64.powi(failures.min(16) as i32)).min(longest);
        let pause = shortest + js_sys::Math::random() * (ceiling - shortest);
        while wakes.try_recv().is_ok() {}
        match select(TimeoutFuture::new(pause as u32), wakes.next()).await {
            Either::Left(_) | Either::Right(_) => {}
        }
    }

    fn address(board: &BoardId) -> Option<String> {
        let location = web_sys::window()?.location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let host = location.host().ok()?;
        Some(format!("{scheme}://{host}/ws?board={board}&limit={}", Limit::PAGE.get()))
    }
}
