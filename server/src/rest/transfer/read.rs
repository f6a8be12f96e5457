//! Lines as submissions: they come in pieces that end anywhere.

use super::{
    super::scores::{self, Body},
    Format,
    write::TIEBREAK,
};
use crate::{
    boards::import::Queued,
    rest::json::{given, object},
};
use app::{
    error::{AppError, Field},
    i18n::{Said, t},
    model::{Metadata, MetadataChange, PlayerId, Rules, Score, Submission, SubmissionId},
};
use csv_core::{ReadRecordResult, Reader};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// The longest line, in bytes.
const LONGEST: usize = 16 * 1024;
/// The most values on a line.
const VALUES: usize = 32;

/// A line's number, from 1, and what it says.
pub type Line = (u64, Result<Queued, AppError>);

/// Reads lines out of pieces.
pub enum Lines {
    /// JSON.
    Ndjson(Ndjson),
    /// CSV.
    Csv(Box<Csv>),
}

impl Lines {
    /// Of this format.
    pub fn new(format: Format) -> Self {
        match format {
            Format::Ndjson => Self::Ndjson(Ndjson::default()),
            Format::Csv => Self::Csv(Box::default()),
        }
    }

    /// The lines that are complete with this piece; without a piece, the last one. The error says what is wrong with the whole.
    pub fn read(&mut self, piece: Option<&[u8]>, rules: &Rules) -> Result<Vec<Line>, AppError> {
        match self {
            Self::Ndjson(lines) => Ok(lines.read(piece, rules)),
            Self::Csv(lines) => lines.read(piece, rules),
        }
    }
}

/// A JSON object on each line.
#[derive(Default)]
pub struct Ndjson {
    line: u64,
    begun: Vec<u8>,
    is_too_long: bool,
}

impl Ndjson {
    fn read(&mut self, piece: Option<&[u8]>, rules: &Rules) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut rest = piece.unwrap_or(b"\n");
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (head, tail) = rest.split_at(end);
            self.add(head);
            rest = &tail[1..];
            self.line += 1;
            let text = std::mem::take(&mut self.begun);
            if std::mem::take(&mut self.is_too_long) {
                lines.push((self.line, Err(too_long())));
            } else if !text.trim_ascii().is_empty() {
                lines.push((self.line, json_line(&text, self.line, rules)));
            }
        }
        self.add(rest);
        lines
    }

    fn add(&mut self, part: &[u8]) {
        if self.begun.len() + part.len() > LONGEST {
            self.is_too_long = true;
            self.begun.clear();
        } else if !self.is_too_long {
            self.begun.extend_from_slice(part);
        }
    }
}

/// A line as it is exported, or as a submission is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonLine<'a> {
    /// An import finds its own.
    #[serde(default, rename = "rank")]
    _rank: IgnoredAny,
    #[serde(borrow, alias = "player", rename = "playerId")]
    player: Option<&'a RawValue>,
    #[serde(borrow)]
    score: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    tiebreaks: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    metadata: Option<&'a RawValue>,
    #[serde(borrow, alias = "at", rename = "reachedAt")]
    at: Option<&'a RawValue>,
}

fn json_line(text: &[u8], line: u64, rules: &Rules) -> Result<Queued, AppError> {
    let wrong = || AppError::invalid(Field::Request, t::problem::LINE_JSON);
    let json: &RawValue = serde_json::from_slice(text.trim_ascii()).map_err(|_| wrong())?;
    let JsonLine { player, score, id, tiebreaks, metadata, at, .. } = object(json)?;
    let submission = Body { player, score, id, tiebreaks, metadata, at, proof: None }.submission(rules, None)?;
    Ok(with_id(submission, line))
}

/// A line without an id gets one, of its number and what it says: the same file again counts once.
fn with_id(submission: Submission, line: u64) -> Queued {
    if submission.id.is_some() {
        return Queued::new(submission, false);
    }
    let id = SubmissionId::parse(&format!("line-{line}-{:016x}", hash(&submission))).ok();
    let brief = id.is_some();
    Queued::new(Submission { id, ..submission }, brief)
}

/// Stands for all that a submission says. It must stay the same from release to release: an import may be sent again to a newer one.
fn hash(submission: &Submission) -> u64 {
    let Submission { id: _, player, score, tiebreaks, metadata, at, proof: _ } = submission;
    let metadata = match metadata {
        MetadataChange::Keep => "",
        MetadataChange::Clear => "null",
        MetadataChange::Set(metadata) => metadata.as_str(),
    };
    let said = format!("{}\n{score:#}\n{tiebreaks:?}\n{at:?}\n{metadata}", player.as_str());
    // FNV-1a (draft-eastlake-fnv), 64 bits.
    said.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Values between commas; the first line names them.
pub struct Csv {
    reader: Reader,
    record: u64,
    names: Option<Vec<Name>>,
    text: Vec<u8>,
    length: usize,
    ends: [usize; VALUES],
    values: usize,
    is_too_long: bool,
}

impl Default for Csv {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            record: 0,
            names: None,
            text: vec![0; LONGEST],
            length: 0,
            ends: [0; VALUES],
            values: 0,
            is_too_long: false,
        }
    }
}

/// What a column holds.
enum Name {
    Player,
    Score,
    Id,
    Tiebreak(usize),
    At,
    Metadata,
    /// The rank: an import finds its own.
    Rank,
}

