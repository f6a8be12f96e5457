//! Entries as lines.

use super::Format;
use crate::boards::export::Exported;
use app::{error::AppError, model::Rules};
use axum::body::Bytes;

/// What a column of a tiebreak is called, before the tiebreak's name.
pub const TIEBREAK: &str = "tiebreak.";
/// A text that starts with one of these could be taken for a formula by a spreadsheet (OWASP, "CSV Injection"); with a ' in front it
/// is text, and that ' is taken off again. So a text that starts with one gets another.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// The line that names the values.
pub fn csv_head(rules: &Rules) -> Bytes {
    let mut line = "rank,playerId,score,".to_owned();
    for column in &rules.tiebreaks {
        line += &format!("{TIEBREAK}{},", column.name);
    }
    Bytes::from(line + "reachedAt,metadata\r\n")
}

/// A page of entries.
pub fn lines(page: &[Exported], format: Format, rules: &Rules) -> Result<Bytes, AppError> {
    let mut lines = Vec::with_capacity(page.len() * 96);
    for entry in page {
        match format {
            Format::Ndjson => {
                serde_json::to_writer(&mut lines, entry).map_err(|_| AppError::Internal)?;
                lines.push(b'\n');
            }
            Format::Csv => csv_line(entry, rules, &mut lines),
        }
    }
    Ok(Bytes::from(lines))
}

fn csv_line(entry: &Exported, rules: &Rules, lines: &mut Vec<u8>) {
    let mut line = format!("{},", entry.rank);
    line += &text(entry.player_id.as_str());
    line += &format!(",{:#},", entry.score);
    for column in &rules.tiebreaks {
        let value = entry.tiebreaks.get(&column.name);
        line += &format!("{},", value.map(i64::to_string).unwrap_or_default());
    }
    line += &format!("{},", entry.reached_at);
    line += &text(entry.metadata.as_ref().map_or("", |metadata| metadata.as_str()));
    lines.extend_from_slice(line.as_bytes());
    lines.extend_from_slice(b"\r\n");
}

/// A text in quotes where it needs them.
fn text(text: &str) -> String {
    let safe = if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
