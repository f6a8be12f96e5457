//! The API's document (OpenAPI 3.1): what is said of all routes. What is said of each stands with its handler.

use super::{
    problems::{self, KINDS},
    scores::{Body, Outcome},
};
use crate::{
    boards::answers::{Entries, Friends, Sample},
    error::Problem,
};
use axum::{
    body::Bytes,
    http::{HeaderName, HeaderValue, header},
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(title = "LeaderPort", description = "A real-time leaderboard: boards, scores in, ranks out. All times are in milliseconds since 1970. Whatever \
        is not documented, a member or a parameter, is refused.", license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")),
    servers((url = "/", description = "This LeaderPort")),
    tags(
        (name = "boards", description = "Boards and their rules."),
        (name = "scores", description = "Scores in."),
        (name = "entries", description = "Standings: read, changed and removed."),
        (name = "data", description = "Data out and in, as lines."),
        (name = "moderation", description = "Players hidden, banned, or kept from submitting, submissions looked at before they count, and boards frozen, by operators."),
        (name = "history", description = "The log, and back."),
        (name = "jobs", description = "Long work, and how far it is."),
        (name = "webhooks", description = "What happens, told to other servers."),
        (name = "players", description = "A player on all boards."),
        (name = "me", description = "Players' own accounts: an id that is theirs alone, and what they do with it themselves."),
        (name = "short forms", description = "The two routes that a first try needs, on the board `main`."),
        (name = "live", description = "Standings as they move: see /docs/live."),
        (name = "keys", description = "API keys: what a game server, or anything else that is no person, may do."),
        (name = "operators", description = "People who run boards, where they are signed in, and who did what."),
        (name = "server", description = "How this LeaderPort is."),
    ),
    components(schemas(Problem, Body, Outcome, Entries, Friends, Sample)),
    modifiers(&Shared)
)]
struct Base;

/// What all routes share: the one way to say who asks, and what can go wrong.
struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let about = "An API key, made by `POST /api/keys`, as far as its scopes and boards go; or the admin key (`--admin-key`), which may \
            everything. Without one everybody is served what is public or unlisted.";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
        let about = "The session of an operator who has signed in by `POST /api/session`, as far as their role goes. By TLS the cookie's name \
            is `__Host-operator`.";
        let session = ApiKey::Cookie(ApiKeyValue::with_description("operator", about));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
        let about = "The session of a player who has an account (`POST /api/me`). By TLS the cookie's name is `__Host-session`.";
        components.add_security_scheme("player", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("session", about))));
        components.responses.extend(problems::components());
        let kinds: Vec<_> =
            KINDS.iter().map(|kind| format!("- `urn:leaderport:problem:{}` ({}): {}", kind.code, kind.status, kind.about)).collect();
        let about = document.info.description.get_or_insert_default();
        about.push_str("\n\nErrors are RFC 9457 problem details; their `type` is stable:\n\n");
        about.push_str(&kinds.join("\n"));
    }
}

/// The document without its routes, which add themselves.
pub fn base() -> openapi::OpenApi {
    Base::openapi()
}

/// `GET /api/openapi.json`: answers with the whole document.
pub fn document(json: Bytes) -> ([(HeaderName, HeaderValue); 2], Bytes) {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, json)
}
