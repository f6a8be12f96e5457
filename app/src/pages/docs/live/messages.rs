//! What goes over the wire: each kind of message with its members and an example, once for the page and for the tests, which hold
//! all of it against the types of the protocol.

/// A kind of message.
pub struct Kind {
    /// Its name, the one member of the object.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// What it consists of.
    pub members: &'static [Member],
    /// What it looks like.
    pub examples: &'static [&'static str],
}

/// A member of a message.
pub struct Member {
    /// Where it is: `known[].version` is in each object of the list `known`.
    pub path: &'static str,
    /// What it is.
    pub is: &'static str,
    /// What it is when it is left out; what has none must be there.
    pub default: Option<&'static str>,
    /// What it says.
    pub about: &'static str,
}

/// A member that is always there.
const fn member(path: &'static str, is: &'static str, about: &'static str) -> Member {
    Member { path, is, default: None, about }
}

/// A member that may be left out.
const fn optional(path: &'static str, is: &'static str, default: &'static str, about: &'static str) -> Member {
    Member { path, is, default: Some(default), about }
}

/// What clients say.
pub const FROM_CLIENTS: [Kind; 3] = [
    Kind {
        name: "watch",
        about: "Show me these rows, and what becomes of them. The answer is `watching` or `refused`, then a frame for each page.",
        members: &[
            member(
                "view",
                "whole number, 0 to 4294967295",
                "What you call this view. If you have one of this number, it moves to these rows.",
            ),
            member("board", "text", "The board's id."),
            optional("window", "text", "`\"all\"`", "Which of its windows."),
            optional(
                "period",
                "text or `null`",
                "`null`",
                "A period's id, at most 64 bytes. `null` is the current period, and the next one when it is over.",
            ),
            optional("from", "whole number, 1 to 2^53", "1", "The first place."),
            optional("len", "whole number, 1 to 200", "50", "How many rows. The pages that they are on come whole."),
            optional(
                "known",
                "list",
                "`[]`",
                "What you have of these pages, in their order and at most one for each; `null` for one that you don't have.",
            ),
            member("known[].version", "whole number", "The version of the last frame that you got for the page."),
            member("known[].digest", "whole number", "The digest of that frame."),
        ],
        examples: &[
            r#"{"watch": {"view": 1, "board": "main"}}"#,
            r#"{"watch": {"view": 1, "board": "main", "window": "all", "period": null, "from": 31, "len": 40,
  "known": [{"version": 41, "digest": 6241085885481487}, null]}}"#,
        ],
    },
    Kind {
        name: "follow",
        about: "Tell me how a player stands in the current period, and whenever that changes. The answer is `me` or `refused`.",
        members: &[
            member("view", "whole number, 0 to 4294967295", "What you call this view: numbers are shared with `watch`."),
            member("board", "text", "The board's id."),
            optional("window", "text", "`\"all\"`", "Which of its windows."),
            member("player", "text", "The player's id; they need have no entry yet."),
        ],
        examples: &[r#"{"follow": {"view": 2, "board": "main", "window": "all", "player": "eve"}}"#],
    },
    Kind {
        name: "unwatch",
        about: "No more of that view. There is no answer; frames that are on their way may still come.",
        members: &[member("view", "whole number", "Its number.")],
        examples: &[r#"{"unwatch": {"view": 2}}"#],
    },
];

/// What the server says.
pub const FROM_SERVER: [Kind; 7] = [
    Kind {
        name: "hello",
        about: "The server is there: the first message on every socket, and one whenever there was nothing else to say for a while.",
        members: &[member("beatMs", "milliseconds", "How often it is said. Hear nothing for twice as long, and connect again.")],
        examples: &[r#"{"hello": {"beatMs": 25000}}"#],
    },
    Kind {
        name: "watching",
        about: "What a view consists of, before any of its frames: pages of 50 rows that begin at the places 1, 51, 101 and so on.",
        members: &[
            member("view", "whole number", "The view."),
            member("pages", "list", "Its pages, in order."),
            member("pages[].page", "whole number", "What frames on this socket call the page. On another socket it has another number."),
            member("pages[].from", "whole number", "The place of its first row."),
        ],
        examples: &[r#"{"watching": {"view": 1, "pages": [{"page": 7, "from": 1}]}}"#],
    },
    Kind {
        name: "snapshot",
        about: "A page, whole: forget what you had of it.",
        members: &[
            member("page", "whole number", "Which page."),
            member("board", "text", "Of which board."),
            member("window", "text", "Of which window."),
            member("period", "text", "Of which period; `\"all\"` in the window `all`."),
            member("from", "whole number", "The place of its first row."),
            member("version", "whole number", "The board's version that this is the state at."),
            member("digest", "whole number", "Stands for this state, to resume from."),
            member("total", "whole number", "Entries in the period, on the page or not."),
            member("rows", "list of rows", "The rows, best first; at most 50."),
        ],
        examples: &[r#"{"snapshot": {"page": 7, "board": "main", "window": "all", "period": "all", "from": 1,
  "version": 41, "digest": 6241085885481487, "total": 3, "rows": [
    {"rank": 1, "playerId": "ada", "name": "ada", "score": 1200},
    {"rank": 2, "playerId": "bob", "name": "bob", "score": 1100},
    {"rank": 3, "playerId": "eve", "name": "eve", "score": 900}]}}"#],
    },
    Kind {
        name: "delta",
        about: "A page, as what became of the rows that you have. In this one, which follows the snapshot above, bob was removed, eve has \
            another score, and zoe is new.",
        members: &[
            member("page", "whole number", "Which page."),
            member("version", "whole number", "The board's version that this is the state at."),
            member("digest", "whole number", "Stands for this state, to resume from."),
            member("total", "whole number", "Entries in the period, on the page or not."),
            member("edits", "list of edits", "What happens to the rows, in order."),
            member("ranks", "list of ranks", "The ranks of all rows afterwards, from the first to the last."),
        ],
        examples: &[r#"{"delta": {"page": 7, "version": 43, "digest": 2749591701998346, "total": 3, "edits": [
    {"drop": {"at": 1}},
    {"move": {"at": 1, "to": 1, "score": 1150, "tiebreaks": []}},
    {"put": {"to": 2, "row": {"rank": 3, "playerId": "zoe", "name": "Zoe", "country": "NZ", "score": 500}}}],
  "ranks": [[1, 3, 1]]}}"#],
    },
    Kind {
        name: "me",
        about: "How a player stands whom you follow. That entries come and go behind them is no news: `total` and `percentile` are those \
            of when they last moved.",
        members: &[
            member("board", "text", "On which board."),
            member("window", "text", "In which window."),
            member("period", "text", "In which period."),
            member("player", "text", "Who."),
            member("version", "whole number", "The board's version that this is the state at."),
            member("total", "whole number", "Entries in the period."),
            member("standing", "object or `null`", "The standing; `null` without an entry."),
            member("standing.name", "text", "What to call the player."),
            member("standing.rank", "whole number", "The rank, by the board's `rankMode`."),
            member("standing.place", "whole number", "The place in the order, which no two share."),
            member("standing.score", "number", "The score."),
            member("standing.tiebreaks", "list of whole numbers", "What is compared after the score; empty where the board has none."),
            member("standing.percentile", "number, 0 to 100", "The share of entries that are not ahead."),
            member("standing.ahead", "object or `null`", "Whom to pass next; `null` for the first."),
            member("standing.ahead.playerId", "text", "Who that is."),
            member("standing.ahead.name", "text", "What to call them."),
            member("standing.ahead.score", "number", "Their score."),
            member("standing.ahead.gap", "number", "How far away that is; 0 if only tiebreaks or time are between."),
        ],
        examples: &[r#"{"me": {"board": "main", "window": "all", "period": "all", "player": "eve", "version": 43, "total": 2,
  "standing": {"name": "eve", "rank": 2, "place": 2, "score": 1150, "tiebreaks": [], "percentile": 50.0,
    "ahead": {"playerId": "ada", "name": "ada", "score": 1200, "gap": 50}}}}"#],
    },
    Kind {
        name: "notice",
        about: "Something to know: `draining`, the server is about to close this socket; `closed`, the period that you watched is over \
            and what follows is the next one's; `edited`, the board's rules have changed, and `GET /api/boards/{board}` has them.",
        members: &[
            member("draining.returnInMs", "milliseconds", "When to connect again: everybody is told another time."),
            member("closed.board", "text", "On which board."),
            member("closed.window", "text", "In which window."),
            member("closed.period", "text", "Which period is over."),
            member("edited.board", "text", "Which board's."),
        ],
        examples: &[
            r#"{"notice": {"draining": {"returnInMs": 340}}}"#,
            r#"{"notice": {"closed": {"board": "main", "window": "daily", "period": "2026-11-21"}}}"#,
            r#"{"notice": {"edited": {"board": "main"}}}"#,
        ],
    },
    Kind {
        name: "refused",
        about: "A view that there can't be, or not any more. It is gone, also one of this number that you had before.",
        members: &[
            member("view", "whole number", "The view."),
            member("code", "text", "Why: see the table of refusals."),
            member("detail", "text", "What to change, for people."),
        ],
        examples: &[r#"{"refused": {"view": 1, "code": "not-found", "detail": "There is no such board."}}"#],
    },
];

/// What a row consists of.
pub const ROW: [Member; 7] = [
    member("rank", "whole number", "1 is the best; equal standings share ranks by the board's `rankMode`."),
    member("playerId", "text", "Who. No player is on a page twice."),
    member("name", "text", "What to call them: the name in their profile, or the `playerId`."),
    optional("country", "text", "none", "Where they are at home: an ISO 3166-1 code of two letters."),
    optional("avatar", "text", "none", "The address of their picture, `https://…`."),
    member("score", "number", "Their score, with exactly the board's `decimals`."),
    optional("tiebreaks", "list of whole numbers", "`[]`", "What is compared after the score, in the order of the board's rules."),
];

/// The edits of a delta: each with its JSON, and what it does.
pub const EDITS: [[&str; 2]; 3] = [
    [r#"{"drop": {"at"}}"#, "The row at the index `at` goes."],
    [
        r#"{"move": {"at", "to", "score", "tiebreaks"}}"#,
        "The row at the index `at` is taken out and put in again at the index `to`, with this score and these tiebreaks.",
    ],
    [
        r#"{"put": {"to", "row"}}"#,
        "A row that was not there, or whose player has another name, country or avatar, is put in at the index `to`.",
    ],
];
