//! What was typed into the form for scores. Reading and sending it are a part of the app of their own: most who look at a board send nothing.

use crate::{
    chunk::chunk,
    error::AppError,
    i18n::language,
    model::{PlayerId, Submission},
    state::{BoardState, Outbox},
};
use leptos::prelude::untrack;

/// What was typed.
#[derive(Clone)]
pub struct Typed {
    /// Whoever has signed in.
    pub me: Option<PlayerId>,
    /// The name, by whoever has not.
    pub name: String,
    /// The score.
    pub score: String,
}

impl Typed {
    /// The submission that it is.
    pub fn read(&self, id: &str, decimals: u8) -> Result<Submission, AppError> {
        match &self.me {
            Some(me) => Submission::from_own_input(me.clone(), &self.score, id, decimals, language()),
            None => Submission::from_input(&self.name, &self.score, id, decimals, language()),
        }
    }
}

chunk! {
    /// Sends it, and remembers whose it is; what is wrong with it otherwise.
    pub fn send(state: BoardState, outbox: Outbox, typed: Typed) -> Result<(), AppError> {
        typed.read(&new_id(), untrack(|| state.decimals())).map(|submission| submit(state, outbox, submission))
    }
    in send load load
}

fn submit(state: BoardState, outbox: Outbox, submission: Submission) {
    #[cfg(feature = "hydrate")]
    {
        crate::visitor::Visitor::remember(&submission.player);
        state.submit(outbox, submission);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (state, outbox, submission);
}

/// A fresh submission id: 128 random bits. Sending the same score again with the same id counts it once.
#[cfg(feature = "hydrate")]
fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok());
    // Without an id the score is still sent; only sending it twice would then count twice.
    filled.map(|_| bytes.iter().map(|byte| format!("{byte:02x}")).collect()).unwrap_or_default()
}

/// The server renders the form; it never submits it.
#[cfg(not(feature = "hydrate"))]
fn new_id() -> String {
    String::new()
}
