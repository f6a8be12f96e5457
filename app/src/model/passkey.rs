use serde::{Deserialize, Serialize};

/// A passkey, as whoever has it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasskeyInfo {
    /// By this it can be removed.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// The site that it is for.
    pub site: String,
    /// When it was added, in ms since 1970.
    pub created_at: u64,
    /// When it was last used to sign in, in ms since 1970.
    pub used_at: Option<u64>,
}
