//! The log: with it everything that was done can be undone, one record after the other, back to the empty board.

use crate::valkey::{Place, create};
use app::model::{BoardId, Limit, PlayerId, Rules, RulesChange, Score, Submission};
use server::{
    boards::{
        Boards,
        caller::Caller,
        change::{EntryChange, Removal},
        read::{Period, Which},
    },
    valkey::{
        functions::{
            Entry, Scope, Store,
            log::{Act, Asked, Before, Record},
            read::{Select, Sight},
        },
        keys::Label,
    },
};
use std::collections::{BTreeMap, HashMap};

const NOW: u64 = 1_790_000_000_000;
const DAY: u64 = 24 * 60 * 60 * 1000;

fn rules(json: &str) -> RulesChange {
    serde_json::from_str(json).unwrap()
}

fn player(n: u64) -> PlayerId {
    PlayerId::parse(&format!("p{n}")).unwrap()
}

fn score(n: i64) -> Score {
    Score::new(n, 0).unwrap()
}

/// Submissions to three windows, changes between them, over some days.
async fn play(boards: &Boards, board: &BoardId, place: &Place) {
    for step in 0..300_u64 {
        let n = step * 7919 % 101;
        match step % 10 {
            3 => {
                let change = EntryChange { add: Some(score(n as i64)), ..EntryChange::default() };
                boards.change_entry(Caller::Admin, board, None, player(n % 12), change).await.unwrap();
            }
            6 if step % 30 == 6 => drop(boards.remove(Caller::Admin, board, None, Removal::AllBut(9)).await.unwrap()),
            7 => drop(boards.remove(Caller::Admin, board, None, Removal::Players(vec![player(n % 12), player(n % 5)])).await.unwrap()),
            8 => {
                place.hands.set(place.hands.now_ms() + DAY / 5);
                boards.close_due(board).await.unwrap();
            }
            _ => {
                let bulk = (0..n % 9 + 1).map(|i| {
                    let at = (i % 3 == 1).then(|| place.hands.now_ms() - i * DAY / 4);
                    let tiebreaks = vec![(n % 4) as i64];
                    Ok(Submission { at, tiebreaks, ..Submission::new(player((n + i) % 12), score((n * i % 17) as i64)) })
                });
                boards.submit_all(Caller::Admin, board, bulk.collect()).await.unwrap();
            }
        }
    }
}

/// The entries of a period, as they are stored.
async fn entries(store: &Store, scope: &Scope, label: &Label) -> HashMap<PlayerId, Entry> {
    let rows = store.rows(scope, label, &Select::Rank(0), Sight::Others, 1_000, true).await.unwrap().unwrap();
    rows.rows.into_iter().map(|row| (row.player, row.entry.unwrap())).collect()
}

async fn read_log(store: &Store, scope: &Scope) -> Vec<Record> {
    let mut all: Vec<Record> = Vec::new();
    loop {
        let next = store.log(scope, all.last().map_or(0, |record| record.version), 50).await.unwrap();
        if next.is_empty() {
            return all;
        }
        all.extend(next);
    }
}

#[tokio::test]
async fn everything_can_be_undone_from_it() {
    for (id, keep) in [("best", "best"), ("sum", "sum"), ("last", "last")] {
        let place = Place::new(NOW);
        let boards = place.open().await;
        let json = format!(
            r#"{{"keep":"{keep}","tiebreaks":[{{"name":"t"}}],"windows":[{{"name":"daily","every":"day","lateSeconds":30000}},"weekly"]}}"#
        );
        let board = create(&boards, id, rules(&json)).await;
        play(&boards, &board, &place).await;

        let store = place.store().await;
        let stored = store.board(&board).await.unwrap().unwrap();
        let scope = Scope::new(board.clone(), &stored.rules, stored.revision);
        let log = read_log(&store, &scope).await;
        assert_eq!(
            log.iter().map(|record| record.version).collect::<Vec<_>>(),
            (1..=stored.version).collect::<Vec<_>>(),
            "one each, in order"
        );
        assert!(log.iter().any(|record| matches!(record.act, Act::Closed(_))), "periods were closed");

        let mut now: BTreeMap<Label, HashMap<PlayerId, Entry>> = BTreeMap::new();
        now.insert(Label::all(), entries(&store, &scope, &Label::all()).await);
        for (label, _) in store.periods(&board).await.unwrap().periods {
            now.insert(label.clone(), entries(&store, &scope, &label).await);
        }
        for record in log.iter().rev() {
            let before: &[Before] = match &record.act {
                Act::Submitted { before, sent } => {
                    assert!(before.iter().all(|before| before.player == sent.player));
                    before
                }
                Act::Changed { before, .. } => before,
                Act::Moderated { .. } | Act::Closed(_) | Act::Shown | Act::Edited { .. } | Act::Frozen(_) => &[],
            };
            for Before { label, player, entry } in before {
                let period = now.get_mut(label).unwrap();
                match entry {
                    Some(entry) => drop(period.insert(player.clone(), entry.clone())),
                    None => assert!(period.remove(player).is_some(), "{record:?}"),
                }
            }
        }
        assert!(now.values().all(HashMap::is_empty), "{now:?}");
    }
}

