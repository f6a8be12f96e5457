use super::{
    caller::{May, ToModerate},
    conditional::Reads,
    json::{Json, given},
    problems::{Changing, Reading, Removing},
    query::{BoardPath, NoQuery, PlayerPath, Query, limit, period, whole},
    scores,
};
use crate::{
    auth::audit::Witness,
    boards::{
        Boards,
        answers::{OneEntry, PlayerHistory, Removed},
        board::Loaded,
        caller::Caller,
        change::{EntryChange, EntryChanged, Removal},
        cursor::Cursor,
        read::{Period, Which},
        turn::{EntryOrder, other_order},
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    i18n::t,
    model::{BoardId, Limit, Metadata, PlayerId, Score, WindowName},
};
use axum::{
    Json as Answer,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema, schema::AnyOfBuilder},
};

/// More entries than there can be.
const LAST_RANK: u64 = (1 << 53) - 1;

/// Which entries to read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntriesQuery {
    /// Which window, `all` if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// From this place on.
    #[param(value_type = u64, minimum = 1, maximum = 9007199254740991u64, required = false)]
    from: Option<String>,
    /// This player in the middle; at either end of the board the page is still full.
    #[param(value_type = PlayerId, required = false)]
    around: Option<String>,
    /// The page that this player is on.
    #[param(value_type = PlayerId, required = false)]
    page_of: Option<String>,
    /// These players, at most 1000 by commas. A comma in an id is written `%252C`, a percent sign `%2525`.
    #[param(value_type = String, example = "ada,bob", required = false)]
    players: Option<String>,
    /// Scores from here on.
    #[param(value_type = Score, required = false)]
    score_min: Option<String>,
    /// Scores up to here.
    #[param(value_type = Score, required = false)]
    score_max: Option<String>,
    /// Shown rank, which several may have, or none.
    #[param(value_type = u64, minimum = 1, maximum = 9007199254740991u64, required = false)]
    rank: Option<String>,
    /// Shown ranks from here on.
    #[param(value_type = u64, minimum = 1, maximum = 9007199254740991u64, required = false)]
    rank_min: Option<String>,
    /// Shown ranks up to here.
    #[param(value_type = u64, minimum = 1, maximum = 9007199254740991u64, required = false)]
    rank_max: Option<String>,
    /// How many of a range of scores or ranks to skip.
    #[param(value_type = u64, minimum = 0, maximum = 9007199254740991u64, required = false)]
    offset: Option<String>,
    /// From the last entry on that has this percentile.
    #[param(value_type = f64, minimum = 0, maximum = 100, required = false)]
    percentile: Option<String>,
    /// Entries that chance chooses.
    #[param(value_type = String, pattern = "^true$", required = false)]
    sample: Option<String>,
    /// Which end comes first, `best` if left out; with a cursor, what it belongs to. `worst` goes alone, or with a range of scores.
    #[param(value_type = EntryOrder, inline, required = false)]
    order: Option<String>,
    /// What comes after an earlier page, whose `nextCursor` this is; alone, or with the same range of scores.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

/// What a read of entries answers: some in a row, those of `players`, or a `sample`.
pub struct EntriesAnswer;

impl PartialSchema for EntriesAnswer {
    fn schema() -> RefOr<Schema> {
        let answers = ["Entries", "Friends", "Sample"].map(Ref::from_schema_name);
        answers.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item).into()
    }
}

impl ToSchema for EntriesAnswer {}

