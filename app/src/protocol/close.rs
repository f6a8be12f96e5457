/// Why the server ends a live socket, as the close code. 3000–3499: connect again, after a while; 3500–3999: don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The server is shutting down.
    Draining,
    /// What was sent was not read for too long.
    Slow,
    /// Nothing was heard for too long, not even answers to pings.
    Silent,
    /// Whoever has connected is not signed in any more, or has other rights; the key they had is not valid any more, or for other things.
    SignedOut,
    /// A message that is not of this protocol, or any message at all on the plain feed.
    Unexpected,
    /// The board of a plain feed was deleted, or is not for everybody any more.
    Gone,
    /// A message longer than [`super::MAX_MESSAGE`].
    TooLarge,
}

impl Close {
    /// All there are.
    pub const ALL: [Self; 7] = [Self::Draining, Self::Slow, Self::Silent, Self::SignedOut, Self::Unexpected, Self::Gone, Self::TooLarge];

    /// The close code.
    pub fn code(self) -> u16 {
        match self {
            Self::Draining => 3000,
            Self::Slow => 3001,
            Self::Silent => 3002,
            Self::SignedOut => 3003,
            Self::Unexpected => 3500,
            Self::Gone => 3501,
            Self::TooLarge => 3502,
        }
    }

    /// The reason sent along.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Draining => "the server is restarting, connect again",
            Self::Slow => "too slow to keep up, connect again",
            Self::Silent => "nothing heard for too long, connect again",
            Self::SignedOut => "signed out, or with other rights: connect again",
            Self::Unexpected => "this feed does not know this message",
            Self::Gone => "there is no such board any more",
            Self::TooLarge => "a message is at most 16 KiB long",
        }
    }

    /// Whether a client that was closed with `code` should connect again.
    pub fn reconnects(code: u16) -> bool {
        !(3500..4000).contains(&code)
    }
}
