//! Periods and clocks: days that are longer or shorter, midnight, clocks that are set back, late submissions, closing and forgetting.

use crate::{
    play::{limit, player},
    valkey::{Hands, Place, ask, create},
};
use app::{
    error::{AppError, What},
    model::{BoardId, PlayerId, RulesChange, Score, Submission, SubmissionId, WindowName},
};
use server::boards::{
    Boards,
    answers::PeriodInfo,
    caller::Caller,
    change::EntryChange,
    read::{Period, Which},
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

fn ms(instant: &str) -> u64 {
    instant.parse::<jiff::Timestamp>().unwrap().as_millisecond() as u64
}

/// A board with one window, of which these are the parts but the name.
async fn board_with(boards: &Boards, id: &str, window: &str) -> BoardId {
    let window = serde_json::from_str(&format!(r#"{{"name":"w",{window}}}"#)).unwrap();
    create(boards, id, RulesChange { windows: Some(vec![window]), ..RulesChange::default() }).await
}

fn window() -> WindowName {
    WindowName::parse("w").unwrap()
}

fn named(period: &str) -> Period {
    Period { window: window(), period: Some(period.to_owned()) }
}

fn submission(who: &PlayerId, score: i64, at: Option<u64>) -> Submission {
    Submission { at, ..Submission::new(who.clone(), Score::new(score, 0).unwrap()) }
}

/// The periods that a submission counted in, besides `all`.
async fn counts_in(boards: &Boards, board: &BoardId, who: usize, score: i64, at: Option<u64>) -> Vec<String> {
    let receipt = boards.submit(Caller::Admin, board, submission(&player(who), score, at)).await.unwrap();
    receipt.windows.into_iter().map(|window| window.period).collect()
}

async fn periods(boards: &Boards, board: &BoardId) -> Vec<PeriodInfo> {
    boards.periods(Caller::Admin, board, None, None, 1_000).await.unwrap().periods
}

/// Entries of a period: who, the score, and submissions so far.
async fn entries(boards: &Boards, board: &BoardId, period: &str) -> Result<Vec<(PlayerId, i64, u64)>, AppError> {
    let read = boards.entries(Caller::Admin, board, &named(period), &Which::From(1), limit(1_000)).await?;
    Ok(read.entries.into_iter().map(|entry| (entry.row.player_id, entry.row.score.units(), entry.attempts)).collect())
}

/// The versions at which periods were closed, by the log.
fn closings(place: &Place, board: &BoardId) -> Vec<u64> {
    let log = ask(&["--no-raw", "XRANGE", &place.key(board, "log"), "-", "+"]);
    let mut version = 0;
    let mut closings = Vec::new();
    for line in log.lines() {
        if let Some(id) = line.split('"').nth(1).and_then(|text| text.strip_suffix("-0")) {
            version = id.parse().unwrap();
        }
        if line.contains(r#") "C\x00"#) {
            closings.push(version);
        }
    }
    closings
}

// ---- calendars

/// Submits at each instant, and expects it to count in the period with this id; then that the periods begin and end as said.
async fn calendar(id: &str, window: &str, instants: &[(&str, &str)], spans: &[(&str, &str, &str)]) {
    let place = Place::new(ms(instants[0].0));
    let boards = place.open().await;
    let board = board_with(&boards, id, window).await;
    for (instant, period) in instants {
        place.hands.set(ms(instant));
        assert_eq!(counts_in(&boards, &board, 0, 1, None).await, [*period], "at {instant}");
    }
    let known = periods(&boards, &board).await;
    for (period, start, end) in spans {
        let found = known.iter().find(|known| known.period == *period).unwrap();
        assert_eq!((found.start, found.end), (ms(start), ms(end)), "{period}");
    }
    let attempts = instants.iter().fold(BTreeMap::new(), |mut counts, (_, period)| {
        *counts.entry(*period).or_insert(0) += 1;
        counts
    });
    for (period, attempts) in attempts {
        assert_eq!(entries(&boards, &board, period).await.unwrap(), [(player(0), 1, attempts)], "{period}");
    }
}

#[tokio::test]
async fn a_day_in_spring_has_23_hours() {
    let instants = [
        ("2026-03-28T22:59:59.999Z", "2026-03-28"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),
        ("2026-03-29T00:59:59.999Z", "2026-03-29"),
        ("2026-03-29T01:00:00Z", "2026-03-29"),
        ("2026-03-29T21:59:59.999Z", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "2026-03-30"),
    ];
    let spans = [("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")];
    calendar("spring", r#""every":"day","zone":"Europe/Berlin""#, &instants, &spans).await;
}

#[tokio::test]
async fn a_day_in_autumn_has_25_hours() {
    let instants = [
        ("2026-10-24T21:59:59.999Z", "2026-10-24"),
        ("2026-10-24T22:00:00Z", "2026-10-25"),
        // The hour from two to three comes twice.
        ("2026-10-25T00:30:00Z", "2026-10-25"),
        ("2026-10-25T01:30:00Z", "2026-10-25"),
        ("2026-10-25T22:59:59.999Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
    ];
    let spans = [("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")];
    calendar("autumn", r#""every":"day","zone":"Europe/Berlin""#, &instants, &spans).await;
}

#[tokio::test]
async fn a_leap_day_is_a_day_of_its_own_and_one_of_february() {
    let days = [("2028-02-28T23:59:59.999Z", "2028-02-28"), ("2028-02-29T00:00:00Z", "2028-02-29"), ("2028-03-01T00:00:00Z", "2028-03-01")];
    calendar("leap-day", r#""every":"day""#, &days, &[("2028-02-29", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z")]).await;
    let months = [("2028-02-29T23:59:59.999Z", "2028-02"), ("2028-03-01T00:00:00Z", "2028-03")];
    calendar("leap-month", r#""every":"month""#, &months, &[("2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")]).await;
}

#[tokio::test]
async fn a_year_can_have_a_week_53_that_ends_in_the_next() {
    let instants = [
        ("2026-12-27T23:59:59.999Z", "2026-W52"),
        ("2026-12-28T00:00:00Z", "2026-W53"),
        ("2027-01-03T23:59:59.999Z", "2026-W53"),
        ("2027-01-04T00:00:00Z", "2027-W01"),
    ];
    calendar("weeks", r#""every":"week""#, &instants, &[("2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z")]).await;
}

// ---- midnight

const MIDNIGHT: &str = "2026-11-22T00:00:00Z";
const TASKS: usize = 4;
const EACH: usize = 120;

/// A receipt's version and the periods it counts in.
type Said = (u64, Vec<String>);

/// Submits again and again; every other time through the other server.
async fn submit_often(servers: [Arc<Boards>; 2], board: BoardId, task: usize, done: UnboundedSender<()>) -> Vec<Said> {
    let mut said = Vec::new();
    for at in 0..EACH {
        let sent = submission(&player(task), at as i64, None);
        let receipt = servers[at % 2].submit(Caller::Admin, &board, sent).await.unwrap();
        said.push((receipt.version, receipt.windows.into_iter().map(|window| window.period).collect()));
        // The clock may have come to rest by now.
        let _ = done.send(());
    }
    said
}

/// Moves the clock to and fro over midnight, and closes what is due, while others submit: a step for every few submissions.
async fn pass_midnight(servers: [Arc<Boards>; 2], hands: Hands, board: BoardId, mut done: UnboundedReceiver<()>) {
    for at in 0..60 {
        for _ in 0..TASKS * EACH / 65 {
            // Nothing comes any more when the submitters have failed.
            done.recv().await;
        }
        // At the end it stays after midnight.
        hands.set(if at % 3 == 2 || at > 50 { ms(MIDNIGHT) } else { ms(MIDNIGHT) - 1 });
        if at > 20 {
            servers[at % 2].close_due(&board).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn around_midnight_each_submission_counts_in_exactly_one_day() {
    let place = Place::new(ms(MIDNIGHT) - 1);
    let servers = [Arc::new(place.open().await), Arc::new(place.open().await)];
    let board = board_with(&servers[0], "midnight", r#""every":"day""#).await;
    let (mut tasks, (done, progress)) = (JoinSet::new(), unbounded_channel());
    for task in 0..TASKS {
        tasks.spawn(submit_often(servers.clone(), board.clone(), task, done.clone()));
    }
    drop(done);
    pass_midnight(servers.clone(), place.hands.clone(), board.clone(), progress).await;
    let said: Vec<Said> = tasks.join_all().await.into_iter().flatten().collect();
    servers[0].close_due(&board).await.unwrap();

    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, periods) in &said {
        assert_eq!(periods.len(), 1, "{periods:?}");
        *counts.entry(&periods[0]).or_default() += 1;
    }
    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), ["2026-11-21", "2026-11-22"], "both days were submitted to");
    for (period, count) in &counts {
        let attempts: u64 = entries(&servers[1], &board, period).await.unwrap().iter().map(|(_, _, attempts)| attempts).sum();
        assert_eq!(attempts, *count, "{period}");
    }
    let all = servers[0].entries(Caller::Admin, &board, &Period::default(), &Which::From(1), limit(100)).await.unwrap();
    assert_eq!(all.entries.iter().map(|entry| entry.attempts).sum::<u64>(), (TASKS * EACH) as u64);
    // The day that is over was closed once, and after that nothing counted in it.
    let closings = closings(&place, &board);
    assert_eq!(closings.len(), 1);
    let last = said.iter().filter(|(_, periods)| periods[0] == "2026-11-21").map(|(version, _)| *version).max();
    assert!(last < Some(closings[0]), "{last:?} {closings:?}");
    assert_eq!(all.moment.version, (TASKS * EACH) as u64 + 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_opens_no_closed_period_and_loses_nothing() {
    let place = Place::new(ms(MIDNIGHT) - HOUR);
    let boards = place.open().await;
    let board = board_with(&boards, "set-back", r#""every":"day""#).await;
    assert_eq!(counts_in(&boards, &board, 0, 1, None).await, ["2026-11-21"]);
    place.hands.set(ms(MIDNIGHT) + 5);
    boards.close_due(&board).await.unwrap();
    let closed = entries(&boards, &board, "2026-11-21").await.unwrap();
    place.hands.set(ms(MIDNIGHT) - 2 * HOUR);
    // What comes now counts on the day after, whoever takes it: also a server that has just started.
    let fresh = place.open().await;
    for (who, server) in [(0, &boards), (1, &fresh), (2, &boards)] {
        assert_eq!(counts_in(server, &board, who, 10, None).await, ["2026-11-22"]);
    }
    // So does a change by an operator.
    let set = EntryChange { score: Some(Score::new(7, 0).unwrap()), ..EntryChange::default() };
    let changed = place.open().await.change_entry(Caller::Admin, &board, None, player(3), set.clone()).await.unwrap();
    assert_eq!(changed.windows[1].period, "2026-11-22");
    let refused = boards.change_entry(Caller::Admin, &board, Some(named("2026-11-21")), player(3), set).await;
    assert!(matches!(refused, Err(AppError::Closed { .. })));
    assert_eq!(entries(&boards, &board, "2026-11-21").await.unwrap(), closed);
    assert_eq!(entries(&boards, &board, "2026-11-22").await.unwrap().len(), 4);
    assert_eq!(boards.leaderboard(Caller::Admin, &board, limit(10)).await.unwrap().total, 4);
    assert_eq!(closings(&place, &board).len(), 1);
}

#[tokio::test]
async fn a_late_submission_counts_in_its_day_as_long_as_that_waits() {
    let place = Place::new(ms(MIDNIGHT) - HOUR);
    let boards = place.open().await;
    let board = board_with(&boards, "late", r#""every":"day","lateSeconds":3600"#).await;
    let before = Some(ms(MIDNIGHT) - 1);
    assert_eq!(counts_in(&boards, &board, 0, 1, None).await, ["2026-11-21"]);
    // The hour after midnight: what was reached before counts in the day before, and only there.
    place.hands.set(ms(MIDNIGHT));
    assert_eq!(counts_in(&boards, &board, 0, 2, None).await, ["2026-11-22"]);
    assert_eq!(counts_in(&boards, &board, 1, 3, before).await, ["2026-11-21"]);
    place.hands.set(ms(MIDNIGHT) + HOUR - 1);
    boards.close_due(&board).await.unwrap();
    assert_eq!(counts_in(&boards, &board, 0, 4, before).await, ["2026-11-21"]);
    // When the hour is over, it counts in `all` only: before the period is closed, and after.
    place.hands.set(ms(MIDNIGHT) + HOUR);
    assert!(counts_in(&boards, &board, 0, 5, before).await.is_empty());
    boards.close_due(&board).await.unwrap();
    assert!(counts_in(&boards, &board, 0, 6, before).await.is_empty());
    assert_eq!(entries(&boards, &board, "2026-11-21").await.unwrap(), [(player(0), 4, 2), (player(1), 3, 1)]);
    assert_eq!(entries(&boards, &board, "2026-11-22").await.unwrap(), [(player(0), 2, 1)]);
    let all = boards.entry(Caller::Admin, &board, &Period::default(), player(0), limit(1)).await.unwrap();
    assert_eq!((all.entry.row.score.units(), all.entry.attempts, all.entry.reached_at), (6, 5, ms(MIDNIGHT) - 1));
}

#[tokio::test]
async fn late_submissions_of_one_call_may_be_in_hundreds_of_periods() {
    let place = Place::new(ms(MIDNIGHT));
    let boards = place.open().await;
    let window = |at: usize| serde_json::from_str(&format!(r#"{{"name":"w{at}","every":"cron","cron":"0 * * * *","lateSeconds":604800}}"#));
    let windows = (0..8).map(|at| window(at).unwrap()).collect();
    let board = create(&boards, "hundreds", RulesChange { windows: Some(windows), ..RulesChange::default() }).await;
    let hours = 100;
    let all = (1..=hours).map(|hour| Ok(submission(&player(0), 1, Some(ms(MIDNIGHT) - hour * HOUR)))).collect();
    for receipt in boards.submit_all(Caller::Admin, &board, all).await.unwrap() {
        assert_eq!(receipt.unwrap().windows.len(), 8);
    }
    let known = periods(&boards, &board).await;
    assert_eq!(known.len() as u64, 8 * hours);
    for period in known {
        let period = Period { window: period.window, period: Some(period.period) };
        let read = boards.entries(Caller::Admin, &board, &period, &Which::From(1), limit(9)).await.unwrap();
        assert_eq!(read.entries.iter().map(|entry| entry.attempts).collect::<Vec<_>>(), [1]);
    }
    let all = boards.entry(Caller::Admin, &board, &Period::default(), player(0), limit(1)).await.unwrap();
    assert_eq!(all.entry.attempts, hours);
}

// ---- ids

fn with_id(id: &str, at: Option<u64>) -> Submission {
    Submission { id: Some(SubmissionId::parse(id).unwrap()), ..submission(&player(0), 5, at) }
}

#[tokio::test]
async fn a_submission_whose_time_was_a_little_ahead_is_the_same_when_it_is_sent_again() {
    let place = Place::new(ms(MIDNIGHT) - HOUR);
    let boards = place.open().await;
    let board = board_with(&boards, "ahead", r#""every":"day""#).await;
    let sent = with_id("ahead", Some(ms(MIDNIGHT) - HOUR + 20_000));
    let first = boards.submit(Caller::Admin, &board, sent.clone()).await.unwrap();
    place.hands.set(ms(MIDNIGHT) - HOUR + 40_000);
    let again = boards.submit(Caller::Admin, &board, sent).await.unwrap();
    assert_eq!(again, app::model::Receipt { replayed: true, ..first });
    let entry = boards.entry(Caller::Admin, &board, &Period::default(), player(0), limit(1)).await.unwrap().entry;
    assert_eq!((entry.attempts, entry.reached_at), (1, ms(MIDNIGHT) - HOUR));
}

#[tokio::test]
async fn an_id_is_remembered_for_a_day_whatever_the_clock_does() {
    let place = Place::new(ms(MIDNIGHT) + HOUR);
    let boards = place.open().await;
    let board = create(&boards, "ids", RulesChange::default()).await;
    let first = boards.submit(Caller::Admin, &board, with_id("id", None)).await.unwrap();
    for time in [ms(MIDNIGHT) - 10 * HOUR, ms(MIDNIGHT) - 1, ms(MIDNIGHT), ms(MIDNIGHT) + 25 * HOUR] {
        place.hands.set(time);
        let again = boards.submit(Caller::Admin, &board, with_id("id", None)).await.unwrap();
        assert_eq!(again, app::model::Receipt { replayed: true, ..first.clone() });
        let other = Submission { score: Score::new(6, 0).unwrap(), ..with_id("id", None) };
        assert_eq!(boards.submit(Caller::Admin, &board, other).await, Err(AppError::Conflict));
    }
    // Days later it is forgotten.
    place.hands.set(ms(MIDNIGHT) + 3 * DAY);
    let anew = boards.submit(Caller::Admin, &board, with_id("id", None)).await.unwrap();
    assert_eq!((anew.replayed, anew.version), (false, 2));
}

// ---- closing and forgetting

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_close_each_period_once() {
    let days = 30;
    let place = Place::new(ms(MIDNIGHT));
    let servers = [Arc::new(place.open().await), Arc::new(place.open().await)];
    let board = board_with(&servers[0], "twice", r#""every":"day","lateSeconds":600000"#).await;
    for day in 0..days {
        place.hands.set(ms(MIDNIGHT) + day * DAY);
        counts_in(&servers[0], &board, 0, 1, None).await;
    }
    let version = servers[0].version(&board).await.unwrap();
    assert_eq!(version, days, "one for each submission");
    place.hands.set(ms(MIDNIGHT) + (days + 10) * DAY);
    let mut tasks = JoinSet::new();
    for at in 0..6 {
        let (server, board) = (servers[at % 2].clone(), board.clone());
        tasks.spawn(async move { server.close_due(&board).await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(servers[1].version(&board).await.unwrap(), version + days);
    assert_eq!(closings(&place, &board), (version + 1..=version + days).collect::<Vec<_>>());
    let known = periods(&servers[1], &board).await;
    assert_eq!(known.len() as u64, days);
    assert!(known.iter().all(|period| period.state == "closed" && period.total == Some(1)));
}

#[tokio::test]
async fn a_closed_period_is_readable_until_it_is_no_longer_kept() {
    let place = Place::new(ms(MIDNIGHT) - HOUR);
    let boards = place.open().await;
    let board = board_with(&boards, "kept", r#""every":"day","keepDays":3"#).await;
    counts_in(&boards, &board, 0, 1, None).await;
    place.hands.set(ms(MIDNIGHT));
    boards.close_due(&board).await.unwrap();
    let kept_until = periods(&boards, &board).await[0].kept_until;
    assert_eq!(kept_until, ms(MIDNIGHT) + 3 * DAY);
    place.hands.set(kept_until - 1);
    boards.close_due(&board).await.unwrap();
    assert_eq!(entries(&boards, &board, "2026-11-21").await.unwrap(), [(player(0), 1, 1)]);
    let keys = || ask(&["--scan", "--pattern", &place.key(&board, "w:*")]).lines().count();
    assert_eq!(keys(), 2, "rank and entry");
    place.hands.set(kept_until);
    boards.close_due(&board).await.unwrap();
    assert_eq!(entries(&boards, &board, "2026-11-21").await, Err(AppError::no(What::Period)));
    assert!(periods(&boards, &board).await.is_empty());
    assert_eq!(keys(), 0);
    // The window `all` keeps everything.
    assert_eq!(boards.leaderboard(Caller::Admin, &board, limit(1)).await.unwrap().total, 1);
}
