//! What a change of the rows tells, and whom: a row's text changes when it has to, and nothing else does.

use super::{BoardState, Rows, ShownRow};
use crate::{
    model::{BoardFacts, BoardId, Face, Opened, Own, Page, Period, PlayerId, RankMode, Receipt, Score, Standing, WindowName},
    protocol::{MyStanding, Row, Seen},
};
use leptos::{prelude::*, reactive::computed::ArcMemo};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

fn row(player: &str, rank: u64, score: i64) -> ShownRow {
    ShownRow { player: player.to_owned(), face: Face::named(player), rank, score: Score::new(score, 0).unwrap(), ..ShownRow::default() }
}

/// Somebody who reads one thing, and reads it again only when told that it has changed.
struct Reader {
    /// The row's number; 0 for the list of them.
    number: u64,
    name: String,
    memo: ArcMemo<String>,
    has_read: Arc<AtomicBool>,
}

impl Reader {
    fn new(number: u64, name: &str, read: impl Fn() -> String + Send + Sync + 'static) -> Self {
        let has_read = Arc::new(AtomicBool::new(false));
        let note = has_read.clone();
        let memo = ArcMemo::new(move |_| {
            note.store(true, Ordering::Relaxed);
            read()
        });
        Self { number, name: name.to_owned(), memo, has_read }
    }

    /// Whether it was told to read again since this was asked before.
    fn was_told(&self) -> bool {
        self.memo.get_untracked();
        self.has_read.swap(false, Ordering::Relaxed)
    }
}

/// Rows, and who reads them as a page does: each of them, and which there are.
struct Shown {
    rows: Rows,
    readers: Vec<Reader>,
    /// Arenas live as long as their owner.
    _owner: Owner,
}

impl Shown {
    fn new(first: &[ShownRow]) -> Self {
        let owner = Owner::new();
        owner.set();
        let rows = Rows::default();
        let list = Reader::new(0, "list", move || format!("{:?}", rows.numbers()));
        let mut shown = Self { rows, readers: vec![list], _owner: owner };
        shown.patch(first);
        shown
    }

    /// Who is told something by a patch. Who is new gets a reader, and the readers of a row go with it, as on a page.
    fn patch(&mut self, after: &[ShownRow]) -> Vec<String> {
        let rows = self.rows;
        rows.patch(after.to_vec());
        assert_eq!(rows.get_untracked(), after);
        let told = self.readers.iter().filter(|reader| reader.was_told()).map(|reader| reader.name.clone()).collect();
        let numbers = untrack(|| rows.numbers());
        self.readers.retain(|reader| reader.number == 0 || numbers.contains(&reader.number));
        for (number, row) in numbers.into_iter().zip(after) {
            if self.readers.iter().all(|reader| reader.number != number) {
                let signal = rows.row(number).unwrap();
                let reader = Reader::new(number, &row.player, move || format!("{:?}", signal.get()));
                assert!(reader.was_told());
                self.readers.push(reader);
            }
        }
        told
    }
}

#[test]
fn only_who_reads_the_row_that_changed_is_told() {
    let mut shown = Shown::new(&[row("ada", 1, 9), row("bob", 2, 5), row("cid", 3, 1)]);
    assert_eq!(shown.patch(&[row("ada", 1, 9), row("bob", 2, 7), row("cid", 3, 1)]), ["bob"]);
    assert_eq!(shown.patch(&[row("ada", 1, 9), row("bob", 2, 7), row("cid", 3, 1)]), Vec::<String>::new());
}

#[test]
fn a_row_that_waits_tells_so() {
    let mut shown = Shown::new(&[row("ada", 1, 9), row("bob", 2, 5)]);
    let waits = ShownRow { pending: true, ..row("bob", 2, 5) };
    assert_eq!(shown.patch(&[row("ada", 1, 9), waits]), ["bob"]);
    assert_eq!(shown.patch(&[row("ada", 1, 9), row("bob", 2, 5)]), ["bob"]);
}

