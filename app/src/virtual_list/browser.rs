//! What moves a list in the browser, and when it is shown.

use super::{
    Align, Fit, Options, Scroll, VirtualList,
    course::Course,
    elements::{Elements, Told, is_typed_into, step},
};
use crate::effect::effect;
use leptos::{
    ev::KeyboardEvent,
    leptos_dom::helpers::{TimeoutHandle, queue_microtask, request_animation_frame, set_timeout_with_handle},
    prelude::*,
};
use std::time::Duration;
use web_sys::HtmlElement;

/// How long a list is taken to move after it last did.
const REST: Duration = Duration::from_millis(150);
/// Differences of less, in px, are the browser's rounding.
const SAME: f64 = 1.0;

/// What moves a list.
#[derive(Clone, Copy)]
pub struct Hands {
    count: Signal<u64>,
    shown: RwSignal<Option<Fit>>,
    /// Told when rows are to be put elsewhere.
    placed: Trigger,
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    course: Course,
    elements: Option<Elements>,
    /// Whether rows are to be put elsewhere.
    is_moved: bool,
    /// Whether an animation frame is asked for.
    is_awaited: bool,
    /// Whether sizes may have changed since the last one.
    is_resized: bool,
    /// Whether measured heights wait to be shown.
    is_measured: bool,
    rest: Option<TimeoutHandle>,
}

impl Hands {
    /// Those of a list that is not mounted yet.
    pub fn new(options: &Options, shown: RwSignal<Option<Fit>>) -> Self {
        let Options { count, row_height, overscan, first, .. } = *options;
        let inner = Inner {
            course: Course::new(row_height, count.get_untracked(), overscan, first),
            elements: None,
            is_moved: false,
            is_awaited: false,
            is_resized: false,
            is_measured: false,
            rest: None,
        };
        Self { count, shown, placed: Trigger::new(), inner: StoredValue::new_local(inner) }
    }

    /// Where a row is, from the anchor row; until the list is mounted nowhere else than in the flow.
    pub fn place(self, row: u64) -> f64 {
        self.placed.track();
        self.inner.try_with_value(|inner| inner.elements.as_ref().map_or(0.0, |_| inner.course.row_top(row))).unwrap_or_default()
    }

    /// Does something to the list, and shows what came of it.
    fn change(self, act: &mut dyn FnMut(&mut Inner)) {
        let shown = self.inner.try_update_value(|inner| {
            act(inner);
            inner.show()
        });
        let Some(Some((fit, is_moved))) = shown else { return };
        if is_moved {
            self.placed.notify();
        }
        if self.shown.with_untracked(|shown| shown.as_ref() != Some(&fit)) {
            self.shown.set(Some(fit));
        }
    }

    /// Shows what has changed at the next animation frame; what the browser tells in between is one change.
    fn change_soon(self, is_resized: bool) {
        let is_awaited = self.inner.try_update_value(|inner| {
            inner.is_resized |= is_resized;
            std::mem::replace(&mut inner.is_awaited, true)
        });
        if is_awaited == Some(false) {
            request_animation_frame(move || {
                // The component may be gone by now.
                let Some(count) = self.count.try_get_untracked() else { return };
                self.change(&mut |inner| {
                    inner.is_awaited = false;
                    if std::mem::take(&mut inner.is_resized) { inner.refit(count) } else { inner.follow() }
                });
            });
        }
    }

    fn refit(self) {
        let count = self.count.get_untracked();
        self.change(&mut |inner| inner.refit(count));
    }
}

impl VirtualList {
    /// Mounts the list as soon as its elements are there, and follows the number of rows.
    pub fn attach(self, options: Options) {
        effect(move || {
            let scroller = match options.scroll {
                Scroll::Element => self.scroller.get().map(|div| Some(div.into())),
                Scroll::Window => Some(None),
            };
            if let (Some(body), Some(scroller)) = (self.body.get(), scroller) {
                self.mount(body.into(), scroller, options.header);
            }
        });
        // At the next frame, before anything is changed for it: what is asked of the elements then is known to the browser.
        effect(move || {
            self.hands.count.track();
            self.hands.change_soon(true);
        });
    }

    fn mount(self, body: HtmlElement, scroller: Option<HtmlElement>, header: f64) {
        let hands = self.hands;
        let Some(elements) = Elements::new(body, scroller, header, &|kind| self.on(kind)) else { return };
        let mut elements = Some(elements);
        let count = hands.count.get_untracked();
        self.stir();
        hands.change(&mut |inner| {
            // Another element may have been there before; its listeners go with it.
            inner.elements = elements.take();
            inner.mount(count);
        });
    }

    /// What to do about something that an element may tell.
    fn on(self, event: Told) -> Box<dyn FnMut()> {
        match event {
            Told::Scrolled => Box::new(move || {
                self.stir();
                self.hands.change_soon(false);
            }),
            Told::Resized => Box::new(move || self.hands.change_soon(true)),
        }
    }

