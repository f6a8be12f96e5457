//! How Valkey does, out of what it says of itself, and what is wrong with all of it.

use app::model::status::{Backlog, Instance, JobCounts, Rates, Severity, StoreHealth, Trouble};
use std::collections::HashMap;

/// The share of its memory from which on Valkey has too little left.
const FULL: f64 = 0.9;
/// From here on submissions are slow, in ms.
const SLOW_MS: f64 = 500.0;

/// Out of Valkey's `INFO`: lines of `name:value`.
pub fn read(info: &str) -> StoreHealth {
    let said: HashMap<&str, &str> = info.lines().filter_map(|line| line.trim().split_once(':')).collect();
    let text = |name: &str| said.get(name).copied().unwrap_or_default();
    let number = |name: &str| text(name).parse::<u64>().unwrap_or(0);
    let is_well = |name: &str| matches!(text(name), "" | "ok");
    StoreHealth {
        version: [text("valkey_version"), text("redis_version")]
            .into_iter()
            .find(|version| !version.is_empty())
            .unwrap_or_default()
            .to_owned(),
        library: String::new(),
        uptime_seconds: number("uptime_in_seconds"),
        memory: number("used_memory"),
        max_memory: number("maxmemory"),
        eviction: text("maxmemory_policy").to_owned(),
        commands: text("instantaneous_ops_per_sec").parse().unwrap_or(0.0),
        clients: number("connected_clients"),
        role: if text("role") == "slave" { "replica" } else { "primary" }.to_owned(),
        replicas: number("connected_slaves"),
        is_cluster: text("cluster_enabled") == "1",
        has_append_file: text("aof_enabled") == "1",
        is_written: is_well("aof_last_write_status") && is_well("rdb_last_bgsave_status") && is_well("aof_last_bgrewrite_status"),
        snapshot_at: number("rdb_last_save_time") * 1_000,
        slow: Vec::new(),
    }
}

