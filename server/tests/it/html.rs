//! Pages, as whoever reads them without JavaScript has them.

use crate::client::{Answer, send};
use std::net::SocketAddr;

/// A page that was asked for.
pub struct Html {
    pub status: u16,
    pub html: String,
}

/// A row of the standings.
#[derive(Debug, PartialEq, Eq)]
pub struct ShownRow {
    pub rank: u64,
    pub player: String,
    pub score: String,
    pub is_own: bool,
}

/// A page as nobody in particular sees it.
pub async fn page(at: SocketAddr, path: &str) -> Html {
    page_for(at, path, "").await
}

/// A page as a browser with these cookies sees it.
pub async fn page_for(at: SocketAddr, path: &str, cookies: &str) -> Html {
    let answer = send(at, "GET", path, &[("cookie", cookies)], "").await;
    assert!(answer.header("content-type").starts_with("text/html"), "{path}: {}", answer.text());
    Html::of(&answer)
}

impl Html {
    /// The page without the marks that hydration goes by.
    pub fn of(answer: &Answer) -> Self {
        let html = answer.text().replace("<!>", "").replace("<!--<() />-->", "");
        Self { status: answer.status.as_u16(), html }
    }

    pub fn has(&self, part: &str) -> bool {
        self.html.contains(part)
    }

    /// What there is to read: without tags, with single spaces.
    pub fn text(&self) -> String {
        text(self.part("<body>", "</body>"))
    }

    /// What stands from a mark on up to an end.
    pub fn part(&self, from: &str, to: &str) -> &str {
        let (_, rest) = self.html.split_once(from).unwrap_or_else(|| panic!("no {from}: {}", self.html));
        rest.split_once(to).map_or(rest, |(part, _)| part)
    }

    pub fn title(&self) -> String {
        text(self.part("<title>", "</title>"))
    }

    /// The content of a `meta` element, by its name or property.
    pub fn meta(&self, name: &str) -> String {
        let is_it = |tag: &&str| attribute(tag, "name").or_else(|| attribute(tag, "property")).is_some_and(|found| found == name);
        self.tags("meta").into_iter().find(is_it).and_then(|tag| attribute(tag, "content")).unwrap_or_default()
    }

    /// The start tags of an element.
    pub fn tags(&self, name: &str) -> Vec<&str> {
        let tag = |rest: &'_ str| rest.find('>').map_or(rest.len(), |end| end);
        self.html.split(&format!("<{name} ")).skip(1).map(|rest| &rest[..tag(rest)]).collect()
    }

    /// Where the link with this relation leads.
    pub fn link(&self, relation: &str) -> Option<String> {
        let tag = self.tags("a").into_iter().find(|tag| attribute(tag, "rel").as_deref() == Some(relation))?;
        attribute(tag, "href")
    }

    /// What stands in an input.
    pub fn value(&self, name: &str) -> String {
        let is_it = |tag: &&str| attribute(tag, "name").as_deref() == Some(name);
        self.tags("input").into_iter().find(is_it).and_then(|tag| attribute(tag, "value")).unwrap_or_default()
    }

    /// What is chosen of a name's radio buttons.
    pub fn chosen(&self, name: &str) -> Vec<String> {
        let is_chosen = |tag: &&str| attribute(tag, "name").as_deref() == Some(name) && tag.contains(" checked");
        self.tags("input").into_iter().filter(is_chosen).filter_map(|tag| attribute(tag, "value")).collect()
    }

    /// The rows of the standings.
    pub fn rows(&self) -> Vec<ShownRow> {
        let row = |row: &str| {
            let (tag, cells) = row.split_once('>')?;
            let cell = |class: &str| Some(cells.split_once(&format!("class=\"{class}\""))?.1.split_once('>')?.1.split_once("</td>")?.0);
            let (rank, score) = (cell("rank")?, cell("score")?);
            Some(ShownRow {
                rank: text(rank).replace(',', "").parse().ok()?,
                player: attribute(tag, "data-player")?,
                score: text(score),
                is_own: attribute(tag, "class")?.split(' ').any(|class| class == "own"),
            })
        };
        self.html.split("<tr ").filter_map(row).collect()
    }

    /// The first and the last rank of the rows, and how many there are.
    pub fn ranks(&self) -> (u64, u64, usize) {
        let rows = self.rows();
        let rank = |row: Option<&ShownRow>| row.map_or(0, |row| row.rank);
        (rank(rows.first()), rank(rows.last()), rows.len())
    }

    /// The players that a search found, and what it says besides.
    pub fn found(&self) -> (Vec<String>, String) {
        let search = Self { status: self.status, html: self.part("<search", "</search>").to_owned() };
        let names = search.html.split("<bdi>").skip(1).filter_map(|rest| rest.split_once("</bdi>"));
        let hint = search.html.rsplit_once("hint\">").and_then(|(_, rest)| rest.split_once("</p>"));
        (names.map(|(name, _)| text(name)).collect(), hint.map(|(hint, _)| text(hint)).unwrap_or_default())
    }
}

/// What an attribute of a start tag says.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = format!(" {tag}").split_once(&format!(" {name}=\"")).map(|(before, rest)| (before.to_owned(), rest.to_owned()))?;
    rest.split_once('"').map(|(value, _)| resolve(value))
}

fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push(' ');
        text.push_str(if text.len() == 1 { part } else { part.split_once('>').map_or("", |(_, after)| after) });
    }
    resolve(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// HTML's character references as what they stand for.
fn resolve(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}
