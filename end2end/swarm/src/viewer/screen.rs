use crate::{options::Options, tally::Kind};
use anyhow::{Context, Result};
use app::{
    model::{BoardId, PlayerId, WindowName},
    protocol::{
        Change, ClientMessage, Digest, Follow, Format, Leaderboard, Mirror, MyStanding, Notice, PAGE_ROWS, ServerMessage, Watch, digest,
    },
};
use std::time::Duration;

/// The view that is the page.
const PAGE: u32 = 1;
/// The view that is the player.
const PLAYER: u32 = 2;

/// What a viewer makes of messages.
pub struct Screen {
    from: u64,
    followed: Option<String>,
    /// `None` on the plain feed.
    mirror: Option<(Mirror, Format)>,
}

/// What a message was good for.
pub enum News {
    /// The page has this version and digest.
    Page(u64, Digest),
    /// The player stands like this.
    Me(Option<MyStanding>),
    /// The longest time without a message, as the server promises.
    Beat(Duration),
    /// The server goes; when to come back.
    Draining(Duration),
    /// The server does not show that, and why.
    Refused(String),
    /// It did not fit; what to say.
    Lost(Vec<Vec<u8>>),
    /// Nothing.
    Nothing,
}

impl Screen {
    /// An empty one.
    pub fn new(options: &Options, viewer: usize) -> Self {
        let mirror = options.feed.format().map(|format| (Mirror::default(), format));
        Self { from: options.first_place(viewer), followed: options.followed(viewer), mirror }
    }

    /// The place of the page's first row.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// What to say on a new socket.
    pub fn greet(&mut self) -> Result<Vec<Vec<u8>>> {
        let Some((mirror, format)) = &mut self.mirror else { return Ok(Vec::new()) };
        if mirror.keys(PAGE).is_empty() {
            let (board, window) = (BoardId::main(), WindowName::all());
            mirror.watch(Watch { view: PAGE, board, window, period: None, from: self.from, len: PAGE_ROWS, known: Vec::new() });
        }
        if let Some(player) = &self.followed {
            let (board, window) = (BoardId::main(), WindowName::all());
            mirror.follow(Follow { view: PLAYER, board, window, player: PlayerId::stored(player) });
        }
        encode(*format, &mirror.resume())
    }

    /// Takes a message.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(Kind, News)> {
        let Some((mirror, format)) = &mut self.mirror else { return plain(bytes) };
        let message: ServerMessage = format.decode(bytes).context("a message can't be read")?;
        let (kind, beat) = match &message {
            ServerMessage::Snapshot(_) => (Kind::Snapshot, None),
            ServerMessage::Delta(_) => (Kind::Delta, None),
            ServerMessage::Me(_) => (Kind::Me, None),
            ServerMessage::Hello(hello) => (Kind::Other, Some(Duration::from_millis(hello.beat_ms.into()))),
            _ => (Kind::Other, None),
        };
        let news = match mirror.take(message) {
            Change::Page(key) => mirror.page(&key).map_or(News::Nothing, |seen| News::Page(seen.version, seen.digest)),
            Change::Me(me) => News::Me(me.standing),
            Change::Notice(Notice::Draining { return_in_ms }) => News::Draining(Duration::from_millis(return_in_ms.into())),
            Change::Refused(refused) => News::Refused(refused.code),
            Change::Lost(again) => News::Lost(encode(*format, &again)?),
            Change::Nothing | Change::Notice(_) => beat.map_or(News::Nothing, News::Beat),
        };
        Ok((kind, news))
    }
}

fn encode(format: Format, messages: &[ClientMessage]) -> Result<Vec<Vec<u8>>> {
    messages.iter().map(|message| Ok(format.encode(message)?)).collect()
}

/// Takes a message of the plain feed.
fn plain(bytes: &[u8]) -> Result<(Kind, News)> {
    let Leaderboard { version, total, entries, .. } = serde_json::from_slice(bytes).context("a leaderboard can't be read")?;
    Ok((Kind::Whole, News::Page(version, digest("all", 1, total, &entries))))
}
