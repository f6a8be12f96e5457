use leptos::prelude::*;

/// The title of a page, as the tab shows it.
#[component]
pub fn Title(
    /// Empty for the page that the site begins with.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let whole = move |text: &str| if text.is_empty() { "LeaderPort".to_owned() } else { format!("{text} · LeaderPort") };
    // The server writes the head when the page's signals may be gone. leptos_meta writes the title as it is, and names in it are
    // anybody's.
    #[cfg(feature = "ssr")]
    return {
        let text = whole(&text.get_untracked()).replace('&', "&amp;").replace('<', "&lt;");
        view! {
            <leptos_meta::Title text />
            {().into_view()}
        }
    };
    // The browser has no use for the rest of leptos_meta.
    #[cfg(not(feature = "ssr"))]
    Effect::new(move |_| document().set_title(&whole(&text.get())));
}
