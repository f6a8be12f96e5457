use crate::{
    client::{admin, create_board, get, try_send},
    harness::{ADMIN_KEY, LeaderPort, PATIENCE, eventually},
    truth::Truth,
    viewer::{Viewer, top},
};
use app::{
    model::{Country, Face, PlayerId, Score, WindowName},
    protocol::{PageKey, Row, Seen},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    net::SocketAddr,
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// Says how to play a scenario again when it fails.
pub struct Seed {
    name: &'static str,
    base: u64,
}

impl Seed {
    /// The seed of a scenario.
    pub fn of(name: &'static str) -> Self {
        let base = std::env::var("STRESS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
        Self { name, base }
    }

    pub fn random(&self) -> StdRng {
        let mut hasher = DefaultHasher::new();
        (self.name, self.base).hash(&mut hasher);
        StdRng::seed_from_u64(hasher.finish())
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("again: STRESS_SEED={} cargo test -p server --test stress {}", self.base, self.name);
        }
    }
}

/// A server, players and viewers.
pub struct Stage {
    pub at: SocketAddr,
    pub random: StdRng,
    pub viewers: Vec<Viewer>,
    pub server: Option<LeaderPort>,
    _seed: Seed,
}

impl Stage {
    /// A server of its own on the Valkey that all share.
    pub async fn new(name: &'static str) -> Self {
        Self::on(name, LeaderPort::start().await)
    }

    pub fn on(name: &'static str, server: LeaderPort) -> Self {
        let seed = Seed::of(name);
        Self { at: server.address, random: seed.random(), viewers: Vec::new(), server: Some(server), _seed: seed }
    }

    /// A server that is run elsewhere.
    pub fn at(name: &'static str, at: SocketAddr) -> Self {
        let seed = Seed::of(name);
        Self { at, random: seed.random(), viewers: Vec::new(), server: None, _seed: seed }
    }

    /// A board that takes scores from everybody.
    pub async fn board(&self, rules: Value) {
        let mut all = json!({ "submitters": "players" });
        all.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        create_board(self.at, all).await;
    }

    /// One more viewer.
    pub fn viewer(&mut self, wanted: app::protocol::Watch) -> &Viewer {
        let seed = self.random.random();
        self.viewers.push(Viewer::watching(&[self.at], wanted, seed));
        self.viewers.last().unwrap()
    }

    /// Some viewers of a board's first page.
    pub fn viewers_of_the_top(&mut self, board: &str, number: usize) {
        for _ in 0..number {
            self.viewer(top(board));
        }
    }

    /// So many submissions of so many players, a few in a call; scores within `range`.
    pub async fn play(&mut self, board: &str, players: u32, submissions: usize, range: std::ops::Range<i64>) {
        let mut left = submissions;
        while left > 0 {
            let some = self.random.random_range(1..=left.min(8));
            let one = |random: &mut StdRng| json!({ "playerId": format!("p{}", random.random_range(0..players)), "score": random.random_range(range.clone()) });
            let scores: Vec<Value> = (0..some).map(|_| one(&mut self.random)).collect();
            submit_all(self.at, board, json!(scores)).await;
            left -= some;
        }
    }

    /// Waits until all viewers show what the server says, and checks what they saw on the way.
    pub async fn ends_well(&self) {
        self.all_exact().await;
        for viewer in &self.viewers {
            checks_out(viewer);
        }
    }

    /// Waits until all viewers show what the server says.
    pub async fn all_exact(&self) {
        for (number, viewer) in self.viewers.iter().enumerate() {
            is_exact(self.at, viewer, number).await;
        }
    }

    /// Stops the server, and expects that it stops well.
    pub async fn stop(mut self) {
        self.viewers.clear();
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// The truth about a board.
    pub fn truth(&self, board: &str) -> Truth {
        Truth::of(self.at, board)
    }

    /// Some time that is drawn.
    pub async fn breathe(&mut self, most_ms: u64) {
        sleep(Duration::from_millis(self.random.random_range(0..=most_ms))).await;
    }
}

/// Sends submissions in one call, with the key, and expects that all are counted.
pub async fn submit_all(at: SocketAddr, board: &str, scores: Value) {
    let answer = admin(at, "POST", &format!("/api/boards/{board}/scores"), scores.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let outcomes = answer.json();
    assert!(outcomes.as_array().unwrap().iter().all(|outcome| outcome["accepted"] == true), "{outcomes}");
}

/// What a viewer must never see.
pub fn checks_out(viewer: &Viewer) {
    let record = viewer.record();
    assert_eq!((record.lost, record.backwards), (0, 0), "frames that did not fit, versions that went back");
}

/// Waits until a viewer shows on every page of its views what the server says.
pub async fn is_exact(at: SocketAddr, viewer: &Viewer, number: usize) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let keys = keys(viewer);
        let mut wrong = Vec::new();
        for key in &keys {
            let said = page(at, key).await;
            let shown = viewer.record().mirror.page(key).cloned();
            if shown.as_ref().map(|seen| (seen.total, &seen.rows)) != said.as_ref().map(|seen| (seen.total, &seen.rows)) {
                wrong.push((shown, said));
            }
        }
        if wrong.is_empty() && !keys.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "viewer {number} does not show what the server says: {wrong:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn keys(viewer: &Viewer) -> Vec<PageKey> {
    let record = viewer.record();
    (0..32).flat_map(|view| record.mirror.keys(view)).collect()
}

#[derive(Deserialize)]
struct Said {
    period: String,
    version: u64,
    total: u64,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    rank: u64,
    player_id: String,
    name: String,
    country: Option<Country>,
    avatar: Option<String>,
    score: Score,
    #[serde(default)]
    tiebreaks: HashMap<String, i64>,
}

/// A page as `GET` says it; none if there is no such one.
pub async fn page(at: SocketAddr, key: &PageKey) -> Option<Seen> {
    let period = key.period.as_ref().map(|period| format!("&period={period}")).unwrap_or_default();
    let path = format!("/api/boards/{}/entries?window={}{period}&from={}&limit=50", key.board, key.window, key.from);
    let header = format!("Bearer {ADMIN_KEY}");
    let ask =
        async |path: &str| try_send(at, "GET", path, &[("authorization", &header)], "").await.ok().filter(|answer| answer.status == 200);
    let said: Said = serde_json::from_slice(&ask(&path).await?.body).unwrap();
    // By name there, in the rules' order here.
    let rules = if said.entries.iter().any(|entry| !entry.tiebreaks.is_empty()) {
        ask(&format!("/api/boards/{}", key.board)).await?.json()
    } else {
        Value::Null
    };
    let names: Vec<&str> = rules["tiebreaks"].as_array().into_iter().flatten().filter_map(|column| column["name"].as_str()).collect();
    let row = |entry: Entry| Row {
        rank: entry.rank,
        player_id: PlayerId::stored(&entry.player_id),
        face: Face { name: entry.name, country: entry.country, avatar: entry.avatar },
        score: entry.score,
        tiebreaks: names.iter().map(|name| entry.tiebreaks[*name]).collect(),
    };
    let rows = said.entries.into_iter().map(row).collect();
    Some(Seen { period: said.period, version: said.version, digest: Default::default(), total: said.total, rows })
}

/// Waits until a followed player's standing is what `GET` says.
pub async fn stands_right(at: SocketAddr, viewer: &Viewer, board: &str, player: &str) {
    eventually("the standing is right", || async {
        let answer = get(at, &format!("/api/boards/{board}/entries/{player}")).await;
        let shown = viewer.record().standings.get(player).cloned();
        let Some(me) = shown else { return false };
        match (answer.status.as_u16(), me.standing) {
            (404, None) => true,
            (200, Some(standing)) => {
                let entry = answer.json();
                let said = json!([entry["rank"], entry["score"], entry["ahead"]]);
                said == json!([standing.rank, standing.score, standing.ahead])
            }
            _ => false,
        }
    })
    .await;
}

/// The window `name`.
pub fn window(name: &str) -> WindowName {
    WindowName::parse(name).unwrap()
}

/// A figure of the server's.
pub async fn metric(at: SocketAddr, name: &str) -> f64 {
    let text = get(at, "/metrics").await.text();
    let line = text.lines().find(|line| line.split([' ', '{']).next() == Some(name));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
}
