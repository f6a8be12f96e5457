//! Cases that chance seldom finds.

use crate::{
    naive::Naive,
    play::{Play, limit, player},
    steps::{Edit, Gone, Read, Step, Turn},
    valkey::{Place, create},
};
use app::{
    error::{AppError, Field, What},
    model::{BoardId, Column, Direction, Keep, MetadataChange, PlayerId, RankMode, RulesChange, Score, Submission, TieOrder, WindowName},
};
use server::boards::{
    Boards,
    answers::Entry,
    caller::Caller,
    change::{EntryChange, Removal},
    read::{Period, Which},
};

const NOW: u64 = 1_795_300_000_000;
const MODES: [RankMode; 4] = [RankMode::Ordinal, RankMode::Competition, RankMode::Modified, RankMode::Dense];

fn submission(who: &PlayerId, score: i64, tiebreaks: &[i64]) -> Submission {
    Submission { tiebreaks: tiebreaks.to_vec(), ..Submission::new(who.clone(), Score::new(score, 0).unwrap()) }
}

fn column(direction: Direction) -> Vec<Column> {
    vec![Column { name: "penalty".to_owned(), direction }]
}

fn daily() -> Option<Vec<app::model::Window>> {
    Some(vec![serde_json::from_str(r#""daily""#).unwrap()])
}

// ---- ties by the thousand

/// Score, penalty (less is better) and number of a player; a player's number is also the order of arrival.
type Arrived = (i64, i64, usize);

fn name(number: usize) -> PlayerId {
    // Names in another order than arrivals: they must not matter.
    PlayerId::parse(&format!("p{:04}", (number * 7_919) % 10_000)).unwrap()
}

/// 2,000 with one score, 60 ahead of them and 40 behind, in a mixed order.
fn crowd(columns: bool) -> Vec<Arrived> {
    let score = |number: usize| match number % 35 {
        0 => 3,
        17 if number % 70 == 17 => 1,
        _ => 2,
    };
    let penalty = |number: usize| if columns { (number % 3) as i64 } else { 0 };
    (0..2_100).map(|number| (score(number), penalty(number), number)).collect()
}

fn sorted(mut crowd: Vec<Arrived>, ties: TieOrder) -> Vec<Arrived> {
    let arrival = |number: usize| if ties == TieOrder::First { number as i64 } else { -(number as i64) };
    crowd.sort_by_key(|(score, penalty, number)| (-score, *penalty, arrival(*number)));
    crowd
}

fn rank(crowd: &[Arrived], index: usize, mode: RankMode) -> u64 {
    let standing = |one: &Arrived| (-one.0, one.1);
    let own = standing(&crowd[index]);
    let ahead = crowd.iter().filter(|one| standing(one) < own);
    let rank = match mode {
        RankMode::Ordinal => index + 1,
        RankMode::Competition => ahead.count() + 1,
        RankMode::Modified => crowd.iter().filter(|one| standing(one) <= own).count(),
        RankMode::Dense => ahead.map(standing).collect::<std::collections::BTreeSet<_>>().len() + 1,
    };
    rank as u64
}

async fn ties(mode: RankMode, columns: bool, ties: TieOrder) {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let tiebreaks = if columns { column(Direction::Asc) } else { Vec::new() };
    let rules = RulesChange { rank_mode: Some(mode), tiebreaks: Some(tiebreaks), tie_order: Some(ties), ..RulesChange::default() };
    let board = create(&boards, "ties", rules).await;
    let crowd = crowd(columns);
    for some in crowd.chunks(700) {
        let all = some.iter().map(|(score, penalty, number)| {
            let penalty = [*penalty];
            Ok(submission(&name(*number), *score, if columns { &penalty } else { &[] }))
        });
        let receipts = boards.submit_all(Caller::Admin, &board, all.collect()).await.unwrap();
        assert!(receipts.iter().all(Result::is_ok));
    }
    let crowd = sorted(crowd, ties);
    assert_eq!(crowd.iter().filter(|one| one.0 == 2).count(), 2_010);
    for (from, rows) in [(1, 1_000), (701, 37), (1_050, 50), (2_020, 200), (2_100, 5), (2_101, 5)] {
        expect(&boards, &board, mode, &crowd, Which::From(from), rows, (from - 1) as usize).await;
    }
    let middle = 1_234;
    let who = name(crowd[middle].2);
    expect(&boards, &board, mode, &crowd, Which::Around(who.clone()), 21, middle - 10).await;
    expect(&boards, &board, mode, &crowd, Which::PageOf(who.clone()), 50, 1_200).await;
    // The last entry with at least 50 % has 1,050 entries that are not ahead of it, itself included.
    expect(&boards, &board, mode, &crowd, Which::Percentile(500_000), 10, 1_050).await;
    let two = Some(Score::new(2, 0).unwrap());
    expect(&boards, &board, mode, &crowd, Which::Scores(two, two, 900), 30, 960).await;
    let one = boards.entry(Caller::Admin, &board, &Period::default(), who, limit(50)).await.unwrap();
    assert_eq!((one.entry.row.rank, one.page), (rank(&crowd, middle, mode), 25));
    assert_eq!(one.ahead.unwrap().player_id, name(crowd[middle - 1].2));
    // All that have the middle score go: more than one call's share.
    let removed = boards.remove(Caller::Admin, &board, None, Removal::Scores(two, two)).await.unwrap();
    assert_eq!(removed.removed, 2_010);
    let crowd: Vec<_> = crowd.into_iter().filter(|one| one.0 != 2).collect();
    expect(&boards, &board, mode, &crowd, Which::From(1), 1_000, 0).await;
}

async fn expect(boards: &Boards, board: &BoardId, mode: RankMode, crowd: &[Arrived], which: Which, rows: usize, first: usize) {
    let got = boards.entries(Caller::Admin, board, &Period::default(), &which, limit(rows)).await.unwrap();
    let shown = |entry: &Entry| (entry.row.player_id.clone(), entry.row.rank, entry.row.score.units());
    let wanted = |index: usize| (name(crowd[index].2), rank(crowd, index, mode), crowd[index].0);
    let wanted: Vec<_> = (first..crowd.len().min(first + rows)).map(wanted).collect();
    assert_eq!(got.entries.iter().map(shown).collect::<Vec<_>>(), wanted, "{mode:?} {which:?}");
    assert_eq!(got.moment.total, crowd.len() as u64);
}

#[tokio::test]
async fn thousands_tie() {
    for mode in MODES {
        ties(mode, false, TieOrder::First).await;
    }
}

#[tokio::test]
async fn thousands_tie_in_their_score_and_differ_in_a_column() {
    for mode in MODES {
        ties(mode, true, TieOrder::First).await;
    }
}

#[tokio::test]
async fn the_last_of_thousands_who_tie_is_ahead_if_the_board_says_so() {
    ties(RankMode::Ordinal, false, TieOrder::Last).await;
    ties(RankMode::Competition, true, TieOrder::Last).await;
}

// ---- extremes

/// Submits, and expects what the model expects.
async fn submits(play: &mut Play<'_>, who: usize, score: i64, tiebreaks: &[i64]) {
    play.submit_those(vec![submission(&player(who), score, tiebreaks)]).await.unwrap();
}

/// Reads everything, and expects this version.
async fn stands_at(play: &Play<'_>, version: u64) {
    play.read_all().await.unwrap();
    assert_eq!(play.naive.version, version);
}

#[tokio::test]
async fn the_largest_scores_stay_apart() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    for (id, direction) in [("largest-desc", Direction::Desc), ("largest-asc", Direction::Asc)] {
        let rules = RulesChange { direction: Some(direction), rank_mode: Some(RankMode::Dense), ..RulesChange::default() };
        let mut play = Play::start(&boards, &place, id, rules).await;
        // Steps of 1 where doubles end to be exact, and round numbers that Valkey would write with an exponent.
        let scores =
            [Score::MAX, Score::MAX - 1, Score::MAX - 2, 0, -Score::MAX, 1 - Score::MAX, 5_000_000_000_000_000, -9_000_000_000_000_000];
        for (who, score) in scores.into_iter().enumerate() {
            submits(&mut play, who, score, &[]).await;
        }
        stands_at(&play, 8).await;
        let top = boards.leaderboard(Caller::Admin, &play.naive.board, limit(8)).await.unwrap();
        assert_eq!(top.entries.iter().map(|row| row.rank).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
        let mut wanted = scores;
        wanted.sort_by_key(|score| if direction == Direction::Desc { -score } else { *score });
        assert_eq!(top.entries.iter().map(|row| row.score.units()).collect::<Vec<_>>(), wanted);
    }
}

/// Whether an outcome is the refusal of a score.
fn refuses<T>(outcome: &Result<T, AppError>) -> bool {
    matches!(outcome, Err(AppError::Invalid { field: Field::Score | Field::Add, .. }))
}

#[tokio::test]
async fn a_sum_that_grows_too_large_is_refused_and_changes_nothing() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let rules = RulesChange {
        keep: Some(Keep::Sum),
        negative: Some(true),
        windows: daily(),
        tiebreaks: Some(column(Direction::Asc)),
        ..RulesChange::default()
    };
    let mut play = Play::start(&boards, &place, "sums", rules).await;
    submits(&mut play, 0, Score::MAX, &[-5]).await;
    stands_at(&play, 1).await;
    // On the next day the sum of the day has room, but that of `all` has none: it counts in neither.
    place.hands.set(NOW + 86_400_000);
    submits(&mut play, 0, 1, &[0]).await;
    stands_at(&play, 1).await;
    submits(&mut play, 0, -1, &[-Score::MAX]).await;
    stands_at(&play, 1).await;
    submits(&mut play, 0, -1, &[5 - Score::MAX]).await;
    stands_at(&play, 2).await;
    let board = play.naive.board.clone();
    let again = submission(&player(0), 2, &[0]);
    assert!(refuses(&boards.submit(Caller::Admin, &board, again).await));
    let add = EntryChange { add: Some(Score::new(2, 0).unwrap()), ..EntryChange::default() };
    assert!(refuses(&boards.change_entry(Caller::Admin, &board, None, player(0), add).await));
    stands_at(&play, 2).await;
}

// ---- little boards

fn reads() -> Vec<Read> {
    use crate::steps::Pick::{All, Current};
    let mut reads = vec![Read::Leaderboard(10), Read::History(0), Read::Info, Read::Periods(None, 3), Read::Periods(Some(0), 3)];
    for pick in [All, Current(0)] {
        let pick = || pick.clone();
        reads.extend([Read::From(pick(), 1, 10), Read::From(pick(), 2, 10), Read::Around(pick(), 0, 5), Read::PageOf(pick(), 0, 5)]);
        reads.extend([Read::Scores(pick(), None, None, 0, 5), Read::Scores(pick(), Some(2), Some(1), 1, 5)]);
        // Far beyond the end, by numbers that are often written with an exponent.
        for far in [5_000_000_000_000_001, (1 << 53) - 1] {
            reads.extend([Read::From(pick(), far, 10), Read::Scores(pick(), None, None, far, 10)]);
        }
        reads.extend([0, 1, 500_000, 1_000_000].map(|parts| Read::Percentile(pick(), parts, 5)));
        reads.extend([Read::Friends(pick(), vec![0, 1]), Read::Entry(pick(), 0, 5)]);
    }
    reads
}

#[tokio::test]
async fn an_empty_board_answers_every_read() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    for (at, mode) in MODES.into_iter().enumerate() {
        let rules = RulesChange { rank_mode: Some(mode), windows: daily(), ..RulesChange::default() };
        let mut play = Play::start(&boards, &place, &format!("empty-{at}"), rules).await;
        play.all(&[Turn { step: Step::CloseDue, reads: reads() }]).await.unwrap();
        let board = play.naive.board.clone();
        let top = boards.leaderboard(Caller::Admin, &board, limit(10)).await.unwrap();
        assert_eq!((top.version, top.total, top.entries.len()), (0, 0, 0));
        let none = boards.entry(Caller::Admin, &board, &Period::default(), player(0), limit(10)).await;
        assert_eq!(none, Err(AppError::no(What::Player)));
        for removal in [Removal::All, Removal::AllBut(0), Removal::Scores(None, None), Removal::Players(vec![player(0)])] {
            let removed = boards.remove(Caller::Admin, &board, None, removal).await.unwrap();
            assert_eq!((removed.removed, removed.version), (0, 0));
        }
        let touch = EntryChange { metadata: MetadataChange::Clear, ..EntryChange::default() };
        let touched = boards.change_entry(Caller::Admin, &board, None, player(0), touch).await;
        assert_eq!(touched.err(), Some(AppError::no(What::Player)));
        stands_at(&play, 0).await;
    }
}

#[tokio::test]
async fn a_lone_player_is_first_and_has_nobody_to_pass() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    for (at, mode) in MODES.into_iter().enumerate() {
        let rules = RulesChange { rank_mode: Some(mode), windows: daily(), ..RulesChange::default() };
        let mut play = Play::start(&boards, &place, &format!("lone-{at}"), rules).await;
        submits(&mut play, 0, -7, &[]).await;
        play.all(&[Turn { step: Step::CloseDue, reads: reads() }]).await.unwrap();
        let one = boards.entry(Caller::Admin, &play.naive.board, &Period::default(), player(0), limit(10)).await.unwrap();
        assert_eq!((one.entry.row.rank, one.page, one.ahead, one.entry.percentile), (1, 1, None, 100.0));
    }
}

