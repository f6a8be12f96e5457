//! What the server writes. The browser finds its way by it: a mark stands between two texts, and behind whatever may change.

use super::{
    Each, Live, Markup, Tag,
    build::{Parts, Value},
};
use leptos::{
    prelude::{AnyView, RenderHtml},
    tachys::{ssr::StreamBuilder, view::Position},
};
use std::{borrow::Cow, future::Future, pin::Pin};

/// Elements that have no end.
const VOID: [&str; 3] = ["br", "img", "input"];

impl Markup {
    /// Shows the views in it to something.
    pub(super) fn views(&mut self, act: &mut dyn FnMut(&mut AnyView)) {
        match self {
            Self::View(view) => act(view),
            Self::Tag(tag) => tag.0.content.iter_mut().for_each(|piece| piece.views(act)),
            Self::Many(pieces) => pieces.iter_mut().for_each(|piece| piece.views(act)),
            Self::Nothing | Self::Text(_) | Self::Live(_) | Self::Each(_) => {}
        }
    }

    /// The same, once what its views wait for is there.
    pub(super) fn resolved(self) -> Pin<Box<dyn Future<Output = Self> + Send>> {
        Box::pin(async move {
            match self {
                Self::View(view) => Self::View(view.resolve().await),
                Self::Tag(mut tag) => {
                    tag.0.content = all(std::mem::take(&mut tag.0.content)).await;
                    Self::Tag(tag)
                }
                Self::Many(pieces) => Self::Many(all(pieces).await),
                Self::Nothing | Self::Text(_) | Self::Live(_) | Self::Each(_) => self,
            }
        })
    }

    /// Writes it as it stands among views: with a mark behind it.
    pub(super) fn write(self, html: &mut String, position: &mut Position) {
        self.walk(&mut |piece, position| piece.write_to(html, position), position);
        Piece::Mark.write_to(html, position);
    }

    /// The same where views in it may come later.
    pub(super) fn stream<const OUT_OF_ORDER: bool>(self, stream: &mut StreamBuilder, position: &mut Position) {
        let write = &mut |piece: Piece, position: &mut Position| match piece {
            Piece::View(view) => view.to_html_async_with_buf::<OUT_OF_ORDER>(stream, position, true, false, Vec::new()),
            piece => stream.with_buf(|html| piece.write_to(html, position)),
        };
        self.walk(write, position);
        write(Piece::Mark, position);
    }

    fn walk(self, write: &mut dyn FnMut(Piece, &mut Position), position: &mut Position) {
        match self {
            Self::Nothing => {}
            Self::Text(text) => write(Piece::Text(text), position),
            Self::Tag(tag) => tag.walk(write, position),
            Self::Many(pieces) => pieces.into_iter().for_each(|piece| piece.walk(write, position)),
            Self::Live(Live(mut make)) => {
                make().unwrap_or_default().walk(write, position);
                write(Piece::Mark, position);
            }
            Self::Each(Each { numbers, item }) => {
                numbers().into_iter().for_each(|number| item(number).walk(write, position));
                write(Piece::Mark, position);
            }
            Self::View(view) => write(Piece::View(view), position),
        }
    }
}

impl Tag {
    fn walk(self, write: &mut dyn FnMut(Piece, &mut Position), position: &mut Position) {
        let Parts { name, attributes, content, html, .. } = *self.0;
        write(Piece::Begin(name, attributes), position);
        if VOID.contains(&name) {
            return;
        }
        let mut within = Position::FirstChild;
        if let Some(html) = html {
            write(Piece::Html(html), &mut within);
        }
        content.into_iter().for_each(|piece| piece.walk(write, &mut within));
        write(Piece::End(name), position);
    }
}

/// What is written in one go.
enum Piece {
    Text(Cow<'static, str>),
    Begin(&'static str, Vec<(&'static str, Value)>),
    End(&'static str),
    Html(String),
    /// Where something may change.
    Mark,
    View(AnyView),
}

impl Piece {
    fn write_to(self, html: &mut String, position: &mut Position) {
        match self {
            Self::Text(text) => {
                if *position == Position::NextChildAfterText {
                    html.push_str("<!>");
                }
                escape(html, &text);
                *position = Position::NextChildAfterText;
            }
            Self::Begin(name, attributes) => {
                html.push('<');
                html.push_str(name);
                for (name, value) in attributes {
                    let value = match value {
                        Value::Still(value) => value,
                        Value::Live(value) => value(),
                    };
                    if let Some(value) = value {
                        html.push(' ');
                        html.push_str(name);
                        html.push_str("=\"");
                        escape(html, &value);
                        html.push('"');
                    }
                }
                html.push('>');
                *position = Position::NextChild;
            }
            Self::End(name) => {
                html.push_str("</");
                html.push_str(name);
                html.push('>');
            }
            Self::Html(inner) => html.push_str(&inner),
            Self::Mark => {
                html.push_str("<!>");
                *position = Position::NextChild;
            }
            Self::View(view) => view.to_html_with_buf(html, position, true, false, Vec::new()),
        }
    }
}

async fn all(pieces: Vec<Markup>) -> Vec<Markup> {
    let mut resolved = Vec::with_capacity(pieces.len());
    for piece in pieces {
        resolved.push(piece.resolved().await);
    }
    resolved
}

/// Writes a text so that it is one, within elements and within quotes.
fn escape(html: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::markup::{Markup, each, live, tag};
    use leptos::prelude::*;

    fn html(markup: impl Into<Markup>) -> String {
        let html = markup.into().to_html();
        html.strip_suffix("<!>").unwrap().to_owned()
    }

    #[test]
    fn texts_are_texts_wherever_they_are() {
        let link = tag("a").attr("href", "/?a=\"&b".to_owned()).put("<b>&amp;</b>");
        assert_eq!(html(link), r#"<a href="/?a=&quot;&amp;b">&lt;b&gt;&amp;amp;&lt;/b&gt;</a>"#);
    }

    #[test]
    fn the_browser_can_tell_texts_apart_and_finds_what_changes() {
        let paragraph = tag("p").put("a").put("").put("b").put(live(|| "c")).put("d").put(live(|| ""));
        assert_eq!(html(paragraph), "<p>a<!>b<!>c<!>d<!></p>");
        assert_eq!(html([Markup::from("a"), tag("br").into(), Markup::from("b")]), "a<br>b");
        assert_eq!(html(tag("ul").put(each(|| vec![3, 1], |n| tag("li").put(n.to_string())))), "<ul><li>3</li><li>1</li><!></ul>");
    }

    #[test]
    fn what_is_html_already_is_written_as_it_is() {
        assert_eq!(html(tag("div").html("<b>&amp;</b>".to_owned())), "<div><b>&amp;</b></div>");
    }

    #[test]
    fn attributes_are_there_or_not() {
        let input =
            tag("input").attr("required", true).attr("disabled", false).attr("value", None::<String>).live_attr("max", || Some("9"));
        assert_eq!(html(input), r#"<input required="" max="9">"#);
    }

    #[test]
    fn views_of_leptos_are_within_and_around() {
        let inner = tag("p").put("a").put(view! { "b" <i>"c"</i> }.into_any()).put("d");
        assert_eq!(view! { "x" {Markup::from(inner)} "y" }.to_html(), "x<p>a<!>b<i>c<!></i><!>d</p><!>y<!>");
        assert_eq!(view! { "x" {Markup::from("y")} "z" }.to_html(), "x<!>y<!>z<!>");
    }
}
