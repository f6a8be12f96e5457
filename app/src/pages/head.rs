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
        paths::Site,
    };
    use http::{Uri, request::Parts};
    use leptos::prelude::*;
    use leptos_meta::{Link, Meta};

    /// What of an address's query makes it another page.
    const PAGES: [&str; 5] = ["window", "period", "after", "board", "run"];

    pub fn tell(title: &str, (description, image): (String, Option<String>)) {
        let title = if title.is_empty() { "LeaderPort" } else { title };
        into_head(view! {
            <Meta name="description" content=description.clone() />
            <Meta property="og:title" content=title.to_owned() />
            <Meta property="og:description" content=description />
        });
        let Some(Site { origin, is_public }) = use_context() else { return };
        if let Some(path) = image {
            // The other one is the site's sign.
            let is_card = path.contains("/og.png");
            let (path, card) = if is_card { (of_reader(path), "summary_large_image") } else { (path, "summary") };
            into_head(view! {
                <Meta property="og:image" content=format!("{origin}{path}") />
                <Meta name="twitter:card" content=card />
            });
        }
        if let Some(page) = use_context::<Parts>().filter(|_| is_public) {
            into_head(view! { <Link rel="canonical" href=format!("{origin}{}", address(&page.uri)) /> });
        }
    }

    /// The path of a picture in the reader's language, which may be said of pictures that are in English if nothing is.
    fn of_reader(path: String) -> String {
        let (language, separator) = (language(), if path.contains('?') { '&' } else { '?' });
        if language == Language::default() { path } else { format!("{path}{separator}lang={}", language.code()) }
    }

    /// The one address of a page that has several: without what only scrolls it, looks for something in it, or fills a form in.
    fn address(uri: &Uri) -> String {
        let is_page = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| PAGES.contains(&name));
        let pairs: Vec<_> = uri.query().unwrap_or_default().split('&').filter(is_page).collect();
        if pairs.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), pairs.join("&")) }
    }
}
