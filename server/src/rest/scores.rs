use super::{
    json::{Json, Members, given, number, object, text},
    problems::Submitting,
    query::{BoardPath, NoQuery},
};
use crate::{
    auth::Auth,
    boards::{Boards, caller::Caller},
    error::Problem,
};
use app::{
    error::{AppError, Field},
    i18n::{Words, t},
    model::{BoardId, Metadata, MetadataChange, PlayerId, Proof, Receipt, Rules, Score, Submission, SubmissionId, Why},
};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, OneOfBuilder, Ref, RefOr, Schema},
};

/// Submissions that one body may hold.
const MOST: usize = 1_000;

/// What became of one submission.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Outcome {
    /// It was counted.
    Accepted {
        /// `true`.
        accepted: bool,
        /// Its receipt.
        #[serde(flatten)]
        receipt: Box<Receipt>,
    },
    /// It was counted, on a board that is frozen: where it stands is not told to everybody.
    Sealed {
        /// `true`.
        accepted: bool,
        /// `true`.
        frozen: bool,
    },
    /// It waits until operators have looked at it.
    Held {
        /// `true`.
        accepted: bool,
        /// What to ask by what became of it, and why it waits.
        held: Waiting,
    },
    /// It was not.
    Refused {
        /// `false`.
        accepted: bool,
        /// Why.
        problem: Problem,
    },
}

/// A submission that waits until operators have looked at it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    /// `GET /api/boards/{board}/review/{id}` says by this what became of it.
    pub(super) id: String,
    /// Why it waits.
    pub(super) why: Vec<Why>,
}

impl From<Result<Receipt, AppError>> for Outcome {
    fn from(outcome: Result<Receipt, AppError>) -> Self {
        match outcome {
            Ok(receipt) => Self::Accepted { accepted: true, receipt: Box::new(receipt) },
            Err(AppError::Sealed) => Self::Sealed { accepted: true, frozen: true },
            Err(AppError::Held { id, why }) => Self::Held { accepted: true, held: Waiting { id, why } },
            Err(error) => Self::Refused { accepted: false, problem: error.into() },
        }
    }
}

/// What a body of submissions looks like, and what is answered to it.
pub struct Sent;
/// An outcome, or one for each submission of a list.
pub struct Outcomes;

impl PartialSchema for Sent {
    fn schema() -> RefOr<Schema> {
        one_or_many("Submission")
    }
}

impl ToSchema for Sent {
    fn name() -> Cow<'static, str> {
        "Submissions".into()
    }
}

impl PartialSchema for Outcomes {
    fn schema() -> RefOr<Schema> {
        one_or_many("Outcome")
    }
}

impl ToSchema for Outcomes {}

fn one_or_many(name: &str) -> RefOr<Schema> {
    let one = Ref::from_schema_name(name);
    let many = ArrayBuilder::new().items(one.clone()).min_items(Some(1)).max_items(Some(MOST));
    OneOfBuilder::new().item(one).item(many).into()
}

/// A time, in either form.
#[derive(ToSchema)]
#[schema(as = Time)]
#[allow(dead_code, reason = "it is read by hand, and only its shape is needed")]
#[serde(untagged)]
pub enum At {
    /// Like `2026-11-21T12:00:00Z`.
    Text(String),
    /// In ms since 1970.
    Number(u64),
}