#[tokio::test]
async fn on_an_ascending_board_less_is_better() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let rules = RulesChange { direction: Some(Direction::Asc), ..RulesChange::default() };
    let board = create(&boards, "laps", rules).await;
    for (who, score) in [(0, 90), (1, 85), (2, 120), (0, 80), (1, 86)] {
        boards.submit(Caller::Admin, &board, submission(&player(who), score, &[])).await.unwrap();
    }
    let top = boards.leaderboard(Caller::Admin, &board, limit(10)).await.unwrap();
    let shown: Vec<_> = top.entries.iter().map(|row| (row.player_id.clone(), row.score.units(), row.rank)).collect();
    assert_eq!(shown, [(player(0), 80, 1), (player(1), 85, 2), (player(2), 120, 3)]);
    let two = boards.entry(Caller::Admin, &board, &Period::default(), player(2), limit(10)).await.unwrap();
    assert_eq!(two.ahead.map(|ahead| (ahead.player_id, ahead.gap.units())), Some((player(1), 35)));
    let between = Which::Scores(Some(Score::new(81, 0).unwrap()), Some(Score::new(100, 0).unwrap()), 0);
    let found = boards.entries(Caller::Admin, &board, &Period::default(), &between, limit(10)).await.unwrap();
    assert_eq!((found.matching, &found.entries[0].row.player_id), (1, &player(1)));
}

