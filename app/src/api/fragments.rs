use crate::{
    error::AppError,
    model::{BoardId, Period, PlayerId},
};
use leptos::{prelude::*, server_fn::codec::Postcard};
use serde::{Deserialize, Serialize};

/// A part of a page that the server writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// A player on a board.
    Profile {
        /// Which board.
        board: BoardId,
        /// Who.
        player: PlayerId,
    },
    /// Who plays in the browser that asks.
    Me {
        /// The address's query.
        query: Vec<(String, String)>,
    },
    /// The game.
    Play {
        /// On which board.
        board: BoardId,
        /// A run to show, as its address says it; none if it is empty.
        run: String,
    },
    /// A page of the dashboard.
    Admin {
        /// Its path.
        path: String,
        /// The address's query.
        query: Vec<(String, String)>,
    },
    /// Players whose name has a text in it.
    Found {
        /// On which board.
        board: BoardId,
        /// In which standings.
        period: Period,
        /// The text; nothing is found for none.
        text: String,
    },
}

/// What the server wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// The page's title.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// The path of its picture, if it has one.
    pub image: Option<String>,
    /// The part itself.
    pub html: String,
}

/// Writes a part of a page.
#[server(prefix = "/fn", endpoint = "read_fragment", input = Postcard, output = Postcard)]
pub async fn read_fragment(wanted: Wanted) -> Result<Fragment, AppError> {
    crate::fragments::write(&wanted).await.inspect_err(super::mark_page)
}
