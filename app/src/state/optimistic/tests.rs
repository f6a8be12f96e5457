use super::*;
use crate::{
    error::Field,
    model::{Face, WindowReceipt},
};
use proptest::prelude::*;

mod network;

fn player(name: &str) -> PlayerId {
    PlayerId::parse(name).unwrap()
}

fn score(units: i64) -> Score {
    Score::new(units, 0).unwrap()
}

/// Scores that were sent and not answered yet, by player.
fn waiting(sent: &[(String, i64)]) -> Optimistic {
    let mut optimistic = Optimistic::new(WindowName::all(), 0);
    for (at, (name, units)) in sent.iter().enumerate() {
        optimistic.sent(at.to_string(), player(name), score(*units), Some(3));
    }
    optimistic
}

fn sent(name: &str, units: i64) -> (String, i64) {
    (name.to_owned(), units)
}

fn page(rows: &[(String, i64)]) -> Vec<Row> {
    page_from(1, rows)
}

fn page_from(first_place: u64, rows: &[(String, i64)]) -> Vec<Row> {
    let rows = rows.iter().zip(first_place..).map(|((name, units), rank)| Row {
        rank,
        player_id: player(name),
        face: Face::named(name),
        score: score(*units),
        tiebreaks: Vec::new(),
    });
    rows.collect()
}

fn receipt(version: u64, units: i64, rank: u64) -> Result<Receipt, AppError> {
    Ok(Receipt {
        improved: true,
        before: None,
        after: Standing { score: score(units), rank },
        total: 100,
        percentile: 100.0,
        ahead: None,
        version,
        replayed: false,
        windows: Vec::new(),
    })
}

fn refused() -> Result<Receipt, AppError> {
    Err(AppError::invalid(Field::Score, "no"))
}

/// Rows as player, rank and score.
fn brief(rows: Vec<ShownRow>) -> Vec<(String, u64, i64)> {
    rows.into_iter().map(|row| (row.player, row.rank, row.score.units())).collect()
}

fn row(name: &str, rank: u64, units: i64) -> (String, u64, i64) {
    (name.to_owned(), rank, units)
}

/// A naive board: every player's best, sorted by score, then by who reached it first.
fn naive(history: &[(String, i64)], direction: Direction) -> Vec<(String, i64)> {
    let better = |a: i64, b: i64| if direction == Direction::Desc { a > b } else { a < b };
    let mut best: Vec<(String, i64, usize)> = Vec::new();
    for (at, (player, score)) in history.iter().enumerate() {
        match best.iter_mut().find(|(known, ..)| known == player) {
            Some(entry) if better(*score, entry.1) => (entry.1, entry.2) = (*score, at),
            Some(_) => {}
            None => best.push((player.clone(), *score, at)),
        }
    }
    best.sort_by_key(|(_, score, at)| (if direction == Direction::Desc { -score } else { *score }, *at));
    best.into_iter().map(|(player, score, _)| (player, score)).collect()
}

fn history(max: usize) -> impl Strategy<Value = Vec<(String, i64)>> {
    prop::collection::vec(("[a-f]", -5_i64..5), 0..max)
}

proptest! {
    #[test]
    fn shows_what_the_server_will_show(counted in history(20), sent in history(8), desc: bool) {
        let direction = if desc { Direction::Desc } else { Direction::Asc };
        let rules = BoardFacts { direction, ..BoardFacts::default() };
        let shown = waiting(&sent).shown(&page(&naive(&counted, direction)), 1, &rules, 100);
        prop_assert!(shown.iter().zip(1..).all(|(row, rank)| row.rank == rank));
        prop_assert!(shown.iter().all(|row| row.pending == sent.iter().any(|(name, _)| *name == row.player)));
        let all: Vec<_> = counted.into_iter().chain(sent).collect();
        prop_assert_eq!(shown.iter().map(|row| (row.player.clone(), row.score.units())).collect::<Vec<_>>(), naive(&all, direction));
    }
}

#[test]
fn keeps_to_the_page() {
    let counted: Vec<_> = (0..50).map(|n| (format!("p{n}"), 1000 - n)).collect();
    let shown = waiting(&[sent("me", 1)]).shown(&page(&counted), 1, &BoardFacts::default(), 50);
    assert_eq!(shown.len(), 50);
    assert!(shown.iter().all(|row| row.player != "me"));
}