#[tokio::test]
async fn it_says_what_was_sent_and_edited_and_reset() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let board = create(&boards, "said", rules(r#"{"direction":"desc"}"#)).await;
    let sent: app::model::SubmissionId = app::model::SubmissionId::parse("run-1").unwrap();
    let submission = Submission { id: Some(sent.clone()), at: Some(NOW - 5_000), ..Submission::new(player(1), score(7)) };
    boards.submit(Caller::Admin, &board, submission).await.unwrap();
    boards.edit(Caller::Admin, &board, rules(r#"{"title":"New"}"#)).await.unwrap();
    boards.remove(Caller::Admin, &board, None, Removal::All).await.unwrap();
    let store = place.store().await;
    let scope = Scope::new(board.clone(), &Rules::default(), String::new());
    let log = read_log(&store, &scope).await;
    let Act::Submitted { sent: said, .. } = &log[0].act else { panic!("{log:?}") };
    assert_eq!((said.id.as_ref(), said.key, said.at_ms, said.metadata.as_deref()), (Some(&sent), -7, Some(NOW - 5_000), None));
    assert!(
        matches!(&log[1].act, Act::Edited { rules, before: Some(before) } if rules.title == "New" && before.title == "said"),
        "{log:?}"
    );
    let Act::Changed { asked, aside, .. } = &log[2].act else { panic!("{log:?}") };
    assert_eq!(**asked, Asked::Reset);
    // What was set aside is there, for a week.
    assert_eq!(entries(&store, &scope, &aside[0].clone()).await.len(), 1);
    place.hands.set(NOW + 8 * DAY);
    boards.close_due(&board).await.unwrap();
    assert_eq!(entries(&store, &scope, &aside[0].clone()).await.len(), 0);
}

#[tokio::test]
async fn it_is_kept_as_long_as_the_rules_say() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let board = create(&boards, "short", rules(r#"{"log":{"count":300,"days":2}}"#)).await;
    let store = place.store().await;
    let scope = Scope::new(board.clone(), &Rules::default(), String::new());
    for n in 0..1_000 {
        boards.submit(Caller::Admin, &board, Submission::new(player(n), score(1))).await.unwrap();
    }
    let log = read_log(&store, &scope).await;
    // Whole nodes of the stream go, of a hundred records each.
    assert!((300..=401).contains(&log.len()), "{}", log.len());
    assert_eq!(log.last().unwrap().version, 1_000);
    place.hands.set(NOW + DAY);
    for n in 0..200 {
        boards.submit(Caller::Admin, &board, Submission::new(player(n), score(2))).await.unwrap();
    }
    assert_eq!(boards.trim_log(&board).await.unwrap(), 0, "a day old");
    place.hands.set(NOW + 2 * DAY + 1);
    assert!(boards.trim_log(&board).await.unwrap() > 0);
    let log = read_log(&store, &scope).await;
    assert!((200..=300).contains(&log.len()), "{}", log.len());
    assert_eq!(log.last().unwrap().version, 1_200);
    // Without its log a board is what it was.
    let top = boards.entries(Caller::Admin, &board, &Period::default(), &Which::From(1), Limit::MOST).await.unwrap();
    assert_eq!((top.moment.total, top.moment.version), (1_000, 1_200));
}