#[tokio::test]
async fn a_thousand_submissions_of_one_player_in_one_call_count_one_after_the_other() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let rules = RulesChange { keep: Some(Keep::Sum), windows: daily(), ..RulesChange::default() };
    let board = create(&boards, "often", rules).await;
    let all = (1..=1_000).map(|score| Ok(submission(&player(0), score, &[]))).collect();
    let receipts = boards.submit_all(Caller::Admin, &board, all).await.unwrap();
    let mut sum = 0;
    for (at, receipt) in receipts.into_iter().enumerate() {
        let receipt = receipt.unwrap();
        let before = receipt.before.map(|before| before.score.units());
        assert_eq!((receipt.version, before), (at as u64 + 1, (at > 0).then_some(sum)));
        sum += at as i64 + 1;
        assert_eq!((receipt.after.score.units(), receipt.after.rank, receipt.windows[0].after.score.units()), (sum, 1, sum));
    }
    let history = boards.history(Caller::Admin, &board, player(0)).await.unwrap();
    assert_eq!((history.attempts, history.moves, history.trimmed, history.points.len()), (1_000, 1_000, 900, 100));
    assert_eq!(history.points.last().map(|point| point.score.units()), Some(500_500));
}

/// So many standings of one player, each better than all before.
async fn climb(play: &mut Play<'_>, from: &mut i64, times: i64) {
    let all = (0..times).map(|at| submission(&player(0), *from + at, &[]));
    play.submit_those(all.collect()).await.unwrap();
    *from += times;
}

