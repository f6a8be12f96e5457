//! What a webhook is, and what is known of its deliveries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most places that are watched for who is overtaken.
pub const MAX_PLACES: u32 = 100;

/// What a webhook can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// The first place of the window `all` is another player's.
    Leader,
    /// The best score of the window `all` is a better one.
    Record,
    /// Players within the first `places` of the window `all` were passed.
    Overtaken,
    /// A period was closed.
    Period,
    /// An operator changed something.
    Moderation,
    /// Submissions wait until somebody has looked at them.
    Review,
}

impl Event {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Record => "record",
            Self::Overtaken => "overtaken",
            Self::Period => "period",
            Self::Moderation => "moderation",
            Self::Review => "review",
        }
    }
}

/// What bodies look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// As Standard Webhooks has it: `type`, `timestamp`, `data`.
    #[default]
    Standard,
    /// A message for a Discord channel.
    Discord,
    /// A message for a Slack channel.
    Slack,
}

/// What a webhook is to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// Where deliveries go.
    pub url: String,
    /// What it is told of.
    pub events: Vec<Event>,
    /// What bodies look like.
    pub format: Format,
    /// Within how many places being overtaken counts.
    pub places: u32,
    /// Whether it is told.
    pub enabled: bool,
}

/// What is to change of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct SetupChange {
    /// Where deliveries go: `https://…`, at most 1024 bytes.
    pub url: Option<String>,
    /// What it is told of; at least one.
    pub events: Option<Vec<Event>>,
    /// What bodies look like; `standard` if left out.
    pub format: Option<Format>,
    /// Within how many places being overtaken counts; 10 if left out.
    #[schema(minimum = 1, maximum = 100)]
    pub places: Option<u32>,
    /// Whether it is told; `true` if left out. It goes on where it had stopped.
    pub enabled: Option<bool>,
    /// Whether to sign by a new secret from now on. For a day deliveries are signed by the one before as well.
    pub rotate_secret: bool,
}

/// A webhook, as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub setup: Setup,
    /// Why it was switched off, if it switched itself off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_because: Option<String>,
    /// Since when nothing has arrived, in ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<u64>,
    /// What its deliveries are signed with; shown once, when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When it was created, in ms since 1970.
    pub created_at: u64,
    /// When it was last edited, in ms since 1970.
    pub updated_at: u64,
}

/// How a delivery goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is to be sent, or sent again.
    #[default]
    Waiting,
    /// It has arrived.
    Delivered,
    /// It has not, and is not sent again.
    Failed,
}

/// An attempt to deliver.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When, in ms since 1970.
    pub at: u64,
    /// The receiver's status; none if it did not answer.
    pub status: Option<u16>,
    /// How its answer begins, or why there is none.
    pub said: String,
    /// How long it took, in ms.
    pub took_ms: u64,
}

/// How a delivery goes, as it is stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Where it has got to.
    pub state: State,
    /// Attempts that count towards the last one.
    pub tries: usize,
    /// The last attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

/// A delivery, as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its id, which is the message's `webhook-id`.
    pub id: String,
    /// What it tells of: an event's name, or `test`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The board's version then.
    pub version: u64,
    /// When it was made, in ms since 1970.
    pub created_at: u64,
    /// How it goes.
    pub state: State,
    /// When it is sent, or sent again, in ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<u64>,
    /// The last attempts, oldest first.
    pub attempts: Vec<Attempt>,
}
