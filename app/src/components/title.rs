use leptos::prelude::*;

/// Titles the page, as the tab shows it. The page that the site begins with has an empty title.
pub fn title(text: Signal<String>) {
    let whole = move |text: &str| if text.is_empty() { "LeaderPort".to_owned() } else { format!("{text} · LeaderPort") };
    // The server writes the head when the page's signals may be gone. leptos_meta writes the title as it is, and names in it are
    // anybody's.
    #[cfg(feature = "ssr")]
    {
        let text = crate::fragments::as_html(&whole(&text.get_untracked()));
        into_head(view! { <leptos_meta::Title text /> });
    }
    // The browser has no use for the rest of leptos_meta.
    #[cfg(not(feature = "ssr"))]
    crate::effect::effect(move || document().set_title(&whole(&text.get())));
}

/// Writes tags of leptos_meta into the head of the page that is rendered, and nothing where they are called: the browser renders none of
/// them, and must find the same.
#[cfg(feature = "ssr")]
pub fn into_head(tags: impl IntoView) {
    drop(tags.into_view().to_html());
}
