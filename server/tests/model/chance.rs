//! What chance may choose: boards, and what happens on them.

use crate::steps::{At, Edit, Gone, Id, Pick, Read, Sent, Step, Turn};
use app::model::{Column, Direction, Keep, LogRetention, ModerationState, RankMode, RulesChange, Score, TieOrder, Window};
use proptest::{collection::vec, option, prelude::*};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;

pub fn rules(mode: RankMode) -> impl Strategy<Value = RulesChange> {
    let keep = prop_oneof![3 => Just(Keep::Best), 1 => Just(Keep::Last), 1 => Just(Keep::Sum), 1 => Just(Keep::First)];
    let columns = prop_oneof![2 => Just(0), 1 => 1..=3_usize].prop_flat_map(|n| vec(direction(), n));
    let column = |(at, direction): (usize, Direction)| Column { name: format!("column-{at}"), direction };
    let columns = columns.prop_map(move |all| all.into_iter().enumerate().map(column).collect::<Vec<_>>());
    let bounds = option::weighted(0.2, (-2_000_i64..0, 0_i64..2_000));
    let shape = (direction(), keep, columns, ties(), any::<bool>(), 0..=6_u8, bounds);
    (shape, windows(), history(), prop_oneof![Just(1_000_000), 1_u64..50]).prop_map(move |(shape, windows, history, log)| {
        let (direction, keep, tiebreaks, ties, negative, decimals, bounds) = shape;
        let bound = |units| Some(Some(Score::new(units, decimals).unwrap()));
        RulesChange {
            direction: Some(direction),
            keep: Some(keep),
            tiebreaks: Some(tiebreaks),
            tie_order: Some(ties),
            negative: Some(negative),
            decimals: Some(decimals),
            min_score: bounds.and_then(|(min, _)| bound(min)),
            max_score: bounds.and_then(|(_, max)| bound(max)),
            rank_mode: Some(mode),
            windows: Some(windows),
            history: Some(history),
            log: Some(LogRetention { count: log, ..LogRetention::default() }),
            ..RulesChange::default()
        }
    })
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Desc), Just(Direction::Asc)]
}

fn ties() -> impl Strategy<Value = TieOrder> {
    prop_oneof![2 => Just(TieOrder::First), 1 => Just(TieOrder::Last)]
}

