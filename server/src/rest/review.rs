use super::{
    caller::{May, ToModerate, ToRead},
    json::Json,
    problems::{Moderating, Operating, Reading},
    query::{BoardPath, NoQuery, Query, limit, path},
};
use crate::{
    auth::audit::Witness,
    boards::{
        Boards,
        review::{Deciding, Listing, MOST_DECIDED, OwnReview, ReviewList, Reviewed, Verdict},
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    i18n::t,
    model::{BoardId, Limit, PlayerId, ReviewState, Why},
};
use axum::{
    Json as Answer,
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which submissions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReviewQuery {
    /// In which state, `waiting` if left out.
    #[param(value_type = ReviewState, required = false)]
    state: Option<String>,
    /// Those of this player alone.
    #[param(value_type = PlayerId, required = false)]
    player: Option<String>,
    /// Those for this reason alone.
    #[param(value_type = Why, required = false)]
    why: Option<String>,
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// The `nextCursor` of an earlier page.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

impl ReviewQuery {
    fn listing(self) -> Result<Listing, AppError> {
        let state = "state is one of: waiting, flagged, approved, rejected.";
        let why = "why is one of: everything, low-score, high-score, gain, outlier, proof.";
        Ok(Listing {
            state: self.state.map_or(Ok(ReviewState::Waiting), |text| word(text, Field::State, state))?,
            player: self.player.as_deref().map(PlayerId::parse).transpose()?,
            why: self.why.map(|text| word(text, Field::Why, why)).transpose()?,
            cursor: self.cursor,
            limit: limit(self.limit.as_deref(), Limit::MOST)?.get() as usize,
        })
    }
}

fn word<T: DeserializeOwned>(text: String, field: Field, message: &str) -> Result<T, AppError> {
    serde_json::from_value(text.into()).map_err(|_| AppError::invalid(field, message))
}

/// The board and the review in a path.
pub struct ReviewPath(BoardId, String);

impl<S: Send + Sync> FromRequestParts<S> for ReviewPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (board, id): (String, String) = path(parts, state).await?;
        Ok(Self(BoardId::parse(&board)?, id))
    }
}

/// `GET /api/boards/{board}/review`: the submissions that operators look at.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/review",
    operation_id = "listReviews",
    tag = "moderation",
    summary = "Submissions that wait for review, or were reviewed",
    description = "Oldest first: those that wait or are flagged by when they came, the others by when that was decided.",
    params(("board" = BoardId, Path, description = "The board's id."), ReviewQuery),
    responses((status = 200, description = "Some submissions.", body = ReviewList), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn list_reviews(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToRead>,
    BoardPath(board): BoardPath,
    Query(query): Query<ReviewQuery>,
) -> Result<Answer<ReviewList>, Problem> {
    Ok(Answer(boards.reviews(caller, &board, query.listing()?).await?))
}

/// `GET /api/boards/{board}/review/{id}`: what became of a submission.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/review/{id}",
    operation_id = "getReview",
    tag = "moderation",
    summary = "What became of a submission that had to wait",
    description = "For whoever knows its id, which the answer to the submission said.",
    params(("board" = BoardId, Path, description = "The board's id."), ("id" = String, Path, description = "The id of the submission in the queue.")),
    responses((status = 200, description = "Where it is.", body = OwnReview), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn show_review(
    State(boards): State<Arc<Boards>>,
    ReviewPath(board, id): ReviewPath,
    _: NoQuery,
) -> Result<Answer<OwnReview>, Problem> {
    Ok(Answer(boards.own_review(&board, &id).await?))
}

/// A decision, as it is sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewDecision)]
pub struct DecisionBody {
    /// About which submissions, by their ids in the queue.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<String>,
    /// What is decided.
    decision: Deciding,
    /// Only about those that are in this state still.
    state: Option<ReviewState>,
    /// Why; needed for a rejection. Whoever submitted reads it.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// What became of one of them.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum DecisionOutcome {
    /// It is decided.
    Decided {
        /// `true`.
        decided: bool,
        /// What holds now.
        review: Box<Reviewed>,
    },
    /// It is as it was.
    Undecided {
        /// `false`.
        decided: bool,
        /// The submission's id in the queue.
        id: String,
        /// Why.
        problem: Problem,
    },
}

/// `POST /api/boards/{board}/review`: decides about submissions.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/review",
    operation_id = "decideReviews",
    tag = "moderation",
    summary = "Decide about submissions in the review queue",
    description = "Approved, a submission counts as one of when it came; rejected, it does not count, or not any more. Either can be reversed.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = DecisionBody, description = "Which, and what.", example = json!({"ids": ["0123456789abcdef0123456789abcdef"], "decision": "reject", "reason": "the video shows another run"})),
    responses((status = 200, description = "An outcome for each, in order.", body = [DecisionOutcome]), Moderating),
    security(("key" = []), ("session" = []))
)]
pub async fn decide_reviews(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<Vec<DecisionOutcome>>, Problem> {
    let DecisionBody { ids, decision, state, reason } = body.object()?;
    if ids.is_empty() || ids.len() > MOST_DECIDED {
        return Err(AppError::invalid(Field::Ids, t::problem::REVIEW_IDS).into());
    }
    witness.because(reason.as_deref())?;
    let verdict = Verdict { decision, state, reason }.checked()?;
    let (mut before, mut outcomes) = (Vec::new(), Vec::with_capacity(ids.len()));
    // A board that is not there is one problem, not many.
    boards.version(&board).await?;
    for id in ids {
        before.extend(boards.reviewed(caller.clone(), &board, &id).await.ok());
        outcomes.push(match boards.decide(&caller, &board, &id, &verdict).await {
            Ok(review) => DecisionOutcome::Decided { decided: true, review: Box::new(review) },
            Err(error) => DecisionOutcome::Undecided { decided: false, id, problem: error.into() },
        });
    }
    witness.before(&json!({ "reviews": before }));
    witness.after(&json!({ "reviews": outcomes }));
    Ok(Answer(outcomes))
}
