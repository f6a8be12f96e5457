//! The one error type: what a person or a program is told when something can't be done.

use crate::model::Why;
use http::StatusCode;
use leptos::server_fn::{
    codec::PostcardEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

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

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Board => "board",
            Self::Player => "player on this board",
            Self::Window => "window on this board",
            Self::Period => "period, or it is not kept any more",
            Self::Profile => "player with a profile",
            Self::Key => "API key",
            Self::Operator => "operator",
            Self::Session => "session, or it is over",
            Self::Job => "job, or it is not kept any more",
            Self::Passkey => "passkey of this id",
            Self::Webhook => "webhook on this board",
            Self::Delivery => "delivery, or it is not kept any more",
            Self::Record => "record in the board's log, or it is not kept any more",
            Self::Review => "submission in the board's review queue, or it is not kept any more",
        })
    }
}

/// Why something can't be done, in words for whoever asked. Causes go to the server's log, not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// The input breaks a rule; the message says which.
    #[error("{message}")]
    Invalid {
        /// The input to change.
        field: Field,
        /// What to change.
        message: String,
    },
    /// A submission's id was used before, for something else.
    #[error("This submission's id was used before, for something else. Send this one with an id of its own.")]
    Conflict,
    /// There is no such thing.
    #[error("There is no such {what}.")]
    NotFound {
        /// What there is none of.
        what: What,
    },
    /// There is a board with this id.
    #[error("There is a board with this id already. Choose another id.")]
    Exists,
    /// Another player has a name that looks the same.
    #[error("Another player has this name, or one that looks the same. Choose another name.")]
    NameTaken,
    /// A rule that can't change once there are entries.
    #[error("{message}")]
    Fixed {
        /// The rule.
        field: Field,
        /// Why, and the way out.
        message: String,
    },
    /// The board, or the period, takes no changes any more.
    #[error("{message}")]
    Closed {
        /// What is closed.
        message: String,
    },
    /// What was done can't be taken back any more, or not yet.
    #[error("{message}")]
    NotUndoable {
        /// Why, and the way out.
        message: String,
    },
    /// Whoever asks has no right to.
    #[error("{message}")]
    Unauthorized {
        /// What is missing.
        message: String,
    },
    /// Whoever asks is known, and has no right to.
    #[error("{message}")]
    Forbidden {
        /// Which right.
        message: String,
    },
    /// The signature of a submission is missing or wrong.
    #[error("{message}")]
    Unsigned {
        /// What to send.
        message: String,
    },
    /// A code is missing or wrong; the password was right.
    #[error("{message}")]
    SecondFactor {
        /// What to send.
        message: String,
    },
    /// Somebody has tried too often to get in.
    #[error("There were too many tries from this address. Try again later.")]
    TooManyTries {
        /// In how many seconds.
        seconds: u32,
    },
    /// Operators keep the player from submitting.
    #[error("Operators of this board keep this player from sending scores. Only they can change that.")]
    Barred,
    /// The player's id is that of somebody's account.
    #[error("This player has an account, and is nobody else's to play as. Choose another name, or sign in by their recovery code.")]
    Owned,
    /// The submission counts, but where it stands is not told yet.
    #[error("It counts. The board is frozen: where it stands shows when that is over.")]
    Sealed,
    /// A submission waits until operators have looked at it. It is no failure: it is taken, and may count later.
    #[error("It waits for review: operators of this board look at it before it counts.")]
    Held {
        /// What to ask by what became of it.
        id: String,
        /// Why.
        why: Vec<Why>,
    },
    /// As many submissions wait for review as can.
    #[error("As many scores wait for review on this board as can. Send it again once operators have looked at some.")]
    ReviewFull,
    /// Somebody else has decided about it, or is about to.
    #[error("{message}")]
    Decided {
        /// What holds, and the way on.
        message: String,
    },
    /// More is coming in than can be taken.
    #[error("The board is busy. Send it again in a moment.")]
    Busy,
    /// Too many live sockets are open from one address.
    #[error("Too many live sockets are open from this address. Close some, or try again later.")]
    TooManySockets,
    /// More was sent than a rate limit allows.
    #[error("That is too much at once. Send it again in {seconds} s.")]
    TooManyRequests {
        /// When to send it again.
        seconds: u32,
    },
    /// The store is away; what was sent may or may not have counted.
    #[error("The board can't be reached at the moment. Send it again in a moment.")]
    Unavailable,
    /// The server could not be reached, or its answer not be read.
    #[error("The server can't be reached. Send it again in a moment.")]
    Network,
    /// A defect of ours.
    #[error("Something went wrong on our side.")]
    Internal,
}

impl AppError {
    /// An input that breaks a rule.
    pub fn invalid(field: Field, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
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
        let message = "A player's name is 1 to 32 characters long, as people count them: letters, digits, signs and emoji that are in \
                       Unicode, with at most 4 marks on each.";
        Self::invalid(Field::Player, message)
    }

    /// A form that makes no sense.
    pub(crate) fn unreadable() -> Self {
        Self::invalid(Field::Request, "The form can't be read as it was sent; load the page again.")
    }

    /// What a form that was refused says of why, in its address: the error's code, or `name` where it is about the player's name.
    pub fn form_code(&self) -> &'static str {
        if self.field() == Some(Field::Player) { "name" } else { self.code() }
    }

    /// What a [form's code](AppError::form_code) stands for, where it says all there is to say.
    pub fn of_code(code: &str) -> Option<Self> {
        let closed = || Self::Closed { message: "This board takes no scores at the moment.".to_owned() };
        let unauthorized = || Self::Unauthorized { message: "This board takes scores from servers only.".to_owned() };
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
            Self::TooManySockets | Self::TooManyTries { .. } | Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
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
