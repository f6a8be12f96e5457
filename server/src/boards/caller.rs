//! Who asks, and what they may do.

use super::rights::{Right, Scope};
use app::{
    error::{AppError, What},
    i18n::{Words, t},
    model::{BoardId, PlayerId, Role, Rules, Submitters, Visibility},
};
use std::{fmt, sync::Arc};

/// Who asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Anonymous,
    /// Whoever has the admin key: everything is allowed.
    Admin,
    /// The server itself, for all who watch: everything is allowed, and of a frozen board it sees what everybody does.
    Server,
    /// Whoever has an API key.
    Key(Arc<Grant>),
    /// A person who runs boards, and has signed in.
    Operator(Arc<Operator>),
    /// A player who has an account, and has signed in.
    Player(Arc<Player>),
}

/// What an API key is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The key's id, which is no secret.
    pub key: String,
    /// The hash of the secret that it came with: of two, one may be good for longer.
    pub secret: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// On which boards; `None`: on all.
    pub boards: Option<Vec<BoardId>>,
}

/// An operator who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// The session, by its public id.
    pub session: String,
    /// Whether they may do nothing before they have set up a second factor, which this server asks for.
    pub needs_second_factor: bool,
}

/// A player who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The id that is theirs.
    pub id: PlayerId,
    /// The session, by its public id.
    pub session: String,
    /// When they signed in, in ms since 1970.
    pub since: u64,
}

impl Caller {
    /// Whether they are nobody who is trusted with anything: nobody known, or a player.
    pub fn is_of_the_public(&self) -> bool {
        matches!(self, Self::Anonymous | Self::Player(_))
    }

    /// The player who they are, if they are one who has signed in.
    pub fn player(&self) -> Option<&PlayerId> {
        if let Self::Player(player) = self { Some(&player.id) } else { None }
    }

    /// Whether they have a right on a board, or on the whole server.
    pub fn may(&self, right: Right, on: Option<&BoardId>) -> bool {
        match self {
            Self::Anonymous | Self::Player(_) => false,
            Self::Admin | Self::Server => true,
            Self::Operator(operator) => !operator.needs_second_factor && operator.role >= right.least_role(),
            Self::Key(grant) => {
                let is_there = |boards: &Vec<BoardId>| on.is_some_and(|board| boards.contains(board));
                grant.boards.as_ref().is_none_or(is_there) && grant.scopes.iter().any(|scope| scope.has(right))
            }
        }
    }

    /// Refuses who has not a right.
    pub fn must(&self, right: Right, on: Option<&BoardId>) -> Result<(), AppError> {
        if self.may(right, on) { Ok(()) } else { Err(self.refused(right)) }
    }

    /// Refuses who has a right nowhere.
    pub fn must_somewhere(&self, right: Right) -> Result<(), AppError> {
        let may = match self {
            Self::Key(grant) => grant.scopes.iter().any(|scope| scope.has(right)),
            _ => self.may(right, None),
        };
        if may { Ok(()) } else { Err(self.refused(right)) }
    }

    /// Refuses who may not see a board: to them there is none.
    pub fn must_see(&self, board: &BoardId, rules: &Rules) -> Result<(), AppError> {
        let may = rules.visibility != Visibility::Private || self.may(Right::Read, Some(board));
        if may { Ok(()) } else { Err(AppError::no(What::Board)) }
    }

    /// The API key that they have, by its id.
    pub fn key(&self) -> Option<Arc<str>> {
        if let Self::Key(grant) = self { Some(grant.key.as_str().into()) } else { None }
    }

    /// Who their submissions came by, as the board's log has it: an API key by its id, operators and the admin key as the audit log calls them. What
    /// the public sends came by nobody.
    pub fn sender(&self) -> Option<Arc<str>> {
        match self {
            Self::Admin | Self::Operator(_) => Some(self.to_string().into()),
            _ => self.key(),
        }
    }

    /// Whether they see what goes on behind a board that is frozen.
    pub fn sees_behind(&self, board: &BoardId) -> bool {
        *self != Self::Server && self.may(Right::Read, Some(board))
    }

    /// Refuses who may not submit to a board.
    pub fn must_submit(&self, board: &BoardId, rules: &Rules) -> Result<(), AppError> {
        if self.may(Right::Submit, Some(board)) {
            return Ok(());
        }
        self.must_see(board, rules)?;
        match rules.submitters {
            Submitters::Players => Ok(()),
            Submitters::Accounts if self.player().is_some() => Ok(()),
            _ if *self != Self::Anonymous => Err(self.refused(Right::Submit)),
            Submitters::Servers => {
                Err(unauthorized("This board takes scores from servers only: send the header Authorization: Bearer <key>."))
            }
            Submitters::Accounts => Err(unauthorized(
                "This board takes scores from players who have signed in: POST /api/me begins, POST /api/me/session comes back.",
            )),
            Submitters::Runs => Err(unauthorized(t::problem::RUN_ONLY)),
        }
    }

    fn refused(&self, right: Right) -> AppError {
        match self {
            Self::Anonymous => {
                unauthorized(format!("This needs the server's admin key, as the header Authorization: Bearer <key>, or {right}."))
            }
            Self::Key(_) => AppError::Forbidden { message: format!("This key has no right to that here: it needs {right}.").into() },
            Self::Operator(operator) if operator.needs_second_factor => {
                AppError::Forbidden { message: t::problem::set_up_second_factor(&operator.name).into() }
            }
            _ => AppError::Forbidden { message: right.wanted().into() },
        }
    }
}

impl fmt::Display for Caller {
    /// What they are called in the audit log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anybody"),
            Self::Admin => f.write_str("admin key"),
            Self::Server => f.write_str("server"),
            Self::Key(grant) => write!(f, "key {}", grant.key),
            Self::Operator(operator) => write!(f, "operator {}", operator.name),
            Self::Player(player) => write!(f, "player {}", player.id),
        }
    }
}

fn unauthorized(message: impl Into<Words>) -> AppError {
    AppError::Unauthorized { message: message.into() }
}