/// `GET /api/boards/{board}/entries`: entries in rank order or the other way around, chosen by at most one of `from`, `around`, `page_of`, `players`,
/// `score_min` and `score_max`, `rank`, `rank_min` and `rank_max`, `percentile`, `sample`.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/entries",
    operation_id = "listEntries",
    tag = "entries",
    summary = "Entries in rank order",
    description = "The best first, unless `order` says otherwise. Chosen by at most one of: `from`, `cursor`, `around`, `page_of`, `players`, `score_min` and `score_max`, `rank`, `rank_min` and `rank_max`, `percentile`, `sample`.",
    params(("board" = BoardId, Path, description = "The board's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have."), EntriesQuery),
    responses((status = 200, description = "The entries.", body = EntriesAnswer, headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn entries(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<EntriesQuery>,
) -> Result<Response, Problem> {
    let loaded = boards.rules_to_read(caller.clone(), &board).await?;
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    query.check()?;
    let cursor = query.cursor.as_deref().map(Cursor::parse).transpose()?;
    let period = query.period(cursor.as_ref())?;
    let order = query.order(cursor.as_ref())?;
    if let Some(players) = &query.players {
        let players = self::players(players)?;
        return reads.answer(caller.clone(), &board, Some(&period), boards.friends(caller, &board, &period, &players)).await;
    }
    if query.sample.is_some() {
        return Ok(Answer(boards.sample(caller, &board, &period, limit).await?).into_response());
    }
    let which = query.which(order, cursor, &loaded)?;
    reads.answer(caller.clone(), &board, Some(&period), boards.entries(caller, &board, &period, &which, limit)).await
}

impl EntriesQuery {
    /// Refuses parameters that don't go together.
    fn check(&self) -> Result<(), AppError> {
        let scores = self.score_min.is_some() || self.score_max.is_some();
        let ranks = self.rank_min.is_some() || self.rank_max.is_some();
        let others = [&self.from, &self.around, &self.page_of, &self.players, &self.rank, &self.percentile, &self.sample];
        let others = others.into_iter().flatten().count() + usize::from(ranks);
        if others + usize::from(scores) > 1 {
            let message = "Choose by one of: from, around, page_of, players, score_min and score_max, rank, rank_min and rank_max, \
                           percentile, sample.";
            return Err(AppError::invalid(Field::Request, message));
        }
        if self.offset.is_some() && (self.cursor.is_some() || !(scores || ranks || self.rank.is_some())) {
            return Err(AppError::invalid(Field::Offset, "offset goes with a range of scores or ranks; use from or cursor otherwise."));
        }
        if self.cursor.is_some() && others > 0 {
            return Err(AppError::invalid(Field::Cursor, "A cursor goes alone, or with the score_min and score_max it was given out for."));
        }
        if self.order.as_deref() == Some("worst") && (others > 0 || self.offset.is_some()) {
            let message = "order=worst goes alone, or with a cursor, score_min and score_max; everything else is in rank order.";
            return Err(AppError::invalid(Field::Order, message));
        }
        if self.sample.as_deref().is_some_and(|sample| sample != "true") {
            return Err(AppError::invalid(Field::Sample, "For entries that chance chooses, say sample=true."));
        }
        Ok(())
    }

    /// The period that is named, also by a cursor.
    fn period(&self, cursor: Option<&Cursor>) -> Result<Period, AppError> {
        let named = period(self.window.as_deref(), self.period.as_deref())?;
        let Some(cursor) = cursor else { return Ok(named.unwrap_or_default()) };
        let period = cursor.period();
        let fits = |named: &Period| named.window == period.window && (named.period.is_none() || named.period == period.period);
        if named.as_ref().is_none_or(fits) {
            return Ok(period);
        }
        Err(AppError::invalid(Field::Cursor, "This cursor is of another window or period than the one that is named."))
    }

    /// The order that is asked for, also by a cursor.
    fn order(&self, cursor: Option<&Cursor>) -> Result<EntryOrder, AppError> {
        let named = self.order.as_deref().map(EntryOrder::parse).transpose()?;
        let Some(cursor) = cursor else { return Ok(named.unwrap_or_default()) };
        if named.is_some_and(|named| named != cursor.towards()) {
            return Err(other_order());
        }
        Ok(cursor.towards())
    }

    fn which(&self, order: EntryOrder, cursor: Option<Cursor>, loaded: &Loaded) -> Result<Which, AppError> {
        let player = |text: &str, field| PlayerId::parse(text).map_err(|error| error.about(field));
        let (low, high) = range(self.score_min.as_deref(), self.score_max.as_deref(), loaded)?;
        let offset =
            self.offset.as_deref().map(|text| whole(text, Field::Offset, "offset must be a whole number from 0 on.")).transpose()?;
        if order == EntryOrder::Worst {
            return Ok(Which::Up(cursor, low, high));
        }
        if let Some(cursor) = cursor {
            return Ok(Which::After(cursor, low, high));
        }
        if let Some((low, high)) = self.ranks()? {
            return Ok(Which::Ranks(low, high, offset.unwrap_or(0)));
        }
        if let Some(text) = &self.around {
            return Ok(Which::Around(player(text, Field::Around)?));
        }
        if let Some(text) = &self.page_of {
            return Ok(Which::PageOf(player(text, Field::PageOf)?));
        }
        if let Some(text) = &self.percentile {
            return percentile(text, Field::Percentile).map(Which::Percentile);
        }
        if low.is_some() || high.is_some() {
            return Ok(Which::Scores(low, high, offset.unwrap_or(0)));
        }
        let message = "from must be a whole number from 1 on.";
        let from = self.from.as_deref().map_or(Ok(1), |text| whole(text, Field::From, message))?;
        if from == 0 { Err(AppError::invalid(Field::From, message)) } else { Ok(Which::From(from)) }
    }

    /// The ends of a range of ranks, if there is one.
    fn ranks(&self) -> Result<Option<(u64, u64)>, AppError> {
        let rank = |text: &Option<String>, field| {
            let wrong = t::problem::RANK_NUMBER;
            let rank = text.as_deref().map(|text| whole(text, field, wrong)).transpose()?;
            if rank == Some(0) { Err(AppError::invalid(field, wrong)) } else { Ok(rank) }
        };
        if let Some(rank) = rank(&self.rank, Field::Rank)? {
            return Ok(Some((rank, rank)));
        }
        match (rank(&self.rank_min, Field::RankMin)?, rank(&self.rank_max, Field::RankMax)?) {
            (None, None) => Ok(None),
            (Some(low), Some(high)) if low > high => Err(AppError::invalid(Field::RankMin, "rank_min is above rank_max.")),
            (low, high) => Ok(Some((low.unwrap_or(1), high.unwrap_or(LAST_RANK)))),
        }
    }
}

/// A percentage with at most four decimals, in parts of a million.
pub fn percentile(text: &str, field: Field) -> Result<u32, AppError> {
    let wrong = || AppError::invalid(field, "A percentile is a number from 0 to 100, with at most 4 decimals.");
    let parts = Score::parse(text, 4).map_err(|_| wrong())?.units();
    u32::try_from(parts).ok().filter(|parts| *parts <= 1_000_000).ok_or_else(wrong)
}

/// The ends of a range of scores.
fn range(low: Option<&str>, high: Option<&str>, loaded: &Loaded) -> Result<(Option<Score>, Option<Score>), AppError> {
    let end = |text: Option<&str>, field| {
        let score = text.map(|text| Score::parse(text, loaded.rules.decimals)).transpose();
        score.map_err(|error| error.about(field))
    };
    let (low, high) = (end(low, Field::ScoreMin)?, end(high, Field::ScoreMax)?);
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        return Err(AppError::invalid(Field::ScoreMin, t::problem::RANGE_SCORES));
    }
    Ok((low, high))
}

/// Player ids between commas; a comma in an id is written `%252C`, a percent sign `%2525`: as in an address, once more.
fn players(text: &str) -> Result<Vec<PlayerId>, AppError> {
    let wrong = |message: String| AppError::invalid(Field::Players, message);
    let ids: Vec<_> = text.split(',').collect();
    if ids.len() > 1_000 {
        return Err(wrong("Name at most 1000 players at once.".to_owned()));
    }
    let mut players: Vec<PlayerId> = Vec::with_capacity(ids.len());
    for id in ids {
        let id = percent_encoding::percent_decode_str(id).decode_utf8().map_err(|_| wrong("players must be text in UTF-8.".to_owned()))?;
        let player = PlayerId::parse(&id).map_err(|error| wrong(format!("'{id}': {error}")))?;
        if !players.contains(&player) {
            players.push(player);
        }
    }
    Ok(players)
}

/// Which period of a board, and how many rows make a page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntryQuery {
    /// Which window, `all` if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
    /// How many rows make a page.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
}

