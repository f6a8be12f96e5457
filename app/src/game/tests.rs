use super::*;
use proptest::prelude::*;

/// Taps as somebody makes them who sees the pointer, and is off by some ticks.
fn played(seed: u64, off: impl Fn(u32) -> i32) -> Vec<u32> {
    let (mut game, mut taps) = (Game::new(seed), Vec::<u32>::new());
    let mut due = None;
    while !game.is_over() {
        let to_come = game.ahead / game.speed().cast_signed();
        if due.is_none() && (0..40).contains(&to_come) {
            let taps_so_far = u32::try_from(taps.len()).unwrap();
            due = Some(game.tick().saturating_add_signed(to_come + off(taps_so_far)));
        }
        let taps_now = due.is_some_and(|due| due <= game.tick()) && game.takes_tap_after(taps.last().copied());
        if taps_now {
            taps.push(game.tick());
            due = None;
        }
        if game.step(taps_now) == Some(Event::Passed) {
            due = None;
        }
    }
    taps
}

#[test]
fn whoever_is_exact_gets_the_most() {
    let exact = replay(7, &played(7, |_| 0)).unwrap();
    let rough = replay(7, &played(7, |tap| if tap % 2 == 0 { 4 } else { -3 })).unwrap();
    assert_eq!((exact.misses, exact.hits), (0, exact.best_row));
    assert!(exact.hits > 30 && exact.score > 15_000, "{exact:?}");
    assert!(rough.score < exact.score && rough.misses > 0, "{rough:?}");
    assert_eq!(replay(7, &[]).unwrap().score, 0);
}

#[test]
fn the_same_seed_is_the_same_game_and_another_one_is_not() {
    let taps = played(1, |_| 1);
    assert_eq!(replay(1, &taps), replay(1, &taps));
    assert_ne!(replay(2, &taps).unwrap().score, replay(1, &taps).unwrap().score);
}

#[test]
fn what_no_hand_can_tap_is_refused() {
    let many: Vec<u32> = (0..TICKS).collect();
    for (taps, why) in [
        (&many[..], Refused::TooMany),
        (&[500, 400], Refused::OutOfOrder),
        (&[500, 500], Refused::OutOfOrder),
        (&[500, 505], Refused::TooFast),
        (&[500, TICKS], Refused::TooLate),
    ] {
        assert_eq!(replay(1, taps), Err(why));
    }
    assert!(replay(1, &[500, 506, TICKS - 1]).is_ok());
}

/// The same in the browser: see `end2end/tests/game.spec.js`.
#[test]
fn a_thousand_runs_end_as_they_always_have() {
    assert_eq!(digest_of_random_runs(1_000), 11_016_624_659_101_957_151);
}

proptest! {
    #[test]
    fn whatever_is_tapped_the_game_keeps_its_rules(seed: u64, gaps in prop::collection::vec(6_u32..200, 0..80)) {
        let taps: Vec<u32> = gaps.iter().scan(0, |at, gap| { *at += gap; Some(*at) }).filter(|tap| *tap < TICKS).collect();
        let (mut game, mut last) = (Game::new(seed), 0);
        while !game.is_over() {
            let (before, has_tapped) = (game.clone(), taps.contains(&game.tick()));
            let event = game.step(has_tapped);
            prop_assert!(game.angle() < TURN && game.target() < TURN);
            prop_assert_eq!(game.tick(), before.tick() + 1);
            match event {
                Some(Event::Hit(points)) => {
                    prop_assert!(has_tapped && before.ahead.unsigned_abs() <= REACH);
                    prop_assert_eq!((game.score(), game.row()), (last + points, before.row() + 1));
                    prop_assert!((HIT..=(HIT + MIDDLE) * MOST_TIMES).contains(&points));
                    prop_assert_ne!(game.is_clockwise, before.is_clockwise);
                }
                Some(Event::Beside) => prop_assert!(game.is_stunned() && game.row() == 0 && game.score() == last),
                Some(Event::Passed) => prop_assert!(game.row() == 0 && game.score() == last),
                None => prop_assert_eq!(game.score(), last),
            }
            prop_assert!(game.ahead >= -REACH.cast_signed() && game.ahead <= FURTHEST.cast_signed());
            last = game.score();
        }
        prop_assert_eq!(replay(seed, &taps).unwrap(), game.outcome());
    }
}
