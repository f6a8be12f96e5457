//! Boards within other pages: a page for a frame, one for a stream's overlay, and a badge. They are whole without a program; `/embed.js` keeps the rows
//! up to date, here and in any page that has an element for it.

use crate::{
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
    /// The whole page.
    pub fn page(self, style: &str) -> String {
        let style = style.to_owned();
        let theme = (self.theme != Theme::System).then(|| self.theme.name());
        let (kind, path) = (self.kind, board_path(&self.board, &Period { window: self.window.clone(), period: None }, ""));
        let class = match kind {
            Kind::Frame => "embed",
            Kind::Overlay => "overlay",
        };
        let head = (kind == Kind::Frame).then(|| {
            view! {
                <h1>
                    <a href=path target="_blank">
                        {self.title.clone()}
                    </a>
                </h1>
            }
        });
        let rows = self.rows.iter().map(|row| line(&self.board, row, kind)).collect_view();
        let page = view! {
            <html lang="en" data-theme=theme class=class>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <meta name="robots" content="noindex" />
                    <title>{self.title.clone()}</title>
                    <link rel="stylesheet" href=style />
                    <script async src="/embed.js"></script>
                </head>
                <body>
                    <main>
                        {head}
                        <div data-leaderport=self.board.to_string() data-window=(!self.window.is_all()).then(|| self.window.to_string()) data-limit=self.limit data-links=(kind == Kind::Frame).then_some("")>
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
            <span class="lp-rank">{row.rank}</span>
            {name}
            <span class="lp-score">{row.score.to_string()}</span>
        </li>
    }
}

/// A badge: what a player has on a board, in a line. Widths are estimated, as for any font that a reader may have.
pub fn badge(title: &str, window: &WindowName, row: &Row) -> String {
    let title = if window.is_all() { title.to_owned() } else { format!("{title} · {window}") };
    let said = format!("#{} · {}", row.rank, row.score);
    let (left, right) = (cut(&title), cut(&said));
    let [wide, narrow] = [&left, &right].map(|text| 12 + text.chars().map(|c| if c.is_ascii() { 7 } else { 12 }).sum::<usize>());
    let (whole, told) = (wide + narrow, format!("{left}: {right}"));
    let named = told.clone();
    crate::fragments::html(view! {
        <svg xmlns="http://www.w3.org/2000/svg" width=whole height="20" role="img" aria-label=named>
            <title>{told}</title>
            <clipPath id="r">
                <rect width=whole height="20" rx="4" />
            </clipPath>
            <g clip-path="url(#r)">
                <rect width=wide height="20" fill="#3d414e" />
                <rect x=wide width=narrow height="20" fill="#2f4fd0" />
            </g>
            <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
                <text x=wide / 2 y="14">{left}</text>
                <text x=wide + narrow / 2 y="14">{right}</text>
            </g>
        </svg>
    })
}

/// The longest text on a badge, in characters.
const MOST: usize = 40;

fn cut(text: &str) -> String {
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}
