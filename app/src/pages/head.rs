use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// What search engines and chats are told of a page.
#[component]
pub fn Head(
    /// Its title.
    #[prop(into)]
    title: Signal<String>,
    /// What it shows, in a sentence.
    description: String,
    /// The path of its picture, if it has one.
    image: Option<String>,
) -> impl IntoView {
    let image = image.zip(origin()).map(|(path, origin)| {
        view! {
            <Meta property="og:image" content=format!("{origin}{path}") />
            <Meta name="twitter:card" content="summary_large_image" />
        }
    });
    // The server writes the head when the page's signals may be gone.
    #[cfg(feature = "ssr")]
    let text = title.get_untracked();
    #[cfg(not(feature = "ssr"))]
    let text = move || title.get();
    view! {
        <Title text />
        <Meta name="description" content=description.clone() />
        <Meta property="og:title" content=title.get_untracked() />
        <Meta property="og:description" content=description />
        {image}
    }
}

/// Where the site is, as whoever asked for the page calls it: pictures of a page need whole addresses.
fn origin() -> Option<String> {
    #[cfg(feature = "hydrate")]
    return web_sys::window()?.location().origin().ok();
    #[cfg(not(feature = "hydrate"))]
    {
        let parts = use_context::<http::request::Parts>()?;
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        // It is a word of whoever asks, and is said to nobody else.
        let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
        Some(format!("{scheme}://{}", text("host")?))
    }
}
