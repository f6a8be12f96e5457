//! Each picture is made once, however many ask for it, and few at a time: it is work for the processor.

use super::{
    render::{self, SystemFonts},
    svg,
};
use crate::{boards::glance::Glance, hex::hex};
use app::{error::AppError, i18n::Language, model::Played, paths::encode};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OnceCell, Semaphore};
use tracing::error;

/// Pictures that are kept.
const KEPT: usize = 64;
/// Pictures that are made at once.
const AT_ONCE: usize = 2;
/// Pictures that are made or waited for; who asks for one more is told to come back.
const WAITING: usize = 16;
/// Goes up when cards are drawn in another way.
const LOOK: u32 = 2;

/// The cards of all boards.
pub struct Cards {
    /// The newest last.
    kept: Mutex<VecDeque<(String, Picture)>>,
    waiting: Semaphore,
    drawing: Arc<Semaphore>,
}

/// A picture that was made, or is being made.
type Picture = Arc<OnceCell<Bytes>>;

impl Default for Cards {
    fn default() -> Self {
        let drawing = Arc::new(Semaphore::new(AT_ONCE));
        Self { kept: Mutex::default(), waiting: Semaphore::new(WAITING), drawing }
    }
}

impl Cards {
    /// The card as a PNG, for readers of a language.
    pub async fn png(&self, glance: Glance, language: Language) -> Result<Bytes, AppError> {
        let picture = self.picture(name(&glance, language));
        picture.get_or_try_init(|| self.draw(move || svg::card(&glance, language, &SystemFonts))).await.cloned()
    }

    /// The card of a run as a PNG, for readers of a language.
    pub async fn run_png(&self, played: Played, language: Language) -> Result<Bytes, AppError> {
        let picture = self.picture(run_name(&played, language));
        picture.get_or_try_init(|| self.draw(move || svg::run_card(&played, language, &SystemFonts))).await.cloned()
    }

    /// The picture of this name, perhaps yet to be made.
    fn picture(&self, name: String) -> Picture {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(known, _)| *known == name).and_then(|index| kept.remove(index));
        let (name, picture) = known.unwrap_or_else(|| (name, Picture::default()));
        kept.push_back((name, picture.clone()));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        picture
    }

    async fn draw(&self, svg: impl FnOnce() -> String + Send + 'static) -> Result<Bytes, AppError> {
        let _place = self.waiting.try_acquire().map_err(|_| AppError::Busy)?;
        let turn = self.drawing.clone().acquire_owned().await;
        let drawn = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, even if nobody waits for it any more.
            let _turn = turn;
            render::png(&svg())
        });
        let drawn = drawn.await.map_err(|error| failed(&error))?;
        drawn.map(Bytes::from).map_err(|error| failed(&error))
    }
}

fn failed(cause: &(dyn std::error::Error + 'static)) -> AppError {
    error!(cause, "a card could not be drawn");
    AppError::Internal
}

/// What tells a picture apart from all others: it never stands for another one.
pub fn name(glance: &Glance, language: Language) -> String {
    let Glance { revision, moment, about, .. } = glance;
    let whose = about.as_ref().map(|player| format!(".{}", encode(player.as_str()))).unwrap_or_default();
    format!("{LOOK}.{}.{revision}.{}.{}.{}{whose}", language.code(), moment.version, moment.window, moment.period)
}

/// The same for a run's.
pub fn run_name(played: &Played, language: Language) -> String {
    let shown = Sha256::digest(format!("{played:?}"));
    format!("{LOOK}.{}.run.{}", language.code(), hex(&shown[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_kept_until_others_are_newer() {
        let cards = Cards::default();
        let (first, second) = (cards.picture("first".to_owned()), cards.picture("second".to_owned()));
        for other in 0..KEPT - 2 {
            cards.picture(other.to_string());
        }
        // Whoever is asked for is new again.
        assert!(Arc::ptr_eq(&cards.picture("first".to_owned()), &first));
        cards.picture("one more".to_owned());
        assert!(!Arc::ptr_eq(&cards.picture("second".to_owned()), &second));
        assert!(Arc::ptr_eq(&cards.picture("first".to_owned()), &first));
        assert_eq!(cards.kept.lock().unwrap().len(), KEPT);
    }
}
