use super::{
    Combination, Proving, Review, Score, Window,
    written::{given, given_object, is_prose, maybe_object, maybe_objects, maybe_whole, maybe_word, whole, word},
};
use crate::{
    error::{AppError, Field},
    i18n::{Said, Text, t},
};
use serde::{Deserialize, Serialize};

/// Which scores are better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better: points.
    #[default]
    Desc,
    /// Less is better: lap times.
    Asc,
}

/// Which of a player's submissions make the entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// The best one.
    #[default]
    Best,
    /// The newest one.
    Last,
    /// All of them, added up; tiebreaks too.
    Sum,
    /// The first one.
    First,
}

/// Who is ahead when score and tiebreaks are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TieOrder {
    /// Who got there first.
    #[default]
    First,
    /// Who got there last.
    Last,
}

/// Which ranks entries with equal score and equal tiebreaks get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RankMode {
    /// 1234: each its own.
    #[default]
    Ordinal,
    /// 1224: all the best of theirs.
    Competition,
    /// 1334: all the worst of theirs.
    Modified,
    /// 1223: no rank is left out.
    Dense,
}

/// Who can see a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    #[default]
    Public,
    /// Whoever knows its id; it is not listed.
    Unlisted,
    /// Operators only.
    Private,
}

/// Whom a board takes scores from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Submitters {
    /// Those who have a key.
    #[default]
    Servers,
    /// Everybody.
    Players,
    /// Players who have an account and have signed in, each for themself.
    Accounts,
    /// Those who have a key, and runs of a game that the server has verified.
    Runs,
}

/// A tiebreak column: a whole number, at most ±(2^53−1), compared after the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What it is called: 1–32 characters out of `a-z`, `0-9`, `_` and `-`.
    pub name: String,
    /// Which values are better.
    #[serde(default, deserialize_with = "word")]
    pub direction: Direction,
}

/// How much of the log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct LogRetention {
    /// At least this many of the newest records, 1 to 100,000,000.
    #[serde(deserialize_with = "whole")]
    pub count: u64,
    /// Records of this many days, 1 to 3650, as far as `count` allows.
    #[serde(deserialize_with = "whole")]
    pub days: u16,
}

impl Default for LogRetention {
    fn default() -> Self {
        Self { count: 1_000_000, days: 365 }
    }
}

/// A board's rules: data, kept as JSON in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// The version of this shape, so that rules written by an older server can be told apart.
    pub schema: u32,
    /// What people call the board.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Which scores are better.
    pub direction: Direction,
    /// Which of a player's submissions make the entry.
    pub keep: Keep,
    /// Whether a submission to a board that adds up may be negative.
    pub negative: bool,
    /// Digits behind the decimal point, 0–6.
    pub decimals: u8,
    /// The lowest score that is taken.
    pub min_score: Option<Score>,
    /// The highest score that is taken.
    pub max_score: Option<Score>,
    /// What is compared after the score, in this order.
    pub tiebreaks: Vec<Column>,
    /// Who is ahead when all of that is equal.
    pub tie_order: TieOrder,
    /// Which ranks equal entries get.
    pub rank_mode: RankMode,
    /// Windows besides `all`.
    pub windows: Vec<Window>,
    /// Who can see it.
    pub visibility: Visibility,
    /// Whom it takes scores from.
    pub submitters: Submitters,
    /// Whether it is closed for good: readable, but it takes no changes.
    pub archived: bool,
    /// How much of its log is kept.
    pub log: LogRetention,
    /// Points of each player's history that are kept, 0–1000; the oldest go first.
    pub history: u16,
    /// Which submissions operators look at, and which of them wait until they have; nothing: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// The boards whose entries it follows: it takes none by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Combination>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            schema: Self::SCHEMA,
            title: String::new(),
            description: String::new(),
            direction: Direction::default(),
            keep: Keep::default(),
            negative: false,
            decimals: 0,
            min_score: None,
            max_score: None,
            tiebreaks: Vec::new(),
            tie_order: TieOrder::default(),
            rank_mode: RankMode::default(),
            windows: Vec::new(),
            visibility: Visibility::default(),
            submitters: Submitters::default(),
            archived: false,
            log: LogRetention::default(),
            history: 100,
            review: None,
            follows: None,
        }
    }
}

