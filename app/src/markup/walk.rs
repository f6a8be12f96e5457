//! The way over what the server wrote.

use super::nodes::{new_mark, warn_unless};
use leptos::{
    prelude::*,
    tachys::{
        hydration::Cursor,
        view::{Position, PositionState, any_view::AnyViewState},
    },
};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::{Comment, Element, Node, Text};

/// On the way over it.
#[derive(Clone)]
pub struct Walk(Rc<RefCell<Step>>);

struct Step {
    parent: Node,
    last: Option<Node>,
    next: Option<Node>,
    /// Whether a text was the last.
    is_after_text: bool,
}

impl Walk {
    /// Over what is in an element, from one of its nodes on.
    pub fn new(parent: Node, next: Option<Node>, is_after_text: bool) -> Self {
        Self(Rc::new(RefCell::new(Step { parent, last: None, next, is_after_text })))
    }

    /// The next node, if it is of a kind.
    fn node<T: JsCast>(&self, is: impl Fn(&T) -> bool) -> Option<T> {
        let step = &mut *self.0.borrow_mut();
        let node = step.next.clone()?.dyn_into::<T>().ok().filter(is)?;
        let next = step.next.take()?;
        step.next = next.next_sibling();
        step.last = Some(next);
        step.is_after_text = false;
        Some(node)
    }

    /// The text that is next.
    pub fn text(&self) -> Option<Text> {
        // There is a mark between two texts.
        let is_after_text = self.0.borrow().is_after_text;
        if is_after_text {
            self.node::<Comment>(|_| true)?;
        }
        let text = self.node::<Text>(|_| true);
        self.0.borrow_mut().is_after_text = text.is_some();
        text
    }

    /// The element that is next, if it has this name.
    pub fn element(&self, name: &str) -> Option<Element> {
        self.node(|element: &Element| element.local_name() == name)
    }

    /// The mark that is next.
    pub fn mark(&self) -> Node {
        let mark = self.node::<Comment>(|_| true).map(Node::from);
        warn_unless(|| mark.is_some());
        mark.unwrap_or_else(|| {
            let step = self.0.borrow();
            new_mark(&step.parent, step.next.as_ref())
        })
    }

    /// Where it is: in an element, before the next of its nodes.
    pub fn place(&self) -> (Node, Option<Node>) {
        let step = self.0.borrow();
        (step.parent.clone(), step.next.clone())
    }

    /// Takes a view of leptos over.
    pub fn view(&self, view: AnyView) -> AnyViewState {
        let (cursor, position) = {
            let step = self.0.borrow();
            let position = match &step.last {
                None => Position::FirstChild,
                Some(_) if step.is_after_text => Position::NextChildAfterText,
                Some(_) => Position::NextChild,
            };
            let at = step.last.as_ref().unwrap_or(&step.parent);
            (Cursor::new(at.clone().unchecked_into()), PositionState::new(position))
        };
        let state = view.hydrate::<true>(&cursor, &position);
        let step = &mut *self.0.borrow_mut();
        if position.get() != Position::FirstChild {
            let last = cursor.current();
            step.next = last.next_sibling();
            step.last = Some(last);
            step.is_after_text = position.get() == Position::NextChildAfterText;
        }
        state
    }
}
