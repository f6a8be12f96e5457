use crate::virtual_list::VirtualList;
use leptos::{html::Tr, prelude::*};

/// Rows that slide to where they come. The page is laid out as it is to be at once; each row that moved is shown where it was, and let
/// go from there. Only rows of one list know of one another: whether there is calm enough to slide is seen by all that move together.
#[derive(Clone, Copy)]
pub struct Slides {
    #[cfg(feature = "hydrate")]
    hands: browser::Hands,
}

impl Slides {
    /// Those of a list, for the calling component.
    pub fn new(list: VirtualList) -> Self {
        #[cfg(not(feature = "hydrate"))]
        let _ = list;
        Self {
            #[cfg(feature = "hydrate")]
            hands: browser::Hands::new(list),
        }
    }

    /// Has a row slide whenever its place is another one.
    pub fn follow(self, row: NodeRef<Tr>, place: impl Fn() -> u64 + 'static) {
        #[cfg(feature = "hydrate")]
        self.hands.follow(row, place);
        #[cfg(not(feature = "hydrate"))]
        let _ = (row, place);
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::{components::row::ROW_HEIGHT, effect::effect, virtual_list::VirtualList};
    use js_sys::{Array, Date, Function, Object, Reflect};
    use leptos::{html::Tr, leptos_dom::helpers::queue_microtask, prelude::*};
    use std::{cell::RefCell, rc::Rc};
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Animation, HtmlElement};

    /// How long a row slides, in milliseconds.
    const SLIDE_MS: f64 = 220.0;

    /// What lets the rows of a list slide.
    #[derive(Clone, Copy)]
    pub struct Hands {
        list: VirtualList,
        inner: StoredValue<Inner, LocalStorage>,
    }

    #[derive(Default)]
    struct Inner {
        /// The rows that move by the change that is being shown.
        moved: Vec<Moved>,
        /// When some last did, by the browser's time in milliseconds.
        moved_ms: f64,
    }

    /// A row that comes to another place.
    struct Moved {
        row: NodeRef<Tr>,
        /// By how many places, up.
        rise: i64,
        slide: Rc<RefCell<Option<Slide>>>,
    }

    impl Hands {
        pub fn new(list: VirtualList) -> Self {
            Self { list, inner: StoredValue::new_local(Inner::default()) }
        }

        pub fn follow(self, row: NodeRef<Tr>, place: impl Fn() -> u64 + 'static) {
            let slide = Rc::<RefCell<Option<Slide>>>::default();
            let mut known = None;
            effect(move || {
                let now = place();
                if let Some(before) = known.replace(now).filter(|before| *before != now) {
                    self.take(Moved { row, rise: before.cast_signed() - now.cast_signed(), slide: slide.clone() });
                }
            });
        }

        /// Takes a row that moves; those that move together are let go together, still before the browser paints.
        fn take(self, moved: Moved) {
            let is_first = self.inner.try_update_value(|inner| {
                inner.moved.push(moved);
                inner.moved.len() == 1
            });
            if is_first == Some(true) {
                queue_microtask(move || self.let_go());
            }
        }

        fn let_go(self) {
            // The component may be gone by now.
            let Some(seen) = self.list.visible().try_get_untracked() else { return };
            let screen = seen.end.saturating_sub(seen.start).max(1);
            let calm = self.inner.try_update_value(|inner| inner.calm(screen)).unwrap_or_default();
            if calm.is_empty() || self.list.is_still().get_untracked() || is_motion_unwanted() {
                return;
            }
            for Moved { row, rise, slide } in calm {
                // The row may be gone by now.
                if let Some(row) = row.try_get_untracked().flatten() {
                    let slide = &mut *slide.borrow_mut();
                    *slide = Slide::start(&row, rise as f64 * ROW_HEIGHT, slide.take());
                }
            }
        }
    }

    impl Inner {
        /// Those of the rows that moved which are to slide: none while changes come faster than rows slide, or when half of the screen is on
        /// the move; and what comes from farther away than a screen is just there.
        fn calm(&mut self, screen: u64) -> Vec<Moved> {
            let mut moved = std::mem::take(&mut self.moved);
            let before = std::mem::replace(&mut self.moved_ms, Date::now());
            let far = moved.iter().filter(|moved| moved.rise.abs() > 1).count() as u64;
            let is_calm = self.moved_ms - before >= SLIDE_MS && far <= screen / 2;
            moved.retain(|moved| is_calm && moved.rise.unsigned_abs() <= screen);
            moved
        }
    }

    fn is_motion_unwanted() -> bool {
        let query = web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
        query.is_some_and(|query| query.matches())
    }

    /// A row on its way.
    struct Slide {
        animation: Animation,
        /// How far below its place it began, in px.
        from: f64,
    }

    impl Slide {
        /// Lets a row go from so many px below its place, and from where it is if it is on its way. Rows are put to their places by another
        /// property than the one that is animated, and animations do not add up: so the browser plays them beside everything else.
        fn start(row: &HtmlElement, below: f64, before: Option<Self>) -> Option<Self> {
            let from = below + before.map_or(0.0, Self::stop);
            let (frames, options) = (Object::new(), Object::new());
            let transforms = Array::of2(&format!("translateY({}px)", from.round() as i64).into(), &"none".into());
            let set = |object: &Object, name: &str, value: &JsValue| drop(Reflect::set(object, &name.into(), value));
            set(&frames, "transform", &transforms);
            set(&options, "duration", &SLIDE_MS.into());
            set(&options, "easing", &"cubic-bezier(0.2, 0, 0, 1)".into());
            // web-sys has no stable binding for it. A browser that can't animate shows the row where it is.
            let animate = Reflect::get(row, &"animate".into()).ok()?.dyn_into::<Function>().ok()?;
            let animation = animate.call2(row, &frames, &options).ok()?.dyn_into().ok()?;
            Some(Self { animation, from })
        }

        /// Ends it; how many px were left.
        fn stop(self) -> f64 {
            let timing = self.animation.effect().map(|effect| effect.get_computed_timing());
            // It has none once it is over.
            let progress = timing.and_then(|timing| Reflect::get(&timing, &"progress".into()).ok()?.as_f64());
            self.animation.cancel();
            progress.map_or(0.0, |progress| self.from * (1.0 - progress))
        }
    }
}
