//! How types look in the API's document that are not written as they are kept.

use super::{AvatarUrl, BoardId, Country, Metadata, PlayerId, PlayerName, Score, SubmissionId, Window, WindowName};
use crate::protocol::Row;
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, Object, RefOr, Schema, Type,
        schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder},
    },
};

fn text(about: &str, most: usize, pattern: &str, example: &str) -> RefOr<Schema> {
    let object = Object::builder().schema_type(Type::String).description(Some(about)).examples([json!(example)]);
    let object = object.min_length(Some(1)).max_length(Some(most));
    if pattern.is_empty() { object.into() } else { object.pattern(Some(pattern)).into() }
}

/// A row whose tiebreaks have their names elsewhere.
pub struct Ranked;

macro_rules! schemas {
    ($($kind:ty: $schema:expr;)*) => {
        $(impl PartialSchema for $kind {
            fn schema() -> RefOr<Schema> {
                $schema
            }
        }
        impl ToSchema for $kind {})*
    };
}

schemas! {
    BoardId: text("A board's id.", BoardId::MAX_LEN, "^[a-z0-9-]{1,64}$", "laps");
    PlayerId: text("A player's id: at most 64 bytes, no control characters and no invisible ones, no space at either end.", PlayerId::MAX_LEN, "", "ada");
    SubmissionId: text("Makes sending a submission twice count once: printable ASCII characters without spaces.", SubmissionId::MAX_LEN, "^[!-~]{1,64}$", "race-7-ada");
    WindowName: text("A window's name; `all` is the window that counts everything.", WindowName::MAX_LEN, "^[a-z0-9-]{1,32}$", "daily");
    PlayerName: text("A name to show: 1 to 32 characters as people count them and at most 64 bytes, with single spaces, nothing invisible and at most 4 marks on a letter. It is composed (NFC) when it is taken.", PlayerId::MAX_LEN, "", "Ada Lovelace");
    Country: text("Where a player is at home: an ISO 3166-1 alpha-2 code.", 2, "^[A-Z]{2}$", "GB");
    AvatarUrl: text("The address of a player's picture: `https://`, ASCII.", AvatarUrl::MAX_LEN, "^https://", "https://game.example/ada.png");
    Score: score();
    Metadata: metadata();
    Window: window();
    Row: row();
    Ranked: ranked().into();
}

fn score() -> RefOr<Schema> {
    let about = "A decimal number with at most the board's `decimals`, exact: at most ±9007199254740991 without the point.";
    Object::builder().schema_type(Type::Number).description(Some(about)).examples([json!(61.5)]).into()
}

fn metadata() -> RefOr<Schema> {
    let object =
        Object::builder().schema_type(Type::Object).description(Some("What is remembered with an entry: at most 1024 bytes of JSON."));
    object.additional_properties(Some(AdditionalProperties::FreeForm(true))).examples([json!({ "car": "red" })]).into()
}

/// A part of an object.
fn part(kind: Type, about: &str) -> Object {
    Object::builder().schema_type(kind).description(Some(about)).build()
}

fn words(words: &[&str], about: &str) -> Object {
    Object::builder().schema_type(Type::String).description(Some(about)).enum_values(Some(words.iter().map(|word| json!(word)))).build()
}

fn number(low: u64, high: u64, default: u64, about: &str) -> Object {
    let number = Object::builder().schema_type(Type::Integer).description(Some(about));
    number.minimum(Some(low)).maximum(Some(high)).default(Some(json!(default))).build()
}

fn window() -> RefOr<Schema> {
    let short = words(&["daily", "weekly", "monthly"], "Short for the window of this name in UTC; the answer has its parts.");
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let parts = Object::builder()
        .schema_type(Type::Object)
        .property("name", WindowName::schema())
        .property("every", words(&["day", "week", "month", "cron"], "How often it starts anew."))
        .property("firstDay", words(&days, "The day that a week starts on, `monday` if left out; only for a week."))
        .property(
            "cron",
            Object::builder()
                .schema_type(Type::String)
                .max_length(Some(100))
                .description(Some("A pattern of five fields; only for `cron`.")),
        )
        .property(
            "zone",
            Object::builder().schema_type(Type::String).max_length(Some(64)).description(Some("An IANA time zone, `UTC` if left out.")),
        )
        .property("keepDays", number(1, 3_650, 90, "How long a closed period stays readable, in days."))
        .property("lateSeconds", number(0, 604_800, 0, "How long after its end a period still takes late submissions, in seconds."))
        .required("name")
        .required("every")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .description(Some("A window by its parts."));
    OneOfBuilder::new().item(short).item(parts).description(Some("A stretch of time that entries count in, over and over.")).into()
}

fn row() -> RefOr<Schema> {
    let tiebreaks = "The values that are compared after the score, in the order of the board's rules; left out where there are none.";
    let whole = Object::builder().schema_type(Type::Integer);
    ranked().property("tiebreaks", ArrayBuilder::new().items(whole).description(Some(tiebreaks))).into()
}

fn ranked() -> ObjectBuilder {
    Object::builder()
        .schema_type(Type::Object)
        .property("rank", part(Type::Integer, "1 is the best; equal standings share ranks by the board's `rankMode`."))
        .property("playerId", PlayerId::schema())
        .property("name", part(Type::String, "What to call them: the name in their profile, or the `playerId`."))
        .property("country", Country::schema())
        .property("avatar", AvatarUrl::schema())
        .property("score", Score::schema())
        .required("rank")
        .required("playerId")
        .required("name")
        .required("score")
        .description(Some("A player with rank and score."))
        .examples([json!({ "rank": 1, "playerId": "ada", "name": "ada", "score": 1200 })])
}
