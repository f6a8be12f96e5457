use super::{
    super::prose::{listing, paragraph, points},
    section,
};
use leptos::prelude::*;

/// How runs are verified, for those who bring a game of their own.
pub fn runs() -> AnyView {
    section(
        "runs",
        "Verified runs",
        [
            paragraph(
                "A score that a browser sends is a number that anybody can type. A run is what a player did, and the server plays it again by the same \
                    rules: what counts is the score that this comes to. The game at `/play` does so on the board `ring`, and on any board whose rule \
                    `submitters` is `runs`.",
            ),
            listing(BEGIN),
            paragraph(
                "The answer has a `run` to be sent back as it is: board, player, seed and time, signed by the server. Everybody has the same \
                    `seed` on a board on a day (UTC), and nobody knows it before. `ghost` is a run of the day to race: that of the player just ahead, \
                    or the player's own best where nobody is. Half a minute later, when it can have been played, it is sent:",
            ),
            listing(FINISH),
            paragraph(
                "`taps` are the ticks of the taps, 120 a second, from 0 to 3599. The answer is a receipt. Sent again, the same run counts once, so \
                    whoever was offline sends it when they are back, within twelve hours. With `score`, which is what the browser believes that the run came \
                    to, nothing counts unless the server comes to the same.",
            ),
            paragraph(
                "With its receipt, a run that counts has a `page` and a `picture` to share: the picture says what this run came to, on which day, and where its \
                    player stood then. All of that is in the address, signed by the server, so there is none for other numbers; once the player is not on the board \
                    any more there is none at all.",
            ),
            paragraph(
                "A run counts for when it was begun: in the periods of then that still take it, as a late submission does. The window `daily` of `ring` waits \
                    twelve hours (`lateSeconds`), so a run of the day before counts there and not today, when its game is known; give the windows of a board of your \
                    own as long. In the window `all` it counts in any case.",
            ),
            paragraph("A run is refused, with a reason, that:"),
            points(&[
                "has more taps than half a minute has room for, two within less than 50 ms, some out of order, or after the end",
                "comes sooner after it was begun than it takes, or more than twelve hours later",
                "was begun on another board or by another player, or whose `run` is not what the server signed",
                "was sent before, and was played in another way",
                "has the taps of another run of the day, or nine in ten of them, be they all earlier or later by the same: that of the player's own best, of those \
                    ahead of it, and of those that came to about as much. A recording of one's own is none to send again, either",
            ]),
            paragraph(
                "This keeps made-up numbers out, not a program that taps well: such are for the rule `review`, which holds what is far better than others, \
                    and for whoever looks.",
            ),
            paragraph("A game of your own can do the same where it has what this one has (`app/src/game`, 200 lines):"),
            points(&[
                "rules that are a pure function of a seed and of what was done, in whole numbers, without clock or chance, compiled once for browser and \
                    server",
                "time in ticks, and inputs that say at which tick they were",
                "a run that ends by itself, so that it is known how long it takes",
                "bounds that a hand can't pass, checked before anything is played",
            ]),
            paragraph(
                "Where the game's server is yours, it plays runs again itself, and sends what they come to with an API key to a board whose `submitters` are \
                    `servers`.",
            ),
        ],
    )
}

const BEGIN: &str = r#"
RUN=$(curl -X POST localhost:3000/api/boards/ring/runs -H 'Content-Type: application/json' -d '{"playerId": "ada"}' | jq -r .run)
"#;

const FINISH: &str = r#"
curl -X POST localhost:3000/api/boards/ring/runs/finished -H 'Content-Type: application/json' \
  -d "{\"playerId\": \"ada\", \"run\": \"$RUN\", \"taps\": [131, 274, 402]}"
"#;
