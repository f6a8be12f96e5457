use super::{Each, Live, Markup};
use crate::i18n::{Said, Text};
use leptos::{
    html::ElementType,
    prelude::{AnyView, NodeRef},
    tachys::html::node_ref::NodeRefContainer,
    wasm_bindgen::JsCast,
    web_sys::{Element, Event},
};
use std::borrow::Cow;

/// An element. Boxed: while it is written down it goes from hand to hand.
pub struct Tag(pub(super) Box<Parts>);

/// What makes up an element.
pub(super) struct Parts {
    pub(super) name: &'static str,
    pub(super) attributes: Vec<(&'static str, Value)>,
    pub(super) content: Vec<Markup>,
    /// HTML that is in it instead of any content.
    pub(super) html: Option<String>,
    pub(super) hooks: Vec<Hook>,
}

/// What an attribute, or a property of a style, is: nothing if it is not there.
pub enum Value {
    /// The same always.
    Still(Option<Cow<'static, str>>),
    /// Another one whenever the signals change that it is made of.
    Live(Box<dyn Fn() -> Option<Cow<'static, str>> + Send>),
}

/// What only the browser does to an element.
pub(super) enum Hook {
    /// When it is there.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the server makes no elements"))]
    Ready(Box<dyn FnOnce(&Element) + Send>),
    /// At every event of this name.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "nothing happens on the server"))]
    On(&'static str, Box<dyn FnMut(Event) + Send>),
    /// A property of its style, which a server's page may not have in its markup.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the server styles nothing"))]
    Style(&'static str, Box<dyn Fn() -> Option<String> + Send>),
}

/// An element of this name.
#[inline(never)]
pub fn tag(name: &'static str) -> Tag {
    Tag(Box::new(Parts { name, attributes: Vec::new(), content: Vec::new(), html: None, hooks: Vec::new() }))
}

/// A piece that is made anew whenever the signals change that it is made of. Where it is a text, the same text node says the next one.
pub fn live<M: Into<Markup>>(make: impl Fn() -> M + Send + 'static) -> Markup {
    Markup::Live(Live(Box::new(move || Some(make().into()))))
}

/// A piece that is made of something, anew when that is something else.
pub fn live_of<T: PartialEq + Send + 'static, M: Into<Markup>>(
    of: impl Fn() -> T + Send + 'static,
    make: impl Fn(&T) -> M + Send + 'static,
) -> Markup {
    let mut known = None;
    Markup::Live(Live(Box::new(move || {
        let now = Some(of());
        let is_known = known == now;
        known = now;
        known.as_ref().filter(|_| !is_known).map(|now| make(now).into())
    })))
}

/// A list of elements that have numbers: an item is made once, and keeps its element as long as its number is among them.
pub fn each(numbers: impl Fn() -> Vec<u64> + Send + 'static, item: impl Fn(u64) -> Tag + Send + 'static) -> Markup {
    Markup::Each(Each { numbers: Box::new(numbers), item: Box::new(move |number| item(number).into()) })
}

// Functions that pages call for on every line are called, and not copied there: that is a good part of a page.
impl Tag {
    /// With an attribute.
    #[inline(never)]
    pub fn attr(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with_attribute(name, value.into())
    }

    /// With the attribute `class`.
    #[inline(never)]
    pub fn class(self, value: &'static str) -> Self {
        self.attr("class", value)
    }

    /// With an attribute that follows signals.
    pub fn live_attr<V: Into<Cow<'static, str>>>(self, name: &'static str, value: impl Fn() -> Option<V> + Send + 'static) -> Self {
        self.with_attribute(name, Value::Live(Box::new(move || value().map(Into::into))))
    }

    /// With a property of its style that follows signals. The server writes none: there it has to be nothing.
    pub fn live_style(self, name: &'static str, value: impl Fn() -> Option<String> + Send + 'static) -> Self {
        self.with_hook(Hook::Style(name, Box::new(value)))
    }

    /// With something in it, behind what is in it already.
    #[inline(never)]
    pub fn put(self, content: impl Into<Markup>) -> Self {
        self.with_content(content.into())
    }

    /// With nothing in it but this HTML, which the server wrote: no text of anybody's. What the server has put there is left as it is.
    pub fn html(mut self, html: String) -> Self {
        self.0.html = Some(html);
        self
    }

    /// Which does something at each event of this name.
    pub fn on(self, event: &'static str, act: impl FnMut(Event) + Send + 'static) -> Self {
        self.with_hook(Hook::On(event, Box::new(act)))
    }

    /// With which something is done as soon as the browser has it.
    pub fn ready(self, act: impl FnOnce(&Element) + Send + 'static) -> Self {
        self.with_hook(Hook::Ready(Box::new(act)))
    }

    /// To which there is a reference.
    pub fn node_ref<E>(self, node: NodeRef<E>) -> Self
    where
        E: ElementType + 'static,
        E::Output: JsCast + Clone + 'static,
        NodeRef<E>: NodeRefContainer<E>,
    {
        self.ready(move |element| node.load(element))
    }

    #[inline(never)]
    fn with_attribute(mut self, name: &'static str, value: Value) -> Self {
        self.0.attributes.push((name, value));
        self
    }

    #[inline(never)]
    fn with_content(mut self, content: Markup) -> Self {
        self.0.content.push(content);
        self
    }

    #[inline(never)]
    fn with_hook(mut self, hook: Hook) -> Self {
        self.0.hooks.push(hook);
        self
    }
}

impl From<Tag> for Markup {
    fn from(tag: Tag) -> Self {
        Self::Tag(tag)
    }
}

impl From<Cow<'static, str>> for Markup {
    fn from(text: Cow<'static, str>) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }
}

impl From<&'static str> for Markup {
    fn from(text: &'static str) -> Self {
        Cow::Borrowed(text).into()
    }
}

impl From<String> for Markup {
    fn from(text: String) -> Self {
        Cow::<str>::Owned(text).into()
    }
}

impl From<Text> for Markup {
    fn from(text: Text) -> Self {
        text.text().into()
    }
}

impl From<Said> for Markup {
    fn from(said: Said) -> Self {
        said.text().into()
    }
}

impl From<AnyView> for Markup {
    fn from(view: AnyView) -> Self {
        Self::View(view)
    }
}

impl<M: Into<Markup>> From<Option<M>> for Markup {
    fn from(content: Option<M>) -> Self {
        content.map_or(Self::Nothing, Into::into)
    }
}

impl<M: Into<Markup>> From<Vec<M>> for Markup {
    fn from(content: Vec<M>) -> Self {
        Self::Many(content.into_iter().map(Into::into).collect())
    }
}

impl<const N: usize> From<[Markup; N]> for Markup {
    fn from(content: [Markup; N]) -> Self {
        Self::Many(content.into())
    }
}

impl<M: Into<Markup>> FromIterator<M> for Markup {
    fn from_iter<I: IntoIterator<Item = M>>(content: I) -> Self {
        Self::Many(content.into_iter().map(Into::into).collect())
    }
}

impl From<&'static str> for Value {
    fn from(value: &'static str) -> Self {
        Self::Still(Some(value.into()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Still(Some(value.into()))
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        text.text().into()
    }
}

impl<V: Into<Cow<'static, str>>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        Self::Still(value.map(Into::into))
    }
}

/// One that is there or not, with nothing to say.
impl From<bool> for Value {
    fn from(is_there: bool) -> Self {
        Self::Still(is_there.then_some(Cow::Borrowed("")))
    }
}
