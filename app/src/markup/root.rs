//! Markup as it stands among views of leptos.

use super::{
    Markup,
    nodes::{insert, new_mark},
    page::Shown,
    walk::Walk,
};
use leptos::{
    prelude::*,
    tachys::{
        hydration::Cursor,
        view::{Mountable, Position, PositionState},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

/// Markup on the page, with a mark behind it.
pub struct Root {
    shown: Shown,
    mark: Node,
}

impl Root {
    /// Builds it, on no page yet.
    pub fn build(markup: Markup) -> Self {
        let home = Node::from(document().create_document_fragment());
        let shown = Shown::new(markup, &home, None);
        Self { shown, mark: new_mark(&home, None) }
    }

    /// Takes over what the server wrote.
    pub fn adopt(markup: Markup, cursor: &Cursor, position: &PositionState) -> Self {
        let at = cursor.current();
        let (parent, next) = match position.get() {
            Position::FirstChild => (Some(at.clone()), at.first_child()),
            _ => (at.parent_node(), at.next_sibling()),
        };
        let is_after_text = position.get() == Position::NextChildAfterText;
        let walk = Walk::new(parent.unwrap_or(at), next, is_after_text);
        let shown = Shown::adopt(markup, &walk);
        let mark = walk.mark();
        cursor.set(mark.clone());
        position.set(Position::NextChild);
        Self { shown, mark }
    }

    /// Is another piece from now on.
    pub fn become_of(&mut self, markup: Markup) {
        if let Some(parent) = self.mark.parent_node() {
            self.shown.become_of(markup, &parent, Some(&self.mark));
        }
    }
}

impl Mountable for Root {
    fn unmount(&mut self) {
        // What changes meanwhile does so there.
        let home = document().create_document_fragment();
        self.mount(home.unchecked_ref(), None);
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.shown.mount(parent, marker);
        insert(parent, &self.mark, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(parent) = self.mark.parent_node() else { return false };
        let first = self.shown.first().unwrap_or_else(|| self.mark.clone());
        child.mount(parent.unchecked_ref(), Some(&first));
        true
    }

    fn elements(&self) -> Vec<Element> {
        Vec::new()
    }
}
