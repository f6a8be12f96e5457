use crate::components::Title;
use leptos::prelude::*;

/// What search engines and chats are told of a page. None of them runs its program: but for the title, only the server says it.
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
    #[cfg(feature = "ssr")]
    return view! {
        <tags::Tags title=title.get_untracked() description image />
        <Title text=title />
    };
    #[cfg(not(feature = "ssr"))]
    {
        let _ = (description, image);
        view! { <Title text=title /> }
    }
}

#[cfg(feature = "ssr")]
mod tags {
    use leptos::prelude::*;
    use leptos_meta::Meta;

    #[component]
    pub fn Tags(title: String, description: String, image: Option<String>) -> impl IntoView {
        let title = if title.is_empty() { "LeaderPort".to_owned() } else { title };
        let (card, image) = match image.zip(origin()) {
            Some((path, origin)) => {
                ("summary_large_image", view! { <Meta property="og:image" content=format!("{origin}{path}") /> }.into_any())
            }
            None => ("summary", view! { <Meta property="og:type" content="website" /> }.into_any()),
        };
        view! {
            <Meta name="description" content=description.clone() />
            <Meta property="og:title" content=title />
            <Meta property="og:description" content=description />
            <Meta name="twitter:card" content=card />
            {image}
        }
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
