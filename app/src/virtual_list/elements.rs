//! The elements of a list: what they tell, and what is done to them.

use js_sys::{Number, Reflect};
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    AddEventListenerOptions, Element, EventTarget, HtmlElement, KeyboardEvent, ResizeObserver, ScrollBehavior, ScrollIntoViewOptions,
    ScrollLogicalPosition, ScrollToOptions,
};

/// What an element may tell.
#[derive(Clone, Copy)]
pub enum Told {
    /// Something was scrolled.
    Scrolled,
    /// Sizes may have changed.
    Resized,
}

/// The elements of a list.
pub struct Elements {
    body: HtmlElement,
    scroller: Scroller,
    header: f64,
    /// How far the body is from where it would be if the list were all there is, in px.
    lead: f64,
    /// What was set last.
    height: f64,
    anchor: f64,
    _listeners: [Option<Listener>; 2],
    _watch: Watch,
}

/// What scrolls: an element, or the page with its root.
enum Scroller {
    Element(HtmlElement),
    Page(web_sys::Window, Element),
}

impl Elements {
    /// Those of a list, with what to do about what they tell; `None` outside of a page.
    pub fn new(body: HtmlElement, element: Option<HtmlElement>, header: f64, on: &dyn Fn(Told) -> Box<dyn FnMut()>) -> Option<Self> {
        let window = web_sys::window()?;
        // Whatever moves the body: in an element its table, on a page anything.
        let document = window.document()?;
        let (scroller, watched, listeners) = match element {
            Some(element) => {
                let listener = Listener::new(&element, "scroll", on(Told::Scrolled));
                let watched = [Some(Element::from(element.clone())), body.parent_element()];
                (Scroller::Element(element), watched, [listener, None])
            }
            None => {
                let listeners = [
                    Listener::new(&window, "scroll", on(Told::Scrolled)),
                    // The height of the viewport is no element's.
                    Listener::new(&window, "resize", on(Told::Resized)),
                ];
                (Scroller::Page(window, document.document_element()?), [document.body().map(Element::from), None], listeners)
            }
        };
        let watch = Watch::new(watched.into_iter().flatten(), on(Told::Resized))?;
        let (height, anchor) = (f64::NAN, f64::NAN);
        let mut elements = Self { body, scroller, header, lead: 0.0, height, anchor, _listeners: listeners, _watch: watch };
        elements.measure();
        Some(elements)
    }

    /// How much of the list can be seen.
    pub fn viewport(&self) -> f64 {
        let height = match &self.scroller {
            Scroller::Element(element) => element.client_height(),
            Scroller::Page(_, root) => root.client_height(),
        };
        (f64::from(height) - self.header).max(0.0)
    }

    /// Looks where the body is. Not by its rectangle, which is made of floats: far down those are wrong by whole px.
    pub fn measure(&mut self) {
        let begin = match &self.scroller {
            Scroller::Element(element) => page_top(element) + element.client_top(),
            Scroller::Page(..) => 0,
        };
        self.lead = f64::from(page_top(&self.body) - begin) - self.header;
    }

    /// How far the scroller has gone past where the list begins.
    pub fn position(&self) -> f64 {
        let top = match &self.scroller {
            // With its fraction, which the typed getter cuts off.
            Scroller::Element(element) => Reflect::get(element, &JsValue::from_str("scrollTop")).ok().and_then(|top| top.as_f64()),
            Scroller::Page(window, _) => window.scroll_y().ok(),
        };
        top.unwrap_or_default() - self.lead
    }

    /// Scrolls at once, whatever the style sheet says of smoothness, and only up and down.
    pub fn scroll_to(&self, position: f64) {
        let options = ScrollToOptions::new();
        options.set_top(position + self.lead);
        options.set_behavior(ScrollBehavior::Instant);
        match &self.scroller {
            Scroller::Element(element) => element.scroll_to_with_scroll_to_options(&options),
            Scroller::Page(window, _) => window.scroll_to_with_scroll_to_options(&options),
        }
    }

    /// Takes the rows out of the flow. What comes in above is the list's own business, not the browser's.
    pub fn dress(&self) {
        set_style(&self.body, "overflow-anchor", "none");
        // An element always takes a class that is a word.
        let _ = self.body.class_list().add_1("virtual");
    }

    pub fn set_height(&mut self, height: f64) {
        if height != self.height {
            self.height = height;
            set_style(&self.body, "height", &px(height));
        }
    }

    pub fn set_anchor(&mut self, top: f64) {
        if top != self.anchor {
            self.anchor = top;
            set_style(&self.body, "--virtual-top", &px(top));
        }
    }
}

/// Something that is listened to, until it is dropped.
struct Listener {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut()>,
}

impl Listener {
    fn new(target: &EventTarget, event: &'static str, act: Box<dyn FnMut()>) -> Option<Self> {
        let closure = Closure::wrap(act);
        let options = AddEventListenerOptions::new();
        options.set_passive(true);
        let function = closure.as_ref().unchecked_ref();
        target.add_event_listener_with_callback_and_add_event_listener_options(event, function, &options).ok()?;
        Some(Self { target: target.clone(), event, closure })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Nothing to be done about a target that is gone.
        let _ = self.target.remove_event_listener_with_callback(self.event, self.closure.as_ref().unchecked_ref());
    }
}

/// Elements whose sizes are watched, until it is dropped.
struct Watch {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut()>,
}

impl Watch {
    fn new(elements: impl Iterator<Item = Element>, act: Box<dyn FnMut()>) -> Option<Self> {
        let closure = Closure::wrap(act);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        elements.for_each(|element| observer.observe(&element));
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Where an element begins on the page if nothing is scrolled, in whole px.
fn page_top(element: &HtmlElement) -> i32 {
    let mut top = element.offset_top();
    let mut parent = element.offset_parent();
    while let Some(element) = parent.and_then(|parent| parent.dyn_into::<HtmlElement>().ok()) {
        top += element.offset_top() + element.client_top();
        parent = element.offset_parent();
    }
    top
}

/// Whether a key is meant for what is written or chosen there.
pub fn is_typed_into(target: Option<EventTarget>) -> bool {
    target
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}

/// Gives the focus from the row that a key is pressed in to the one beside it, by what the key says, if both are there.
pub fn step(event: &KeyboardEvent) -> Option<()> {
    let row = event.target()?.dyn_into::<Element>().ok()?.closest("tr").ok()??;
    let beside = match event.key().as_str() {
        "ArrowUp" => row.previous_element_sibling(),
        "ArrowDown" => row.next_element_sibling(),
        _ => None,
    }?;
    let link = beside.query_selector("a").ok()??.dyn_into::<HtmlElement>().ok()?;
    // By itself a browser would put a row that is out of sight into the middle.
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    beside.scroll_into_view_with_scroll_into_view_options(&options);
    link.focus().ok()
}

fn set_style(element: &HtmlElement, name: &str, value: &str) {
    // What a browser does not know does not matter to it.
    let _ = element.style().set_property(name, value);
}

/// A length, written by the browser, which can do so already.
fn px(length: f64) -> String {
    let digits = Number::from(length).to_string_with_radix(10).map_or_else(|_| String::new(), String::from);
    digits + "px"
}
