use crate::components::title;
#[cfg(feature = "ssr")]
use leptos::prelude::untrack;

/// Tells search engines and chats of a page: its title, and what it shows in a sentence, with the path of its picture, if it has one. None of
/// them runs its program: but for the title, only the server says it, and only there it is asked for.
pub fn head(text: impl Fn() -> String + 'static, about: impl FnOnce() -> (String, Option<String>)) {
    #[cfg(feature = "ssr")]
    told::tell(&untrack(&text), about());
    #[cfg(not(feature = "ssr"))]
    let _ = about;
    title(text);
}

#[cfg(feature = "ssr")]
mod told {
    use crate::{
        components::into_head,
        i18n::{Language, language},
    };
    use leptos::prelude::*;
    use leptos_meta::Meta;

    pub fn tell(title: &str, (description, image): (String, Option<String>)) {
        let title = if title.is_empty() { "LeaderPort" } else { title };
        into_head(view! {
            <Meta name="description" content=description.clone() />
            <Meta property="og:title" content=title.to_owned() />
            <Meta property="og:description" content=description />
        });
        if let Some((path, origin)) = image.zip(origin()) {
            into_head(view! {
                <Meta property="og:image" content=format!("{origin}{}", of_reader(path)) />
                <Meta name="twitter:card" content="summary_large_image" />
            });
        }
    }

    /// The path of a picture in the reader's language, which may be said of pictures that are in English if nothing is.
    fn of_reader(path: String) -> String {
        let (language, separator) = (language(), if path.contains('?') { '&' } else { '?' });
        if language == Language::default() { path } else { format!("{path}{separator}lang={}", language.code()) }
    }

    /// Where the site is, as whoever asked for the page calls it: pictures of a page need whole addresses.
    fn origin() -> Option<String> {
        let parts = use_context::<http::request::Parts>()?;
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        // It is a word of whoever asks, and is said to nobody else.
        let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
        Some(format!("{scheme}://{}", text("host")?))
    }
}
