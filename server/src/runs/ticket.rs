//! Tickets: what a player was given to play, in the player's own hands, and signed so that nobody changes it.

use super::{GOOD_MS, SLACK_MS};
use crate::valkey::functions::run::StoredRun;
use app::{
    error::{AppError, Field},
    game,
    i18n::{Text, t},
    model::{BoardId, PlayerId, time},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// What tickets are signed for.
pub const PURPOSE: &str = "ticket";
/// The longest text that is signed, in bytes.
const MAX_TICKET: usize = 1_024;
/// How long a run takes, in ms.
const LASTS_MS: u64 = game::TICKS as u64 * 1000 / game::TICKS_PER_SECOND as u64;

/// What is to be played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// An id that no other has.
    pub id: String,
    /// On which board.
    board: String,
    /// By whom.
    pub player: String,
    /// From which seed.
    pub seed: u64,
    /// When it was given, in ms since 1970.
    pub at: u64,
}

impl Ticket {
    /// One that begins now.
    pub fn new(board: &BoardId, player: &PlayerId, seed: u64, now_ms: u64) -> Self {
        let id = format!("{:0width$x}", rand::random::<u128>() >> 32, width = StoredRun::TICKET);
        Self { id, board: board.to_string(), player: player.to_string(), seed, at: now_ms }
    }

    /// Refuses one that is for another board or player, that can't be over yet, or is long over.
    pub fn check(&self, board: &BoardId, player: &PlayerId, now_ms: u64) -> Result<(), AppError> {
        let wrong = |message: Text| Err(AppError::invalid(Field::Run, message));
        if self.board != board.as_str() {
            return wrong(t::problem::RUN_OTHER_BOARD);
        }
        if self.player != player.as_str() {
            return wrong(t::problem::RUN_OTHER_PLAYER);
        }
        if now_ms + SLACK_MS < self.at + LASTS_MS {
            return wrong(t::problem::RUN_EARLY);
        }
        if now_ms > self.at + GOOD_MS {
            return wrong(t::problem::RUN_LATE);
        }
        Ok(())
    }

    /// The day that it was given on, by UTC.
    pub fn day(&self) -> String {
        time::day(self.at)
    }
}

/// What tickets are signed with.
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// As it is stored.
    pub fn stored(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The same, read.
    pub fn read(text: &str) -> Result<Self, AppError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| {
            tracing::error!("the secret that runs are signed with can't be read");
            AppError::Internal
        })
    }

    /// What everybody plays on a board on a day: nobody knows before.
    pub fn seed(&self, board: &BoardId, day: &str) -> Result<u64, AppError> {
        let bytes = self.mac("seed", &format!("{board}|{day}"))?.finalize().into_bytes();
        let first = bytes.first_chunk::<8>().ok_or(AppError::Internal)?;
        Ok(u64::from_be_bytes(*first))
    }

    /// What is said, signed for a purpose, as it is handed out.
    pub fn seal(&self, purpose: &str, said: &impl Serialize) -> Result<String, AppError> {
        let said = URL_SAFE_NO_PAD.encode(serde_json::to_vec(said).map_err(|_| AppError::Internal)?);
        let signature = URL_SAFE_NO_PAD.encode(self.mac(purpose, &said)?.finalize().into_bytes());
        Ok(format!("{said}.{signature}"))
    }

    /// What comes back; refused is what was not signed here for this purpose.
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Result<T, AppError> {
        let none = || AppError::invalid(Field::Run, t::problem::RUN_UNKNOWN);
        let (said, signature) = text.split_once('.').filter(|_| text.len() <= MAX_TICKET).ok_or_else(none)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| none())?;
        // This takes the same time whatever is wrong.
        self.mac(purpose, said)?.verify_slice(&signature).map_err(|_| none())?;
        let json = URL_SAFE_NO_PAD.decode(said).map_err(|_| none())?;
        serde_json::from_slice(&json).map_err(|_| none())
    }

    fn mac(&self, purpose: &str, said: &str) -> Result<Hmac<Sha256>, AppError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| AppError::Internal)?;
        mac.update(format!("leaderport {purpose} 1:{said}").as_bytes());
        Ok(mac)
    }
}
