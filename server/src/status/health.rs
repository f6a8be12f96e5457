//! How Valkey does, out of what it says of itself, and what is wrong with all of it.

use crate::reader;
use app::{
    i18n::{Text, Words, t},
    model::{
        Score,
        status::{Backlog, Instance, JobCounts, Rates, Severity, StoreHealth, Trouble},
    },
};
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

/// What is wrong, the worst first, in the language of whoever asks.
pub fn troubles(store: &StoreHealth, rates: &Rates, instances: &[Instance], webhooks: &Backlog, jobs: &JobCounts) -> Vec<Trouble> {
    let mut found = Vec::new();
    let mut find = |is_so: bool, severity: Severity, what: Words, what_to_do: Text| {
        if is_so {
            let [what, what_to_do] = [what, what_to_do.into()].map(|words| words.within(reader::language()));
            found.push(Trouble { severity, what, what_to_do });
        }
    };
    let share = store.memory as f64 / store.max_memory.max(1) as f64;
    find(!store.is_written, Severity::Bad, t::trouble::DISK.into(), t::trouble::DISK_DO);
    let is_full = store.max_memory > 0 && share > FULL;
    find(is_full, Severity::Bad, t::trouble::memory(rounded(share * 100.0, 0)).into(), t::trouble::MEMORY_DO);
    let drops = store.max_memory > 0 && !matches!(&*store.eviction, "noeviction" | "");
    find(drops, Severity::Bad, t::trouble::eviction(&store.eviction).into(), t::trouble::EVICTION_DO);
    find(store.role == "replica", Severity::Bad, t::trouble::REPLICA.into(), t::trouble::REPLICA_DO);
    let keeps_nothing = !store.has_append_file && store.snapshot_at == 0;
    find(keeps_nothing, Severity::Warn, t::trouble::UNKEPT.into(), t::trouble::UNKEPT_DO);
    find(rates.errors > 0.0, Severity::Warn, t::trouble::failing(rounded(rates.errors, 1)).into(), t::trouble::FAILING_DO);
    let took = rates.submit_p99_ms.unwrap_or(0.0);
    find(took > SLOW_MS, Severity::Warn, t::trouble::slow(rounded(took, 0)).into(), t::trouble::SLOW_DO);
    find(jobs.failed > 0, Severity::Warn, t::trouble::jobs(jobs.failed).into(), t::trouble::JOBS_DO);
    let nothing_arrives = t::trouble::webhooks(rounded(webhooks.waiting as f64, 0), webhooks.failing);
    find(webhooks.failing > 0, Severity::Warn, nothing_arrives.into(), t::trouble::WEBHOOKS_DO);
    let draining = instances.iter().filter(|instance| instance.draining).count() as u64;
    find(draining > 0, Severity::Warn, t::trouble::draining(draining).into(), t::trouble::DRAINING_DO);
    let versions: std::collections::BTreeSet<&str> = instances.iter().map(|instance| &*instance.version).collect();
    find(versions.len() > 1, Severity::Warn, t::trouble::VERSIONS.into(), t::trouble::VERSIONS_DO);
    let has_others =
        instances.iter().any(|instance| !instance.draining && !instance.library.is_empty() && instance.library != store.library);
    find(has_others, Severity::Warn, t::trouble::FUNCTIONS.into(), t::trouble::FUNCTIONS_DO);
    found.sort_by_key(|trouble| trouble.severity);
    found
}

/// A number with so many digits behind the point, to be said.
fn rounded(value: f64, decimals: u8) -> Score {
    Score::unbounded((value * 10_f64.powi(decimals.into())).round() as i64, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::i18n::Language;

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

    #[tokio::test]
    async fn what_is_wrong_is_said_in_the_language_of_whoever_asks() {
        let rates = Rates { errors: 1234.5, ..Rates::default() };
        let jobs = JobCounts { failed: 1, ..JobCounts::default() };
        for (language, memory, errors, failed) in [
            (Language::English, "Valkey has used 95 % of its memory.", "1,234.5", "1 job has failed."),
            (Language::German, "Valkey hat 95 % seines Speichers belegt.", "1.234,5", "1 Auftrag ist gescheitert."),
        ] {
            let told = reader::scope(language, async { troubles(&read(INFO), &rates, &[], &Backlog::default(), &jobs) }).await;
            let says = |text: &str| told.iter().any(|trouble| trouble.what.contains(text));
            assert!(says(memory) && says(errors) && says(failed), "{told:?}");
        }
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