#[tokio::test]
async fn a_history_has_no_gap_whatever_the_rules_kept_meanwhile() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let rules = || RulesChange { history: Some(100), ..RulesChange::default() };
    let keep = |points: u16| Turn { step: Step::Edit(Edit::History(points)), reads: vec![Read::History(0)] };
    for (at, less) in [0, 1, 15, 16, 17, 40].into_iter().enumerate() {
        let mut play = Play::start(&boards, &place, &format!("gaps-{at}"), rules()).await;
        let mut score = 0;
        for times in [80, 3, 20, 50] {
            climb(&mut play, &mut score, times).await;
            play.all(&[keep(less)]).await.unwrap();
            climb(&mut play, &mut score, times).await;
            play.all(&[keep(100), keep(1_000), keep(100)]).await.unwrap();
            // What comes now stands alone in its chunk, after what was not kept.
            climb(&mut play, &mut score, 2).await;
            play.all(&[keep(1_000), keep(100)]).await.unwrap();
        }
        // Who comes back starts with no past.
        let gone = Step::Remove { period: None, which: Gone::Players(vec![0]) };
        play.all(&[keep(less), Turn { step: gone, reads: Vec::new() }, keep(1_000)]).await.unwrap();
        climb(&mut play, &mut score, 40).await;
        play.read_all().await.unwrap();
        let history = boards.history(Caller::Admin, &play.naive.board, player(0)).await.unwrap();
        assert_eq!((history.moves, history.trimmed, history.points.len()), (40, 0, 40));
    }
}