/// `POST /api/boards/{board}/scores`: counts one submission, or an array of them, each with an outcome of its own.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/scores",
    operation_id = "submitScores",
    tag = "scores",
    summary = "Count a submission, or up to 1000",
    description = "Who may is said by the rule `submitters`.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = Sent, description = "One, or a list of 1 to 1000.", example = json!({"playerId": "ada", "score": 61.5, "id": "race-7-ada", "metadata": {"car": "red"}})),
    responses((status = 200, description = "An outcome for each, in order; a single submission that is refused is answered with its problem.", body = Outcomes), (status = 202, description = "A single submission was taken, and there is no receipt yet: it waits until operators have looked at it, or the board is frozen.", body = Outcome), Submitting),
    security((), ("key" = []), ("session" = []))
)]
pub async fn submit(
    State(boards): State<Arc<Boards>>,
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    BoardPath(board): BoardPath,
    headers: HeaderMap,
    _: NoQuery,
    body: Json,
) -> Result<Response, Problem> {
    let loaded = boards.rules_for(caller.clone(), &board).await?;
    let signed = auth.signed_id(&caller, &board, &headers, body.bytes()).await?;
    if !body.is_array() {
        let submission = named(body.object::<Body>()?.submission(&loaded.rules, caller.player())?, signed.as_deref())?;
        return match boards.submit(caller, &board, submission).await {
            Err(error) if !error.is_taken() => Err(error.into()),
            outcome => {
                let status = if outcome.is_ok() { StatusCode::OK } else { StatusCode::ACCEPTED };
                Ok((status, Answer(Outcome::from(outcome))).into_response())
            }
        };
    }
    let bodies: Vec<&RawValue> = body.read()?;
    if bodies.is_empty() || bodies.len() > MOST {
        return Err(AppError::invalid(Field::Request, "Send 1 to 1000 submissions at once.").into());
    }
    let submission = |(at, body)| {
        let submission = object::<Body>(body)?.submission(&loaded.rules, caller.player())?;
        named(submission, signed.as_ref().map(|id| format!("{id}:{at}")).as_deref())
    };
    let submissions = bodies.into_iter().enumerate().map(submission).collect();
    let outcomes = boards.submit_all(caller, &board, submissions).await?;
    Ok(Answer(outcomes.into_iter().map(Outcome::from).collect::<Vec<_>>()).into_response())
}

/// A submission by the id that its request was signed with, where it has none of its own: sent again, it counts once.
pub(super) fn named(submission: Submission, signed: Option<&str>) -> Result<Submission, AppError> {
    match (&submission.id, signed) {
        (None, Some(id)) => Ok(Submission { id: Some(SubmissionId::parse(id)?), ..submission }),
        _ => Ok(submission),
    }
}

/// A submission as it is sent. The values stay as written: a score is never read by way of a float.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Submission)]
pub struct Body<'a> {
    /// Who; a player who has signed in may leave it out.
    #[serde(borrow, alias = "player", rename = "playerId")]
    #[schema(value_type = Option<PlayerId>)]
    pub(super) player: Option<&'a RawValue>,
    /// The score, with at most the board's `decimals`.
    #[serde(borrow)]
    #[schema(value_type = Score, required)]
    pub(super) score: Option<&'a RawValue>,
    /// Makes sending it twice count once.
    #[serde(borrow)]
    #[schema(value_type = Option<SubmissionId>)]
    pub(super) id: Option<&'a RawValue>,
    /// A whole number for each of the board's tiebreaks, by name.
    #[serde(borrow)]
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub(super) tiebreaks: Option<&'a RawValue>,
    /// What to remember with the entry that it makes; `null` clears it.
    #[serde(borrow, default, deserialize_with = "given")]
    #[schema(value_type = Option<Metadata>)]
    pub(super) metadata: Option<&'a RawValue>,
    /// With the key: when the score was reached, as a time or in ms since 1970, at most 31 days ago.
    #[serde(borrow)]
    #[schema(value_type = Option<At>)]
    pub(super) at: Option<&'a RawValue>,
    /// What proves it, where the board's rule `review` asks for that.
    #[serde(borrow)]
    #[schema(value_type = Option<Proof>)]
    pub(super) proof: Option<&'a RawValue>,
}

