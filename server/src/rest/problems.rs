//! Every kind of problem that there is, and which route can have which: for the API's document.

use crate::error::Problem;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, example::ExampleBuilder},
};

/// A kind of problem.
pub struct Kind {
    /// The last part of its `type`; it never changes its meaning.
    pub code: &'static str,
    /// Its status.
    pub status: u16,
    /// What has happened.
    pub about: &'static str,
    /// What it may say: the detail, and the field that it is about.
    example: (&'static str, &'static str),
}

const fn kind(code: &'static str, status: u16, about: &'static str, detail: &'static str, field: &'static str) -> Kind {
    Kind { code, status, about, example: (detail, field) }
}

/// All of them.
pub const KINDS: [Kind; 35] = [
    kind(
        "malformed",
        400,
        "Not JSON, or an address that is not text.",
        "The body isn't JSON: it ends within an object at line 1 column 5.",
        "",
    ),
    kind("no-websocket", 400, "No WebSocket handshake.", "Connection header did not include 'upgrade'", ""),
    kind(
        "no-subprotocol",
        400,
        "There is no such subprotocol.",
        "The subprotocols are leaderport.bin.v1 and leaderport.json.v1; without one this is the plain feed.",
        "",
    ),
    kind(
        "unauthorized",
        401,
        "A key or a session is missing, or the key is wrong.",
        "This needs the server's admin key, as the header Authorization: Bearer <key>, or an API key with the scope manage, or a manager.",
        "",
    ),
    kind(
        "unsigned",
        401,
        "The key asks for signatures, and the request's is missing or wrong.",
        "Submissions with this key are signed: send the headers webhook-id, webhook-timestamp and webhook-signature.",
        "",
    ),
    kind(
        "second-factor",
        401,
        "Name and password are right; a code is missing or wrong.",
        "This operator signs in with a code as well: send the one that the authenticator app shows.",
        "",
    ),
    kind(
        "forbidden",
        403,
        "The key, or the operator, has no right to that.",
        "This key has no right to that here: it needs an API key with the scope manage, or a manager.",
        "",
    ),
    kind(
        "cross-site",
        403,
        "A page of another site tried to change something in its visitor's name.",
        "Forms of other sites can't submit here; use POST /api/score.",
        "",
    ),
    kind(
        "cross-origin",
        403,
        "A page of an origin that is not allowed tried to use the live feed.",
        "Pages of this origin may not use the live feed; an operator can allow them by --allow-origin.",
        "",
    ),
    kind(
        "barred",
        403,
        "Operators of the board keep this player from submitting.",
        "Operators of this board keep this player from sending scores. Only they can change that.",
        "",
    ),
    kind(
        "owned",
        403,
        "The player has an account, and whoever asks is somebody else.",
        "This player has an account, and is nobody else's to play as. Choose another name, or sign in by their recovery code.",
        "",
    ),
    kind("not-found", 404, "There is no such board, player, profile, window or period.", "There is no such board.", ""),
    kind("no-route", 404, "There is no such address.", "There is nothing at this address. /docs lists the routes.", ""),
    kind("no-method", 405, "The address doesn't take this method.", "This address doesn't take this method; see the Allow header.", ""),
    kind("too-slow", 408, "The request took more than 15 seconds.", "The request took too long to arrive.", ""),
    kind(
        "conflict",
        409,
        "The submission's id was used for another one.",
        "This submission's id was used before, for something else. Send this one with an id of its own.",
        "id",
    ),
    kind("exists", 409, "There is a board with this id.", "There is a board with this id already. Choose another id.", "id"),
    kind(
        "name-taken",
        409,
        "Another player has this name, or one that looks the same, and the operator does not want that.",
        "Another player has this name, or one that looks the same. Choose another name.",
        "name",
    ),
    kind(
        "fixed",
        409,
        "The rule can't change any more.",
        "This can't change on a board that has entries, now or in periods that are kept: create another board with the new rules, and submit the scores there.",
        "direction",
    ),
    kind(
        "not-undoable",
        409,
        "What was done can't be taken back any more, or not yet.",
        "This is undone already, by version 19. Undo that one to have it back.",
        "",
    ),
    kind(
        "decided",
        409,
        "Somebody else has decided about the submission, or is about to.",
        "This is approved by now. Look at it again.",
        "",
    ),
    kind("closed", 409, "The board is archived, or the period closed.", "This period is closed and takes no changes any more.", ""),
    kind(
        "too-large",
        413,
        "The body is more than 1 MiB, or 16 KiB on the short forms.",
        "The body is larger than this address takes: 1 MiB for boards, 16 KiB elsewhere.",
        "",
    ),
    kind("not-json", 415, "The body's type is not `application/json`.", "Send JSON, with the header Content-Type: application/json.", ""),
    kind(
        "no-lines",
        415,
        "The body's type is neither `application/x-ndjson` nor `text/csv`.",
        "Send lines with the header Content-Type: application/x-ndjson or text/csv.",
        "",
    ),
    kind("invalid", 422, "An input breaks a rule.", "limit must be a whole number from 1 to 1000.", "limit"),
    kind(
        "too-many-sockets",
        429,
        "Too many live sockets are open from this address; `Retry-After` says when to try again.",
        "Too many live sockets are open from this address. Close some, or try again later.",
        "",
    ),
    kind(
        "too-many-requests",
        429,
        "More than a rate limit allows; `Retry-After`, `RateLimit` and `RateLimit-Policy` say when to send it again.",
        "That is too much at once. Send it again in 2 s.",
        "",
    ),
    kind(
        "too-many-tries",
        429,
        "There were too many tries to sign in from this address, or to say a code or a password of this operator; `Retry-After` says when to try again.",
        "There were too many tries. Try again later.",
        "",
    ),
    kind(
        "too-many-held",
        429,
        "As many submissions of the player wait for review on the board as can; it can be sent again once operators have looked at some.",
        "As many scores of this player wait for review as can. Send it again once operators have looked at some.",
        "",
    ),
    kind("internal", 500, "A defect of ours.", "Something went wrong on our side.", ""),
    kind(
        "busy",
        503,
        "Too much is coming in; `Retry-After` says when to send it again.",
        "The board is busy. Send it again in a moment.",
        "",
    ),
    kind(
        "review-full",
        503,
        "As many submissions wait for review on the board as can; `Retry-After` says when to send it again.",
        "As many scores wait for review on this board as can. Send it again once operators have looked at some.",
        "",
    ),
    kind(
        "unavailable",
        503,
        "Valkey is away; `Retry-After` says when to send it again. What was sent may have counted.",
        "The board can't be reached at the moment. Try again in a moment.",
        "",
    ),
    kind("unreadable", 400, "The body broke off.", "The body could not be read to its end.", ""),
];