#[test]
fn follows_the_rules() {
    let shown = |rules: &BoardFacts, pending: &[(String, i64)]| {
        brief(waiting(pending).shown(&page(&[sent("a", 9), sent("b", 5), sent("c", 5)]), 1, rules, 50))
    };
    let sum = BoardFacts { keep: Keep::Sum, rank_mode: RankMode::Competition, ..BoardFacts::default() };
    assert_eq!(shown(&sum, &[sent("b", 4)]), [row("a", 1, 9), row("b", 1, 9), row("c", 3, 5)]);
    let last = BoardFacts { keep: Keep::Last, tie_order: TieOrder::Last, rank_mode: RankMode::Modified, ..BoardFacts::default() };
    assert_eq!(shown(&last, &[sent("a", 5)]), [row("a", 3, 5), row("b", 3, 5), row("c", 3, 5)]);
    let first = BoardFacts { keep: Keep::First, rank_mode: RankMode::Dense, ..BoardFacts::default() };
    assert_eq!(shown(&first, &[sent("a", 20)]), [row("a", 1, 9), row("b", 2, 5), row("c", 2, 5)]);
}

#[test]
fn a_row_that_moves_stays_who_it_is() {
    let mut rows = page(&[sent("a", 9), sent("b", 5)]);
    rows[1].face.name = "Bob".to_owned();
    let shown = waiting(&[sent("b", 10)]).shown(&rows, 1, &BoardFacts::default(), 50);
    assert_eq!((shown[0].face.name.as_str(), shown[0].rank, shown[0].pending), ("Bob", 1, true));
}

#[test]
fn a_refused_score_is_as_if_it_had_not_been_sent() {
    let (rows, rules) = (page(&[sent("a", 9), sent("b", 5)]), BoardFacts::default());
    let mut optimistic = waiting(&[sent("b", 10), sent("b", 7)]);
    assert!(optimistic.settled("0", &refused()));
    assert_eq!(brief(optimistic.shown(&rows, 1, &rules, 50)), [row("a", 1, 9), row("b", 2, 7)]);
    assert!(optimistic.settled("1", &refused()));
    assert_eq!(optimistic.shown(&rows, 1, &rules, 50), rows.iter().map(ShownRow::from).collect::<Vec<_>>());
    assert!(!optimistic.settled("1", &receipt(9, 7, 1)), "a second answer is no news");
}

#[test]
fn what_is_confirmed_stays_until_a_page_has_it() {
    let (old, rules) = (page(&[sent("a", 9), sent("b", 5)]), BoardFacts::default());
    let mut optimistic = waiting(&[sent("b", 10)]);
    assert!(optimistic.page(3, false));
    assert!(optimistic.settled("0", &receipt(8, 10, 1)));
    let shown = optimistic.shown(&old, 1, &rules, 50);
    assert!(!shown[0].pending);
    assert_eq!(brief(shown), [row("b", 1, 10), row("a", 2, 9)]);
    assert!(optimistic.page(7, false));
    assert_eq!(brief(optimistic.shown(&old, 1, &rules, 50)), [row("b", 1, 10), row("a", 2, 9)]);
    // From then on the page knows best: somebody may have taken the score away.
    assert!(optimistic.page(8, false));
    assert_eq!(brief(optimistic.shown(&old, 1, &rules, 50)), [row("a", 1, 9), row("b", 2, 5)]);
    assert!(!optimistic.page(7, false), "an older page came late");
}

#[test]
fn a_late_receipt_changes_nothing() {
    let rows = page(&[sent("a", 9), sent("b", 5)]);
    for keep in [Keep::Best, Keep::Last, Keep::Sum] {
        let rules = BoardFacts { keep, ..BoardFacts::default() };
        let mut optimistic = waiting(&[sent("b", 6), sent("b", 8)]);
        assert!(optimistic.settled("1", &receipt(12, 8, 2)));
        if keep == Keep::Last {
            assert_eq!(brief(optimistic.shown(&rows, 1, &rules, 50)), [row("a", 1, 9), row("b", 2, 8)]);
        }
        assert!(optimistic.settled("0", &receipt(11, 6, 2)));
        assert_eq!(brief(optimistic.shown(&rows, 1, &rules, 50)), [row("a", 1, 9), row("b", 2, 8)]);
    }
}

