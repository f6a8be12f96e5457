//! An SVG text into pixels.

use super::{
    svg::{HEIGHT, WIDTH},
    text::{FAMILY, Font, Fonts, Run},
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{
        FontResolver, Node, Options, Tree,
        fontdb::{Database, FaceInfo, ID, Source, Stretch, Style},
    },
};
use skrifa::{FontRef, MetadataProvider};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// Characters whose font is remembered; beyond that they are looked for again.
const REMEMBERED: usize = 4096;

/// Why a card could not be drawn: a defect of ours.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum RenderError {
    #[error("the SVG text can't be read: {0}")]
    Svg(#[from] resvg::usvg::Error),
    #[error("there is no canvas of this size")]
    Canvas,
    #[error("the PNG can't be written: {0}")]
    Png(String),
}

/// Draws a card as a PNG.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let tree = Tree::from_str(svg, &options())?;
    let mut canvas = Pixmap::new(WIDTH, HEIGHT).ok_or(RenderError::Canvas)?;
    resvg::render(&tree, Transform::identity(), &mut canvas.as_mut());
    canvas.encode_png().map_err(|error| RenderError::Png(error.to_string()))
}

/// The fonts of the program and of the system.
pub struct SystemFonts;

impl Fonts for SystemFonts {
    fn width(&self, run: &Run, font: Font) -> f32 {
        // What shows nothing is measured between what does.
        if run.text.trim().is_empty() {
            let within = |text| self.width(&Run { text, ..run.clone() }, font);
            return within(format!(".{}.", run.text)) - within("..".to_owned());
        }
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">{}</svg>"#, run.svg(0.0, 0.0, font, "#fff"));
        let tree = Tree::from_str(&svg, &options());
        let texts = tree.iter().flat_map(|tree| tree.root().children());
        texts.map(|node| if let Node::Text(text) = node { text.bounding_box().width() } else { 0.0 }).sum()
    }

    fn family(&self, character: &str) -> Option<String> {
        let visible = character.chars().filter(|c| !is_joiner(*c));
        let mut families = visible.filter_map(|c| Some(&FONTS.face(find(c)?)?.families.first()?.0));
        families.find(|family| *family != FAMILY).cloned()
    }

    fn has(&self, text: &str) -> bool {
        text.chars().all(|c| is_joiner(c) || is_mark(c) || find(c).is_some())
    }
}

/// What changes how others look: it is in whatever font they are in.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// What says which way a text runs, and shows nothing itself.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Found once, when the first card is made: that takes a moment.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| Arc::new(load()));

/// Which font has a character: to look for it, font after font is opened.
static FOUND: LazyLock<Mutex<HashMap<char, Option<ID>>>> = LazyLock::new(Mutex::default);

/// Our own font, then the system's for what ours lacks.
fn load() -> Database {
    let mut system = Database::new();
    system.load_system_fonts();
    let mut faces: Vec<_> = system.faces().cloned().collect();
    faces.sort_by_key(oddity);
    let mut fonts = Database::new();
    for font in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        fonts.load_font_source(Source::Binary(Arc::new(font)));
    }
    for face in faces {
        fonts.push_face_info(face);
    }
    fonts.set_serif_family(FAMILY);
    fonts
}

/// How little a font is like ours. Emoji come first: others may have them too, but without their colours.
fn oddity(face: &FaceInfo) -> (bool, bool, bool, bool, u16) {
    let has = |word| face.post_script_name.contains(word);
    let is_slanted = face.style != Style::Normal || face.stretch != Stretch::Normal;
    (!has("Emoji"), is_slanted, face.monospaced, has("Serif") || has("Math"), face.weight.0.abs_diff(400))
}

/// The first font that has a character.
fn find(c: char) -> Option<ID> {
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if found.len() >= REMEMBERED {
        found.clear();
    }
    *found.entry(c).or_insert_with(|| FONTS.faces().map(|face| face.id).find(|id| has(*id, c)))
}

fn has(id: ID, c: char) -> bool {
    let has = FONTS.with_face_data(id, |data, index| FontRef::from_index(data, index).is_ok_and(|font| font.charmap().map(c).is_some()));
    has.unwrap_or(false)
}

fn options() -> Options<'static> {
    let select_fallback = Box::new(|c, used: &[ID], _: &mut Arc<Database>| find(c).filter(|id| !used.contains(id)));
    let font_resolver = FontResolver { select_fallback, ..FontResolver::default() };
    Options { fontdb: FONTS.clone(), font_resolver, ..Options::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font { size: 34.0, bold: true };

    fn width(text: &str) -> f32 {
        SystemFonts.width(&Run { text: text.to_owned(), is_rtl: false, family: None }, FONT)
    }

    #[test]
    fn figures_have_one_width() {
        let digits: Vec<f32> = ('0'..='9').map(|digit| width(&digit.to_string())).collect();
        assert!(digits[0] > 10.0 && digits.iter().all(|width| (width - digits[0]).abs() < 0.01), "{digits:?}");
        assert!((width("00000000") - 8.0 * digits[0]).abs() < 0.1);
    }

    #[test]
    fn spaces_have_a_width_wherever_they_are() {
        let space = width(" ");
        assert!(space > 5.0, "{space}");
        for (text, letters) in [(" a", 1.0), ("a ", 1.0), ("a a", 2.0)] {
            assert!((width(text) - width("a") * letters - space).abs() < 0.1, "{text}");
        }
    }

    #[test]
    fn a_card_has_its_size() {
        let png = png(r#"<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630"/>"#).unwrap();
        let drawn = Pixmap::decode_png(&png).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (WIDTH, HEIGHT));
        assert!(matches!(super::png("<svg"), Err(RenderError::Svg(_))));
    }

    #[test]
    fn our_own_font_has_most_of_europe() {
        for text in ["Zoë Łukasz", "Ζήνων", "Лига", "Ða\u{301}", "−1,234.5…", "\u{202e}\u{202c}"] {
            assert!(text.chars().all(|c| find(c).and_then(|id| FONTS.face(id)).is_some_and(|face| face.families[0].0 == FAMILY)), "{text}");
        }
        assert_eq!(SystemFonts.family("é"), None);
        assert!(SystemFonts.has("1.234 Spieler · Größe\u{200e}") && !SystemFonts.has("Ada \u{10ffff}"));
    }
}