impl Body<'_> {
    /// The submission, by the board's rules; one that names nobody is that of `own`.
    pub fn submission(&self, rules: &Rules, own: Option<&PlayerId>) -> Result<Submission, AppError> {
        let player = match (self.player, own) {
            (None, Some(own)) => own.clone(),
            (player, _) => PlayerId::parse(&text(player, Field::Player, t::problem::PLAYER_TEXT)?)?,
        };
        let id = self.id.map(|id| text(Some(id), Field::Id, t::problem::ID_TEXT)).transpose()?;
        let missing = || AppError::invalid(Field::Score, t::problem::SCORE_NUMBER);
        Ok(Submission {
            player,
            score: score_of(self.score.ok_or_else(missing)?, rules)?,
            id: id.map(|id| SubmissionId::parse(&id)).transpose()?,
            tiebreaks: tiebreaks(self.tiebreaks, rules)?,
            metadata: metadata(self.metadata)?,
            at: self.at.map(at).transpose()?,
            proof: self.proof.map(proof).transpose()?,
        })
    }
}

/// A score with the board's decimals.
pub fn score_of(value: &RawValue, rules: &Rules) -> Result<Score, AppError> {
    Score::parse(number(value, Field::Score, t::problem::SCORE_NUMBER)?, rules.decimals)
}

/// What to add to a score, with the board's decimals.
pub fn add(value: &RawValue, rules: &Rules) -> Result<Score, AppError> {
    let number = number(value, Field::Add, t::problem::ADD_NUMBER)?;
    Score::parse(number, rules.decimals).map_err(|error| error.about(Field::Add))
}

/// A value for each of the board's columns, in its order.
pub fn tiebreaks(value: Option<&RawValue>, rules: &Rules) -> Result<Vec<i64>, AppError> {
    let names: Vec<_> = rules.tiebreaks.iter().map(|column| column.name.as_str()).collect();
    let wrong = |message: Words| AppError::invalid(Field::Tiebreaks, message);
    let needed = || match names[..] {
        [] => wrong(t::problem::TIEBREAKS_NONE.into()),
        _ => wrong(t::problem::tiebreaks_each(&names.join(", ")).into()),
    };
    let Members(values) = match value {
        Some(value) => serde_json::from_str(value.get()).map_err(|_| needed())?,
        None => Members::default(),
    };
    // As many as there are columns, and one for each: so none is given twice.
    if values.len() != names.len() {
        return Err(needed());
    }
    let column = |name: &&str| {
        let wrong = || wrong(t::problem::tiebreak_range(name).into());
        let (_, value) = values.iter().find(|(given, _)| given == name).ok_or_else(needed)?;
        let value = number(value, Field::Tiebreaks, t::problem::SCORE_NUMBER).map_err(|_| wrong())?;
        Ok(Score::parse(value, 0).map_err(|_| wrong())?.units())
    };
    names.iter().map(column).collect()
}

/// `null` clears it, an object sets it, nothing leaves it.
pub fn metadata(value: Option<&RawValue>) -> Result<MetadataChange, AppError> {
    match value.map(RawValue::get) {
        None => Ok(MetadataChange::Keep),
        Some("null") => Ok(MetadataChange::Clear),
        Some(json) => Ok(MetadataChange::Set(Metadata::parse(json)?)),
    }
}

/// What proves a submission.
fn proof(value: &RawValue) -> Result<Proof, AppError> {
    object::<Proof>(value).map_err(|error| error.about(Field::Proof))?.checked()
}

/// Milliseconds since 1970, or an RFC 3339 time.
pub fn at(value: &RawValue) -> Result<u64, AppError> {
    let wrong = || AppError::invalid(Field::At, t::problem::AT_TIME);
    let json = value.get();
    if let Ok(text) = serde_json::from_str::<String>(json) {
        let time: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        return u64::try_from(time.as_millisecond()).map_err(|_| wrong());
    }
    // Five bytes of years are plenty, and six bytes of ms are what the store holds.
    json.parse().ok().filter(|ms| *ms < 1 << 47).ok_or_else(wrong)
}
