//! What may be done, and who may do it: the one table that REST, server functions and the live feed go by.

use app::{
    i18n::{Text, t},
    model::Role,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// What somebody may do, on one board or on the whole server. Whatever needs none of these is for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// See what is not for everybody: private boards, logs, jobs, players' metadata.
    Read,
    /// Submit scores for any player, and say when they were reached.
    Submit,
    /// Change and remove entries, take back what was done, write profiles.
    Moderate,
    /// Run boards: create, edit, delete, import, combine, rebuild, roll back; remove players.
    Manage,
    /// Hand out API keys, and read who did what.
    Administer,
    /// Say who the operators are.
    Own,
}

impl Right {
    /// What an operator who has it is at least.
    pub fn least_role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Moderate => Role::Moderator,
            Self::Submit | Self::Manage | Self::Administer => Role::Manager,
            Self::Own => Role::Owner,
        }
    }

    /// All there are.
    pub const ALL: [Self; 6] = [Self::Read, Self::Submit, Self::Moderate, Self::Manage, Self::Administer, Self::Own];

    /// That it is wanted, in words for people who have not got it.
    pub fn wanted(self) -> Text {
        match self {
            Self::Read => t::problem::NEEDS_READ,
            Self::Submit => t::problem::NEEDS_SUBMIT,
            Self::Moderate => t::problem::NEEDS_MODERATE,
            Self::Manage => t::problem::NEEDS_MANAGE,
            Self::Administer => t::problem::NEEDS_ADMINISTER,
            Self::Own => t::problem::NEEDS_OWN,
        }
    }

    /// Who has it, in words for programs that have not.
    fn holders(self) -> &'static str {
        match self {
            Self::Read => "an API key with the scope read or manage, or any operator",
            Self::Submit => "an API key with the scope submit, or a manager",
            Self::Moderate => "an API key with the scope manage, or a moderator",
            Self::Manage => "an API key with the scope manage, or a manager",
            Self::Administer => "an operator who is a manager",
            Self::Own => "an operator who is an owner",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.holders())
    }
}

/// What an API key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// To see what is not for everybody.
    Read,
    /// To submit scores.
    Submit,
    /// To run boards, and to read.
    Manage,
}

impl Scope {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Read, Self::Submit, Self::Manage];

    /// Whether a key with it has a right.
    pub fn has(self, right: Right) -> bool {
        match right {
            Right::Read => matches!(self, Self::Read | Self::Manage),
            Right::Submit => self == Self::Submit,
            Right::Moderate | Right::Manage => self == Self::Manage,
            // A key hands out no keys, so none can grow.
            Right::Administer | Right::Own => false,
        }
    }
}
