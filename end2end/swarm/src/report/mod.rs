//! What came of a run: the figures, as JSON and as text.
//!
//! - `figures`: computed from what was counted · `text`: for people

mod figures;
mod text;

use crate::{
    chaos::Done,
    delivery::Delivery,
    latency::Latencies,
    options::Options,
    storm::Storm,
    tally::{Received, Traffic},
    truth::Compared,
};
use anyhow::{Context, Result};
use serde::Serialize;
use std::{collections::BTreeMap, fs, path::Path};

pub use figures::{Measured, ServerUse, Window, whole_bytes};

/// What came of a run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether all was as it must be.
    pub ok: bool,
    /// How it was called, the seed included.
    pub options: Options,
    /// How long was measured.
    pub seconds: f64,
    /// What the players did.
    pub submissions: Option<Submissions>,
    /// What the viewers got.
    pub viewers: Option<Viewers>,
    /// What went wrong, as planned.
    pub chaos: Vec<Done>,
    /// The storm.
    pub storm: Option<Storm>,
    /// What the server used.
    pub server: Option<ServerUse>,
    /// Processors that this load generator kept busy: if all, it measured itself.
    pub swarm_cores: f64,
    /// Processors that were busy in all: with server, Valkey and whoever else is on this machine. If all were, times say little.
    pub machine_cores: f64,
}

/// What the players did.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Submissions {
    /// Submissions that were answered.
    pub answered: u64,
    /// Those in a second.
    pub per_second: f64,
    /// From when one was due until its receipt.
    pub submit: Latencies,
    /// Sent again, with the same id.
    pub again: u64,
    /// Never answered.
    pub unanswered: u64,
    /// Players who stand lower than a score that was acknowledged.
    pub lost_scores: usize,
    /// Why some failed, and how often.
    pub failures: BTreeMap<String, u64>,
}

/// What the viewers got.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Viewers {
    /// How many there are.
    pub count: usize,
    /// How long it took until all had their pages, in ms.
    pub opening_ms: u64,
    /// Sockets that were opened, all in all.
    pub sockets: u64,
    /// Why sockets could not be opened or used, and how they ended.
    pub troubles: BTreeMap<String, u64>,
    /// From submissions to viewers.
    pub delivery: Delivery,
    /// Messages while it was measured.
    pub received: Received,
    /// The same with the opening, and all that came after.
    pub received_in_all: Received,
    /// Sizes and rates.
    pub traffic: Rates,
    /// What was checked.
    pub checks: Checks,
}

/// Sizes and rates while it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rates {
    /// Frames in a second, all viewers together.
    pub frames_per_second: f64,
    /// Bytes in a second, for one viewer.
    pub bytes_per_viewer_second: f64,
    /// A delta, on average, in bytes.
    pub delta_bytes: f64,
    /// A snapshot of the first page as it is at the end, in bytes.
    pub snapshot_bytes: f64,
    /// The one divided by the other.
    pub delta_to_snapshot: f64,
    /// What one JSON message for each score would cost a viewer in a second, in bytes.
    pub message_bytes_per_second: f64,
    /// What the feed costs, divided by that.
    pub feed_to_messages: f64,
}

/// What was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checks {
    /// Viewers that end on another page than the server has.
    pub wrong_pages: usize,
    /// Viewers that end on another standing of the player they follow.
    pub wrong_standings: usize,
    /// Frames that did not fit what the viewer had.
    pub lost_frames: u64,
    /// States that were older than the one before.
    pub backwards: u64,
    /// What viewers showed, beside what the server said of the same version.
    #[serde(flatten)]
    pub compared: Compared,
}

impl Checks {
    /// Whether all is as it must be. Versions go back only where the store has lost data.
    pub fn pass(&self) -> bool {
        let Self { wrong_pages, wrong_standings, lost_frames, backwards, compared } = *self;
        let may_go_back = compared.rewinds > 0;
        wrong_pages == 0
            && wrong_standings == 0
            && compared.mismatched == 0
            && compared.disagreeing == 0
            && lost_frames == 0
            && (backwards == 0 || may_go_back)
    }
}

impl Rates {
    /// `seconds` with so many viewers, who would have been sent `message_bytes` each if there were a message for every score.
    pub fn new(received: Received, viewers: usize, seconds: f64, snapshot_bytes: f64, message_bytes: u64) -> Self {
        let Traffic { frames, bytes } = received.all();
        let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let bytes_per_viewer_second = ratio(bytes as f64, seconds * viewers as f64);
        let message_bytes_per_second = ratio(message_bytes as f64, seconds);
        Self {
            frames_per_second: ratio(frames as f64, seconds),
            bytes_per_viewer_second,
            delta_bytes: received.delta.mean(),
            snapshot_bytes,
            delta_to_snapshot: ratio(received.delta.mean(), snapshot_bytes),
            message_bytes_per_second,
            feed_to_messages: ratio(bytes_per_viewer_second, message_bytes_per_second),
        }
    }
}

impl Report {
    /// Whether all is as it must be. Acknowledged scores go only where the store has lost data.
    pub fn pass(&self) -> bool {
        let checks = self.viewers.as_ref().map(|viewers| viewers.checks).unwrap_or_default();
        let lost = self.submissions.as_ref().map_or(0, |submissions| submissions.lost_scores);
        let missing = self.storm.as_ref().map_or(0, |storm| storm.missing);
        checks.pass() && missing == 0 && (lost == 0 || checks.compared.rewinds > 0)
    }

    /// Writes it where it is wanted.
    #[allow(clippy::print_stdout, reason = "it is what the program is for")]
    pub fn write(&self) -> Result<()> {
        let json = || serde_json::to_string_pretty(self);
        match self.options.json.as_deref() {
            Some(path) if path == Path::new("-") => println!("{}", json()?),
            path => {
                print!("{self}");
                if let Some(path) = path {
                    fs::write(path, json()? + "\n").with_context(|| format!("{} can't be written", path.display()))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_per_viewer_and_second() {
        let received =
            Received { delta: Traffic { frames: 400, bytes: 40_000 }, me: Traffic { frames: 20, bytes: 2_000 }, ..Received::default() };
        let rates = Rates::new(received, 10, 2.0, 1_000.0, 84_000);
        assert_eq!(
            rates,
            Rates {
                frames_per_second: 210.0,
                bytes_per_viewer_second: 2_100.0,
                delta_bytes: 100.0,
                snapshot_bytes: 1_000.0,
                delta_to_snapshot: 0.1,
                message_bytes_per_second: 42_000.0,
                feed_to_messages: 0.05,
            }
        );
    }

    #[test]
    fn nothing_makes_no_nonsense() {
        let rates = Rates::new(Received::default(), 0, 0.0, 0.0, 0);
        let all = [rates.frames_per_second, rates.bytes_per_viewer_second, rates.delta_to_snapshot, rates.feed_to_messages];
        assert!(all.iter().all(|rate| *rate == 0.0));
    }

    #[test]
    fn versions_go_back_only_with_lost_data() {
        let pass = |checks: Checks| checks.pass();
        assert!(pass(Checks::default()));
        assert!(!pass(Checks { backwards: 1, ..Checks::default() }));
        assert!(pass(Checks { backwards: 1, compared: Compared { rewinds: 1, ..Compared::default() }, ..Checks::default() }));
        assert!(!pass(Checks { compared: Compared { mismatched: 1, ..Compared::default() }, ..Checks::default() }));
        assert!(!pass(Checks { lost_frames: 1, ..Checks::default() }));
        assert!(!pass(Checks { wrong_pages: 1, ..Checks::default() }));
    }
}