    /// Says that the list moves, until it has rested for a while.
    fn stir(self) {
        let is_still = self.is_still;
        if is_still.try_get_untracked() == Some(false) {
            is_still.set(true);
        }
        let rest = set_timeout_with_handle(
            move || {
                // The component may be gone by now.
                let _ = is_still.try_set(false);
            },
            REST,
        )
        .ok();
        let before = self.hands.inner.try_update_value(|inner| std::mem::replace(&mut inner.rest, rest));
        if let Some(Some(before)) = before {
            before.clear();
        }
    }

    /// Scrolls to a row.
    pub fn go_to(self, row: u64, align: Align) {
        self.stir();
        self.hands.refit();
        self.hands.change(&mut |inner| {
            let place = inner.course.place_of(row, align);
            inner.go(place);
        });
    }

    /// Keeps the place when rows come in above.
    pub fn keep_place(self, rows: i64) {
        self.stir();
        self.hands.refit();
        self.hands.change(&mut |inner| {
            inner.course.shift(rows);
            inner.is_moved = true;
            inner.bring();
        });
    }

    /// Takes a key, unless it is meant for what has the focus. Where that is in a row, up and down lead to the row beside it.
    pub fn take_key(self, event: &KeyboardEvent) -> bool {
        if event.default_prevented() || is_typed_into(event.target()) {
            return false;
        }
        let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
        if !has_modifier && step(event).is_some() {
            return true;
        }
        let place = self.hands.inner.try_with_value(|inner| inner.course.key(&event.key(), has_modifier));
        let Some(Some(place)) = place else { return false };
        self.stir();
        self.hands.change(&mut |inner| inner.go(place));
        true
    }

    /// Takes a height. Those that come together are shown together, still before the browser paints.
    pub fn take_height(self, row: u64, height: f64) {
        let is_first = self.hands.inner.try_update_value(|inner| {
            if !inner.is_measured {
                inner.follow();
            }
            let is_moved = inner.course.measure(row, height);
            is_moved && !std::mem::replace(&mut inner.is_measured, true)
        });
        if is_first == Some(true) {
            queue_microtask(move || {
                self.hands.change(&mut |inner| {
                    (inner.is_measured, inner.is_moved) = (false, true);
                    inner.bring();
                });
            });
        }
    }
}

impl Inner {
    /// Makes a list of the rows that were in the flow. Nobody sees it: what is at the top stays there.
    fn mount(&mut self, count: u64) {
        let Some(elements) = &mut self.elements else { return };
        let scrolled = elements.position().max(0.0);
        self.course.resized(count, elements.viewport());
        let place = self.course.place() + scrolled;
        self.course.go(place);
        elements.set_height(self.course.height());
        elements.dress();
        if place > 0.0 {
            self.bring();
        }
        self.follow();
        self.is_moved = true;
    }

    /// Goes where the browser has scrolled to. An element that is hidden has no place, and keeps the one that it had.
    fn follow(&mut self) {
        let Some(elements) = self.elements.as_ref().filter(|elements| elements.viewport() > 0.0) else { return };
        if let Some(to) = self.course.scrolled(elements.position()) {
            elements.scroll_to(to);
            // The browser may have rounded it.
            self.course.scrolled(elements.position());
        }
    }

    /// Takes new sizes and another number of rows. Where the list is hidden or shown again, it is where it was.
    fn refit(&mut self, count: u64) {
        let was_hidden = self.course.viewport() <= 0.0;
        if !was_hidden {
            self.follow();
        }
        let Some(elements) = &mut self.elements else {
            self.course.resized(count, self.course.viewport());
            return;
        };
        elements.measure();
        let moves = self.course.resized(count, elements.viewport()).is_some();
        elements.set_height(self.course.height());
        if moves || was_hidden && self.course.place() > 0.0 {
            self.bring();
        }
        self.follow();
    }

    /// Goes to a place.
    fn go(&mut self, place: f64) {
        self.course.go(place);
        self.bring();
    }

    /// Makes the elements what the list is.
    fn bring(&mut self) {
        let Some(elements) = &mut self.elements else { return };
        elements.set_height(self.course.height());
        let to = self.course.scroller();
        if (elements.position() - to).abs() >= SAME {
            elements.scroll_to(to);
        }
        self.follow();
    }

    /// Puts the anchor row in its place; the rows to show, and whether they are to be put elsewhere.
    fn show(&mut self) -> Option<(Fit, bool)> {
        let elements = self.elements.as_mut()?;
        let is_moved = std::mem::take(&mut self.is_moved) | self.course.settle_anchor();
        elements.set_anchor(self.course.anchor_top());
        Some((self.course.fit(), is_moved))
    }
}
