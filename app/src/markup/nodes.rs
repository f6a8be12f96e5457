//! What is done to the nodes of a page. Pieces are put only where there is room for them, and taken from where they are: none of it can fail.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, Node};

/// A new mark there.
pub fn new_mark(parent: &Node, before: Option<&Node>) -> Node {
    let mark = document().create_comment("");
    insert(parent, &mark, before);
    mark.into()
}

/// Puts a node into an element, before one of its nodes or at its end.
pub fn insert(parent: &Node, node: &Node, before: Option<&Node>) {
    let _ = parent.insert_before(node, before);
}

/// Takes a node away.
pub fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        let _ = parent.remove_child(node);
    }
}

/// What has the focus in an element.
pub fn focus_in(parent: &Node) -> Option<Element> {
    document().active_element().filter(|focused| parent.contains(Some(focused)))
}

/// Gives the focus back to what had it and was put elsewhere. Where that is gone, what is around it gets it: keys go on from there.
pub fn keep_focus(focused: Element, parent: &Node) {
    if document().active_element().as_ref() == Some(&focused) {
        return;
    }
    let next = if focused.is_connected() { Some(focused) } else { parent.unchecked_ref::<Element>().closest("[tabindex]").ok().flatten() };
    if let Some(next) = next {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // Every element that had it, or that says so, takes it.
        let _ = next.unchecked_into::<HtmlElement>().focus_with_options(&options);
    }
}

/// Sets an attribute, whose name is ours and is one, or takes it away.
pub fn set(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// Warns developers of a page that the browser would have written differently.
pub fn warn_unless(is_as_written: impl Fn() -> bool) {
    #[cfg(debug_assertions)]
    if !is_as_written() {
        leptos::logging::warn!("The server did not write what the browser would have.");
    }
    #[cfg(not(debug_assertions))]
    let _ = is_as_written;
}