/// Rules as they are written by whoever creates or edits a board: what is left out is as it was, or as by default.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs, reason = "all but the id are the rules of the same names")]
pub struct RulesChange {
    /// A new board's id; it can't change.
    pub id: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    #[serde(deserialize_with = "maybe_word")]
    pub direction: Option<Direction>,
    #[serde(deserialize_with = "maybe_word")]
    pub keep: Option<Keep>,
    pub negative: Option<bool>,
    #[serde(deserialize_with = "maybe_whole")]
    pub decimals: Option<u8>,
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<Score>))]
    pub min_score: Option<Option<Score>>,
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<Score>))]
    pub max_score: Option<Option<Score>>,
    #[serde(deserialize_with = "maybe_objects")]
    pub tiebreaks: Option<Vec<Column>>,
    #[serde(deserialize_with = "maybe_word")]
    pub tie_order: Option<TieOrder>,
    #[serde(deserialize_with = "maybe_word")]
    pub rank_mode: Option<RankMode>,
    pub windows: Option<Vec<Window>>,
    #[serde(deserialize_with = "maybe_word")]
    pub visibility: Option<Visibility>,
    #[serde(deserialize_with = "maybe_word")]
    pub submitters: Option<Submitters>,
    pub archived: Option<bool>,
    #[serde(deserialize_with = "maybe_object")]
    pub log: Option<LogRetention>,
    #[serde(deserialize_with = "maybe_whole")]
    pub history: Option<u16>,
    #[serde(deserialize_with = "given_object")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<Review>))]
    pub review: Option<Option<Review>>,
}

impl Rules {
    /// The shape's current version.
    pub const SCHEMA: u32 = 2;
    /// The longest title, in characters.
    pub const MAX_TITLE: usize = 100;
    /// The longest description, in characters.
    pub const MAX_DESCRIPTION: usize = 2_000;
    /// The most tiebreak columns.
    pub const MAX_TIEBREAKS: usize = 3;
    /// The most points of a history.
    pub const MAX_HISTORY: u16 = 1_000;

    /// The rules of the board that exists from the first start.
    pub fn main() -> Self {
        Self { title: "Main board".to_owned(), submitters: Submitters::Players, ..Self::default() }
    }

    /// The rules that the board of the game begins with.
    pub fn ring() -> Self {
        Self {
            title: "Ring".to_owned(),
            description:
                "Half a minute of hitting the target. Everybody plays the same game each day, and the server plays each run again."
                    .to_owned(),
            submitters: Submitters::Runs,
            // Runs of a day are sent until noon.
            windows: vec![Window { late_seconds: 12 * 60 * 60, ..Window::daily() }],
            ..Self::default()
        }
    }

    /// These rules with a change, checked; the error names the rule that is wrong.
    pub fn changed(&self, change: RulesChange) -> Result<Self, AppError> {
        let decimals = change.decimals.unwrap_or(self.decimals);
        let rules = Self {
            schema: Self::SCHEMA,
            title: change.title.map_or_else(|| self.title.clone(), |title| title.trim().to_owned()),
            description: change.description.unwrap_or_else(|| self.description.clone()),
            direction: change.direction.unwrap_or(self.direction),
            keep: change.keep.unwrap_or(self.keep),
            negative: change.negative.unwrap_or(self.negative),
            decimals,
            min_score: bound(change.min_score.unwrap_or(self.min_score), decimals, Field::MinScore)?,
            max_score: bound(change.max_score.unwrap_or(self.max_score), decimals, Field::MaxScore)?,
            tiebreaks: change.tiebreaks.unwrap_or_else(|| self.tiebreaks.clone()),
            tie_order: change.tie_order.unwrap_or(self.tie_order),
            rank_mode: change.rank_mode.unwrap_or(self.rank_mode),
            windows: change.windows.unwrap_or_else(|| self.windows.clone()),
            visibility: change.visibility.unwrap_or(self.visibility),
            submitters: change.submitters.unwrap_or(self.submitters),
            archived: change.archived.unwrap_or(self.archived),
            log: change.log.unwrap_or(self.log),
            history: change.history.unwrap_or(self.history),
            review: review(change.review.unwrap_or(self.review), decimals)?,
            follows: self.follows.clone(),
        };
        rules.check()?;
        Ok(rules)
    }

