//! Addresses of pages.

use crate::model::{BoardId, Period};

/// Where the site is: chats and search engines want whole addresses.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What addresses of it begin with, like `https://scores.example`.
    pub origin: String,
    /// Whether its operators say so, and not whoever asks for a page.
    pub is_public: bool,
}

/// The path of a board's standings, or of a part of them.
pub fn board_path(board: &BoardId, period: &Period, more: &str) -> String {
    of_period(format!("/b/{board}"), period, more)
}

/// The path of a picture of a board's standings.
pub fn picture_path(board: &BoardId, period: &Period) -> String {
    of_period(format!("/b/{board}/og.png"), period, "")
}

/// The path of a player on a board.
pub fn player_path(board: &BoardId, player: &str) -> String {
    format!("/b/{board}/p/{}", encode(player))
}

/// The path of the picture of where a player stands on a board.
pub fn player_picture_path(board: &BoardId, player: &str) -> String {
    format!("{}/og.png", player_path(board, player))
}

/// The path of the picture of a run that was counted.
pub fn run_picture_path(board: &BoardId, run: &str) -> String {
    format!("/b/{board}/runs/{}/og.png", encode(run))
}

fn of_period(mut path: String, period: &Period, more: &str) -> String {
    let mut separator = '?';
    let mut add = |part: String| {
        path.push(separator);
        path.push_str(&part);
        separator = '&';
    };
    if !period.window.is_all() {
        add(format!("window={}", period.window));
    }
    if let Some(id) = &period.period {
        add(format!("period={}", encode(id)));
    }
    if !more.is_empty() {
        add(more.to_owned());
    }
    path
}

/// Text for a cookie or a path: bytes other than letters, digits and `-._~` as `%XX` (RFC 3986, section 2.3).
pub fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
        }
    }
    encoded
}

/// The text that was encoded like that; `None` if it was not.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}
