use serde::{Deserialize, Serialize};

/// Where operators have put a player on a board. Whoever is not visible is not in the standings, and others close up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ModerationState {
    /// Among the others.
    #[default]
    Visible,
    /// Nowhere to be seen; what they submit counts unseen.
    Hidden,
    /// The same, but where they are asked for alone, which is how they see themselves, they stand where they would.
    Shadow,
    /// Nowhere to be seen, and what they submit is refused.
    Banned,
}