#[test]
fn rows_that_change_places_tell_what_is_other_about_them() {
    let mut shown = Shown::new(&[row("ada", 1, 9), row("bob", 2, 5), row("cid", 3, 1)]);
    assert_eq!(shown.patch(&[row("bob", 1, 20), row("ada", 2, 9), row("cid", 3, 1)]), ["list", "ada", "bob"]);
    // Somebody new, and somebody who is gone.
    assert_eq!(shown.patch(&[row("bob", 1, 20), row("dan", 2, 10), row("ada", 3, 9)]), ["list", "ada"]);
    // The rows are told apart as well afterwards.
    assert_eq!(shown.patch(&[row("bob", 1, 20), row("dan", 2, 11), row("ada", 3, 8)]), ["ada", "dan"]);
    // Who comes back is another row: nothing is told to who read the former one.
    let before = untrack(|| shown.rows.numbers());
    assert_eq!(shown.patch(&[row("cid", 1, 30)]), ["list"]);
    assert_eq!(shown.patch(&[row("bob", 1, 20)]), ["list"]);
    assert!(untrack(|| shown.rows.numbers()).iter().all(|number| !before.contains(number)));
}

#[test]
fn rows_that_are_not_known_yet_are_told_apart_by_their_places() {
    let mut shown = Shown::new(&[row("ada", 1, 9), ShownRow::at(2), ShownRow::at(3)]);
    let before = untrack(|| shown.rows.numbers());
    assert_eq!(shown.patch(&[row("ada", 1, 9), row("bob", 2, 5), ShownRow::at(3)]), ["list"]);
    let after = untrack(|| shown.rows.numbers());
    assert_eq!((before[0], before[2]), (after[0], after[2]));
    assert_ne!(before[1], after[1]);
}

/// A board with this page, as the server rendered it.
fn opened(page: Page) -> Opened {
    Opened {
        board: BoardId::main(),
        facts: BoardFacts::default(),
        window: WindowName::all(),
        period: String::new(),
        is_past: false,
        which: String::new(),
        past: Vec::new(),
        place: page.from,
        page,
        own: None,
        account: None,
    }
}

/// The player at a place, who has fewer points the further down that is.
fn placed(place: u64) -> Row {
    let name = format!("p{place}");
    let player_id = PlayerId::parse(&name).unwrap();
    Row {
        rank: place,
        player_id,
        face: Face::named(&name),
        score: Score::new(10_000 - 10 * place as i64, 0).unwrap(),
        tiebreaks: Vec::new(),
    }
}

fn page_from(from: u64, version: u64) -> Page {
    Page { from, version, total: 1_000, rows: (from..from + 50).map(placed).collect() }
}

fn seen(page: Page) -> (u64, Seen) {
    (page.from, Seen::new(String::new(), page.from, page.version, page.total, page.rows))
}

/// What is known of a board, and the owner that its signals live as long as.
fn board(page: Page) -> (BoardState, Owner) {
    let owner = Owner::new();
    owner.set();
    (BoardState::new(&opened(page), Period::default()), owner)
}

#[test]
fn rows_that_come_are_shown_also_where_others_are_newer() {
    let (state, _owner) = board(page_from(1, 9));
    state.look_at(40..60);
    assert_eq!(state.rows().get_untracked().iter().filter(|row| row.player.is_empty()).count(), 10);
    // This page has not changed since version 3.
    state.apply(vec![seen(page_from(51, 3))]);
    assert!(state.rows().get_untracked().iter().zip(41..).all(|(row, place)| row.player == format!("p{place}")));
    assert_eq!(state.version().get_untracked(), 9);
}

#[test]
fn a_player_who_is_on_two_pages_leaves_no_place_empty() {
    let (state, _owner) = board(page_from(1, 1));
    state.look_at(40..60);
    let shown = || state.rows().get_untracked().into_iter().map(|row| row.player).collect::<Vec<_>>();
    let names = |places: &[u64]| places.iter().map(|place| format!("p{place}")).collect::<Vec<_>>();
    // While the page is paused, the one comes anew and the other does not.
    let mut newer = page_from(51, 2);
    newer.rows[1] = Row { rank: 52, ..placed(45) };
    state.fill_in(newer);
    assert_eq!(shown(), names(&[41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 45, 53, 54, 55, 56, 57, 58, 59, 60]));
    assert_eq!((state.places().get("p45"), badges(state)), (Some(&45), vec![]));
    // Once both are of one time, there is one of each.
    let mut first = page_from(1, 2);
    first.rows[44] = Row { rank: 45, ..placed(46) };
    first.rows[45] = Row { rank: 46, ..placed(52) };
    state.fill_in(first);
    assert_eq!(shown(), names(&[41, 42, 43, 44, 46, 52, 47, 48, 49, 50, 51, 45, 53, 54, 55, 56, 57, 58, 59, 60]));
    assert_eq!(state.places().get("p45"), Some(&52));
}

