//! What the browser adds to the dashboard: what changes by itself does, the palette finds pages, and a file goes up with its progress.

use crate::{
    api::{Fragment, Wanted, read_fragment},
    dom::{by_id, member},
    effect::effect,
    i18n::t,
};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_use::{use_event_listener, use_window};
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlProgressElement, KeyboardEvent, ProgressEvent, XmlHttpRequest};

/// How often what may change is asked for.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps the parts of the page up to date that say they are live.
pub fn keep_up(wanted: impl Fn() -> Wanted + Copy + Send + Sync + 'static) {
    let is_asking = StoredValue::new(false);
    let ask = move || {
        let is_seen = document().visibility_state() == web_sys::VisibilityState::Visible;
        if !is_seen || is_asking.get_value() || select("[data-live]").is_empty() {
            return;
        }
        is_asking.set_value(true);
        spawn_local(async move {
            let asked = untrack(wanted);
            let answer = read_fragment(asked.clone()).await;
            // Whoever has gone to another page in the meantime looks at that.
            if is_asking.try_set_value(false).is_none()
                && untrack(wanted) == asked
                && let Ok(fragment) = answer
            {
                take(&fragment);
            }
        });
    };
    effect(move || {
        if let Ok(ticks) = set_interval_with_handle(ask, EVERY) {
            on_cleanup(move || ticks.clear());
        }
        let _ = use_event_listener(use_window(), ev::keydown, pressed);
        let _ = use_event_listener(use_window(), ev::input, |_| look_through());
        let _ = use_event_listener(use_window(), ev::submit, |event| {
            let form = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(form) = form.filter(|form| form.has_attribute("data-import")) {
                event.prevent_default();
                upload(&form);
            }
        });
    });
}

/// Puts the live parts of a page in the place of those that are shown, where they differ and nobody is at work in them.
fn take(fragment: &Fragment) {
    let Ok(next) = document().create_element("div") else { return };
    next.set_inner_html(&fragment.html);
    for shown in select("[data-live]") {
        let Ok(Some(fresh)) = next.query_selector(&format!("#{}", shown.id())) else { continue };
        let html = fresh.inner_html();
        if shown.inner_html() != html && matches!(shown.query_selector(BUSY), Ok(None)) {
            shown.set_inner_html(&html);
        }
    }
}

/// What somebody is at work in.
const BUSY: &str = ":focus, :checked:not(option), :popover-open, details[open]";

fn select(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

#[wasm_bindgen]
extern "C" {
    /// An element that opens over the page.
    type Popover;
    #[wasm_bindgen(method, js_name = togglePopover)]
    fn toggle_popover(this: &Popover);
}

/// What is typed into the palette.
fn palette_text() -> Option<HtmlInputElement> {
    by_id("palette-text")
}

/// The palette opens by a key, and goes where its first line leads.
fn pressed(event: KeyboardEvent) {
    let is_palette = event.key().eq_ignore_ascii_case("k") && (event.ctrl_key() || event.meta_key());
    if is_palette && let Some(palette) = by_id::<Element>("palette") {
        event.prevent_default();
        palette.unchecked_into::<Popover>().toggle_popover();
        if let Some(text) = palette_text() {
            text.set_value("");
            let _focused = text.focus();
        }
        look_through();
    }
    let is_typing = document().active_element().is_some_and(|element| element.id() == "palette-text");
    if is_typing
        && event.key() == "Enter"
        && let Some(link) = select("#palette li:not([hidden]) a").into_iter().next()
    {
        event.prevent_default();
        link.unchecked_into::<HtmlElement>().click();
    }
}

/// Shows the lines of the palette that have the text in them.
fn look_through() {
    let Some(text) = palette_text() else { return };
    let wanted = text.value().to_lowercase();
    for line in select("#palette li") {
        let is_it = line.text_content().unwrap_or_default().to_lowercase().contains(&wanted);
        let _kept = line.toggle_attribute_with_force("hidden", !is_it);
    }
}

/// Sends the file that was chosen to where the form says. The request is an old one: it alone tells how much has gone up.
fn upload(form: &Element) {
    let part = |selector: &str| form.query_selector(selector).ok().flatten();
    let (Some(input), Some(progress), Some(said)) = (part("input[type=file]"), part("progress"), part("[data-said]")) else { return };
    let file = input.dyn_into::<HtmlInputElement>().ok().and_then(|input| input.files()).and_then(|files| files.get(0));
    let Some(file) = file else { return said.set_text_content(Some(t::desk_browser::CHOOSE_FILE.text())) };
    let (Some(path), Ok(request)) = (form.get_attribute("data-import"), XmlHttpRequest::new()) else { return };
    let Ok(progress) = progress.dyn_into::<HtmlProgressElement>() else { return };
    let kind = if file.name().to_lowercase().ends_with(".csv") { "text/csv" } else { "application/x-ndjson" };
    let begun = request.open("POST", &path).and_then(|()| request.set_request_header("content-type", kind));
    progress.set_hidden(false);
    let going = {
        let (progress, said) = (progress.clone(), said.clone());
        Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            let share = event.loaded() / event.total().max(1.0);
            progress.set_value(share);
            said.set_text_content(Some(&t::standing::share(&((share * 100.0) as u32).to_string()).text()));
        })
    };
    let done = {
        let request = request.clone();
        Closure::once_into_js(move || {
            progress.set_value(1.0);
            said.set_text_content(Some(&outcome(&request)));
        })
    };
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(going.into_js_value().unchecked_ref()));
    }
    request.set_onloadend(Some(done.unchecked_ref()));
    if begun.and_then(|()| request.send_with_opt_blob(Some(&file))).is_err() {
        request.abort().unwrap_or_default();
    }
}

/// What became of an import, in words.
fn outcome(request: &XmlHttpRequest) -> String {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    let Ok(answer) = js_sys::JSON::parse(&text) else {
        return t::desk_browser::NO_ANSWER.into();
    };
    if let Some(detail) = member(&answer, "detail").as_string() {
        return detail;
    }
    let count = |name: &str| member(&answer, name).as_f64().unwrap_or(0.0).to_string();
    let said = t::desk_browser::imported(&count("counted"), &count("replayed"), &count("lines"), &count("refused")).text();
    let first = js_sys::Array::from(&member(&answer, "errors")).get(0);
    if first.is_undefined() {
        return said;
    }
    let why = member(&member(&first, "problem"), "detail").as_string().unwrap_or_default();
    let line = member(&first, "line").as_f64().unwrap_or(0.0).to_string();
    format!("{said} {}", t::desk_browser::first_refused(&line, &why).text())
}
