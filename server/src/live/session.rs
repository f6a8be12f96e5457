//! One client.

use super::{
    follow::News,
    hub::{Hub, Thing, Ticket},
    mailbox::Mailbox,
    page::{Feed, Next},
    seats::Seat,
};
use crate::{
    auth::Auth,
    boards::{caller::Caller, live::PageSpec, rights::Right},
    metrics::Kind,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, Limit, WindowName},
    protocol::{
        ClientMessage, Close, Follow, Known, MAX_MESSAGE, MAX_VIEW_ROWS, MAX_VIEWS, Notice, PAGE_ROWS, PageRef, Refused, ServerMessage,
        Watch, Watching, pages_of,
    },
};
use bytes::Bytes;
use std::{collections::VecDeque, sync::Arc};
use tracing::error;

/// The last place that a view may begin at.
const LAST_PLACE: u64 = 1 << 53;
/// The longest id of a period, in bytes.
const MAX_PERIOD: usize = 64;

/// What one client watches, whatever it is connected by.
pub struct Session {
    hub: Hub,
    caller: Caller,
    auth: Option<Arc<Auth>>,
    feed: Feed,
    seat: Seat,
    mailbox: Arc<Mailbox>,
    views: Vec<View>,
    tickets: Vec<Share>,
    /// The rules of each board that the client was told of, or began with.
    revisions: Vec<(BoardId, Arc<str>)>,
    /// What is to be sent before anything else.
    replies: VecDeque<Bytes>,
    /// What has moved and was not told yet.
    moved: VecDeque<u64>,
}

struct View {
    number: u32,
    tickets: Vec<u64>,
}

/// A ticket, and how many views need it.
struct Share {
    ticket: Ticket,
    views: u32,
}

impl Session {
    /// A client that watches nothing yet.
    pub fn new(hub: Hub, caller: Caller, feed: Feed, seat: Seat) -> Self {
        Self {
            hub,
            caller,
            auth: None,
            feed,
            seat,
            mailbox: Arc::default(),
            views: Vec::new(),
            tickets: Vec::new(),
            revisions: Vec::new(),
            replies: VecDeque::new(),
            moved: VecDeque::new(),
        }
    }

    /// The same, whose rights end when whoever has connected loses them.
    #[must_use]
    pub fn as_long_as_known(self, auth: Arc<Auth>) -> Self {
        Self { auth: Some(auth), ..self }
    }

    /// Whether whoever has connected is who they were.
    pub async fn is_known_still(&self) -> bool {
        let Some(auth) = &self.auth else { return true };
        // While the store is away nobody is sent off: it has been told to the log.
        auth.knows_still(&self.caller).await.unwrap_or(true)
    }

    /// The hub it is connected to.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// How its frames are told.
    pub fn feed(&self) -> Feed {
        self.feed
    }

    /// Whether it watches or follows anything.
    pub fn has_views(&self) -> bool {
        !self.views.is_empty()
    }

    /// Waits until there may be something to send.
    pub async fn moved(&self) {
        self.mailbox.moved().await;
    }

    /// Watches the first rows of a board's window, for the plain feed.
    pub async fn watch_top(&mut self, board: &BoardId, window: WindowName, limit: Limit) -> Result<(), AppError> {
        self.hub.can_watch(self.caller.clone(), board, &window, None).await?;
        let spec = PageSpec { window, period: None, first: 0, rows: limit.get() };
        let ticket = self.hub.watch(board, spec, None, self.seat.number, &self.mailbox)?;
        self.tickets.push(Share { ticket, views: 1 });
        Ok(())
    }

