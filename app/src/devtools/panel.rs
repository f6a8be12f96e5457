use super::{
    facts::{Facts, Sources, now},
    frames::Frames,
    meter::{Meter, Traffic},
    network, wire,
};
use crate::{i18n::number, live::ViewReport, query::QueryReport, state::Waiting};
use leptos::{ev, leptos_dom::helpers::request_animation_frame, prelude::*};
use std::time::Duration;

/// How often what is shown is read again.
const EVERY: Duration = Duration::from_millis(500);
/// For how long frames can be held back, in milliseconds.
const DELAYS: [u32; 3] = [0, 200, 1_000];

/// The panel: a button until it is opened, by that or by Alt+D. It costs nothing while it is closed.
#[component]
pub fn Panel(
    /// Whom to ask.
    sources: Sources,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let facts = RwSignal::new(None);
    Effect::new(move |_| {
        if is_open.get() {
            refresh(sources, facts);
        }
    });
    let handle = window_event_listener(ev::keydown, move |event| {
        // By where the key is: with Alt it types something else on some systems.
        if event.alt_key() && !event.ctrl_key() && !event.meta_key() && event.code() == "KeyD" {
            event.prevent_default();
            is_open.update(|is_open| *is_open = !*is_open);
        }
    });
    on_cleanup(move || handle.remove());
    view! {
        <style nonce=nonce()>{include_str!("panel.css")}</style>
        <aside aria-label="Developer tools">
            {move || is_open.get().then(|| view! { <Opened facts /> })}
            <button
                type="button"
                aria-expanded=move || is_open.get().to_string()
                aria-keyshortcuts="Alt+D"
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
            >
                "dev"
            </button>
        </aside>
    }
}

/// The word by which the page's policy lets a style in that is no file.
fn nonce() -> Option<String> {
    let script = document().query_selector("script[nonce]").ok().flatten()?;
    js_sys::Reflect::get(&script, &"nonce".into()).ok()?.as_string()
}

/// Reads the facts over and over, until the calling effect runs again.
fn refresh(sources: Sources, facts: RwSignal<Option<Facts>>) {
    let frames = StoredValue::new(Frames::default());
    let meter = StoredValue::new(Meter::default());
    let read = move || {
        let read = frames.try_with_value(|frames| meter.try_update_value(|meter| sources.read(frames, meter)));
        facts.set(read.flatten());
    };
    read();
    show_frames(frames);
    if let Ok(handle) = set_interval_with_handle(read, EVERY) {
        on_cleanup(move || handle.clear());
    }
}

/// Counts frames for as long as there is somewhere to count them.
fn show_frames(frames: StoredValue<Frames>) {
    request_animation_frame(move || {
        if frames.try_update_value(|frames| frames.show(now())).is_some() {
            show_frames(frames);
        }
    });
}

#[component]
fn Opened(facts: RwSignal<Option<Facts>>) -> impl IntoView {
    let lists = move || {
        facts.get().map(|facts| {
            view! {
                {page(&facts)}
                {socket(&facts)}
                {list("Queries", facts.queries.iter().map(query).collect())}
                {list("Live views", facts.views.iter().map(live_view).collect())}
                {list("Pending scores", facts.scores.iter().map(score).collect())}
            }
        })
    };
    view! {
        <div class="opened">
            <Switches />
            {lists}
        </div>
    }
}

#[component]
fn Switches() -> impl IntoView {
    let option = |delay: u32| view! { <option value=delay.to_string() selected=delay == wire::delay()>{format!("{delay} ms")}</option> };
    let options = DELAYS.into_iter().map(option).collect_view();
    let throttle = |value: String| wire::set_delay(value.parse().unwrap_or(0));
    view! {
        <div role="group" aria-label="Switches">
            <label>
                <input type="checkbox" prop:checked=wire::is_cut() on:change=|event| network::mock_offline(event_target_checked(&event)) />
                "Mock offline"
            </label>
            <label>
                "Throttle"
                <select on:change=move |event| throttle(event_target_value(&event))>{options}</select>
            </label>
        </div>
    }
}

