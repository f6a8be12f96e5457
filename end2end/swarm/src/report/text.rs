use super::{Report, ServerUse, Submissions, Viewers};
use crate::{options::Options, tally::Traffic};
use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(submissions) = &self.submissions {
            submissions.print(f, self.seconds)?;
        }
        if let Some(viewers) = &self.viewers {
            viewers.print(f, &self.options)?;
        }
        for done in &self.chaos {
            let away = done.away_ms.map(|ms| format!(", away for {:.2} s", ms as f64 / 1e3)).unwrap_or_default();
            line(f, "chaos", format!("{:>7.2} s: {}{away}", done.event.at_ms as f64 / 1e3, done.event.what))?;
        }
        if let Some(storm) = &self.storm {
            line(f, "storm", format!("{} back: {}; {} missing", storm.back.count(), storm.back, storm.missing))?;
        }
        if let Some(server) = &self.server {
            server.print(f)?;
        }
        line(f, "load generator", format!("{:.2} cores busy; the whole machine: {:.2}", self.swarm_cores, self.machine_cores))?;
        line(f, "verdict", if self.ok { "all as it must be".to_owned() } else { "WRONG".to_owned() })
    }
}

fn line(f: &mut Formatter<'_>, what: &str, figures: String) -> fmt::Result {
    writeln!(f, "{what:<17}{figures}")
}

/// The most frequent ones first.
fn list(f: &mut Formatter<'_>, counts: &BTreeMap<String, u64>) -> fmt::Result {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    counts.into_iter().take(10).try_for_each(|(what, times)| line(f, "", format!("{times} × {what}")))
}

impl Submissions {
    fn print(&self, f: &mut Formatter<'_>, seconds: f64) -> fmt::Result {
        line(f, "submissions", format!("{} in {seconds:.1} s: {:.0}/s", self.answered, self.per_second))?;
        line(f, "submit", self.submit.to_string())?;
        let Self { again, unanswered, lost_scores, failures, .. } = self;
        let errors: u64 = failures.values().sum();
        line(f, "errors", format!("{errors}; {again} sent again, {unanswered} never answered, {lost_scores} acknowledged scores lost"))?;
        list(f, failures)
    }
}

impl Viewers {
    fn print(&self, f: &mut Formatter<'_>, options: &Options) -> fmt::Result {
        self.print_traffic(f)?;
        let (checks, compared) = (&self.checks, &self.checks.compared);
        let right = self.count - checks.wrong_pages;
        line(f, "viewers", format!("{right} of {} end on the server's state, {} states came out of order", self.count, checks.backwards))?;
        if options.follow {
            line(f, "", format!("{} of {} end on the server's standing", self.count - checks.wrong_standings, self.count))?;
        }
        let states = format!("{} of {} states that were shown", compared.versions_compared, compared.states_shown);
        line(
            f,
            "checked",
            format!("{states} were asked for at the same version: {} views, {} wrong", compared.views_compared, compared.mismatched),
        )?;
        let lost = format!("{} frames did not fit", checks.lost_frames);
        line(f, "", format!("{} views unlike others', {lost}, data lost {} times", compared.disagreeing, compared.rewinds))?;
        line(f, "sockets", format!("{} opened; all had their page after {:.2} s", self.sockets, self.opening_ms as f64 / 1e3))?;
        list(f, &self.troubles)
    }

    fn print_traffic(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let rates = &self.traffic;
        if self.delivery.from_due.count() > 0 {
            line(f, "submit to viewer", format!("{} (of {} viewers)", self.delivery.from_due, self.delivery.viewers))?;
            line(f, "after receipt", format!("{}, where the frame came after it", self.delivery.from_receipt))?;
        }
        line(f, "frames", format!("{}: {:.0}/s", self.received.all().frames, rates.frames_per_second))?;
        let kinds = [
            ("snapshot", self.received.snapshot),
            ("delta", self.received.delta),
            ("whole", self.received.whole),
            ("me", self.received.me),
            ("other", self.received.other),
        ];
        let kind = |(name, traffic): &(&str, Traffic)| format!("{} {name} of {:.0} B", traffic.frames, traffic.mean());
        let kinds: Vec<String> = kinds.iter().filter(|(_, traffic)| traffic.frames > 0).map(kind).collect();
        if !kinds.is_empty() {
            line(f, "", kinds.join(", "))?;
        }
        line(
            f,
            "bytes",
            format!(
                "{:.0} a viewer and second; a message for each score: {:.0}; {:.4} of it",
                rates.bytes_per_viewer_second, rates.message_bytes_per_second, rates.feed_to_messages
            ),
        )?;
        line(f, "", format!("a delta is {:.3} of the page sent whole ({:.0} B)", rates.delta_to_snapshot, rates.snapshot_bytes))
    }
}

impl ServerUse {
    fn print(&self, f: &mut Formatter<'_>) -> fmt::Result {
        line(f, "server", format!("{:.2} cores busy, {:.0} frames a second and core", self.cores, self.frames_per_core_second))?;
        let [before, with, most] =
            [self.bytes_before, self.bytes_with_viewers, self.bytes_most].map(|bytes| bytes as f64 / 1024.0 / 1024.0);
        let socket = self.bytes_per_socket / 1024.0;
        line(f, "", format!("{before:.1} MiB without viewers, {with:.1} with: {socket:.1} KiB a socket; {most:.1} at most"))?;
        let Some(counted) = self.counted else { return Ok(()) };
        let pages = format!("{} pages watched, {} read", counted.pages, counted.page_reads);
        line(f, "it says", format!("{} sockets, {pages}, {} frames, {} bytes", counted.sockets, counted.frames, counted.bytes))
    }
}
