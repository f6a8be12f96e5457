//! Boards within other pages: a page for a frame, one for a stream's overlay, and a badge. They are whole without a program; `/embed.js` keeps the rows
//! up to date, here and in any page that has an element for it.

use crate::{
    components::label,
    i18n::{Language, language, number, t, within},
    model::{BoardId, Period, WindowName},
    paths::{board_path, player_path},
    protocol::Row,
    visitor::Theme,
};
use leptos::prelude::*;

/// What a board looks like elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In a frame: with its title, and links to the whole board.
    Frame,
    /// Over a stream: nothing but rows, large, on nothing.
    Overlay,
}

/// A board to be shown elsewhere.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// Which.
    pub board: BoardId,
    /// Which of its windows.
    pub window: WindowName,
    /// What it is called.
    pub title: String,
    /// How many digits its scores have behind the decimal point.
    pub decimals: u8,
    /// Its first rows.
    pub rows: Vec<Row>,
    /// How many rows are to be shown.
    pub limit: u32,
    /// How it looks.
    pub kind: Kind,
    /// In which colours.
    pub theme: Theme,
}

impl Embedded {
    /// The whole page, for readers of a language.
    pub fn page(self, language: Language, style: &str) -> String {
        within(language, || self.written(language, style.to_owned()))
    }

    fn written(self, language: Language, style: String) -> String {
        let theme = (self.theme != Theme::System).then(|| self.theme.name());
        let (kind, path) = (self.kind, board_path(&self.board, &Period { window: self.window.clone(), period: None }, ""));
        let class = match kind {
            Kind::Frame => "embed",
            Kind::Overlay => "overlay",
        };
        let head = match kind {
            Kind::Frame => view! {
                <h1>
                    <a href=path target="_blank">
                        <bdi>{self.title.clone()}</bdi>
                    </a>
                </h1>
            }
            .into_any(),
            // Whoever listens to the page is told what it is of.
            Kind::Overlay => view! { <h1 class="visually-hidden">{self.title.clone()}</h1> }.into_any(),
        };
        let rows = self.rows.iter().map(|row| line(&self.board, row, kind)).collect_view();
        let page = view! {
            <html lang=language.code() dir=language.direction() data-theme=theme class=class>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content=self.theme.scheme() />
                    <meta name="robots" content="noindex" />
                    <title>{self.title.clone()}</title>
                    <link rel="stylesheet" href=style />
                    <script async src="/embed.js"></script>
                </head>
                <body>
                    <main>
                        {head}
                        <div
                            data-leaderport=self.board.to_string()
                            data-window=(!self.window.is_all()).then(|| self.window.to_string())
                            data-limit=self.limit
                            data-lang=(language != Language::default()).then(|| language.code())
                            data-decimals=(self.decimals > 0).then_some(self.decimals)
                            data-links=(kind == Kind::Frame).then_some("")
                        >
                            <ol aria-label=self.title.clone()>{rows}</ol>
                        </div>
                    </main>
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", crate::fragments::html(page))
    }
}

/// A row, as `/embed.js` writes it too.
fn line(board: &BoardId, row: &Row, kind: Kind) -> impl IntoView + use<> {
    let name = match kind {
        Kind::Frame => view! {
            <a class="lp-name" href=player_path(board, row.player_id.as_str()) target="_blank">
                <bdi>{row.face.name.clone()}</bdi>
            </a>
        }
        .into_any(),
        Kind::Overlay => view! {
            <span class="lp-name">
                <bdi>{row.face.name.clone()}</bdi>
            </span>
        }
        .into_any(),
    };
    view! {
        <li data-player=row.player_id.to_string()>
            <span class="lp-rank">{number(row.rank)}</span>
            {name}
            <span class="lp-score">{row.score.text()}</span>
        </li>
    }
}

/// A badge: what a player has on a board, in a line, for whoever reads what is written at the moment. Widths are estimated, as for any font that a reader may
/// have.
pub fn badge(title: &str, window: &WindowName, row: &Row) -> String {
    let title = if window.is_all() { title.to_owned() } else { format!("{title} · {}", label(window)) };
    let said = format!("{} · {}", t::embed::rank(&number(row.rank)).text(), row.score.text());
    let (title, said) = (cut(&title), cut(&said));
    let [of_title, of_said] = [&title, &said].map(|text| 12 + text.chars().map(wide).sum::<usize>());
    let (whole, told) = (of_title + of_said, format!("{title}: {said}"));
    let (language, named) = (language(), told.clone());
    // Where one reads from the right, the title is there.
    let (title_at, said_at) = if language.direction() == "rtl" { (of_said, 0) } else { (0, of_title) };
    crate::fragments::html(view! {
        <svg
            xmlns="http://www.w3.org/2000/svg"
            width=whole
            height="20"
            role="img"
            lang=language.code()
            direction=language.direction()
            aria-label=named
        >
            <title>{told}</title>
            <clipPath id="r">
                <rect width=whole height="20" rx="4" />
            </clipPath>
            <g clip-path="url(#r)">
                <rect x=title_at width=of_title height="20" fill="#3d414e" />
                <rect x=said_at width=of_said height="20" fill="#2f4fd0" />
            </g>
            <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
                <text x=title_at + of_title / 2 y="14">{title}</text>
                <text x=said_at + of_said / 2 y="14">{said}</text>
            </g>
        </svg>
    })
}

/// How wide a letter is, as a guess: those of East Asia, and emoji, are as wide as they are high.
fn wide(c: char) -> usize {
    match c {
        // Marks that say which way a text runs.
        '\u{200e}' | '\u{200f}' => 0,
        ..'\u{1100}' | '\u{2000}'..'\u{2e80}' => 7,
        _ => 12,
    }
}

/// The longest text on a badge, in characters.
const MOST: usize = 40;

fn cut(text: &str) -> String {
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}
