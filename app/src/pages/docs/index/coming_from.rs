//! What the calls of other leaderboards are called here.

use super::section;
use crate::pages::docs::prose::{paragraph, table};
use leptos::prelude::*;

/// A call elsewhere, the same here, and what is different.
type Call = [&'static str; 3];

const NAKAMA: &[Call] = &[
    [
        "`leaderboardCreate(id, authoritative, sortOrder, operator, resetSchedule)`",
        "`POST /api/boards`",
        "`sortOrder` is `direction`; `operator` is `keep` (`set` is `last`, `incr` is `sum`); `authoritative` is `\"submitters\": \"servers\"`; `resetSchedule` is a window of its own, with a cron pattern and a time zone.",
    ],
    [
        "`leaderboardRecordWrite(id, owner, username, score, subscore, metadata)`",
        "`POST /api/boards/{board}/scores`",
        "`ownerId` is `playerId`; `subscore` is a column of `tiebreaks`.",
    ],
    [
        "`leaderboardRecordsList(id, owners, limit, cursor)`",
        "`GET /api/boards/{board}/entries?limit=…&cursor=…`",
        "`nextCursor` as there; `owners` is `players=…`, which ranks them among themselves as well.",
    ],
    ["`leaderboardRecordsHaystack(id, owner, limit)`", "`GET /api/boards/{board}/entries?around=…`", ""],
    ["`leaderboardRecordDelete(id, owner)`", "`DELETE /api/boards/{board}/entries/{player}`", ""],
    ["`expiry`", "`window=…&period=…`", "A period that is over stays readable, by default for 90 days."],
];

const AGORAGAMES: &[Call] = &[
    [
        "`Leaderboard.new('name', reverse: …)`",
        "`POST /api/boards`",
        "`reverse` is `\"direction\": \"asc\"`; a tie-ranking or competition-ranking leaderboard is the rule `rankMode`.",
    ],
    [
        "`rank_member`, `rank_members`",
        "`POST /api/boards/{board}/scores`",
        "With the rule `\"keep\": \"last\"`; by default the best score counts.",
    ],
    ["`change_score_for(member, delta)`", "`PATCH …/entries/{player}` with `add`, or `\"keep\": \"sum\"`", ""],
    ["`leaders(page)`", "`GET …/entries?limit=25&from=…`", "`page_size` is `limit`."],
    ["`around_me(member)`", "`GET …/entries?around=…`", ""],
    ["`ranked_in_list(members)`", "`GET …/entries?players=…`", ""],
    [
        "`rank_for`, `score_for`, `score_and_rank_for`, `page_for`, `percentile_for`",
        "`GET …/entries/{player}`",
        "All in one answer: `rank`, `score`, `page`, `percentile`.",
    ],
    [
        "`member_at(position)`, `members_from_rank_range(a, b)`",
        "`GET …/entries?from=…&limit=1`, `?rank_min=a&rank_max=b`",
        "`from` is a place, `rank` the rank that is shown.",
    ],
    [
        "`members_from_score_range(a, b)`, `total_members_in_score_range`",
        "`GET …/entries?score_min=a&score_max=b`",
        "`matching` counts them.",
    ],
    ["`score_for_percentile(p)`", "`GET …/percentiles?percentiles=p`", "Always the score of an entry that there is."],
    ["`random_members`", "`GET …/entries?sample=true`", ""],
    [
        "`remove_member`, `remove_members_outside_rank(n)`, `remove_members_in_score_range`",
        "`DELETE …/entries/{player}`, `…/entries?keep_top=n`, `?score_min=a&score_max=b`",
        "",
    ],
    ["`member_data`, `update_member_data`", "`metadata`", "A JSON object, sent with the score or by `PATCH`."],
];

const REDIS_RANK: &[Call] = &[
    [
        "`new Leaderboard(client, { redisKey, sortPolicy, updatePolicy })`",
        "`POST /api/boards`",
        "`sortPolicy` is `direction`; `updatePolicy` is `keep`: `replace` is `last`, `aggregate` is `sum`, `best` is `best`.",
    ],
    [
        "`update([{ id, value }])`",
        "`POST /api/boards/{board}/scores`",
        "`id` is `playerId`, `value` is `score`. An `id` here makes a submission count once.",
    ],
    ["`find(id)`, `rank(id)`, `score(id)`", "`GET …/entries/{player}`", ""],
    ["`at(rank)`, `list(a, b)`, `top(n)`", "`GET …/entries?from=a&limit=…`", ""],
    ["`listByScore(a, b)`", "`GET …/entries?score_min=a&score_max=b`", ""],
    ["`around(id, distance)`", "`GET …/entries?around=…&limit=2·distance+1`", ""],
    ["`PeriodicLeaderboard(cycle)`", "the rule `windows`", "One submission counts in all of a board's windows."],
    ["`exportStream`", "`GET …/entries?limit=1000&cursor=…`", "Page after page, whatever changes meanwhile."],
];

const STEAM: &[Call] = &[
    [
        "`FindOrCreateLeaderboard`, `SetLeaderboard…`",
        "`POST /api/boards`",
        "`sortmethod` is `direction`; seconds and milliseconds are `decimals`.",
    ],
    [
        "`UploadLeaderboardScore`, `SetLeaderboardScore`",
        "`POST /api/boards/{board}/scores`",
        "`KeepBest` is `\"keep\": \"best\"`, `ForceUpdate` is `\"keep\": \"last\"`; `onlytrustedwrites` is `\"submitters\": \"servers\"`; `details` is `metadata`.",
    ],
    ["`DownloadLeaderboardEntries`: global", "`GET …/entries?from=…&limit=…`", "`rangestart` is `from`."],
    ["`DownloadLeaderboardEntries`: around user", "`GET …/entries?around=…`", ""],
    ["`DownloadLeaderboardEntries`: friends, `…ForUsers`", "`GET …/entries?players=…`", "Up to 1000."],
    ["`GetLeaderboardEntryCount`", "`total`", "In every answer."],
    ["`ResetLeaderboard`", "`DELETE …/entries?all=true`", "What was there is set aside for a week."],
];

/// The section.
pub fn coming_from() -> AnyView {
    let about = "What you know by another name. Where the meaning is the same, so is the name of a member.";
    let tables = [("Nakama", NAKAMA), ("agoragames/leaderboard", AGORAGAMES), ("redis-rank", REDIS_RANK), ("Steam", STEAM)];
    let tables = tables.map(|(name, calls)| {
        let rows = calls.iter().map(|call| call.map(str::to_owned));
        view! {
            <h3>{name}</h3>
            {table(["There", "Here", "What to know"], rows)}
        }
        .into_any()
    });
    section("coming-from", "Coming from", [paragraph(about)].into_iter().chain(tables))
}
