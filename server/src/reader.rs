//! In which language the answer to a request is read. What has no language of its own to be in, an API's problem say, is in that.

use app::i18n::Language;
use std::future::Future;

tokio::task_local! {
    static CURRENT: Language;
}

/// Answers a request that is read in a language.
pub async fn scope<T>(language: Language, answer: impl Future<Output = T>) -> T {
    CURRENT.scope(language, answer).await
}

/// The language of whoever reads what is answered at the moment; English where nothing is answered, or whoever asks has not said: programs don't.
pub fn language() -> Language {
    CURRENT.try_with(|language| *language).unwrap_or_default()
}
