//! Cards: pictures of boards that other sites show beside a link (Open Graph).
//!
//! - [`svg`]: what is on a card · [`text`]: texts of any script · [`render`]: all of that into pixels
//! - [`cache`]: each picture is made once

pub mod cache;
pub mod render;
pub mod svg;
pub mod text;

pub use cache::Cards;
