//! The one error type: what a person or a program is told when something can't be done.

use crate::{
    i18n::{Language, Words, language, t},
    model::Why,
};
use http::StatusCode;
use leptos::server_fn::{
    codec::PostcardEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which input an error is about, by its name on the wire: members of a body are in camel case, parameters of a query in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "from `Title` on, each is the rule or parameter of that name")]
pub enum Field {
    /// The player's id or name.
    #[serde(rename = "playerId", alias = "player")]
    Player,
    /// The score.
    Score,
    /// The submission's id.
    Id,
    /// The board's id.
    Board,
    /// The number of rows.
    Limit,
    /// The request as a whole.
    Request,
    Title,
    Description,
    Direction,
    Keep,
    Negative,
    Decimals,
    MinScore,
    MaxScore,
    Tiebreaks,
    TieOrder,
    RankMode,
    Windows,
    Visibility,
    Submitters,
    Archived,
    Log,
    History,
    Metadata,
    At,
    Window,
    Period,
    From,
    Around,
    #[serde(rename = "page_of")]
    PageOf,
    Players,
    #[serde(rename = "score_min")]
    ScoreMin,
    #[serde(rename = "score_max")]
    ScoreMax,
    Offset,
    Order,
    Percentile,
    Percentiles,
    Rank,
    #[serde(rename = "rank_min")]
    RankMin,
    #[serde(rename = "rank_max")]
    RankMax,
    Sample,
    #[serde(rename = "keep_top")]
    KeepTop,
    Cursor,
    Before,
    Step,
    All,
    Add,
    View,
    Len,
    Known,
    To,
    Version,
    Parts,
    Name,
    Country,
    Avatar,
    Label,
    Scopes,
    Boards,
    ExpiresAt,
    #[serde(rename = "overlapSeconds")]
    Overlap,
    Role,
    Password,
    CurrentPassword,
    HasCodes,
    Code,
    Credential,
    Ceremony,
    WithoutPasskey,
    Reason,
    Since,
    Until,
    Url,
    Events,
    Places,
    State,
    Submitting,
    Key,
    Review,
    Proof,
    Ids,
    Decision,
    Why,
    Note,
    Run,
    Taps,
    Theme,
    Lang,
}

/// What can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "they are words of their own")]
pub enum What {
    Board,
    Player,
    Window,
    Period,
    Record,
    Job,
    Profile,
    Key,
    Operator,
    Session,
    Webhook,
    Delivery,
    Review,
    Passkey,
}

/// Why something can't be done, in words for whoever asked. Causes go to the server's log, not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// The input breaks a rule; the message says which.
    Invalid {
        /// The input to change.
        field: Field,
        /// What to change.
        message: Words,
    },
    /// A submission's id was used before, for something else.
    Conflict,
    /// There is no such thing.
    NotFound {
        /// What there is none of.
        what: What,
    },
    /// There is a board with this id.
    Exists,
    /// Another player has a name that looks the same.
    NameTaken,
    /// A rule that can't change once there are entries.
    Fixed {
        /// The rule.
        field: Field,
        /// Why, and the way out.
        message: Words,
    },
    /// The board, or the period, takes no changes any more.
    Closed {
        /// What is closed.
        message: Words,
    },
    /// What was done can't be taken back any more, or not yet.
    NotUndoable {
        /// Why, and the way out.
        message: Words,
    },
    /// Whoever asks has no right to.
    Unauthorized {
        /// What is missing.
        message: Words,
    },
    /// Whoever asks is known, and has no right to.
    Forbidden {
        /// Which right.
        message: Words,
    },
    /// The signature of a submission is missing or wrong.
    Unsigned {
        /// What to send.
        message: Words,
    },
    /// A code is missing or wrong; the password was right.
    SecondFactor {
        /// What to send.
        message: Words,
    },
    /// Somebody has tried too often to get in.
    TooManyTries {
        /// In how many seconds.
        seconds: u32,
    },
    /// Operators keep the player from submitting.
    Barred,
    /// The player's id is that of somebody's account.
    Owned,
    /// The submission counts, but where it stands is not told yet.
    Sealed,
    /// A submission waits until operators have looked at it. It is no failure: it is taken, and may count later.
    Held {
        /// What to ask by what became of it.
        id: String,
        /// Why.
        why: Vec<Why>,
    },
    /// As many submissions wait for review as can.
    ReviewFull,
    /// As many of the player's submissions wait for review as can.
    TooManyHeld,
    /// Somebody else has decided about it, or is about to.
    Decided {
        /// What holds, and the way on.
        message: Words,
    },
    /// More is coming in than can be taken.
    Busy,
    /// Too many live sockets are open from one address.
    TooManySockets,
    /// More was sent than a rate limit allows.
    TooManyRequests {
        /// When to send it again.
        seconds: u32,
    },
    /// The store is away; what was sent may or may not have counted.
    Unavailable,
    /// The server could not be reached, or its answer not be read.
    Network,
    /// A defect of ours.
    Internal,
}