fn history() -> impl Strategy<Value = u16> {
    prop_oneof![Just(100), Just(0), 1_u16..60]
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    let calendars = [
        r#""name":"day","every":"day""#,
        r#""name":"berlin","every":"day","zone":"Europe/Berlin""#,
        r#""name":"week","every":"week""#,
        r#""name":"sunday","every":"week","firstDay":"sunday","zone":"America/New_York""#,
        r#""name":"month","every":"month""#,
        r#""name":"six-hours","every":"cron","cron":"0 */6 * * *""#,
        r#""name":"hour","every":"cron","cron":"0 * * * *""#,
    ];
    let late = prop_oneof![Just(0), Just(60), Just(3_600), Just(86_400), Just(604_800)];
    let some = prop::sample::subsequence(calendars.to_vec(), 0..=3);
    (some, vec((2..12_u16, late), 3)).prop_map(|(calendars, times)| {
        let window = |(calendar, (keep, late)): (&str, (u16, u32))| {
            // A period is kept at least as long as it waits.
            let late = late.min(u32::from(keep) * 86_400);
            serde_json::from_str(&format!(r#"{{{calendar},"keepDays":{keep},"lateSeconds":{late}}}"#)).unwrap()
        };
        calendars.into_iter().zip(times).map(window).collect()
    })
}

/// Ordinary days, and days before something happens to the calendar.
pub fn start() -> impl Strategy<Value = u64> {
    let day = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond() as u64;
    let days = ["2026-11-20T00:00:00Z", "2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2028-02-28T00:00:00Z", "2026-12-30T00:00:00Z"];
    (prop::sample::select(days.map(day).to_vec()), 0..DAY).prop_map(|(day, ms)| day + ms)
}

// ---- what happens

pub fn turn() -> impl Strategy<Value = Turn> {
    (step(), prop_oneof![4 => vec(read(), 0..=0), 3 => vec(read(), 1), 1 => vec(read(), 2)]).prop_map(|(step, reads)| Turn { step, reads })
}

fn step() -> impl Strategy<Value = Step> {
    let metadata = 0..6_u8;
    let small = || option::weighted(0.6, score());
    let change = (player(), option::of(pick()), small(), option::weighted(0.3, score()), option::weighted(0.3, tiebreaks()), metadata);
    let change = change.prop_map(|(player, period, score, add, tiebreaks, metadata)| {
        // Both at once are refused: seldom enough to try.
        let add = add.filter(|add| score.is_none() || add % 5 == 0);
        Step::Change { player, period, score, add, tiebreaks, metadata }
    });
    let remove = (option::of(pick()), gone()).prop_map(|(period, which)| Step::Remove { period, which });
    let state =
        || prop::sample::select(vec![ModerationState::Visible, ModerationState::Hidden, ModerationState::Shadow, ModerationState::Banned]);
    let moderate = (player(), option::weighted(0.9, state()), option::weighted(0.2, any::<bool>()));
    let moderate = moderate.prop_map(|(player, state, submitting)| {
        // Who is banned can't be let submit: that is refused.
        let submitting = submitting.filter(|submitting| !submitting || state != Some(ModerationState::Banned));
        Step::Moderate { player, state, submitting }
    });
    prop_oneof![
        6 => moderate,
        40 => sent().prop_map(Step::Submit),
        12 => vec(sent(), 2..12).prop_map(Step::Bulk),
        2 => vec(sent(), 12..100).prop_map(few_late).prop_map(Step::Bulk),
        10 => change,
        4 => remove,
        4 => edit().prop_map(Step::Edit),
        3 => any::<bool>().prop_map(Step::Freeze),
        14 => wait().prop_map(Step::Wait),
        2 => (0..11 * HOUR).prop_map(Step::SetBack),
        8 => Just(Step::CloseDue),
    ]
}

/// Late submissions may be in many periods; more than some dozens take a call of their own, with a round of its own.
fn few_late(mut all: Vec<Sent>) -> Vec<Sent> {
    all.iter_mut().skip(20).for_each(|sent| sent.at = At::Now);
    all
}

fn sent() -> impl Strategy<Value = Sent> {
    let id = prop_oneof![
        6 => Just(Id::None),
        4 => Just(Id::New),
        2 => (0..100_usize).prop_map(Id::Again),
        1 => (0..100_usize).prop_map(Id::Other),
        1 => (0..100_usize).prop_map(Id::Forgotten),
    ];
    let metadata = prop_oneof![4 => Just(0), 1 => 1..6_u8];
    let at = prop_oneof![
        12 => Just(At::Now),
        4 => (0..2 * DAY).prop_map(At::Ago),
        1 => (0..35 * DAY).prop_map(At::Ago),
        1 => (0..70 * SECOND).prop_map(At::Ahead),
    ];
    (player(), score(), tiebreaks(), id, metadata, at).prop_map(|(player, score, tiebreaks, id, metadata, at)| Sent {
        player,
        score,
        tiebreaks,
        id,
        metadata,
        at,
    })
}

fn player() -> impl Strategy<Value = usize> {
    // Few who come often, and some who come seldom.
    prop_oneof![3 => 0..4_usize, 2 => 0..12_usize]
}

/// Few values make many ties. The large ones are where a float would round, or be written with an exponent.
fn score() -> impl Strategy<Value = i64> {
    prop_oneof![
        12 => -3_i64..4,
        6 => -1_000_i64..1_000,
        1 => Score::MAX - 2..=Score::MAX,
        1 => -Score::MAX..=2 - Score::MAX,
        1 => (-9_i64..=9).prop_map(|n| n * 1_000_000_000_000_000),
        1 => -Score::MAX..=Score::MAX,
    ]
}

fn tiebreaks() -> impl Strategy<Value = [i64; 3]> {
    let value = || prop_oneof![10 => -1_i64..2, 1 => -300_i64..300, 1 => -Score::MAX..=Score::MAX, 1 => Just(Score::MAX)];
    [value(), value(), value()]
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        6 => Just(Pick::All),
        4 => (0..3_usize).prop_map(Pick::Current),
        4 => (0..100_usize).prop_map(Pick::Known),
        2 => (0..3_usize, 0..20 * DAY).prop_map(|(window, ago)| Pick::Ago(window, ago)),
        1 => Just(Pick::Nowhere),
    ]
}

fn gone() -> impl Strategy<Value = Gone> {
    prop_oneof![
        4 => vec(player(), 1..4).prop_map(Gone::Players),
        2 => (option::of(score()), option::of(score())).prop_map(|(low, high)| Gone::Scores(low, high)),
        2 => (0..12_u64).prop_map(Gone::AllBut),
        1 => Just(Gone::All),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let keep = prop_oneof![Just(Keep::Best), Just(Keep::Last), Just(Keep::Sum), Just(Keep::First)];
    let mode = prop_oneof![Just(RankMode::Ordinal), Just(RankMode::Competition), Just(RankMode::Modified), Just(RankMode::Dense)];
    let bound = || option::weighted(0.3, -2_000_i64..2_000);
    prop_oneof![
        4 => keep.prop_map(Edit::Keep),
        3 => mode.prop_map(Edit::Mode),
        3 => (bound(), bound()).prop_map(|(min, max)| Edit::Bounds(min, max)),
        3 => history().prop_map(Edit::History),
        1 => (0..9_u8).prop_map(Edit::Title),
        1 => ties().prop_map(Edit::Ties),
        1 => (0..=7_u8).prop_map(Edit::Decimals),
        2 => windows().prop_map(Edit::Windows),
        1 => Just(Edit::Archive),
    ]
}

fn wait() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0..2 * SECOND,
        4 => 0..HOUR,
        3 => 0..DAY,
        1 => 0..9 * DAY,
        1 => 0..40 * DAY,
    ]
}