    fn check(&self) -> Result<(), AppError> {
        let wrong = |field, message: Text| Err(AppError::invalid(field, message));
        if self.title.is_empty() || self.title.chars().count() > Self::MAX_TITLE || self.title.chars().any(char::is_control) {
            return wrong(Field::Title, t::problem::TITLE_TEXT);
        }
        if !is_prose(&self.description, Self::MAX_DESCRIPTION) {
            return wrong(Field::Description, t::problem::DESCRIPTION_TEXT);
        }
        if self.decimals > Score::MAX_DECIMALS {
            return wrong(Field::Decimals, t::problem::DECIMALS_RANGE);
        }
        if self.min_score.zip(self.max_score).is_some_and(|(min, max)| min > max) {
            return wrong(Field::MinScore, t::problem::LEAST_ABOVE_MOST);
        }
        if !(1..=100_000_000).contains(&self.log.count) || !(1..=3_650).contains(&self.log.days) {
            return wrong(Field::Log, t::problem::LOG_LENGTH);
        }
        if self.history > Self::MAX_HISTORY {
            return wrong(Field::History, t::problem::HISTORY_LENGTH);
        }
        self.check_tiebreaks()?;
        self.check_windows()?;
        self.check_runs()
    }

    /// Refuses rules that no run of a game fits. A run comes to a score and nothing else, and proves itself.
    pub fn check_runs(&self) -> Result<(), AppError> {
        if self.submitters != Submitters::Runs {
            return Ok(());
        }
        if !self.tiebreaks.is_empty() {
            return Err(AppError::invalid(Field::Tiebreaks, t::problem::RUN_TIEBREAKS));
        }
        if self.review.is_some_and(|review| review.proof == Proving::Required && !review.trust_servers) {
            return Err(AppError::invalid(Field::Review, t::problem::RUN_PROOF));
        }
        Ok(())
    }

    fn check_tiebreaks(&self) -> Result<(), AppError> {
        let wrong = |message: Text| Err(AppError::invalid(Field::Tiebreaks, message));
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if self.tiebreaks.len() > Self::MAX_TIEBREAKS {
            return wrong(t::problem::TIEBREAKS_FULL);
        }
        if self.tiebreaks.iter().any(|column| column.name.is_empty() || column.name.len() > 32 || !column.name.bytes().all(allowed)) {
            return wrong(t::problem::TIEBREAK_NAME);
        }
        if has_double(self.tiebreaks.iter().map(|column| &column.name)) {
            return wrong(t::problem::TIEBREAK_TWICE);
        }
        Ok(())
    }

    fn check_windows(&self) -> Result<(), AppError> {
        if self.windows.len() > Window::MOST {
            return Err(AppError::invalid(Field::Windows, t::problem::WINDOWS_FULL));
        }
        if has_double(self.windows.iter().map(|window| &window.name)) {
            return Err(AppError::invalid(Field::Windows, t::problem::WINDOW_TWICE));
        }
        Ok(())
    }

    /// Which rule of `next` would put the entries that are there into another order, if any.
    pub fn reorders(&self, next: &Self) -> Option<Field> {
        let changes = [
            (self.direction != next.direction, Field::Direction),
            (self.decimals != next.decimals, Field::Decimals),
            (self.tiebreaks != next.tiebreaks, Field::Tiebreaks),
            (self.tie_order != next.tie_order, Field::TieOrder),
        ];
        changes.into_iter().find_map(|(changed, field)| changed.then_some(field))
    }

    /// Which scores the board takes.
    pub fn bounds(&self) -> Bounds {
        Bounds { min: self.min_score, max: self.max_score, only_adds: self.keep == Keep::Sum && !self.negative }
    }
}

/// Which scores a board takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    min: Option<Score>,
    max: Option<Score>,
    /// Scores are added up, and none takes away from the sum.
    only_adds: bool,
}

impl Bounds {
    /// The error says why the board takes no such score.
    pub fn check(self, score: Score) -> Result<(), AppError> {
        let wrong = |message: Said| Err(AppError::invalid(Field::Score, message));
        match (self.min, self.max) {
            (Some(min), _) if score < min => wrong(t::error::score_low(min)),
            (_, Some(max)) if score > max => wrong(t::error::score_high(max)),
            _ if self.only_adds && score.units() < 0 => Err(AppError::invalid(Field::Score, t::error::SCORE_NEGATIVE)),
            _ => Ok(()),
        }
    }
}

fn bound(bound: Option<Score>, decimals: u8, field: Field) -> Result<Option<Score>, AppError> {
    let rescaled = bound.map(|score| score.rescale(decimals.min(Score::MAX_DECIMALS))).transpose();
    rescaled.map_err(|error| error.about(field))
}

/// One that asks for nothing is none.
fn review(review: Option<Review>, decimals: u8) -> Result<Option<Review>, AppError> {
    Ok(review.map(|review| review.checked(decimals)).transpose()?.filter(|review| *review != Review::default()))
}

fn has_double<T: PartialEq>(items: impl Iterator<Item = T> + Clone) -> bool {
    items.clone().enumerate().any(|(at, item)| items.clone().skip(at + 1).any(|other| other == item))
}