/// `GET /api/boards/{board}/entries/{player}`: one player's entry.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/entries/{player}",
    operation_id = "getEntry",
    tag = "entries",
    summary = "One player's entry",
    description = "Rank, score, percentile, whom to pass next, and the page it is on if pages have `limit` rows. Of whom operators keep out of the standings it is where they would stand, for operators.",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = PlayerId, Path, description = "The player's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have."), EntryQuery),
    responses((status = 200, description = "The entry.", body = OneEntry, headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn entry(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    PlayerPath(board, player): PlayerPath,
    Query(query): Query<EntryQuery>,
) -> Result<Response, Problem> {
    let period = period(query.window.as_deref(), query.period.as_deref())?.unwrap_or_default();
    let size = limit(query.limit.as_deref(), Limit::MOST)?;
    reads.answer(caller.clone(), &board, Some(&period), boards.entry(caller, &board, &period, player, size)).await
}

/// `GET /api/boards/{board}/entries/{player}/history`: a player's standings over time.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/entries/{player}/history",
    operation_id = "getHistory",
    tag = "entries",
    summary = "A player's standings over time",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = PlayerId, Path, description = "The player's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have.")),
    responses((status = 200, description = "The standings in the window `all`, oldest first.", body = PlayerHistory, headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn history(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    PlayerPath(board, player): PlayerPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    reads.answer(caller.clone(), &board, None, boards.history(caller, &board, player)).await
}

/// Which period of a board; every window's current one unless it is named.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    /// Which window; every one if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
}

/// A change of an entry as it is sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EntryChange)]
pub struct ChangeBody<'a> {
    /// What the score becomes.
    #[serde(borrow)]
    #[schema(value_type = Option<Score>)]
    score: Option<&'a RawValue>,
    /// What is added to the score.
    #[serde(borrow)]
    #[schema(value_type = Option<Score>)]
    add: Option<&'a RawValue>,
    /// What all tiebreaks become, by name.
    #[serde(borrow)]
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    tiebreaks: Option<&'a RawValue>,
    /// What is remembered with it; `null` clears it.
    #[serde(borrow, default, deserialize_with = "given")]
    #[schema(value_type = Option<Metadata>)]
    metadata: Option<&'a RawValue>,
}