#[test]
fn a_board_that_lost_data_is_shown_as_it_is_now() {
    let (rows, rules) = (page(&[sent("a", 9), sent("b", 5)]), BoardFacts::default());
    let mut optimistic = waiting(&[sent("b", 10), sent("b", 7)]);
    assert!(optimistic.page(90, false));
    assert!(optimistic.settled("0", &receipt(100, 10, 1)));
    assert!(optimistic.page(4, true));
    assert_eq!(brief(optimistic.shown(&rows, 1, &rules, 50)), [row("a", 1, 9), row("b", 2, 7)]);
    // Its receipt is of before, and would stay for long.
    assert!(optimistic.settled("1", &receipt(101, 10, 1)));
    assert_eq!(brief(optimistic.shown(&rows, 1, &rules, 50)), [row("a", 1, 9), row("b", 2, 5)]);
    // What is sent from then on is not in doubt.
    optimistic.sent("2".to_owned(), player("b"), score(11), None);
    assert!(optimistic.settled("2", &receipt(5, 11, 1)));
    assert_eq!(brief(optimistic.shown(&rows, 1, &rules, 50)), [row("b", 1, 11), row("a", 2, 9)]);
}

#[test]
fn a_receipt_counts_as_it_does_in_the_window() {
    let (rows, rules) = (page(&[sent("a", 9), sent("b", 5)]), BoardFacts { keep: Keep::Sum, ..BoardFacts::default() });
    let daily = WindowName::parse("daily").unwrap();
    let mut answer = receipt(8, 100, 1);
    if let Ok(receipt) = &mut answer {
        receipt.windows.push(WindowReceipt {
            window: daily.clone(),
            period: String::new(),
            improved: true,
            before: None,
            after: Standing { score: score(7), rank: 2 },
            total: 2,
            percentile: 50.0,
            ahead: None,
        });
    }
    for (window, expected) in [(daily, 7), (WindowName::all(), 100), (WindowName::parse("weekly").unwrap(), 5)] {
        let mut optimistic = Optimistic::new(window, 3);
        optimistic.sent("x".to_owned(), player("b"), score(2), None);
        optimistic.sent("x".to_owned(), player("b"), score(2), None);
        assert!(optimistic.settled("x", &answer));
        let shown = brief(optimistic.shown(&rows, 1, &rules, 50));
        assert!(shown.iter().any(|(name, _, units)| name == "b" && *units == expected), "{shown:?}");
    }
}

#[test]
fn a_page_further_down_shows_only_what_it_can_know() {
    let (rows, rules) = (page_from(51, &[sent("a", 9), sent("b", 7), sent("c", 5)]), BoardFacts::default());
    let shown = |optimistic: &Optimistic| brief(optimistic.shown(&rows, 51, &rules, 3));
    let unchanged = [row("a", 51, 9), row("b", 52, 7), row("c", 53, 5)];
    assert_eq!(shown(&waiting(&[sent("c", 8)])), [row("a", 51, 9), row("c", 52, 8), row("b", 53, 7)]);
    assert_eq!(shown(&waiting(&[sent("c", 20)])), [row("c", 51, 20), row("a", 52, 9), row("b", 53, 7)]);
    // Somebody who is not on the page may stand anywhere, until a receipt says where.
    let mut optimistic = waiting(&[sent("d", 8)]);
    assert_eq!(shown(&optimistic), unchanged);
    assert!(optimistic.settled("0", &receipt(9, 8, 52)));
    assert_eq!(shown(&optimistic), [row("a", 51, 9), row("d", 52, 8), row("b", 53, 7)]);
    let mut optimistic = waiting(&[sent("d", 20)]);
    assert!(optimistic.settled("0", &receipt(9, 20, 7)));
    assert_eq!(shown(&optimistic), unchanged);
}