    /// Takes a message; an error says that the client is to be sent away for it.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<(), Close> {
        if bytes.len() > MAX_MESSAGE {
            return Err(Close::TooLarge);
        }
        let Feed::Frames(format) = self.feed else { return Err(Close::Unexpected) };
        match format.decode(bytes).map_err(|_| Close::Unexpected)? {
            ClientMessage::Watch(wanted) => {
                let view = wanted.view;
                if let Err(why) = self.watch(wanted).await {
                    self.refuse(view, &why);
                }
            }
            ClientMessage::Follow(wanted) => {
                let view = wanted.view;
                if let Err(why) = self.follow(wanted).await {
                    self.refuse(view, &why);
                }
            }
            ClientMessage::Unwatch(unwatch) => self.unwatch(unwatch.view),
        }
        Ok(())
    }

    /// Watches rows. A view of this number that there was before is replaced.
    pub async fn watch(&mut self, wanted: Watch) -> Result<(), Refusal> {
        let Watch { view, board, window, period, from, len, known } = wanted;
        let pages: Vec<u64> =
            if (1..=LAST_PLACE).contains(&from) && (1..=MAX_VIEW_ROWS).contains(&len) { pages_of(from, len).collect() } else { Vec::new() };
        check(&pages, from, period.as_deref(), &known)?;
        self.has_room(view)?;
        self.hub.can_watch(self.caller.clone(), &board, &window, period.as_deref()).await?;
        let mut tickets = Vec::with_capacity(pages.len());
        for (at, from) in pages.iter().enumerate() {
            let known = known.get(at).copied().flatten();
            let spec = PageSpec { window: window.clone(), period: period.clone(), first: from - 1, rows: PAGE_ROWS };
            match self.share(&board, spec, known) {
                Ok(ticket) => tickets.push(ticket),
                Err(busy) => {
                    self.release(&tickets);
                    return Err(busy.into());
                }
            }
        }
        let pages = tickets.iter().zip(&pages).map(|(page, from)| PageRef { page: *page, from: *from }).collect();
        self.begin(view, tickets);
        self.reply(&ServerMessage::Watching(Watching { view, pages }));
        Ok(())
    }

    async fn follow(&mut self, wanted: Follow) -> Result<(), Refusal> {
        let Follow { view, board, window, player } = wanted;
        self.has_room(view)?;
        self.hub.can_watch(self.caller.clone(), &board, &window, None).await?;
        let same = |share: &&mut Share| {
            matches!(&share.ticket.thing, Thing::Player(known, ..)
                if known.board == board && known.window == window && known.player == player && !known.is_gone())
        };
        let id = match self.tickets.iter_mut().find(same) {
            Some(share) => {
                share.views += 1;
                // Whoever asks again wants an answer.
                if let Thing::Player(.., number) = &mut share.ticket.thing {
                    *number = 0;
                }
                let id = share.ticket.id();
                self.mailbox.note(id);
                id
            }
            None => {
                let ticket = self.hub.follow(&board, window, player, self.seat.number, &self.mailbox)?;
                let id = ticket.id();
                self.tickets.push(Share { ticket, views: 1 });
                id
            }
        };
        self.begin(view, vec![id]);
        Ok(())
    }

    fn has_room(&self, view: u32) -> Result<(), Refusal> {
        if self.views.len() < MAX_VIEWS || self.views.iter().any(|known| known.number == view) {
            return Ok(());
        }
        Err(Refusal::TooMany)
    }

    /// A ticket for a page: the one that there is, or a new one.
    fn share(&mut self, board: &BoardId, spec: PageSpec, known: Option<Known>) -> Result<u64, AppError> {
        let same = |share: &&mut Share| matches!(&share.ticket.thing, Thing::Page(page, _) if page.board == *board && page.spec == spec && !page.is_gone());
        if let Some(share) = self.tickets.iter_mut().find(same) {
            share.views += 1;
            let id = share.ticket.id();
            if let (Thing::Page(_, held), None) = (&mut share.ticket.thing, known) {
                // It has lost what it was sent.
                (held.digest, held.is_told) = (None, false);
                self.mailbox.note(id);
            }
            return Ok(id);
        }
        let ticket = self.hub.watch(board, spec, known, self.seat.number, &self.mailbox)?;
        let id = ticket.id();
        self.tickets.push(Share { ticket, views: 1 });
        Ok(id)
    }

    fn begin(&mut self, number: u32, tickets: Vec<u64>) {
        self.unwatch(number);
        self.views.push(View { number, tickets });
    }

    fn unwatch(&mut self, number: u32) {
        if let Some(at) = self.views.iter().position(|view| view.number == number) {
            let view = self.views.swap_remove(at);
            self.release(&view.tickets);
        }
    }

    fn release(&mut self, tickets: &[u64]) {
        for id in tickets {
            if let Some(share) = self.tickets.iter_mut().find(|share| share.ticket.id() == *id) {
                share.views -= 1;
            }
        }
        self.tickets.retain(|share| share.views > 0);
        let tickets = &self.tickets;
        let is_watched =
            |board: &BoardId| tickets.iter().any(|share| matches!(&share.ticket.thing, Thing::Page(page, _) if page.board == *board));
        self.revisions.retain(|(board, _)| is_watched(board));
    }

    fn refuse(&mut self, view: u32, why: &Refusal) {
        self.unwatch(view);
        self.reply(&why.message(view));
    }

    /// Puts a message before all frames that are to come.
    pub fn reply(&mut self, message: &ServerMessage) {
        self.replies.extend(self.encode(message));
    }

    fn encode(&self, message: &ServerMessage) -> Option<Bytes> {
        let Feed::Frames(format) = self.feed else { return None };
        format.encode(message).map(Bytes::from).inspect_err(|error| error!(%error, "a message could not be encoded")).ok()
    }

    /// What is to be sent now, as much as may be given to a socket at a time; an error says that the client is to be sent away.
    pub fn due(&mut self) -> Result<Vec<(Kind, Bytes)>, Close> {
        let mut out: Vec<(Kind, Bytes)> = self.replies.drain(..).map(|bytes| (Kind::Other, bytes)).collect();
        for id in self.mailbox.take() {
            if !self.moved.contains(&id) {
                self.moved.push_back(id);
            }
        }
        let mut size: usize = out.iter().map(|(_, bytes)| bytes.len()).sum();
        while size < self.hub.limits().outbox
            && let Some(id) = self.moved.pop_front()
        {
            let told = out.len();
            self.tell(id, &mut out)?;
            size += out[told..].iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        }
        Ok(out)
    }

    /// Tells how a thing has moved.
    fn tell(&mut self, id: u64, out: &mut Vec<(Kind, Bytes)>) -> Result<(), Close> {
        // What is no longer watched moves without us.
        let Some(share) = self.tickets.iter_mut().find(|share| share.ticket.id() == id) else { return Ok(()) };
        match &mut share.ticket.thing {
            Thing::Page(page, held) => {
                let may_see_closed = self.caller.may(Right::Read, Some(&page.board));
                let (page, next) = (page.clone(), page.next(held, self.feed, may_see_closed));
                match next {
                    Next::Nothing(revision) => {
                        if let Some(revision) = revision {
                            out.extend(self.edited(&page.board, revision));
                        }
                    }
                    Next::Gone(why) => return self.lose(id, &why, out),
                    Next::Frame { bytes, held: now, over, revision, is_delta } => {
                        *held = now;
                        out.extend(self.edited(&page.board, revision));
                        if let Some(period) = over {
                            let notice = Notice::Closed { board: page.board.clone(), window: page.spec.window.clone(), period };
                            out.extend(self.encode(&ServerMessage::Notice(notice)).map(|bytes| (Kind::Other, bytes)));
                        }
                        let kind = match (self.feed, is_delta) {
                            (Feed::Plain, _) => Kind::Whole,
                            (_, true) => Kind::Delta,
                            (_, false) => Kind::Snapshot,
                        };
                        out.push((kind, bytes));
                    }
                }
            }
            Thing::Player(followed, _, number) => {
                let may_read = self.caller.may(Right::Read, Some(&followed.board));
                let is_own = may_read || self.caller.player() == Some(&followed.player);
                match followed.next(*number, self.feed, may_read, is_own) {
                    News::Nothing => {}
                    News::Gone(why) => return self.lose(id, &why, out),
                    News::Frame(bytes, now) => {
                        *number = now;
                        out.push((Kind::Me, bytes));
                    }
                }
            }
        }
        Ok(())
    }

    /// The notice that a board's rules have changed since the client was told of them, or began.
    fn edited(&mut self, board: &BoardId, revision: Arc<str>) -> Option<(Kind, Bytes)> {
        match self.revisions.iter_mut().find(|(known, _)| known == board) {
            Some((_, known)) if *known == revision => return None,
            Some((_, known)) => *known = revision,
            None => {
                self.revisions.push((board.clone(), revision));
                return None;
            }
        }
        let notice = ServerMessage::Notice(Notice::Edited { board: board.clone() });
        self.encode(&notice).map(|bytes| (Kind::Other, bytes))
    }

    /// A thing is gone, and with it the views that it is in.
    fn lose(&mut self, id: u64, why: &AppError, out: &mut Vec<(Kind, Bytes)>) -> Result<(), Close> {
        if self.feed == Feed::Plain {
            return Err(Close::Gone);
        }
        let why = Refusal::from(why.clone());
        let lost: Vec<u32> = self.views.iter().filter(|view| view.tickets.contains(&id)).map(|view| view.number).collect();
        for view in lost {
            self.unwatch(view);
            out.extend(self.encode(&why.message(view)).map(|bytes| (Kind::Other, bytes)));
        }
        Ok(())
    }
}