/// What is wrong, the worst first.
pub fn troubles(store: &StoreHealth, rates: &Rates, instances: &[Instance], webhooks: &Backlog, jobs: &JobCounts) -> Vec<Trouble> {
    let mut found = Vec::new();
    let mut find = |is_so: bool, severity: Severity, what: String, what_to_do: &str| {
        if is_so {
            found.push(Trouble { severity, what, what_to_do: what_to_do.to_owned() });
        }
    };
    let share = store.memory as f64 / store.max_memory.max(1) as f64;
    find(
        !store.is_written,
        Severity::Bad,
        "Valkey could not write to its disk.".to_owned(),
        "See whether the disk is full or failing, and what Valkey's log says: until then what is counted may be lost when it ends.",
    );
    find(
        store.max_memory > 0 && share > FULL,
        Severity::Bad,
        format!("Valkey has used {:.0} % of its memory.", share * 100.0),
        "Give it more (maxmemory), keep less of boards' logs and histories, or delete boards that nobody needs.",
    );
    find(
        store.max_memory > 0 && !matches!(&*store.eviction, "noeviction" | ""),
        Severity::Bad,
        format!("Valkey drops data when its memory is full ({}).", store.eviction),
        "Set maxmemory-policy to noeviction: then it refuses writes instead of losing scores.",
    );
    find(
        store.role == "replica",
        Severity::Bad,
        "This Valkey is a replica: it takes no scores.".to_owned(),
        "Let VALKEY_URL lead to the primary, or use redis-sentinel://.",
    );
    find(
        !store.has_append_file && store.snapshot_at == 0,
        Severity::Warn,
        "Valkey keeps nothing on disk.".to_owned(),
        "Turn its append-only file on (appendonly yes): when it ends, everything since is lost.",
    );
    find(
        rates.errors > 0.0,
        Severity::Warn,
        format!("{:.1} requests a second fail.", rates.errors),
        "The log says why, each under its request's id.",
    );
    find(
        rates.submit_p99_ms.is_some_and(|ms| ms > SLOW_MS),
        Severity::Warn,
        format!("Submissions take {:.0} ms.", rates.submit_p99_ms.unwrap_or(0.0)),
        "See Valkey's slow commands below, and whether its machine, or this one, is busy.",
    );
    find(
        jobs.failed > 0,
        Severity::Warn,
        format!("{} jobs have failed.", jobs.failed),
        "The list of jobs says why; start them again once that is mended.",
    );
    find(
        webhooks.failing > 0,
        Severity::Warn,
        format!("Nothing arrives at {} webhooks; {} deliveries wait in all.", webhooks.failing, webhooks.waiting),
        "Their deliveries say why. What waits is sent again; a webhook at which nothing arrives for three days is switched off.",
    );
    let draining = instances.iter().filter(|instance| instance.draining).count();
    find(draining > 0, Severity::Warn, format!("{draining} servers are about to end."), "Their clients go to the others by themselves.");
    let versions: std::collections::BTreeSet<&str> = instances.iter().map(|instance| &*instance.version).collect();
    find(
        versions.len() > 1,
        Severity::Warn,
        "Servers of different versions run side by side.".to_owned(),
        "Fine while they are replaced one by one; then let none of the old ones stay.",
    );
    find(
        instances.iter().any(|instance| !instance.draining && !instance.library.is_empty() && instance.library != store.library),
        Severity::Warn,
        "Valkey has other functions than a server has brought.".to_owned(),
        "Fine while servers are replaced one by one: who starts last brings its own. If it stays, start a server of the newest version anew.",
    );
    found.sort_by_key(|trouble| trouble.severity);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "# Server\r\nredis_version:7.2.4\r\nvalkey_version:8.0.1\r\nuptime_in_seconds:60\r\n\
        used_memory:950\r\nmaxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\ninstantaneous_ops_per_sec:12\r\nconnected_clients:3\r\n\
        role:master\r\nconnected_slaves:1\r\naof_enabled:0\r\naof_last_write_status:ok\r\nrdb_last_bgsave_status:err\r\nrdb_last_save_time:0\r\n";

    #[test]
    fn what_valkey_says_is_read_and_judged() {
        let store = read(INFO);
        assert_eq!((&*store.version, store.memory, store.clients, &*store.role, store.replicas), ("8.0.1", 950, 3, "primary", 1));
        let rates = Rates { errors: 1.5, submit_p99_ms: Some(900.0), ..Rates::default() };
        let (webhooks, jobs) = (Backlog { webhooks: 3, failing: 1, waiting: 9 }, JobCounts { failed: 2, ..JobCounts::default() });
        let troubles = troubles(&store, &rates, &[], &webhooks, &jobs);
        assert_eq!(troubles.iter().filter(|trouble| trouble.severity == Severity::Bad).count(), 3, "{troubles:?}");
        assert_eq!(troubles.len(), 8, "{troubles:?}");
        assert!(troubles.is_sorted_by_key(|trouble| trouble.severity), "the worst first");
    }

    #[test]
    fn a_sound_store_has_no_troubles() {
        let store = read("valkey_version:8.0.1\nused_memory:10\nmaxmemory:0\nrole:master\naof_enabled:1\naof_last_write_status:ok\n");
        assert_eq!(troubles(&store, &Rates::default(), &[], &Backlog::default(), &JobCounts::default()), []);
    }

    #[test]
    fn functions_of_another_version_are_told_of() {
        let sound = StoreHealth { library: "new".to_owned(), ..read("maxmemory:0\nrole:master\naof_enabled:1\n") };
        let server = |library: &str, draining: bool| Instance {
            id: String::new(),
            version: "1".to_owned(),
            library: library.to_owned(),
            address: String::new(),
            started_at: 0,
            at: 0,
            sockets: 0,
            pages: 0,
            memory: None,
            cpu: None,
            draining,
            webhooks: Backlog::default(),
            rates: Rates::default(),
            boards: Vec::new(),
        };
        let told = |instances: &[Instance]| {
            let troubles = troubles(&sound, &Rates::default(), instances, &Backlog::default(), &JobCounts::default());
            troubles.iter().any(|trouble| trouble.what.contains("other functions"))
        };
        // A server of before does not say which it brings; one that ends is replaced.
        assert!(!told(&[server("new", false), server("", false), server("old", true)]));
        assert!(told(&[server("new", false), server("old", false)]));
    }
}