/// Which kinds of these an answer can have, by its status.
fn by_status(codes: &[&str]) -> BTreeMap<u16, Vec<&'static Kind>> {
    let mut by_status: BTreeMap<u16, Vec<_>> = BTreeMap::new();
    for kind in KINDS.iter().filter(|kind| codes.contains(&kind.code)) {
        by_status.entry(kind.status).or_default().push(kind);
    }
    by_status
}

/// What answers with these kinds are called in the document.
fn name(kinds: &[&Kind]) -> String {
    kinds.iter().map(|kind| kind.code).collect::<Vec<_>>().join(".")
}

/// Answers with these kinds of problems, by status.
fn responses(codes: &[&str]) -> BTreeMap<String, RefOr<Response>> {
    let answer = |(status, kinds): (u16, Vec<&Kind>)| (status.to_string(), Ref::from_response_name(name(&kinds)).into());
    by_status(codes).into_iter().map(answer).collect()
}

/// Each answer with problems that any route has, by its name.
pub fn components() -> BTreeMap<String, RefOr<Response>> {
    let all = GROUPS.iter().flat_map(|codes| by_status(codes).into_values());
    all.map(|kinds| (name(&kinds), response(&kinds).into())).collect()
}

fn response(kinds: &[&Kind]) -> Response {
    let about: Vec<_> = kinds.iter().map(|kind| format!("`{}`: {}", kind.code, kind.about)).collect();
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let mut content = ContentBuilder::new().schema(Some(schema));
    for kind in kinds {
        content = content.examples_from_iter([(kind.code, ExampleBuilder::new().value(Some(example(kind))).build())]);
    }
    ResponseBuilder::new().description(about.join(" ")).content("application/problem+json", content.build()).build()
}

fn example(kind: &Kind) -> Value {
    let (detail, field) = kind.example;
    let mut problem = json!(Problem::from_kind(kind.status, kind.code, detail));
    problem["requestId"] = json!("0b5ba0cb1d0b4a1f9c0e6f6a2a3f5d7e");
    if !field.is_empty() {
        problem["field"] = json!(field);
    }
    problem
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $($code:literal)+;)*) => {
        /// The kinds that go together.
        const GROUPS: &[&[&str]] = &[$(&[$($code),+]),*];

        $($(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                responses(&[$($code),+])
            }
        })*
    };
}

