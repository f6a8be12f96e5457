//! Windows that start anew while they are watched.

use crate::{
    harness::{LeaderPort, NOON, eventually},
    stage::{Stage, window},
    viewer::{Viewer, top},
};
use app::protocol::{Format, Notice, Watch};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

const HOUR: u64 = 60 * 60 * 1000;
const DAY: u64 = 24 * HOUR;

/// A stage whose clock is turned by hand.
async fn at(name: &'static str, clock: &Arc<AtomicU64>) -> Stage {
    Stage::on(name, LeaderPort::start_at(clock.clone()).await)
}

fn closed(viewer: &Viewer) -> Vec<String> {
    let record = viewer.record();
    let periods = record.notices.iter().filter_map(|notice| match notice {
        Notice::Closed { period, .. } => Some(period.clone()),
        _ => None,
    });
    periods.collect()
}

#[tokio::test]
async fn a_day_ends_and_the_next_begins() {
    let clock = Arc::new(AtomicU64::new(NOON));
    let mut stage = at("a_day_ends_and_the_next_begins", &clock).await;
    stage.board(json!({ "id": "days", "windows": ["daily"] })).await;
    for seed in 0..6 {
        let viewer = Viewer::new(&[stage.at], Format::ALL[seed % 2], seed as u64);
        viewer.watch(Watch { window: window("daily"), ..top("days") });
        viewer.watch(Watch { view: 1, ..top("days") });
        stage.viewers.push(viewer);
    }
    for day in 0..3 {
        stage.play("days", 60, 60, 0..1_000).await;
        stage.ends_well().await;
        // On every other day somebody submits right after midnight; else the period goes by without a word.
        clock.store(NOON + (day + 1) * DAY, Ordering::SeqCst);
        if day % 2 == 0 {
            stage.play("days", 60, 6, 0..1_000).await;
        }
        eventually("everybody is told", || async { stage.viewers.iter().all(|viewer| closed(viewer).len() == day as usize + 1) }).await;
        stage.ends_well().await;
    }
    assert_eq!(closed(&stage.viewers[0]), ["2026-11-21", "2026-11-22", "2026-11-23"]);
    stage.stop().await;
}

#[tokio::test]
async fn several_windows_roll_over_each_at_its_time() {
    let clock = Arc::new(AtomicU64::new(NOON));
    let mut stage = at("several_windows_roll_over_each_at_its_time", &clock).await;
    let windows = json!(["daily", "weekly", { "name": "hourly", "every": "cron", "cron": "0 * * * *" }]);
    stage.board(json!({ "id": "calendar", "windows": windows })).await;
    let viewer = Viewer::new(&[stage.at], Format::Binary, 1);
    for (view, name) in ["all", "daily", "weekly", "hourly"].iter().enumerate() {
        viewer.watch(Watch { view: view as u32, window: window(name), ..top("calendar") });
    }
    viewer.follow(9, "calendar", "p1");
    stage.viewers.push(viewer);
    for hours in [0, 1, 2, 11, 12, 13, 36, 37] {
        clock.store(NOON + hours * HOUR, Ordering::SeqCst);
        stage.play("calendar", 60, 40, 0..1_000).await;
        stage.ends_well().await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_past_period_can_be_watched_until_it_is_dropped() {
    let clock = Arc::new(AtomicU64::new(NOON));
    let mut stage = at("a_past_period_can_be_watched_until_it_is_dropped", &clock).await;
    let windows = json!([{ "name": "daily", "every": "day", "keepDays": 1 }]);
    stage.board(json!({ "id": "past", "windows": windows })).await;
    stage.play("past", 60, 60, 0..1_000).await;
    clock.store(NOON + DAY, Ordering::SeqCst);
    stage.play("past", 60, 60, 0..1_000).await;
    let past = Watch { window: window("daily"), period: Some("2026-11-21".to_owned()), ..top("past") };
    stage.viewer(past.clone());
    stage.viewer(Watch { window: window("daily"), ..top("past") });
    stage.ends_well().await;
    assert_eq!(stage.viewers[0].shows(0).unwrap().period, "2026-11-21");
    clock.store(NOON + 3 * DAY, Ordering::SeqCst);
    stage.play("past", 60, 10, 0..1_000).await;
    eventually("its view is refused", || async {
        // It is closed and dropped as time goes by, and that is noticed when the board is read, as it is when anything happens.
        clock.fetch_add(1_000, Ordering::SeqCst);
        crate::stage::submit_all(stage.at, "past", json!([{ "playerId": "p1", "score": 1 }])).await;
        !stage.viewers[0].record().refusals.is_empty()
    })
    .await;
    stage.viewers[0].watch(past);
    eventually("and again", || async { stage.viewers[0].record().refusals.len() == 2 }).await;
    drop(stage.viewers.remove(0));
    stage.ends_well().await;
    stage.stop().await;
}