fn read() -> impl Strategy<Value = Read> {
    let rows = || prop_oneof![4 => 1..6_usize, 1 => Just(1_000)];
    let parts = prop_oneof![Just(0), Just(1_000_000), Just(500_000), 0..=1_000_000_u32];
    prop_oneof![
        rows().prop_map(Read::Leaderboard),
        (pick(), 0..14_u64, rows()).prop_map(|(pick, from, rows)| Read::From(pick, from, rows)),
        (pick(), player(), rows()).prop_map(|(pick, player, rows)| Read::Around(pick, player, rows)),
        (pick(), player(), rows()).prop_map(|(pick, player, rows)| Read::PageOf(pick, player, rows)),
        (pick(), option::of(score()), option::of(score()), 0..4_u64, rows())
            .prop_map(|(pick, low, high, skip, rows)| Read::Scores(pick, low, high, skip, rows)),
        (pick(), option::weighted(0.3, score()), option::weighted(0.3, score()), rows())
            .prop_map(|(pick, low, high, rows)| Read::Up(pick, low, high, rows)),
        (pick(), 1..14_u64, 0..14_u64, 0..4_u64, rows()).prop_map(|(pick, low, more, skip, rows)| Read::Ranks(
            pick,
            low,
            low + more,
            skip,
            rows
        )),
        (0..100_usize, option::weighted(0.2, score()), option::weighted(0.2, score()), rows())
            .prop_map(|(at, low, high, rows)| Read::After(at, low, high, rows)),
        (pick(), vec(0..=1_000_000_u32, 1..4)).prop_map(|(pick, parts)| Read::Percentiles(pick, parts)),
        (pick(), rows()).prop_map(|(pick, rows)| Read::Sample(pick, rows)),
        (pick(), parts, rows()).prop_map(|(pick, parts, rows)| Read::Percentile(pick, parts, rows)),
        (pick(), vec(player(), 1..6)).prop_map(|(pick, players)| Read::Friends(pick, players)),
        (pick(), player(), rows()).prop_map(|(pick, player, rows)| Read::Entry(pick, player, rows)),
        player().prop_map(Read::History),
        (option::of(0..4_usize), 1..10_usize).prop_map(|(window, rows)| Read::Periods(window, rows)),
        Just(Read::Info),
    ]
}
