//! What the panel shows, as it is at the moment.

use super::{
    frames::Frames,
    meter::{Meter, Traffic},
    wire,
};
use crate::{
    live::{Live, Status, ViewReport},
    query::{Queries, QueryReport},
    state::{Outbox, Waiting},
};
use js_sys::{Reflect, WebAssembly::Memory};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// Whom to ask.
#[derive(Clone, Copy)]
pub struct Sources {
    live: Live,
    queries: Queries,
    outbox: Outbox,
}

/// What they said.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Where the page is.
    pub path: String,
    /// Whether changes arrive.
    pub status: Status,
    /// Whether the outbox takes the network to be there.
    pub is_online: bool,
    /// What went over the socket so far.
    pub total: Traffic,
    /// What of it each second of late.
    pub rate: Traffic,
    /// Everything that was asked of the server and is kept.
    pub queries: Vec<QueryReport>,
    /// Who watches and follows.
    pub views: Vec<ViewReport>,
    /// Scores without a receipt, and whether each is under way.
    pub scores: Vec<(Waiting, bool)>,
    /// Frames in the last second.
    pub frames: usize,
    /// The longest of them, in milliseconds.
    pub worst_ms: f64,
    /// Long ones since the panel was opened.
    pub long: u32,
    /// Elements in the document, this panel's included.
    pub elements: u32,
    /// Rows of tables among them.
    pub rows: u32,
    /// What JavaScript has on its heap, in bytes, where the browser tells.
    pub heap: Option<f64>,
    /// How large the module's memory is, in bytes.
    pub wasm: Option<f64>,
}

impl Sources {
    /// Those of the calling component's app.
    pub fn of_tab() -> Option<Self> {
        Some(Self { live: Live::of_tab()?, queries: Queries::of_tab()?, outbox: Outbox::of_tab()? })
    }

    /// Asks them all.
    pub fn read(self, frames: &Frames, meter: &mut Meter) -> Facts {
        let total = wire::traffic();
        Facts {
            path: web_sys::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default(),
            status: self.live.status().get_untracked(),
            is_online: self.outbox.is_online().get_untracked(),
            total,
            rate: meter.read(now(), total),
            queries: self.queries.report(),
            views: self.live.report(),
            scores: self.outbox.report(),
            frames: frames.per_second(),
            worst_ms: frames.worst_ms(),
            long: frames.long(),
            elements: document().get_elements_by_tag_name("*").length(),
            rows: document().query_selector_all("tbody tr").map_or(0, |rows| rows.length()),
            heap: heap(),
            wasm: wasm(),
        }
    }
}

impl Facts {
    /// How far each board has got that the page shows, by the newest of its pages.
    pub fn versions(&self) -> Vec<(String, u64)> {
        let mut newest = std::collections::BTreeMap::<String, u64>::new();
        for view in &self.views {
            for version in view.pages.iter().filter_map(|(_, version)| *version) {
                let known = newest.entry(view.board.to_string()).or_default();
                *known = version.max(*known);
            }
        }
        newest.into_iter().collect()
    }
}

/// The time, in milliseconds since the page was opened.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Only some browsers tell.
fn heap() -> Option<f64> {
    let performance = web_sys::window()?.performance()?;
    number(&Reflect::get(&performance, &"memory".into()).ok()?, "usedJSHeapSize")
}

fn wasm() -> Option<f64> {
    number(&wasm_bindgen::memory().dyn_into::<Memory>().ok()?.buffer(), "byteLength")
}

fn number(of: &JsValue, name: &str) -> Option<f64> {
    Reflect::get(of, &name.into()).ok()?.as_f64()
}
