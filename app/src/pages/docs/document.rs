use crate::{
    components::title,
    markup::{Markup, tag},
};
use leptos::prelude::*;

/// A page of documentation around its text, which is HTML and the server's alone: nobody is to load it a second time as WebAssembly. So what
/// leads to such a page is a link that the browser follows (`rel="external"`), and so are the links on it.
pub fn document(name: &'static str, text: String) -> AnyView {
    title(move || name.to_owned());
    Markup::from(tag("article").class("docs").attr("lang", "en").attr("dir", "ltr").html(text)).into_any()
}

/// The text of a page, as it is written on the server; without the marks that hydration goes by.
#[cfg(feature = "ssr")]
pub fn html(text: impl IntoView) -> String {
    text.into_view().to_html().replace("<!>", "")
}

/// The text in the browser, where there is none. It is on the page already, unless that was come back to from another one: then it has to
/// be loaded.
#[cfg(not(feature = "ssr"))]
pub fn on_server() -> String {
    let is_hydrating = Owner::current_shared_context().is_some_and(|context| context.during_hydration());
    if !is_hydrating && let Err(error) = window().location().reload() {
        leptos::logging::error!("the page can't be loaded: {error:?}");
    }
    String::new()
}
