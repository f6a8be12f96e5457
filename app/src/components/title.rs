use leptos::prelude::*;

/// Titles the page, as the tab shows it: anew whenever the signals change that the text is made of. The page that the site begins with has
/// an empty title.
pub fn title(text: impl Fn() -> String + 'static) {
    let whole = move || Some(text()).filter(|text| !text.is_empty()).map_or_else(|| "LeaderPort".to_owned(), |text| text + " · LeaderPort");
    // The server writes the head when the page's signals may be gone. leptos_meta writes the title as it is, and names in it are
    // anybody's.
    #[cfg(feature = "ssr")]
    {
        let text = crate::fragments::as_html(&untrack(whole));
        into_head(view! { <leptos_meta::Title text /> });
    }
    // The browser has no use for the rest of leptos_meta.
    #[cfg(not(feature = "ssr"))]
    crate::effect::effect(move || document().set_title(&whole()));
}

/// Writes tags of leptos_meta into the head of the page that is rendered, and nothing where they are called: the browser renders none of
/// them, and must find the same.
#[cfg(feature = "ssr")]
pub fn into_head(tags: impl IntoView) {
    drop(tags.into_view().to_html());
}