/// For programs, and for logs: in English. A page says [`AppError::text`].
impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

impl std::error::Error for AppError {}

/// The pattern of those that bring words of their own.
macro_rules! worded {
    ($message:ident) => {
        AppError::Invalid { $message, .. }
            | AppError::Fixed { $message, .. }
            | AppError::Closed { $message }
            | AppError::NotUndoable { $message }
            | AppError::Unauthorized { $message }
            | AppError::Forbidden { $message }
            | AppError::Unsigned { $message }
            | AppError::SecondFactor { $message }
            | AppError::Decided { $message }
    };
}

impl AppError {
    /// Whether asking again may help.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable | Self::Network | Self::Internal | Self::TooManySockets)
    }

    /// What there is to say of it, in the language of whoever reads it.
    pub fn text(&self) -> String {
        let words = self.words();
        let known = || Self::of_code(self.code()).filter(|known| known.field().is_none() && known.code() != "invalid");
        match words {
            // What is said to programs is English: whoever reads another language is told less, but in that.
            Words::Plain(_) if language() != Language::English => known().map_or(words, |known| known.words()).text(),
            words => words.text(),
        }
    }

    /// The same as words that are in all languages.
    pub fn words(&self) -> Words {
        let text = match self {
            worded!(message) => return message.clone(),
            Self::NotFound { what } => match what {
                What::Board => t::error::NO_BOARD,
                What::Player => t::error::NO_PLAYER,
                What::Window => t::error::NO_WINDOW,
                What::Period => t::error::NO_PERIOD,
                What::Profile => t::error::NO_PROFILE,
                What::Key => t::problem::NO_KEY,
                What::Operator => t::problem::NO_OPERATOR,
                What::Session => t::problem::NO_SESSION,
                What::Job => t::problem::NO_JOB,
                What::Passkey => t::problem::NO_PASSKEY,
                What::Webhook => t::problem::NO_WEBHOOK,
                What::Delivery => t::problem::NO_DELIVERY,
                What::Record => t::problem::NO_RECORD,
                What::Review => t::problem::NO_REVIEW,
            },
            Self::TooManyRequests { seconds } => return t::error::too_many_requests(&seconds.to_string()).into(),
            Self::Conflict => t::error::CONFLICT,
            Self::Exists => t::error::EXISTS,
            Self::NameTaken => t::error::NAME_TAKEN,
            Self::TooManyTries { .. } => t::error::TOO_MANY_TRIES,
            Self::Barred => t::error::BARRED,
            Self::Owned => t::error::OWNED,
            Self::Sealed => t::error::SEALED,
            Self::Held { .. } => t::error::HELD,
            Self::ReviewFull => t::error::REVIEW_FULL,
            Self::TooManyHeld => t::error::TOO_MANY_HELD,
            Self::Busy => t::error::BUSY,
            Self::TooManySockets => t::error::TOO_MANY_SOCKETS,
            Self::Unavailable => t::error::UNAVAILABLE,
            Self::Network => t::error::NETWORK,
            Self::Internal => t::error::INTERNAL,
        };
        text.into()
    }

    /// An input that breaks a rule.
    pub fn invalid(field: Field, message: impl Into<Words>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// The same with its words as they are in a language: for where it is kept, and read by another build, which may have other texts.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn told_in(mut self, language: Language) -> Self {
        if let worded!(message) = &mut self
            && message.is_text()
        {
            *message = Words::Told(message.within(language));
        }
        self
    }

    /// The same, about another input.
    #[must_use]
    pub fn about(self, field: Field) -> Self {
        match self {
            Self::Invalid { message, .. } => Self::Invalid { field, message },
            other => other,
        }
    }

    /// There is no such thing.
    pub fn no(what: What) -> Self {
        Self::NotFound { what }
    }

    /// A name that breaks one of the finer rules, which only the server knows: they want tables that a page has no room for.
    pub(crate) fn bad_name() -> Self {
        Self::invalid(Field::Player, t::error::BAD_NAME)
    }

    /// A form that makes no sense.
    pub(crate) fn unreadable() -> Self {
        Self::invalid(Field::Request, t::error::UNREADABLE)
    }

    /// What a form that was refused says of why, in its address: the error's code, or `name` where it is about the player's name.
    pub fn form_code(&self) -> &'static str {
        if self.field() == Some(Field::Player) { "name" } else { self.code() }
    }

    /// What a [form's code](AppError::form_code) stands for, where it says all there is to say.
    pub fn of_code(code: &str) -> Option<Self> {
        let closed = || Self::Closed { message: t::error::CLOSED.into() };
        let unauthorized = || Self::Unauthorized { message: t::error::SERVERS_ONLY.into() };
        Some(match code {
            "invalid" => Self::unreadable(),
            "name" => Self::bad_name(),
            "conflict" => Self::Conflict,
            "not-found" => Self::no(What::Board),
            "closed" => closed(),
            "unauthorized" => unauthorized(),
            "barred" => Self::Barred,
            "owned" => Self::Owned,
            "name-taken" => Self::NameTaken,
            "too-many-tries" => Self::TooManyTries { seconds: 1 },
            "sealed" => Self::Sealed,
            "held" => Self::Held { id: String::new(), why: Vec::new() },
            "review-full" => Self::ReviewFull,
            "too-many-held" => Self::TooManyHeld,
            "busy" => Self::Busy,
            "too-many-requests" => Self::TooManyRequests { seconds: 1 },
            "unavailable" => Self::Unavailable,
            "internal" => Self::Internal,
            _ => return None,
        })
    }

    /// The stable code of this error, the last part of a problem's `type`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::Conflict => "conflict",
            Self::NotFound { .. } => "not-found",
            Self::Exists => "exists",
            Self::NameTaken => "name-taken",
            Self::Fixed { .. } => "fixed",
            Self::Closed { .. } => "closed",
            Self::NotUndoable { .. } => "not-undoable",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Forbidden { .. } => "forbidden",
            Self::Unsigned { .. } => "unsigned",
            Self::SecondFactor { .. } => "second-factor",
            Self::TooManyTries { .. } => "too-many-tries",
            Self::Barred => "barred",
            Self::Owned => "owned",
            Self::Sealed => "sealed",
            Self::Held { .. } => "held",
            Self::ReviewFull => "review-full",
            Self::TooManyHeld => "too-many-held",
            Self::Decided { .. } => "decided",
            Self::Busy => "busy",
            Self::TooManySockets => "too-many-sockets",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::Unavailable => "unavailable",
            Self::Network => "network",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status that goes with it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict | Self::Exists | Self::NameTaken | Self::Fixed { .. } | Self::Closed { .. } | Self::NotUndoable { .. } => {
                StatusCode::CONFLICT
            }
            Self::Sealed | Self::Held { .. } => StatusCode::ACCEPTED,
            Self::Decided { .. } => StatusCode::CONFLICT,
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Unauthorized { .. } | Self::Unsigned { .. } | Self::SecondFactor { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::Barred | Self::Owned => StatusCode::FORBIDDEN,
            Self::TooManySockets | Self::TooManyHeld | Self::TooManyTries { .. } | Self::TooManyRequests { .. } => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Busy | Self::ReviewFull | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Network => StatusCode::BAD_GATEWAY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether what was sent was taken all the same: there is nothing to show for it yet, and nothing to send again.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Sealed | Self::Held { .. })
    }

    /// The input that the error is about, if it is about one.
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Invalid { field, .. } | Self::Fixed { field, .. } => Some(*field),
            Self::Conflict | Self::Exists => Some(Field::Id),
            Self::NameTaken => Some(Field::Name),
            _ => None,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = PostcardEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // What can't be read came from the browser when we are the server, and from the server when we are the browser.
        let on_server = cfg!(feature = "ssr");
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::unreadable(),
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Request(_) if on_server => Self::unreadable(),
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Network,
            _ => Self::Internal,
        }
    }
}
