//! What the server counts itself, by its Prometheus page.

use crate::{http::Connection, options::Options};
use serde::Serialize;
use std::collections::HashMap;

const PREFIX: &str = "leaderport_live_";

/// Some of the server's counters. Several servers are not added up: it is the first one's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Live sockets that are open.
    pub sockets: f64,
    /// Pages that are watched.
    pub pages: f64,
    /// Pages read from Valkey.
    pub page_reads: f64,
    /// Messages written to live sockets.
    pub frames: f64,
    /// Their bytes.
    pub bytes: f64,
}

impl Counters {
    /// As they are now; `None` if the server does not say.
    pub async fn now(options: &Options) -> Option<Self> {
        let page = async { Connection::open(options.server(0)).await?.get("/metrics").await };
        Some(Self::read(&String::from_utf8_lossy(&page.await.ok()?)))
    }

    fn read(page: &str) -> Self {
        let mut sums: HashMap<&str, f64> = HashMap::new();
        for line in page.lines() {
            let Some((series, value)) = line.strip_prefix(PREFIX).and_then(|line| line.rsplit_once(' ')) else { continue };
            let name = series.split('{').next().unwrap_or(series);
            *sums.entry(name).or_default() += value.parse().unwrap_or(0.0);
        }
        let sum = |name| sums.get(name).copied().unwrap_or(0.0);
        Self {
            sockets: sum("sockets"),
            pages: sum("pages"),
            page_reads: sum("page_reads_total"),
            frames: sum("frames_total"),
            bytes: sum("bytes_total"),
        }
    }

    /// What was counted since an earlier moment; what is open is as it is now. `None` if the server has begun anew meanwhile.
    pub fn since(self, earlier: Self) -> Option<Self> {
        let Self { page_reads, frames, bytes, .. } = earlier;
        let since = Self { page_reads: self.page_reads - page_reads, frames: self.frames - frames, bytes: self.bytes - bytes, ..self };
        (since.page_reads >= 0.0 && since.frames >= 0.0).then_some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_matters() {
        let page = "# TYPE leaderport_live_frames_total counter\nleaderport_live_frames_total{kind=\"delta\"} 7\n\
            leaderport_live_frames_total{kind=\"me\"} 3\n\nleaderport_live_sockets 2\nleaderport_submissions_total{outcome=\"kept\"} 9\n";
        let counters = Counters::read(page);
        assert_eq!(counters, Counters { frames: 10.0, sockets: 2.0, ..Counters::default() });
        assert_eq!(
            counters.since(Counters { frames: 4.0, sockets: 8.0, ..counters }).map(|since| (since.frames, since.sockets)),
            Some((6.0, 2.0))
        );
        assert_eq!(counters.since(Counters { frames: 11.0, ..counters }), None);
    }
}