impl Csv {
    fn read(&mut self, piece: Option<&[u8]>, rules: &Rules) -> Result<Vec<Line>, AppError> {
        let mut lines = Vec::new();
        let mut rest = piece.unwrap_or_default();
        // An empty piece says that there are no more.
        while piece.is_none() || !rest.is_empty() {
            let (result, read, written, ended) =
                self.reader.read_record(rest, &mut self.text[self.length..], &mut self.ends[self.values..]);
            rest = &rest[read..];
            self.length += written;
            self.values += ended;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => break,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    self.is_too_long = true;
                    (self.length, self.values) = (0, 0);
                }
                ReadRecordResult::Record => {
                    self.record += 1;
                    lines.extend(self.record(rules)?);
                    (self.length, self.values) = (0, 0);
                }
            }
        }
        if piece.is_none() && self.names.is_none() {
            return Err(head_error(t::problem::head_missing));
        }
        Ok(lines)
    }

    fn record(&mut self, rules: &Rules) -> Result<Option<Line>, AppError> {
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let mut start = 0;
        let values: Vec<&[u8]> = self.ends[..self.values].iter().map(|end| &self.text[std::mem::replace(&mut start, *end)..*end]).collect();
        let values: Option<Vec<&str>> = values.into_iter().map(|value| std::str::from_utf8(value).ok()).collect();
        let Some(names) = &self.names else {
            let values = values.filter(|_| !is_too_long).ok_or_else(|| head_error(t::problem::head_long))?;
            self.names = Some(head(&values, rules)?);
            return Ok(None);
        };
        let submission = match values {
            _ if is_too_long => Err(too_long()),
            None => Err(AppError::invalid(Field::Request, t::problem::LINE_UTF8)),
            Some(values) if values.len() != names.len() => {
                Err(AppError::invalid(Field::Request, t::problem::line_values(&values.len().to_string(), &names.len().to_string())))
            }
            Some(values) => csv_line(&values, names, rules).map(|submission| with_id(submission, self.record)),
        };
        Ok(Some((self.record, submission)))
    }
}

fn head(values: &[&str], rules: &Rules) -> Result<Vec<Name>, AppError> {
    let name = |value: &&str| {
        let column = |name: &str| rules.tiebreaks.iter().position(|column| column.name == name);
        Ok(match *value {
            "playerId" | "player" => Name::Player,
            "score" => Name::Score,
            "id" => Name::Id,
            "reachedAt" | "at" => Name::At,
            "metadata" => Name::Metadata,
            "rank" => Name::Rank,
            other => match other.strip_prefix(TIEBREAK).and_then(column) {
                Some(at) => Name::Tiebreak(at),
                None => return Err(head_error(|names, tiebreak| t::problem::head_unknown(names, other, tiebreak))),
            },
        })
    };
    let has_double = values.iter().enumerate().any(|(at, value)| values[..at].contains(value));
    if has_double || !["playerId", "player"].iter().any(|name| values.contains(name)) || !values.contains(&"score") {
        return Err(head_error(t::problem::head_needs));
    }
    values.iter().map(name).collect()
}

fn csv_line(values: &[&str], names: &[Name], rules: &Rules) -> Result<Submission, AppError> {
    let mut tiebreaks = vec![None; rules.tiebreaks.len()];
    let (mut player, mut score, mut id, mut at, mut metadata) = (None, None, None, None, MetadataChange::Keep);
    for (value, name) in values.iter().zip(names) {
        let is_empty = value.is_empty();
        match name {
            Name::Player => player = Some(PlayerId::parse(plain(value))?),
            Name::Score => score = Some(Score::parse(value, rules.decimals)?),
            Name::Tiebreak(column) => {
                let wrong = |_| AppError::invalid(Field::Tiebreaks, t::problem::LINE_TIEBREAK);
                tiebreaks[*column] = Some(Score::parse(value, 0).map_err(wrong)?.units());
            }
            Name::Id if !is_empty => id = Some(SubmissionId::parse(value)?),
            Name::At if !is_empty => at = Some(time(value)?),
            Name::Metadata if !is_empty => metadata = MetadataChange::Set(Metadata::parse(plain(value))?),
            Name::Id | Name::At | Name::Metadata | Name::Rank => {}
        }
    }
    let missing = |what: &str| AppError::invalid(Field::Request, t::problem::line_missing(what));
    let tiebreaks: Option<Vec<i64>> = tiebreaks.into_iter().collect();
    Ok(Submission {
        id,
        tiebreaks: tiebreaks.ok_or_else(|| missing("A column for each of the board's tiebreaks"))?,
        metadata,
        at,
        ..Submission::new(player.ok_or_else(|| missing("playerId"))?, score.ok_or_else(|| missing("score"))?)
    })
}

/// A text without the ' that keeps a spreadsheet from taking it for a formula.
fn plain(value: &str) -> &str {
    value.strip_prefix('\'').unwrap_or(value)
}

/// Milliseconds since 1970, or an RFC 3339 time.
fn time(value: &str) -> Result<u64, AppError> {
    let is_number = value.bytes().all(|b| b.is_ascii_digit());
    let json = if is_number { value.to_owned() } else { serde_json::Value::from(value).to_string() };
    let json = RawValue::from_string(json).map_err(|_| AppError::invalid(Field::At, t::problem::LINE_TIME))?;
    scores::at(&json)
}

fn too_long() -> AppError {
    AppError::invalid(Field::Request, t::problem::LINE_LONG)
}

/// What is wrong with the names in the first line; the message says which there are.
fn head_error(message: impl FnOnce(&str, &str) -> Said) -> AppError {
    AppError::invalid(Field::Request, message("playerId, score, id, reachedAt, metadata, rank", "tiebreak.<name>"))
}
