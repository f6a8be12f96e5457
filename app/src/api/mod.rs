//! The server functions, by resource. They are public endpoints: each checks what it is given. They speak postcard, which takes
//! less of the browser's module than JSON does; programs have REST.

#![allow(missing_docs, reason = "a server function's arguments become public fields, and can't carry documentation")]

mod boards;
mod fragments;

mod scores;

pub use boards::{OpenBoard, OpenLobby, ReadOwn, ReadPage, open_board, open_lobby, read_own, read_page};

pub use fragments::{Fragment, ReadFragment, Wanted, read_fragment};
pub use scores::{SubmitScore, submit_score};

/// A page whose content can't be read says so by its status as well.
#[cfg(feature = "ssr")]
fn mark_page(error: &crate::error::AppError) {
    if let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
}