problems! {
    /// Of a read of one board.
    Reading: "malformed" "unauthorized" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of the list of boards.
    Listing: "unauthorized" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of a read of one player.
    ReadingPlayer: "malformed" "unauthorized" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of a read of one player's profile.
    KnowingPlayer: "malformed" "unauthorized" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of writing one.
    Naming: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "name-taken" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of removing a player.
    RemovingPlayer: "malformed" "unauthorized" "forbidden" "cross-site" "too-slow" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of what operators ask of one player.
    OperatingPlayer: "malformed" "unauthorized" "forbidden" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of what operators ask of the whole server.
    Asking: "malformed" "unauthorized" "forbidden" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of what operators ask of one board, or of one job.
    Operating: "malformed" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of taking something back.
    Undoing: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "closed" "not-undoable" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of making a board anew.
    Rebuilding: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "closed" "exists" "not-undoable" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of making a board out of others.
    Founding: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "exists" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of taking data in.
    Importing: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "closed" "too-slow" "no-lines" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of creating a board.
    Creating: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "exists" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of editing a board.
    Editing: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "fixed" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of changing the limits.
    Limiting: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of setting up a webhook.
    Hooking: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of submissions.
    Submitting: "malformed" "unreadable" "unauthorized" "unsigned" "forbidden" "barred" "owned" "cross-site" "not-found" "conflict" "closed" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "too-many-held" "internal" "busy" "review-full" "unavailable";
    /// Of beginning a run.
    Playing: "malformed" "unreadable" "unauthorized" "forbidden" "owned" "cross-site" "not-found" "closed" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of deciding about a player.
    Moderating: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of freezing a board.
    Freezing: "malformed" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of changing an entry.
    Changing: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "closed" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of removing entries.
    Removing: "malformed" "unauthorized" "forbidden" "cross-site" "not-found" "closed" "too-slow" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of following a board by events.
    Following: "malformed" "unauthorized" "not-found" "too-slow" "invalid" "too-many-sockets" "too-many-requests" "internal" "busy" "unavailable";
    /// Of a picture.
    Drawing: "malformed" "unauthorized" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of opening a socket.
    Connecting: "no-websocket" "no-subprotocol" "unauthorized" "cross-origin" "not-found" "too-slow" "invalid" "too-many-sockets" "too-many-requests" "internal" "busy" "unavailable";
    /// Of changing keys, or adding a passkey.
    Administering: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of one key, or one operator.
    Knowing: "malformed" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of changing operators.
    Staffing: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "too-large" "not-json" "invalid" "too-many-tries" "too-many-requests" "internal" "busy" "unavailable";
    /// Of setting up the second factor.
    Enrolling: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "too-large" "not-json" "invalid" "too-many-tries" "too-many-requests" "internal" "busy" "unavailable";
    /// Of signing in.
    Entering: "malformed" "unreadable" "unauthorized" "second-factor" "cross-site" "too-slow" "too-large" "not-json" "invalid" "too-many-tries" "too-many-requests" "internal" "busy" "unavailable";
    /// Of opening an account.
    Beginning: "malformed" "unreadable" "cross-site" "name-taken" "too-slow" "too-large" "not-json" "invalid" "too-many-tries" "too-many-requests" "internal" "busy" "unavailable";
    /// Of coming back to one.
    Recovering: "malformed" "unreadable" "unauthorized" "cross-site" "too-slow" "too-large" "not-json" "invalid" "too-many-tries" "too-many-requests" "internal" "busy" "unavailable";
    /// Of one's own account.
    Being: "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of changing one's own profile.
    Restyling: "malformed" "unreadable" "unauthorized" "forbidden" "cross-site" "not-found" "name-taken" "too-slow" "too-large" "not-json" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of closing it, or of a new code for it.
    Retiring: "unauthorized" "forbidden" "cross-site" "not-found" "too-slow" "invalid" "too-many-requests" "internal" "busy" "unavailable";
    /// Of who asks.
    Introducing: "unauthorized" "cross-site" "too-slow" "invalid" "too-many-requests" "internal" "unavailable";
    /// Of whether the program can work.
    Waiting: "too-slow" "unavailable";
    /// Of the metrics.
    Scraping: "unauthorized" "too-slow";
}
