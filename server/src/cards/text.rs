//! Texts of any script: which fonts they take, how wide they are, and how they are written in an SVG.
//!
//! A text is set in runs, each of one direction and one font, from left to right. Renderers would find directions and fonts
//! themselves, but lose characters where fonts change within a text.

use std::borrow::Cow;
use unicode_bidi::BidiInfo;
use unicode_segmentation::UnicodeSegmentation;

/// The font that comes with the program. It has Latin, Greek and Cyrillic, and figures of one width.
pub const FAMILY: &str = "Noto Sans";

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub struct Font {
    /// The size, in pixels.
    pub size: f32,
    /// Whether it is bold.
    pub bold: bool,
}

/// Whoever has fonts.
pub trait Fonts {
    /// The width of a run, in pixels.
    fn width(&self, run: &Run, font: Font) -> f32;
    /// The family that has what [`FAMILY`] lacks of what looks like one character, if there is such a one.
    fn family(&self, character: &str) -> Option<String>;
    /// Whether there is a font for everything in a text that shows.
    fn has(&self, text: &str) -> bool;
}

/// A part of a text that is set in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The part.
    pub text: String,
    /// Whether it is read from the right.
    pub is_rtl: bool,
    /// Its font, if it is not [`FAMILY`].
    pub family: Option<String>,
}

impl Run {
    /// The run as SVG, from `x` to the right, with its baseline at `y`.
    pub fn svg(&self, x: f32, y: f32, font: Font, colour: &str) -> String {
        let weight = if font.bold { 700 } else { 400 };
        let family = escaped(self.family.as_deref().unwrap_or(FAMILY));
        let size = font.size;
        // A space is one that XML does not take away at either end.
        let text = escaped(&self.text).replace(' ', "\u{a0}");
        // What is neutral by itself, a bracket say, is told which way it goes.
        let text = if self.is_rtl { format!("\u{202e}{text}\u{202c}") } else { text };
        format!(
            r#"<text x="{x:.2}" y="{y:.2}" font-family="'{family}'" font-size="{size}" font-weight="{weight}" fill="{colour}">{text}</text>"#
        )
    }
}

/// Where a text is, from its baseline's `y` and an `x`.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// It starts at `x`.
    Start(f32, f32),
    /// Its middle is at `x`.
    Middle(f32, f32),
    /// It ends at `x`.
    End(f32, f32),
}

/// A text as SVG.
pub fn set(text: &str, at: At, font: Font, colour: &str, fonts: &dyn Fonts) -> String {
    let runs: Vec<_> = runs(text, fonts).into_iter().map(|run| (fonts.width(&run, font), run)).collect();
    let width: f32 = runs.iter().map(|(width, _)| width).sum();
    let (mut x, y) = match at {
        At::Start(x, y) => (x, y),
        At::Middle(x, y) => (x - width / 2.0, y),
        At::End(x, y) => (x - width, y),
    };
    let mut svg = String::new();
    for (width, run) in runs {
        svg += &run.svg(x, y, font, colour);
        x += width;
    }
    svg
}

/// The width of a text, in pixels.
pub fn width(text: &str, font: Font, fonts: &dyn Fonts) -> f32 {
    runs(text, fonts).iter().map(|run| fonts.width(run, font)).sum()
}

/// The text, or as much of its start as has room, and an ellipsis. What looks like one character is not taken apart.
pub fn cut<'a>(text: &'a str, room: f32, font: Font, fonts: &dyn Fonts) -> Cow<'a, str> {
    if width(text, font, fonts) <= room {
        return Cow::Borrowed(text);
    }
    let shorter = |end: usize| format!("{}…", text[..end].trim_end());
    let ends: Vec<usize> = text.grapheme_indices(true).map(|(start, _)| start).collect();
    let fitting = ends.partition_point(|end| width(&shorter(*end), font, fonts) <= room);
    Cow::Owned(shorter(ends.get(fitting.saturating_sub(1)).copied().unwrap_or(0)))
}

/// The runs of a text, from left to right. Its direction is that of its first letter, as `<bdi>` would have it.
pub fn runs(text: &str, fonts: &dyn Fonts) -> Vec<Run> {
    let info = BidiInfo::new(text, None);
    let mut runs = Vec::new();
    for paragraph in &info.paragraphs {
        let (levels, ranges) = info.visual_runs(paragraph, paragraph.range.clone());
        for range in ranges {
            let is_rtl = levels.get(range.start).is_some_and(unicode_bidi::Level::is_rtl);
            let mut parts = by_family(&text[range], is_rtl, fonts);
            if is_rtl {
                parts.reverse();
            }
            runs.append(&mut parts);
        }
    }
    runs
}

/// Runs of one direction, as they are read.
fn by_family(text: &str, is_rtl: bool, fonts: &dyn Fonts) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for character in text.graphemes(true) {
        let family = fonts.family(character);
        match runs.last_mut() {
            Some(run) if run.family == family => run.text.push_str(character),
            _ => runs.push(Run { text: character.to_owned(), is_rtl, family }),
        }
    }
    runs
}

/// The text as it is written in XML. What XML has no way to write shows as something that can't be shown.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
pub(super) mod tests;
