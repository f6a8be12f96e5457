//! A list of any length, of which only the rows around the viewport are rendered: sixty at most, of ten million.
//!
//! # Map
//!
//! - `heights`: where each row begins · `scaling`: lists that are higher than an element can be · `fit`: which rows are
//!   rendered · `keys`: where keys lead · `course`: all of these together, without a browser
//! - [`Align`]: where a row is put that is scrolled to · [`Anchor`]: whether rows came in above
//! - `browser`: what moves a list, and when it is shown · `elements`: those of the page
//!
//! # Markup
//!
//! The list brings no elements. Whoever uses it renders these, with the rows of [`VirtualList::rows`]:
//!
//! ```html
//! <div class="scroller">     node_ref=list.scroller(): overflow-y: auto, position: relative, a height; tabindex="0" for keys
//!   <table>                  display: block
//!     <thead>…</thead>       position: sticky; top: 0; its height is `header`
//!     <tbody>                node_ref=list.body()
//!       <tr>…</tr>           style:translate of list.place(row), once list.is_virtual()
//! ```
//!
//! On the server, and until the list is mounted, the rows are in the flow, as in any table. Then the body gets a `height`, the
//! property `--virtual-top` and the class `virtual`, for which the style sheet has
//!
//! ```css
//! tbody.virtual { display: block; position: relative; }
//! tbody.virtual > tr { position: absolute; top: var(--virtual-top); inset-inline: 0; }
//! ```
//!
//! So a row's place has two parts. `top`, of the anchor row, is laid out, exact to 1/64 px at any height, and one property of the
//! body moves all rows with it. The translation, from the anchor row, is cheap and always small, because it is a float of 24 bits.
//! The body itself is never moved: it is as high as the scrollbar is to show, and a sticky head stays within its table.

mod align;
mod anchor;
#[cfg(feature = "hydrate")]
mod browser;
#[cfg(any(feature = "hydrate", test))]
mod course;
#[cfg(feature = "hydrate")]
mod elements;
#[cfg(any(feature = "hydrate", test))]
mod fit;
#[cfg(any(feature = "hydrate", test))]
mod heights;
#[cfg(any(feature = "hydrate", test))]
mod keys;
#[cfg(any(feature = "hydrate", test))]
mod scaling;

pub use align::Align;
pub use anchor::Anchor;

use leptos::{
    ev::KeyboardEvent,
    html::{Div, Tbody},
    prelude::*,
};
use std::ops::Range;

/// How high rows are, in px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowHeight {
    /// All the same.
    Fixed(f64),
    /// Each as high as [`VirtualList::measure`] says; for a million rows at most.
    Measured {
        /// How high a row is taken to be until then.
        estimate: f64,
    },
}

/// What scrolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// The element of [`VirtualList::scroller`].
    Element,
    /// The whole page.
    Window,
}

/// What a list is made of.
#[derive(Clone, Copy)]
pub struct Options {
    /// How many rows there are.
    pub count: Signal<u64>,
    /// How high they are.
    pub row_height: RowHeight,
    /// How many rows more than are seen are rendered, above and below.
    pub overscan: u32,
    /// What scrolls.
    pub scroll: Scroll,
    /// The row to begin at, from 0. It has to be one of `count`, as that is when the list is made.
    pub first: u64,
    /// How many rows are rendered on the server and at first in the browser.
    pub initial_rows: u32,
    /// The height of a sticky head that covers the top of what scrolls, in px.
    pub header: f64,
}

/// Rows, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fit {
    /// Those to render.
    rows: Range<u64>,
    /// Those that are seen, at least in part.
    visible: Range<u64>,
}

/// A list of which only some rows are rendered. It lives as long as the component that made it. On the server it stays as it
/// begins, and nothing moves it.
#[derive(Clone, Copy)]
pub struct VirtualList {
    scroller: NodeRef<Div>,
    body: NodeRef<Tbody>,
    rows: Memo<Range<u64>>,
    visible: Memo<Range<u64>>,
    is_virtual: Memo<bool>,
    is_still: RwSignal<bool>,
    #[cfg(feature = "hydrate")]
    hands: browser::Hands,
}

