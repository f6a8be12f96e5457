//! Conditional reads: an answer says what it is of by its `ETag`, and who has it already is not sent it again (RFC 9110, section 13).

use crate::{
    boards::{
        Boards,
        answers::{BoardInfo, Entries, Friends, Moment, OneEntry, Percentiles, PlayerHistory},
        board::Loaded,
        caller::Caller,
        rights::Right,
        versions::Versions,
    },
    error::Problem,
    valkey::functions::Scope,
};
use app::{
    error::AppError,
    model::{BoardId, Period, Visibility},
    protocol::Leaderboard,
};
use axum::{
    Json,
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
};
use serde::Serialize;
use std::{
    collections::hash_map::DefaultHasher,
    convert::Infallible,
    future::Future,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// What is said depends on the session as well.
const BY_WHOM: (HeaderName, &str) = (header::VARY, "cookie");

/// A read of a board, and what whoever asks has of it already.
pub struct Reads {
    boards: Arc<Boards>,
    versions: Arc<Versions>,
    headers: HeaderMap,
    /// Path and query: which read it is.
    what: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Reads
where
    Arc<Boards>: FromRef<S>,
    Arc<Versions>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let known = parts.headers.get_all(header::IF_NONE_MATCH).iter().map(|value| (header::IF_NONE_MATCH, value.clone()));
        let (headers, what) = (known.collect(), parts.uri.to_string());
        Ok(Self { boards: Arc::from_ref(state), versions: Arc::from_ref(state), headers, what })
    }
}

/// An answer that is of one version of a board.
pub trait Versioned: Serialize {
    /// The version.
    fn version(&self) -> u64;
    /// The entries that it is about, if it is about those of a period.
    fn moment(&self) -> Option<&Moment>;
}

macro_rules! versioned {
    ($($answer:ty: $version:ident $(. $rest:ident)?, $moment:expr;)*) => {
        $(impl Versioned for $answer {
            fn version(&self) -> u64 {
                self.$version$(.$rest)?
            }
            fn moment(&self) -> Option<&Moment> {
                let moment: fn(&Self) -> Option<&Moment> = $moment;
                moment(self)
            }
        })*
    };
}

versioned! {
    BoardInfo: version, |_| None;
    Leaderboard: version, |_| None;
    PlayerHistory: version, |_| None;
    Entries: moment.version, |answer| Some(&answer.moment);
    Friends: moment.version, |answer| Some(&answer.moment);
    OneEntry: moment.version, |answer| Some(&answer.moment);
    Percentiles: moment.version, |answer| Some(&answer.moment);
}

impl Reads {
    /// Answers with what `read` finds of a board, or of a period of it, unless whoever asks has it: where the board's version is known,
    /// that is said without a read.
    pub async fn answer<T: Versioned>(
        self,
        caller: Caller,
        board: &BoardId,
        period: Option<&Period>,
        read: impl Future<Output = Result<T, AppError>>,
    ) -> Result<Response, Problem> {
        if let Some(unchanged) = self.unchanged(caller.clone(), board, period).await {
            return Ok(unchanged);
        }
        let before = self.boards.rules_to_read(caller.clone(), board).await?;
        let answer = read.await?;
        let after = self.boards.rules_to_read(caller.clone(), board).await?;
        if before.scope.revision != after.scope.revision {
            // By which rules it was read is not certain.
            return Ok(Json(answer).into_response());
        }
        let place = answer.moment().map(|moment| (moment.window.as_str(), moment.period.as_str()));
        let tag = self.tag(&caller, answer.version(), &before, place);
        Ok(tagged(&self.headers, &tag, caching(&before, &caller), || Json(answer).into_response()))
    }

    /// The same for what can change without a new version: its tag follows from what it says.
    pub async fn answer_by_content(self, caller: Caller, board: &BoardId, answer: &impl Serialize) -> Result<Response, Problem> {
        let loaded = self.boards.rules_to_read(caller.clone(), board).await?;
        let caching = caching(&loaded, &caller);
        let json = serde_json::to_string(answer).map_err(|_| AppError::Internal)?;
        let tag = format!("W/\"{:016x}\"", hash(&(&self.what, &json)));
        let body = || ([(header::CONTENT_TYPE, "application/json")], json).into_response();
        Ok(tagged(&self.headers, &tag, caching, body))
    }

    /// That nothing has changed, where that is known. Whatever else there is to say is left to the read.
    async fn unchanged(&self, caller: Caller, board: &BoardId, period: Option<&Period>) -> Option<Response> {
        self.headers.get(header::IF_NONE_MATCH).filter(|tags| *tags != "*")?;
        let current = self.versions.current(board, &caller).await.ok()?;
        let place = self.versions.place(caller.clone(), &current, &period.cloned().unwrap_or_default()).await.ok()?;
        let place = period.map(|_| (place.window.as_str(), place.period.as_str()));
        let tag = self.tag(&caller, current.version, &current.loaded, place);
        is_known(&self.headers, &tag).then(|| not_modified(&tag, caching(&current.loaded, &caller)))
    }

    /// Stands for all that an answer depends on. It is weak: the same answer is sent in several encodings.
    fn tag(&self, caller: &Caller, version: u64, loaded: &Loaded, place: Option<(&str, &str)>) -> String {
        let Scope { board, revision, is_behind, .. } = &loaded.scope;
        // What is held for review is for some alone to know.
        let sees_all = loaded.rules.review.is_some() && caller.may(Right::Read, Some(board));
        // So is whom operators keep out of the standings: for them, and who is shadow-banned for the player as well.
        let told = (caller.player(), caller.may(Right::Read, Some(board)));
        let all = (env!("CARGO_PKG_VERSION"), revision, is_behind, place, &self.what, sees_all, told);
        format!("W/\"{version}-{:016x}\"", hash(&all))
    }
}

/// What tells this from anything else, in a word: the same on all servers of one build.
pub fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn tagged(headers: &HeaderMap, tag: &str, caching: &str, answer: impl FnOnce() -> Response) -> Response {
    if is_known(headers, tag) {
        return not_modified(tag, caching);
    }
    ([(header::ETAG, tag), (header::CACHE_CONTROL, caching), BY_WHOM], answer()).into_response()
}

fn not_modified(tag: &str, caching: &str) -> Response {
    let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, caching), BY_WHOM, (header::VARY, "accept-encoding")];
    (StatusCode::NOT_MODIFIED, AppendHeaders(headers)).into_response()
}

/// It may be kept, but must be asked about each time; what is said to somebody in particular, or not to everybody, is kept by nobody but them.
fn caching(loaded: &Loaded, caller: &Caller) -> &'static str {
    let is_for_few = loaded.scope.is_behind || loaded.rules.visibility == Visibility::Private || *caller != Caller::Anonymous;
    if is_for_few { "private, no-cache" } else { "no-cache" }
}

/// What is made of a board and kept for a while, unless whoever asks has it already: then it is not made. `public` says for how long, of a board that everybody
/// may see; what only operators see is kept by nobody but them.
pub async fn kept_for_a_while(
    headers: &HeaderMap,
    tag: &str,
    public: Option<&str>,
    whole: impl Future<Output = Result<Response, AppError>>,
) -> Result<Response, Problem> {
    let caching = [(header::CACHE_CONTROL, public.unwrap_or("private, no-store")), (header::ETAG, tag)];
    let answer = if is_known(headers, tag) { StatusCode::NOT_MODIFIED.into_response() } else { whole.await? };
    Ok((caching, answer).into_response())
}

/// Whether whoever asks has what this tag stands for.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.trim_start_matches("W/") == tag.trim_start_matches("W/"))
}
