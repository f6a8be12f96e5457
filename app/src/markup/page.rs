//! What the browser makes of markup: it builds it, or takes over what the server wrote, and changes it as signals do.

use super::{
    Each, Live, Markup, Tag,
    build::{Hook, Parts, Value},
    list::staying,
    nodes::{focus_in, insert, keep_focus, new_mark, remove, set, warn_unless},
    walk::Walk,
};
use leptos::{
    prelude::*,
    reactive::{effect::RenderEffect, owner::Owner},
    tachys::view::{Mountable, any_view::AnyViewState},
};
use litemap::LiteMap;
use std::{borrow::Cow, cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, Node, Text};

/// A piece on the page.
pub enum Shown {
    Nothing,
    Text(Text, Cow<'static, str>),
    Tag(Box<ShownTag>),
    Many(Vec<Shown>),
    Live(Rc<RefCell<Slot>>, #[expect(dead_code, reason = "it runs as long as it is here")] RenderEffect<()>),
    Each(Rc<RefCell<Items>>, #[expect(dead_code, reason = "it runs as long as it is here")] RenderEffect<()>),
    View(AnyViewState),
}

pub struct ShownTag {
    element: Element,
    name: &'static str,
    /// Those that stay as they are.
    attributes: Vec<(&'static str, Option<Cow<'static, str>>)>,
    content: Vec<Shown>,
    /// Whether nothing of it follows anything, and all of it is known.
    is_plain: bool,
    #[expect(dead_code, reason = "they are followed as long as it is here")]
    kept: Vec<Kept>,
}

/// What follows signals and events as long as an element is there.
enum Kept {
    Effect(#[expect(dead_code, reason = "it runs as long as it is here")] RenderEffect<()>),
    Listener(#[expect(dead_code, reason = "it is called as long as it is here")] Closure<dyn FnMut(Event)>),
}

/// What may change, and the mark behind it.
pub struct Slot {
    shown: Shown,
    mark: Option<Node>,
}

pub struct Items {
    /// In their order.
    items: Vec<Item>,
    mark: Option<Node>,
    /// What owned items that are gone. An owner's owner never forgets it: a list that changes all day has as many as it had items at once.
    owners: Vec<Owner>,
}

struct Item {
    number: u64,
    shown: Shown,
    owner: Owner,
}

/// Makes markup a piece on the page.
type Show<'a> = &'a dyn Fn(Markup) -> Shown;

impl Shown {
    /// Builds a piece in an element, before one of its nodes or at its end.
    pub fn new(markup: Markup, parent: &Node, before: Option<&Node>) -> Self {
        match markup {
            Markup::Nothing => Self::Nothing,
            Markup::Text(text) => {
                let node = document().create_text_node(&text);
                insert(parent, &node, before);
                Self::Text(node, text)
            }
            Markup::Tag(tag) => {
                // Names are ours, and are such.
                let Ok(element) = document().create_element(tag.0.name) else { return Self::Nothing };
                let shown = tag.shown(element, None);
                // All at once.
                insert(parent, &shown.element, before);
                Self::Tag(shown)
            }
            Markup::Many(pieces) => Self::Many(pieces.into_iter().map(|piece| Self::new(piece, parent, before)).collect()),
            Markup::Live(live) => live.shown(None, Some(new_mark(parent, before))),
            Markup::Each(each) => each.shown(None, Some(new_mark(parent, before))),
            Markup::View(view) => {
                let mut state = view.build();
                state.mount(parent.unchecked_ref(), before);
                Self::View(state)
            }
        }
    }

    /// Takes a piece over. What the server did not write, though it should have, is built.
    pub fn adopt(markup: Markup, walk: &Walk) -> Self {
        match markup {
            Markup::Nothing => Self::Nothing,
            Markup::Text(text) => match walk.text() {
                Some(node) => {
                    warn_unless(|| node.data() == text);
                    Self::Text(node, text)
                }
                None => Self::missing(Markup::Text(text), walk),
            },
            Markup::Tag(tag) => match walk.element(tag.0.name) {
                Some(element) => {
                    let within = Walk::new(element.clone().into(), element.first_child(), false);
                    Self::Tag(tag.shown(element, Some(&within)))
                }
                None => Self::missing(Markup::Tag(tag), walk),
            },
            Markup::Many(pieces) => Self::Many(pieces.into_iter().map(|piece| Self::adopt(piece, walk)).collect()),
            Markup::Live(live) => live.shown(Some(walk), None),
            Markup::Each(each) => each.shown(Some(walk), None),
            Markup::View(view) => Self::View(walk.view(view)),
        }
    }

    fn missing(markup: Markup, walk: &Walk) -> Self {
        warn_unless(|| false);
        let (parent, next) = walk.place();
        Self::new(markup, &parent, next.as_ref())
    }

    /// Is another piece from now on, with the same nodes as far as they are alike.
    pub fn become_of(&mut self, markup: Markup, parent: &Node, before: Option<&Node>) {
        match (&mut *self, markup) {
            (Self::Nothing, Markup::Nothing) => {}
            (Self::Text(node, known), Markup::Text(text)) => {
                if *known != text {
                    node.set_data(&text);
                    *known = text;
                }
            }
            (Self::Tag(shown), Markup::Tag(tag)) if shown.is_plain && tag.is_plain() && shown.name == tag.0.name => shown.become_of(tag),
            (Self::Many(shown), Markup::Many(pieces)) => become_all(shown, pieces, parent, before),
            (_, markup) => {
                self.remove();
                *self = Self::new(markup, parent, before);
            }
        }
    }

    /// Puts it elsewhere.
    pub fn mount(&mut self, parent: &Node, before: Option<&Node>) {
        match self {
            Self::Nothing => {}
            Self::Text(node, _) => insert(parent, node, before),
            Self::Tag(tag) => insert(parent, &tag.element, before),
            Self::Many(pieces) => pieces.iter_mut().for_each(|piece| piece.mount(parent, before)),
            Self::Live(slot, _) => {
                let slot = &mut *slot.borrow_mut();
                slot.shown.mount(parent, before);
                slot.mark.iter().for_each(|mark| insert(parent, mark, before));
            }
            Self::Each(items, _) => {
                let items = &mut *items.borrow_mut();
                items.items.iter_mut().for_each(|item| item.shown.mount(parent, before));
                items.mark.iter().for_each(|mark| insert(parent, mark, before));
            }
            Self::View(state) => state.mount(parent.unchecked_ref(), before),
        }
    }

    fn remove(&mut self) {
        match self {
            Self::Nothing => {}
            Self::Text(node, _) => remove(node),
            Self::Tag(tag) => remove(&tag.element),
            Self::Many(pieces) => pieces.iter_mut().for_each(Self::remove),
            Self::Live(slot, _) => {
                let slot = &mut *slot.borrow_mut();
                slot.shown.remove();
                slot.mark.iter().for_each(|mark| remove(mark));
            }
            Self::Each(items, _) => {
                let items = &mut *items.borrow_mut();
                items.items.iter_mut().for_each(|item| item.shown.remove());
                items.mark.iter().for_each(|mark| remove(mark));
            }
            Self::View(state) => state.unmount(),
        }
    }

    /// The first of its nodes.
    pub fn first(&self) -> Option<Node> {
        match self {
            Self::Nothing => None,
            Self::Text(node, _) => Some(node.clone().into()),
            Self::Tag(tag) => Some(tag.element.clone().into()),
            Self::Many(pieces) => pieces.iter().find_map(Self::first),
            Self::Live(slot, _) => {
                let slot = slot.borrow();
                slot.shown.first().or_else(|| slot.mark.clone())
            }
            Self::Each(items, _) => {
                let items = items.borrow();
                items.items.first().and_then(|item| item.shown.first()).or_else(|| items.mark.clone())
            }
            Self::View(state) => state.elements().into_iter().next().map(Node::from),
        }
    }
}

/// Pieces one after the other become others. From the last to the first: what comes behind each is there then.
fn become_all(shown: &mut Vec<Shown>, mut pieces: Vec<Markup>, parent: &Node, before: Option<&Node>) {
    shown.drain(pieces.len().min(shown.len())..).for_each(|mut gone| gone.remove());
    let more = pieces.split_off(shown.len());
    let added: Vec<_> = more.into_iter().map(|piece| Shown::new(piece, parent, before)).collect();
    let mut next = added.iter().find_map(Shown::first).or_else(|| before.cloned());
    for (shown, piece) in shown.iter_mut().zip(pieces).rev() {
        shown.become_of(piece, parent, next.as_ref());
        next = shown.first().or(next);
    }
    shown.extend(added);
}

impl Tag {
    /// Whether nothing of it follows anything, and all of it is known.
    fn is_plain(&self) -> bool {
        self.0.hooks.is_empty() && self.0.html.is_none() && self.0.attributes.iter().all(|(_, value)| matches!(value, Value::Still(_)))
    }

    /// What it is as this element, which is new, or was written by the server and is walked over.
    fn shown(self, element: Element, walk: Option<&Walk>) -> Box<ShownTag> {
        let is_plain = self.is_plain();
        let Parts { name, attributes, content, html, hooks } = *self.0;
        let (mut still, mut kept) = (Vec::new(), Vec::new());
        for (name, value) in attributes {
            match value {
                Value::Still(value) => {
                    if walk.is_none() {
                        set(&element, name, value.as_deref());
                    }
                    still.push((name, value));
                }
                Value::Live(value) => {
                    let element = element.clone();
                    kept.push(follow(value, walk.is_none(), Box::new(move |value| set(&element, name, value.as_deref()))));
                }
            }
        }
        // Where there is a program, a browser takes what is meant for others as no markup.
        if let Some(html) = html.filter(|_| walk.is_none()) {
            element.set_inner_html(&html);
        }
        let content = content.into_iter().filter(|_| name != "noscript");
        let content = match walk {
            Some(walk) => content.map(|piece| Shown::adopt(piece, walk)).collect(),
            None => content.map(|piece| Shown::new(piece, &element, None)).collect(),
        };
        kept.extend(hooks.into_iter().filter_map(|hook| hook.hang(&element)));
        Box::new(ShownTag { element, name, attributes: still, content, is_plain, kept })
    }
}

impl Hook {
    fn hang(self, element: &Element) -> Option<Kept> {
        match self {
            Self::Ready(act) => {
                act(element);
                None
            }
            Self::On(event, mut act) => {
                let owner = Owner::current();
                let act: Box<dyn FnMut(Event)> = Box::new(move |event| {
                    #[cfg(debug_assertions)]
                    let _zone = leptos::reactive::diagnostics::SpecialNonReactiveZone::enter();
                    match &owner {
                        Some(owner) => owner.with(|| act(event)),
                        None => act(event),
                    }
                });
                let closure = Closure::wrap(act);
                // An element takes listeners of any name.
                let _ = element.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
                Some(Kept::Listener(closure))
            }
            Self::Style(name, value) => {
                let element = element.clone().unchecked_into::<HtmlElement>();
                let put = move |value: Option<Cow<str>>| {
                    // What a browser does not know does not matter to it; an empty value takes the property away.
                    let _ = element.style().set_property(name, value.as_deref().unwrap_or_default());
                };
                Some(follow(Box::new(move || value().map(Cow::Owned)), true, Box::new(put)))
            }
        }
    }
}

/// Puts a value where it belongs whenever it is another one. Nothing is there at first, or what the server has put: that is taken to be
/// the first value.
fn follow(value: Box<dyn Fn() -> Option<Cow<'static, str>> + Send>, is_new: bool, put: Box<dyn Fn(Option<Cow<'static, str>>)>) -> Kept {
    let mut known = is_new.then_some(None);
    Kept::Effect(effect(Box::new(move || {
        let now = value();
        if known.as_ref().is_some_and(|known| *known != now) {
            put(now.clone());
        }
        known = Some(now);
    })))
}

fn effect(mut act: Box<dyn FnMut()>) -> RenderEffect<()> {
    RenderEffect::new(move |_| act())
}

impl ShownTag {
    fn become_of(&mut self, tag: Tag) {
        let Parts { attributes, content, .. } = *tag.0;
        let attributes = attributes.into_iter().filter_map(|(name, value)| match value {
            Value::Still(value) => Some((name, value)),
            Value::Live(_) => None,
        });
        let attributes: Vec<_> = attributes.collect();
        for (name, _) in self.attributes.iter().filter(|(name, _)| attributes.iter().all(|(other, _)| other != name)) {
            set(&self.element, name, None);
        }
        for attribute in attributes.iter().filter(|attribute| !self.attributes.contains(attribute)) {
            set(&self.element, attribute.0, attribute.1.as_deref());
        }
        self.attributes = attributes;
        become_all(&mut self.content, content, &self.element, None);
    }
}

impl Live {
    fn shown(self, walk: Option<&Walk>, mark: Option<Node>) -> Shown {
        let Self(mut make) = self;
        let slot = Rc::new(RefCell::new(Slot { shown: Shown::Nothing, mark }));
        let (its, mut first) = (slot.clone(), walk.cloned());
        let effect = effect(Box::new(move || {
            let Some(markup) = make() else { return };
            let slot = &mut *its.borrow_mut();
            if let Some(walk) = first.take() {
                slot.shown = Shown::adopt(markup, &walk);
            } else if let Some((mark, parent)) = slot.mark.as_ref().and_then(|mark| Some((mark, mark.parent_node()?))) {
                slot.shown.become_of(markup, &parent, Some(mark));
            }
        }));
        if let Some(walk) = walk {
            slot.borrow_mut().mark = Some(walk.mark());
        }
        Shown::Live(slot, effect)
    }
}

impl Each {
    fn shown(self, walk: Option<&Walk>, mark: Option<Node>) -> Shown {
        let Self { numbers, item } = self;
        let items = Rc::new(RefCell::new(Items { items: Vec::new(), mark, owners: Vec::new() }));
        let (its, mut first) = (items.clone(), walk.cloned());
        // What belongs to an item goes with it, and not whenever there is another one.
        let owner = Owner::current().unwrap_or_default();
        let new = move |number, owners: &mut Vec<Owner>, show: Show| {
            let owner = owners.pop().unwrap_or_else(|| owner.with(Owner::new));
            let shown = owner.with(|| untrack(|| show(item(number))));
            Item { number, shown, owner }
        };
        let effect = effect(Box::new(move || {
            let numbers = numbers();
            let items = &mut *its.borrow_mut();
            if let Some(walk) = first.take() {
                let adopt = |number| new(number, &mut Vec::new(), &|markup| Shown::adopt(markup, &walk));
                items.items = numbers.into_iter().map(adopt).collect();
            } else {
                items.become_of(&numbers, &new);
            }
        }));
        if let Some(walk) = walk {
            items.borrow_mut().mark = Some(walk.mark());
        }
        Shown::Each(items, effect)
    }
}

impl Items {
    /// Shows the items of these numbers, in this order. As few elements as can be are put elsewhere.
    fn become_of(&mut self, numbers: &[u64], new: &dyn Fn(u64, &mut Vec<Owner>, Show) -> Item) {
        if self.items.iter().map(|item| item.number).eq(numbers.iter().copied()) {
            return;
        }
        let Some((mark, parent)) = self.mark.as_ref().and_then(|mark| Some((mark, mark.parent_node()?))) else { return };
        let focused = focus_in(&parent);
        let known = std::mem::take(&mut self.items).into_iter().enumerate();
        let mut known: LiteMap<u64, (usize, Item)> = crate::flat::flat(known.map(|(place, item)| (item.number, (place, item))));
        let kept: Vec<_> = numbers.iter().map(|number| known.remove(number)).collect();
        for (_, (_, mut gone)) in known {
            gone.shown.remove();
            gone.owner.cleanup();
            self.owners.push(gone.owner);
        }
        let mut stays = staying(&kept.iter().flatten().map(|(place, _)| *place).collect::<Vec<_>>());
        let mut next = mark.clone();
        for (number, item) in numbers.iter().zip(kept).rev() {
            let item = match item {
                Some((_, mut item)) => {
                    if stays.pop() != Some(true) {
                        item.shown.mount(&parent, Some(&next));
                    }
                    item
                }
                None => new(*number, &mut self.owners, &|markup| Shown::new(markup, &parent, Some(&next))),
            };
            next = item.shown.first().unwrap_or(next);
            self.items.push(item);
        }
        self.items.reverse();
        if let Some(focused) = focused {
            keep_focus(focused, &parent);
        }
    }
}