#[test]
fn estimates_only_what_falls_between_rows_that_are_known() {
    let rules = BoardFacts { rank_mode: RankMode::Competition, ..BoardFacts::default() };
    let mut rows = page_from(51, &[sent("a", 9), sent("b", 7), sent("c", 5)]);
    rows[0].rank = 49;
    let estimate = |name: &str, units| waiting(&[sent(name, units)]).estimate(&rows, 51, 100, &rules, &player(name));
    assert_eq!([20, 9, 8, 7, 6, 5, 4].map(|units| estimate("new", units)), [None, Some(49), Some(52), Some(52), Some(53), None, None]);
    assert_eq!([20, 9, 8, 6, 4].map(|units| estimate("c", units)), [None, Some(49), Some(52), Some(53), Some(53)]);
    assert_eq!(waiting(&[sent("c", 8)]).estimate(&rows, 51, 100, &rules, &player("a")), None);
    let last = BoardFacts { keep: Keep::Last, ..BoardFacts::default() };
    assert_eq!(waiting(&[sent("a", 8)]).estimate(&rows, 51, 100, &last, &player("a")), Some(51));
    assert_eq!(waiting(&[sent("c", 4)]).estimate(&rows, 51, 100, &last, &player("c")), None);
    // The board's end is known where the rows reach it.
    assert_eq!(waiting(&[sent("new", 4)]).estimate(&rows, 51, 53, &rules, &player("new")), Some(54));
    assert_eq!(waiting(&[sent("new", 4)]).estimate(&[], 1, 0, &rules, &player("new")), Some(1));
    // What adds up takes the score that is there.
    let sum = BoardFacts { keep: Keep::Sum, ..rules };
    assert_eq!(waiting(&[sent("new", 8)]).estimate(&rows, 51, 100, &sum, &player("new")), None);
    assert_eq!(waiting(&[sent("c", 3)]).estimate(&rows, 51, 100, &sum, &player("c")), Some(52));
}

#[test]
fn rows_that_differ_in_tiebreaks_alone_do_not_share_a_rank() {
    let mut rows = page(&[sent("a", 9), sent("b", 9), sent("c", 9), sent("d", 5)]);
    for (row, tiebreaks) in rows.iter_mut().zip([[7], [4], [4], [0]]) {
        row.tiebreaks = tiebreaks.to_vec();
    }
    let rules = BoardFacts { rank_mode: RankMode::Competition, ..BoardFacts::default() };
    let shown = waiting(&[sent("d", 20)]).shown(&rows, 1, &rules, 50);
    assert_eq!(brief(shown.clone()), [row("d", 1, 20), row("a", 2, 9), row("b", 3, 9), row("c", 3, 9)]);
    assert_eq!(shown.into_iter().map(|row| row.tiebreaks).collect::<Vec<_>>(), [vec![], vec![7], vec![4], vec![4]]);
}

#[test]
fn nobody_comes_in_by_a_score_that_takes_one_that_is_not_known() {
    let counted = [sent("a", 9), sent("b", 5)];
    let shown =
        |keep, limit| brief(waiting(&[sent("c", 20)]).shown(&page(&counted), 1, &BoardFacts { keep, ..BoardFacts::default() }, limit));
    let (unchanged, first) = ([row("a", 1, 9), row("b", 2, 5)], [row("c", 1, 20), row("a", 2, 9)]);
    for (keep, expected) in [(Keep::Best, &first), (Keep::Last, &first), (Keep::Sum, &unchanged), (Keep::First, &unchanged)] {
        // There are others further down, of whom they may be one.
        assert_eq!(shown(keep, 2), expected);
        // There are not.
        assert_eq!(shown(keep, 3)[..2], first);
    }
}

fn rules() -> impl Strategy<Value = BoardFacts> {
    let keep = prop_oneof![3 => Just(Keep::Best), 1 => Just(Keep::Last), 1 => Just(Keep::Sum), 1 => Just(Keep::First)];
    let tie_order = prop_oneof![Just(TieOrder::First), Just(TieOrder::Last)];
    let rank_mode = prop_oneof![Just(RankMode::Ordinal), Just(RankMode::Competition)];
    (keep, any::<bool>(), tie_order, rank_mode).prop_map(|(keep, desc, tie_order, rank_mode)| BoardFacts {
        keep,
        direction: if desc { Direction::Desc } else { Direction::Asc },
        tie_order,
        rank_mode,
        ..BoardFacts::default()
    })
}