/// Why there is no such view.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// What was asked for can't be done.
    Error(AppError),
    /// There are as many as there may be.
    TooMany,
}

impl Refusal {
    fn message(&self, view: u32) -> ServerMessage {
        let (code, detail) = match self {
            Self::Error(error) => (error.code(), error.to_string()),
            Self::TooMany => ("too-many-views", format!("A socket has at most {MAX_VIEWS} views: unwatch one of them.")),
        };
        ServerMessage::Refused(Refused { view, code: code.to_owned(), detail })
    }

    /// As an error, for a client that has one view alone.
    pub fn into_error(self) -> AppError {
        match self {
            Self::Error(error) => error,
            Self::TooMany => AppError::Busy,
        }
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self::Error(error)
    }
}

fn check(pages: &[u64], from: u64, period: Option<&str>, known: &[Option<Known>]) -> Result<(), AppError> {
    if !(1..=LAST_PLACE).contains(&from) {
        return Err(AppError::invalid(Field::From, "from is a place, from 1."));
    }
    if pages.is_empty() {
        return Err(AppError::invalid(Field::Len, format!("len is 1 to {MAX_VIEW_ROWS}.")));
    }
    if period.is_some_and(|period| period.len() > MAX_PERIOD) {
        return Err(AppError::no(app::error::What::Period));
    }
    if known.len() > pages.len() {
        return Err(AppError::invalid(Field::Known, "known has one state for each page of the view at most."));
    }
    Ok(())
}