/// `PATCH /api/boards/{board}/entries/{player}`: sets or adds to a score, sets tiebreaks or metadata.
#[utoipa::path(
    patch,
    path = "/api/boards/{board}/entries/{player}",
    operation_id = "changeEntry",
    tag = "entries",
    summary = "Change an entry",
    description = "A score makes an entry where there is none. `minScore`, `maxScore` and `keep` don't bind it.",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = PlayerId, Path, description = "The player's id."), PeriodQuery),
    request_body(content = ChangeBody, description = "At least one of them; `score` and `add` not both.", example = json!({"add": -0.5})),
    responses((status = 200, description = "Before and after, in each window.", body = EntryChanged), Changing),
    security(("key" = []), ("session" = []))
)]
pub async fn change(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    PlayerPath(board, player): PlayerPath,
    witness: Witness,
    Query(query): Query<PeriodQuery>,
    body: Json,
) -> Result<Answer<EntryChanged>, Problem> {
    let loaded = boards.rules_to_read(caller.clone(), &board).await?;
    let body: ChangeBody = body.object()?;
    if body.score.is_some() && body.add.is_some() {
        return Err(AppError::invalid(Field::Add, t::problem::SCORE_OR_ADD).into());
    }
    if body.score.or(body.add).or(body.tiebreaks).or(body.metadata).is_none() {
        return Err(AppError::invalid(Field::Request, t::problem::CHANGE_NOTHING).into());
    }
    let change = EntryChange {
        score: body.score.map(|value| scores::score_of(value, &loaded.rules)).transpose()?,
        add: body.add.map(|value| scores::add(value, &loaded.rules)).transpose()?,
        tiebreaks: body.tiebreaks.map(|value| scores::tiebreaks(Some(value), &loaded.rules)).transpose()?,
        metadata: scores::metadata(body.metadata)?,
    };
    let period = period(query.window.as_deref(), query.period.as_deref())?;
    let done = boards.change_entry(caller, &board, period, player, change).await?;
    witness.after(&done);
    Ok(Answer(done))
}

