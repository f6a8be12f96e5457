//! Boards in other pages: what to write there. The README has the same.

use super::section;
use crate::pages::docs::prose::{listing, paragraph};
use leptos::prelude::*;

/// What is written where, each with what it is about. `scores.example` stands for where LeaderPort is.
const SNIPPETS: [[&str; 2]; 4] = [
    [
        "A frame, for pages of the origins in `--allow-origin`; it is as wide as it is given, and says how high it is.",
        r#"<iframe title="Leaderboard" src="https://scores.example/embed/main?limit=10&theme=dark" style="border: 0; width: 100%"></iframe>
<script>
addEventListener("message", ({ data, source }) => {
  const frame = [...document.querySelectorAll("iframe")].find(({ contentWindow }) => contentWindow === source);
  if (frame && data?.leaderport) frame.style.height = data.leaderport + "px";
});
</script>"#,
    ],
    [
        "A script of 1 KB, for any page; the lines are yours to style (`.lp-rank`, `.lp-name`, `.lp-score`).",
        r#"<div data-leaderport="main" data-limit="5"></div>
<script async src="https://scores.example/embed.js"></script>"#,
    ],
    [
        "A browser source for OBS, to lay over a stream: rows in large type on nothing, which move as ranks do; `theme=light` has them dark.",
        "https://scores.example/overlay/main?limit=5",
    ],
    [
        "A badge, for a profile or a README: what a player has on a board, in a line.",
        "![Lap times](https://scores.example/badge/laps/ada.svg)",
    ],
];

/// The section.
pub fn embeds() -> AnyView {
    let snippets = SNIPPETS.iter().map(|[about, snippet]| view! { {paragraph(*about)} {listing(snippet)} }.into_any());
    let rest = paragraph(
        "All show boards that everybody may see, of all time or, with `window=daily` (`data-window=\"daily\"` for the script), the current period of a \
            window; and are live but for the badge, which caches keep for ten seconds. Words and numbers are in English or, with `lang=de` \
            (`data-lang=\"de\"`), in German, Arabic or Japanese (`de`, `ar`, `ja`); to a script, `data-decimals=\"3\"` says that scores have three digits \
            behind the point, as on the board.",
    );
    section("embeds", "In other pages", snippets.chain([rest]))
}
