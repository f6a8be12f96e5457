//! The hub on a board that is made up, on a clock that jumps: what is read when, and what becomes of it. That the real store and real
//! sockets do the same is what `tests/stress` is for.

mod client;
mod delivery;
mod made_up;
mod pace;
mod views;