proptest! {
    #[test]
    fn an_estimate_is_what_the_whole_board_says(
        counted in history(30),
        rules in rules(),
        (from, len) in (0_usize..8, 0_usize..8),
        who in 0_usize..8,
        units in -6_i64..6,
    ) {
        let all = naive(&counted, rules.direction);
        // Scores on the board that nobody added up or replaced: those are what they are.
        let whole = Optimistic::new(WindowName::all(), 0).shown(&page(&all), 1, &rules, 100);
        let mut board = page(&all);
        let mut ranks = Merge { rows: whole, first_place: 1, rules: &rules, is_whole: true, has_moved: false };
        ranks.rank(&[]);
        board.iter_mut().zip(&ranks.rows).for_each(|(row, ranked)| row.rank = ranked.rank);
        let rows: Vec<Row> = board.iter().skip(from).take(len).cloned().collect();
        // Somebody on the page, or somebody new: nobody who stands elsewhere.
        let name = rows.get(who).map_or_else(|| "new".to_owned(), |row| row.face.name.clone());
        let is_on_page = who < rows.len();
        let optimistic = waiting(&[(name.clone(), units)]);
        let rank = |rows: &[ShownRow]| rows.iter().find(|row| row.player == name).map(|row| row.rank);
        let truth = rank(&optimistic.shown(&board, 1, &rules, 100));
        let place = from as u64 + 1;
        let estimate = optimistic.estimate(&rows, place, all.len() as u64, &rules, &player(&name));
        prop_assert!(estimate.is_none() || estimate == truth, "{estimate:?} {truth:?}");
        let shown = optimistic.shown(&rows, place, &rules, len);
        prop_assert!(shown.len() <= len);
        prop_assert!(!is_on_page || estimate.is_none() || rank(&shown) == truth, "{shown:?} {truth:?}");
        prop_assert!(from > 0 || rows.len() < all.len() || estimate == truth);
    }

    #[test]
    fn whoever_is_not_on_the_page_is_shown_there_with_what_they_will_have(
        counted in history(30),
        sent in history(6),
        rules in rules(),
        len in 0_usize..8,
    ) {
        let board = page(&naive(&counted, rules.direction));
        let rows: Vec<Row> = board.iter().take(len).cloned().collect();
        let optimistic = waiting(&sent);
        let limit = if rows.len() == board.len() { usize::MAX } else { rows.len() };
        let truth = optimistic.shown(&board, 1, &rules, usize::MAX);
        for shown in optimistic.shown(&rows, 1, &rules, limit) {
            let expected = truth.iter().find(|row| row.player == shown.player).unwrap();
            prop_assert_eq!((shown.score, shown.pending), (expected.score, expected.pending), "{}", &shown.player);
        }
    }
}

#[test]
fn tells_how_whoever_sends_will_stand() {
    let rules = |keep| BoardFacts { keep, ..BoardFacts::default() };
    let stands = |optimistic: &Optimistic, version, rules: &BoardFacts| {
        let Standing { score: now, rank } = optimistic.standing(&player("me"), version, Standing { score: score(5), rank: 9 }, rules);
        (now.units(), rank)
    };
    let mut optimistic = waiting(&[sent("me", 7), sent("you", 100), sent("me", 4)]);
    for (keep, units) in [(Keep::Best, 7), (Keep::Sum, 16), (Keep::Last, 4), (Keep::First, 5)] {
        assert_eq!(stands(&optimistic, 3, &rules(keep)), (units, 9));
    }
    // What was told since may have it.
    assert_eq!((stands(&optimistic, 4, &rules(Keep::Sum)), stands(&optimistic, 4, &rules(Keep::Best))), ((5, 9), (7, 9)));
    assert!(optimistic.waits(&player("me")));
    // What a receipt says goes on, although the page is newer than it, until the server has told of the standing as well.
    let best = rules(Keep::Best);
    assert!(optimistic.page(8, false));
    assert!(optimistic.settled("0", &receipt(6, 7, 2)));
    assert_eq!(stands(&optimistic, 5, &best), (7, 2));
    assert!(optimistic.settled("2", &refused()));
    assert_eq!((stands(&optimistic, 5, &best), stands(&optimistic, 6, &best)), ((7, 2), (5, 9)));
    assert!(!optimistic.waits(&player("me")) && optimistic.waits(&player("you")));
    // A late one says nothing of what is newer.
    optimistic.sent("3".to_owned(), player("me"), score(6), None);
    assert!(optimistic.settled("3", &receipt(4, 6, 3)));
    assert_eq!(stands(&optimistic, 3, &best), (7, 2));
    assert!(optimistic.page(2, true));
    assert_eq!(stands(&optimistic, 1, &best), (5, 9));
}
