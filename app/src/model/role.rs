use serde::{Deserialize, Serialize};

/// What an operator is. Each may what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees everything that is not about operators.
    Viewer,
    /// Decides which scores count.
    Moderator,
    /// Runs boards, hands out keys.
    Manager,
    /// Says who the operators are.
    Owner,
}

impl Role {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Moderator, Self::Manager, Self::Owner];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Moderator => "moderator",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }
}
