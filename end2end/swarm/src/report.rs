use crate::{Options, player::Played, viewer::Seen};
use std::{collections::HashMap, time::Duration};

/// Prints what came of a run.
#[allow(clippy::print_stdout, reason = "it is what the program is for")]
pub fn print(options: &Options, played: &Played, viewers: &[Seen], wrong: usize, took: Duration) {
    let answered = played.answered.len();
    let submit = Latencies::new(played.answered.iter().map(|submission| submission.latency).collect());
    println!("submissions      {answered} in {:.1} s: {:.0}/s", took.as_secs_f64(), answered as f64 / took.as_secs_f64());
    println!("submit           {submit}");
    if options.viewers > 0 {
        let frames: usize = viewers.iter().map(|seen| seen.states.len()).sum();
        let bytes: usize = viewers.iter().map(|seen| seen.bytes).sum();
        let backwards: usize = viewers.iter().map(|seen| seen.backwards).sum();
        let per_second = |n: usize| n as f64 / took.as_secs_f64();
        println!("submit to viewer {}", delivery(played, viewers));
        println!(
            "frames           {frames}: {:.0}/s, {:.1} KiB a viewer and second",
            per_second(frames),
            per_second(bytes) / 1024.0 / options.viewers as f64
        );
        println!(
            "viewers          {} of {} end on the server's state, {backwards} states came out of order",
            viewers.len() - wrong,
            viewers.len()
        );
    }
    println!("errors           {}", played.failures.len());
    let mut kinds: HashMap<&str, usize> = HashMap::new();
    for failure in &played.failures {
        *kinds.entry(failure).or_default() += 1;
    }
    for (failure, times) in kinds.iter().take(10) {
        println!("                 {times} × {failure}");
    }
}

/// From when a visible submission was due until each viewer had a state that holds it.
fn delivery(played: &Played, viewers: &[Seen]) -> Latencies {
    let mut all = Vec::new();
    for seen in viewers {
        for submission in &played.answered {
            let Some(version) = submission.visible_at else { continue };
            let at = seen.states.partition_point(|(state, _)| *state < version);
            if let Some((_, when)) = seen.states.get(at) {
                all.push(when.saturating_duration_since(submission.due));
            }
        }
    }
    Latencies::new(all)
}

/// Latencies, sorted.
struct Latencies(Vec<Duration>);

impl Latencies {
    fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// The smallest latency that this part of all does not exceed (nearest rank).
    fn at(&self, part: f64) -> Duration {
        let rank = (self.0.len() as f64 * part).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return write!(f, "none");
        }
        let ms = |part| self.at(part).as_secs_f64() * 1e3;
        write!(f, "p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", ms(0.5), ms(0.99), ms(1.0))
    }
}