fn page(facts: &Facts) -> AnyView {
    let versions = facts.versions().into_iter().map(|(board, version)| format!("{board} {version}")).collect::<Vec<_>>().join(" · ");
    figures(
        "Page",
        vec![
            ("path", facts.path.clone()),
            ("version", if versions.is_empty() { "none is watched".to_owned() } else { versions }),
            ("frames", format!("{} fps · worst {:.0} ms · {} over 50 ms", facts.frames, facts.worst_ms, facts.long)),
            ("elements", format!("{} · {} rows", number(facts.elements.into()), facts.rows)),
            ("memory", format!("heap {} · wasm {}", size(facts.heap), size(facts.wasm))),
        ],
    )
}

fn socket(facts: &Facts) -> AnyView {
    let way = |messages: fn(&Traffic) -> f64, bytes: fn(&Traffic) -> f64| {
        let (rate, total) = (&facts.rate, &facts.total);
        let (per_second, so_far) = (size(Some(bytes(rate))), size(Some(bytes(total))));
        format!("{:.1}/s · {per_second}/s · in all {}, {so_far}", messages(rate), number(messages(total) as u64))
    };
    figures(
        "Socket",
        vec![
            ("state", format!("{:?} · {}", facts.status, if facts.is_online { "online" } else { "offline" }).to_lowercase()),
            ("in", way(|traffic| traffic.messages_in, |traffic| traffic.bytes_in)),
            ("out", way(|traffic| traffic.messages_out, |traffic| traffic.bytes_out)),
        ],
    )
}

fn figures(name: &'static str, figures: Vec<(&'static str, String)>) -> AnyView {
    let figure = |(term, text): (&'static str, String)| {
        view! {
            <div>
                <dt>{term}</dt>
                <dd data-fact=term>{text}</dd>
            </div>
        }
    };
    view! {
        <div role="group" aria-label=name>
            <h2>{name}</h2>
            <dl>{figures.into_iter().map(figure).collect_view()}</dl>
        </div>
    }
    .into_any()
}

fn list(name: &'static str, items: Vec<String>) -> AnyView {
    let title = format!("{name}: {}", items.len());
    let items = (!items.is_empty()).then(|| view! { <ul>{items.into_iter().map(|item| view! { <li>{item}</li> }).collect_view()}</ul> });
    view! {
        <div role="group" aria-label=name>
            <h2>{title}</h2>
            {items}
        </div>
    }
    .into_any()
}

fn query(report: &QueryReport) -> String {
    let board = report.key.board.as_ref().map(|board| format!("{board} ")).unwrap_or_default();
    let age = report.age_ms.map_or("never".to_owned(), |age| format!("{:.1} s old", age / 1_000.0));
    let state = format!("{:?}", report.state).to_lowercase();
    format!("{board}{} · {state} · {age} · users {}", report.key.name, report.users)
}

fn live_view(report: &ViewReport) -> String {
    let known = report.pages.iter().filter(|(_, version)| version.is_some()).count();
    let page = |(from, version): &(u64, Option<u64>)| format!("{from}@{}", version.map_or("?".to_owned(), |version| version.to_string()));
    let pages = match report.pages.as_slice() {
        [] => String::new(),
        pages => format!(" · pages {known}/{}: {}", pages.len(), pages.iter().map(page).collect::<Vec<_>>().join(" ")),
    };
    format!("{} {} · {}{pages}", report.view, report.board, report.what)
}

fn score((waiting, is_sending): &(Waiting, bool)) -> String {
    let state = if *is_sending { "under way" } else { "waits" };
    format!("{} · {} · {} · {state}", waiting.board, waiting.player, waiting.score)
}

fn size(bytes: Option<f64>) -> String {
    match bytes {
        None => "unknown".to_owned(),
        Some(bytes) if bytes < 1_024.0 => format!("{bytes:.0} B"),
        Some(bytes) if bytes < 1_048_576.0 => format!("{:.1} KiB", bytes / 1_024.0),
        Some(bytes) => format!("{:.1} MiB", bytes / 1_048_576.0),
    }
}