/// `DELETE /api/boards/{board}/entries/{player}`: removes an entry.
#[utoipa::path(
    delete,
    path = "/api/boards/{board}/entries/{player}",
    operation_id = "removeEntry",
    tag = "entries",
    summary = "Remove an entry",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = PlayerId, Path, description = "The player's id."), PeriodQuery),
    responses((status = 200, description = "What was removed.", body = Removed), Removing),
    security(("key" = []), ("session" = []))
)]
pub async fn remove(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    PlayerPath(board, player): PlayerPath,
    witness: Witness,
    Query(query): Query<PeriodQuery>,
) -> Result<Answer<Removed>, Problem> {
    let period = period(query.window.as_deref(), query.period.as_deref())?;
    let removed = boards.remove(caller, &board, period, Removal::Players(vec![player])).await?;
    witness.after(&removed);
    if removed.removed == 0 { Err(AppError::no(app::error::What::Player).into()) } else { Ok(Answer(removed)) }
}

/// Which entries to remove.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemoveQuery {
    /// Which window; every one if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
    /// These players, at most 1000 by commas.
    #[param(value_type = String, example = "ada,bob", required = false)]
    players: Option<String>,
    /// Scores from here on.
    #[param(value_type = Score, required = false)]
    score_min: Option<String>,
    /// Scores up to here.
    #[param(value_type = Score, required = false)]
    score_max: Option<String>,
    /// All but the first so many.
    #[param(value_type = u64, minimum = 0, maximum = 9007199254740991u64, required = false)]
    keep_top: Option<String>,
    /// All; what was there is set aside for a week.
    #[param(value_type = String, pattern = "^true$", required = false)]
    all: Option<String>,
}

/// `DELETE /api/boards/{board}/entries`: removes entries, chosen by exactly one of `players`, `score_min` and `score_max`,
/// `keep_top`, `all=true`.
#[utoipa::path(
    delete,
    path = "/api/boards/{board}/entries",
    operation_id = "removeEntries",
    tag = "entries",
    summary = "Remove entries",
    description = "Chosen by exactly one of: `players`, `score_min` and `score_max`, `keep_top`, `all=true`.",
    params(("board" = BoardId, Path, description = "The board's id."), RemoveQuery),
    responses((status = 200, description = "What was removed.", body = Removed), Removing),
    security(("key" = []), ("session" = []))
)]
pub async fn remove_many(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    BoardPath(board): BoardPath,
    witness: Witness,
    Query(query): Query<RemoveQuery>,
) -> Result<Answer<Removed>, Problem> {
    let loaded = boards.rules_to_read(caller.clone(), &board).await?;
    let period = period(query.window.as_deref(), query.period.as_deref())?;
    let done = boards.remove(caller, &board, period, query.removal(&loaded)?).await?;
    witness.after(&done);
    Ok(Answer(done))
}

impl RemoveQuery {
    fn removal(&self, loaded: &Loaded) -> Result<Removal, AppError> {
        let scores = range(self.score_min.as_deref(), self.score_max.as_deref(), loaded)?;
        let has_range = self.score_min.is_some() || self.score_max.is_some();
        match (&self.players, has_range, &self.keep_top, self.all.as_deref()) {
            (Some(text), false, None, None) => Ok(Removal::Players(players(text)?)),
            (None, true, None, None) => Ok(Removal::Scores(scores.0, scores.1)),
            (None, false, Some(n), None) => Ok(Removal::AllBut(whole(n, Field::KeepTop, "keep_top must be a whole number from 0 on.")?)),
            (None, false, None, Some("true")) => Ok(Removal::All),
            (None, false, None, Some(_)) => Err(AppError::invalid(Field::All, "To remove all entries, say all=true.")),
            _ => {
                let message = "Choose what to remove by exactly one of: players, score_min and score_max, keep_top, all=true.";
                Err(AppError::invalid(Field::Request, message))
            }
        }
    }
}
