//! Numbers as the reader's language writes them (CLDR: https://cldr.unicode.org/translation/number-currency-formats/number-symbols).

use super::{Language, language};

/// What a language writes numbers with.
struct Symbols {
    group: &'static str,
    decimal: &'static str,
    minus: &'static str,
}

/// CLDR's, but for a minus sign that is as wide as a digit where CLDR has the hyphen (`server/src/rest/embeds/embed.js` does the same). Arabic has the digits that CLDR gives it by default: Western ones.
fn symbols(language: Language) -> Symbols {
    let (group, decimal, minus) = match language {
        Language::English | Language::Japanese => (",", ".", "\u{2212}"),
        Language::German => (".", ",", "\u{2212}"),
        Language::Arabic => (",", ".", "\u{200e}\u{2212}"),
    };
    Symbols { group, decimal, minus }
}

/// A whole number, its thousands in groups.
pub fn number(number: u64) -> String {
    whole(language(), number)
}

/// A whole number in a language.
pub(super) fn whole(language: Language, number: u64) -> String {
    let Symbols { group, .. } = symbols(language);
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    text
}

/// A number with so many digits behind the decimal point, given in the last one's units, in the reader's language.
pub(crate) fn decimal(units: i64, decimals: u8) -> String {
    written(language(), units, decimals)
}

/// The same in a language.
pub(crate) fn written(language: Language, units: i64, decimals: u8) -> String {
    let symbols = symbols(language);
    let scale = 10_u64.pow(decimals.into());
    let (before, behind) = (units.unsigned_abs() / scale, units.unsigned_abs() % scale);
    let mut text = if units < 0 { symbols.minus.to_owned() } else { String::new() };
    text.push_str(&whole(language, before));
    if decimals > 0 {
        text.push_str(symbols.decimal);
        text.push_str(&format!("{behind:0width$}", width = usize::from(decimals)));
    }
    text
}

/// A number that is written as programs write it, in a language.
#[cfg(feature = "ssr")]
pub(super) fn spelled(language: Language, plain: &str) -> String {
    let decimals = plain.split_once('.').map_or(0, |(_, behind)| behind.len() as u8);
    written(language, plain.replace('.', "").parse().unwrap_or_default(), decimals)
}

/// What somebody typed as a number in a language, as programs write it: digits of other scripts become plain ones, thousands may be in groups, the
/// language's decimal sign becomes a point, and the mark before an Arabic minus sign goes. What is no number stays as it is, for whoever reads it to find fault with.
pub fn from_typed(text: &str, language: Language) -> String {
    let Symbols { group, decimal, .. } = symbols(language);
    let plain: String = text.trim().trim_start_matches('\u{200e}').chars().map(plain_digit).collect();
    let (whole, behind) = match plain.split_once(decimal) {
        Some((whole, behind)) => (whole, Some(behind)),
        None => (plain.as_str(), None),
    };
    let (sign, digits) = match whole.strip_prefix(['-', '+', '\u{2212}']) {
        Some(digits) => (if whole.starts_with('+') { "" } else { "-" }, digits),
        None => ("", whole),
    };
    let mut groups = digits.split(group);
    let is_grouped = groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3);
    let is_number = digits.chars().all(|c| c.is_ascii_digit() || group.starts_with(c)) && (is_grouped || !digits.contains(group));
    if !is_number || behind.is_some_and(|behind| !behind.chars().all(|c| c.is_ascii_digit())) {
        // A point that stands for thousands elsewhere must not become a decimal one.
        return if group == "." { plain.replace('.', "\u{a0}") } else { plain };
    }
    let digits = digits.replace(group, "");
    behind.map_or_else(|| format!("{sign}{digits}"), |behind| format!("{sign}{digits}.{behind}"))
}

/// Arabic and Persian digits, and Japanese full-width ones, as ASCII.
fn plain_digit(c: char) -> char {
    let zero = match c {
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        '\u{ff0e}' => return '.',
        '\u{ff0d}' => return '-',
        c => return c,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}