#[test]
fn players_are_where_they_are_shown_while_a_score_waits() {
    let (state, _owner) = board(page_from(51, 9));
    state.look_at(60..75);
    state
        .known
        .update_value(|known| known.optimistic.sent("a".to_owned(), PlayerId::parse("p90").unwrap(), Score::new(9_405, 0).unwrap(), None));
    state.apply(vec![seen(page_from(51, 10))]);
    let shown = state.rows().get_untracked();
    assert!(shown.iter().any(|row| row.player == "p60" && row.place == 61), "{shown:?}");
    let places = state.places();
    assert!(shown.iter().all(|row| places.get(&row.player) == Some(&row.place)));
    // Those out of sight as well.
    assert_eq!((places.get("p52"), places.get("p89"), places.get("p90"), places.get("p91")), (Some(&52), Some(&90), Some(&60), Some(&91)));
}

/// What the badges of the rows say, of those that have one.
fn badges(state: BoardState) -> Vec<(String, i64)> {
    state.rows().get_untracked().into_iter().filter(|row| row.moved != 0).map(|row| (row.player, row.moved)).collect()
}

/// A page on which somebody stands elsewhere.
fn page_where(from: u64, version: u64, player: u64, to: u64) -> Page {
    let mut page = page_from(from, version);
    let mut row = page.rows.remove((player - from) as usize);
    row.score = Score::new(10_005 - 10 * to as i64, 0).unwrap();
    page.rows.insert((to - from) as usize, row);
    page.rows.iter_mut().zip(from..).for_each(|(row, rank)| row.rank = rank);
    page
}

#[test]
fn whoever_moves_by_their_own_score_has_a_badge_for_a_while() {
    let (state, _owner) = board(page_from(1, 1));
    assert!(!state.has_badges().get_untracked());
    state.apply(vec![seen(page_where(1, 2, 9, 4))]);
    // Those who were passed by one other have none.
    assert_eq!((badges(state), state.has_badges().get_untracked()), (vec![("p9".to_owned(), 5)], true));
    // It stays until it has been there for a while, not just until the next time that badges are looked at.
    assert!(state.fade());
    assert_eq!(badges(state), [("p9".to_owned(), 5)]);
    assert!(!state.fade());
    assert_eq!((badges(state), state.has_badges().get_untracked()), (vec![], false));
}

#[test]
fn a_badge_counts_on_and_whoever_is_passed_by_several_has_one() {
    let (state, _owner) = board(page_from(1, 1));
    state.apply(vec![seen(page_where(1, 2, 9, 4))]);
    assert!(state.fade());
    let mut page = page_where(1, 3, 9, 2);
    state.apply(vec![seen(page.clone())]);
    assert_eq!(badges(state), [("p9".to_owned(), 7)]);
    // It is new again.
    assert!(state.fade() && !state.fade());
    let last_two = page.rows.split_off(48);
    page.rows.splice(0..0, last_two);
    page.rows.iter_mut().zip(1..).for_each(|(row, rank)| row.rank = rank);
    page.version = 4;
    state.apply(vec![seen(page)]);
    let badges = badges(state);
    assert_eq!((badges[0].clone(), badges[2].clone(), badges.len()), (("p49".to_owned(), 48), ("p1".to_owned(), -2), 50));
}

#[test]
fn a_score_of_ones_own_that_waits_gives_a_badge_that_fades_without_news_of_the_board() {
    let (state, _owner) = board(page_from(1, 1));
    state
        .known
        .update_value(|known| known.optimistic.sent("a".to_owned(), PlayerId::parse("p9").unwrap(), Score::new(9_965, 0).unwrap(), None));
    state.look_at(0..40);
    assert_eq!((badges(state), state.has_badges().get_untracked()), (vec![("p9".to_owned(), 5)], true));
    assert!(state.fade() && !state.fade());
    assert_eq!((badges(state), state.has_badges().get_untracked()), (vec![], false));
}

