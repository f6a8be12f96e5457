use crate::{
    client::{get, is_ready, next, open, post, rows, rows_of, submit},
    harness::{LeaderPort, Program, Valkey, embedded_pid, eventually, kill, parent, runs},
};
use tempfile::TempDir;

#[tokio::test]
async fn valkey_goes_and_comes_back_empty() {
    let folder = TempDir::new().unwrap();
    let valkey = Valkey::start_in(folder.path());
    let url = valkey.url();
    let server = LeaderPort::start_on(&url, "lp:").await;
    let at = server.address;
    submit(at, "ada", 1).await;
    let mut viewer = open(at, "").await;

    kill(valkey.pid(), "-KILL");
    drop(valkey);
    eventually("not ready while Valkey is away", || async { get(at, "/readyz").await.status == 503 }).await;
    assert_eq!(get(at, "/healthz").await.status, 200);
    let refused = post(at, "/api/score", r#"{"playerId":"bob","score":2}"#).await;
    assert_eq!((refused.status.as_u16(), refused.json()["type"].as_str()), (503, Some("urn:leaderport:problem:unavailable")));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(get(at, "/").await.status, 503);

    // It comes back without its data, and without the function library: both are put there again.
    let valkey = Valkey::start_in(folder.path());
    eventually("ready again", || is_ready(at)).await;
    eventually("submissions are taken again", || async { post(at, "/api/score", r#"{"playerId":"cyd","score":3}"#).await.status == 200 })
        .await;
    // The viewer sees it without doing anything.
    while !rows_of(&next(&mut viewer).await).iter().any(|row| row.1 == "cyd") {}
    server.stop().await;
    drop(valkey);
}

#[tokio::test]
async fn the_embedded_valkey_dies_and_is_started_again_with_its_data() {
    let folder = TempDir::new().unwrap();
    let program = Program::start(folder.path()).await;
    let at = program.address;
    submit(at, "ada", 1).await;
    let kill_and_wait = async |victim: u32| {
        let pid = embedded_pid(folder.path()).unwrap();
        kill(victim, "-KILL");
        eventually("another Valkey runs", || async { embedded_pid(folder.path()).is_some_and(|now| now != pid) }).await;
        eventually("ready again", || is_ready(at)).await;
        assert!(!runs(pid), "one Valkey at a time");
    };
    kill_and_wait(embedded_pid(folder.path()).unwrap()).await;
    submit(at, "bob", 2).await;
    // The same when it is its keeper that dies.
    kill_and_wait(parent(embedded_pid(folder.path()).unwrap())).await;
    assert_eq!(rows(at).await, [(1, "bob".to_owned(), 2), (2, "ada".to_owned(), 1)]);
    assert_eq!(program.end("-TERM").await, Some(0));
}