#[tokio::test]
async fn boards_do_not_touch_each_other() {
    let place = Place::new(NOW);
    let boards = place.open().await;
    let rules = |mode| RulesChange { rank_mode: Some(mode), windows: daily(), ..RulesChange::default() };
    // One's name starts with the other's.
    let mut one = Play::start(&boards, &place, "one", rules(RankMode::Dense)).await;
    let mut other = Play::start(&boards, &place, "one-more", rules(RankMode::Competition)).await;
    for at in 0..20 {
        let id = |board: &str| app::model::SubmissionId::parse(&format!("{board}{}", at / 2)).ok();
        // The same ids, the same players, other scores.
        let sent = |score| Submission { id: id("id"), ..submission(&player(at), score, &[]) };
        one.submit_those(vec![sent(at as i64 % 3)]).await.unwrap();
        other.submit_those(vec![sent(5 - at as i64 % 4)]).await.unwrap();
    }
    let before: Naive = other.naive.clone();
    let all = Turn { step: Step::Remove { period: None, which: Gone::All }, reads: Vec::new() };
    one.all(&[all]).await.unwrap();
    stands_at(&other, before.version).await;
    boards.delete(Caller::Admin, &one.naive.board).await.unwrap();
    stands_at(&other, before.version).await;
    let gone = boards.leaderboard(Caller::Admin, &one.naive.board, limit(1)).await;
    assert_eq!(gone.err(), Some(AppError::no(What::Board)));
    let named = Period { window: WindowName::parse("daily").unwrap(), period: None };
    assert!(boards.entry(Caller::Admin, &other.naive.board, &named, player(0), limit(1)).await.is_ok());
}