#[test]
fn whoever_plays_here_stands_as_the_server_says_once_it_has_lost_what_a_receipt_said() {
    let owner = Owner::new();
    owner.set();
    let player = PlayerId::parse("p9").unwrap();
    let own = Some(Own { player: player.clone(), standing: None, today: None });
    let state = BoardState::new(&Opened { own, ..opened(page_from(1, 50)) }, Period::default());
    let told = |units| MyStanding {
        name: "p9".to_owned(),
        rank: 9,
        place: 9,
        score: Score::new(units, 0).unwrap(),
        tiebreaks: Vec::new(),
        percentile: 1.0,
        ahead: None,
    };
    let stands = |version, units| {
        state.tell(Some((version, told(units))));
        state.own_standing().map(|standing| (standing.rank, standing.place, standing.score.units()))
    };
    let counted = Standing { score: Score::new(20_000, 0).unwrap(), rank: 1 };
    let receipt = Receipt {
        improved: true,
        before: None,
        after: counted,
        total: 100,
        percentile: 100.0,
        ahead: None,
        version: 60,
        replayed: false,
        windows: Vec::new(),
    };
    state.known.update_value(|known| {
        known.optimistic.sent("a".to_owned(), player.clone(), counted.score, Some(50));
        assert!(known.optimistic.settled("a", &Ok(receipt)));
    });
    assert_eq!((stands(50, 9_000), stands(60, 9_001)), (Some((1, 1, 20_000)), Some((9, 9, 9_001))));
    let version = state.version();
    state.apply(vec![seen(page_from(1, 40))]);
    assert_eq!((stands(40, 9_000), version.get_untracked()), (Some((9, 9, 9_000)), 40));
}

#[test]
fn a_score_that_changes_ticks_and_one_that_comes_does_not() {
    let (state, _owner) = board(page_from(1, 1));
    let tick = |player: &str| state.rows().get_untracked().into_iter().find(|row| row.player == player).map(|row| row.tick);
    assert!(state.rows().get_untracked().iter().all(|row| row.tick == 0));
    for (version, expected) in [(2, 1), (3, 2), (4, 1)] {
        state.apply(vec![seen(page_where(1, version, 9, 10 - version))]);
        assert_eq!((tick("p9"), tick("p1"), tick("p20")), (Some(expected), Some(0), Some(0)));
    }
    // What is scrolled into sight has not changed.
    state.look_at(40..60);
    state.fill_in(page_from(51, 4));
    assert_eq!((tick("p45"), tick("p55")), (Some(0), Some(0)));
}

#[test]
fn when_more_than_half_of_the_scores_change_at_once_none_is_marked() {
    let marked = |rows: usize, changed: usize| {
        let mut page = page_from(1, 1);
        page.rows.truncate(rows);
        page.total = rows as u64;
        let (state, _owner) = board(page.clone());
        page.version = 2;
        for row in page.rows.iter_mut().take(changed) {
            row.score = Score::new(row.score.units() + 1_000_000, 0).unwrap();
        }
        // Who is first now has come from the last place.
        page.rows.rotate_right(1);
        page.rows.iter_mut().zip(1..).for_each(|(row, rank)| row.rank = rank);
        state.apply(vec![seen(page)]);
        let ticks = state.rows().get_untracked().iter().filter(|row| row.tick > 0).count();
        (ticks, state.has_badges().get_untracked())
    };
    assert_eq!((marked(50, 25), marked(50, 26)), ((25, true), (0, false)));
    // Where there are few, a handful is not much.
    assert_eq!((marked(8, 8), marked(9, 9)), ((8, true), (0, false)));
}

#[test]
fn rows_that_share_a_rank_with_one_beside_them_are_ties() {
    let ties = |mode| {
        let mut page = page_from(1, 1);
        for (row, rank) in page.rows.iter_mut().zip([1, 2, 2, 4, 5, 5, 5]) {
            row.rank = rank;
        }
        page.rows.truncate(7);
        page.total = 7;
        let owner = Owner::new();
        owner.set();
        let opened = Opened { facts: BoardFacts { rank_mode: mode, ..BoardFacts::default() }, ..opened(page) };
        let state = BoardState::new(&opened, Period::default());
        state.rows().get_untracked().into_iter().filter(|row| row.tie).map(|row| row.place).collect::<Vec<_>>()
    };
    assert_eq!(ties(RankMode::Competition), [2, 3, 5, 6, 7]);
    assert_eq!(ties(RankMode::Ordinal), Vec::<u64>::new());
}