impl VirtualList {
    /// A list for the calling component.
    pub fn new(options: Options) -> Self {
        let Options { count, first, initial_rows, .. } = options;
        let initial = first..first.saturating_add(u64::from(initial_rows));
        // Nothing until the list is mounted.
        let shown = RwSignal::new(None::<Fit>);
        let rows_of = move |pick: fn(&Fit) -> &Range<u64>| {
            let initial = initial.clone();
            Memo::new(move |_| {
                let rows = shown.with(|fit| fit.as_ref().map_or_else(|| initial.clone(), |fit| pick(fit).clone()));
                let count = count.get();
                rows.start.min(count)..rows.end.min(count)
            })
        };
        let list = Self {
            scroller: NodeRef::new(),
            body: NodeRef::new(),
            rows: rows_of(|fit| &fit.rows),
            visible: rows_of(|fit| &fit.visible),
            is_virtual: Memo::new(move |_| shown.with(Option::is_some)),
            is_still: RwSignal::new(false),
            #[cfg(feature = "hydrate")]
            hands: browser::Hands::new(&options, shown),
        };
        #[cfg(feature = "hydrate")]
        list.attach(options);
        list
    }

    /// The element that scrolls, if it is not the whole page.
    pub fn scroller(self) -> NodeRef<Div> {
        self.scroller
    }

    /// The element that holds the rows. Its height, its `--virtual-top` and its class `virtual` are set here, once it is mounted:
    /// render no `style` and no `class` on it that change.
    pub fn body(self) -> NodeRef<Tbody> {
        self.body
    }

    /// The rows to render now.
    pub fn rows(self) -> Memo<Range<u64>> {
        self.rows
    }

    /// The rows that are really seen; until the list is mounted, all that are rendered.
    pub fn visible(self) -> Memo<Range<u64>> {
        self.visible
    }

    /// Whether rows are to be placed: not before the list is mounted.
    pub fn is_virtual(self) -> Memo<bool> {
        self.is_virtual
    }

    /// Whether rows must not be animated: while the list is scrolled or keeps its place, and a moment longer.
    pub fn is_still(self) -> ReadSignal<bool> {
        self.is_still.read_only()
    }

    /// Where a row is to be put, in px down from the anchor row. It changes with the anchor row only, or with measured heights.
    pub fn place(self, row: u64) -> f64 {
        #[cfg(feature = "hydrate")]
        return self.hands.place(row);
        #[cfg(not(feature = "hydrate"))]
        return {
            let _ = row;
            0.0
        };
    }

    /// Scrolls to a row.
    pub fn scroll_to(self, row: u64, align: Align) {
        #[cfg(feature = "hydrate")]
        self.go_to(row, align);
        #[cfg(not(feature = "hydrate"))]
        let _ = (row, align);
    }

    /// Keeps the place: so many rows were inserted above what is seen, or removed there if it is less than 0. At its very top the
    /// list stays there. Call it together with whatever changes the rows.
    pub fn shift_by(self, rows: i64) {
        #[cfg(feature = "hydrate")]
        self.keep_place(rows);
        #[cfg(not(feature = "hydrate"))]
        let _ = rows;
    }

    /// Takes a key; whether it moved the list, in which case the browser's own answer to it is to be prevented.
    pub fn on_key(self, event: &KeyboardEvent) -> bool {
        #[cfg(feature = "hydrate")]
        return self.take_key(event);
        #[cfg(not(feature = "hydrate"))]
        return {
            let _ = event;
            false
        };
    }

    /// Takes the height of a row that was rendered, in px; nothing comes of it where all rows have the same.
    pub fn measure(self, row: u64, height: f64) {
        #[cfg(feature = "hydrate")]
        self.take_height(row, height);
        #[cfg(not(feature = "hydrate"))]
        let _ = (row, height);
    }
}
