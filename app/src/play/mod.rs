//! The game in the browser: begins a run, plays it in time with the screen, and sends what was tapped.
//!
//! - `stage`: what is on the page · `strip`: where one would stand · `call`: calls of the API · `sound`: what one hears

mod call;
mod sound;
mod stage;
mod strip;

use crate::{
    chunk::chunk,
    dom::{by_id, on_window},
    effect::effect,
    game::{Event, Game, TICKS_PER_SECOND},
    i18n::t,
    live::{Live, News, Status, Stretch},
    model::{BoardId, PlayerId},
    visitor::Visitor,
};
use call::{Begun, Counted, Unsent};
use leptos::{ev, prelude::*, task::spawn_local};
use sound::Sound;
use stage::Stage;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};
use strip::{Own, SEEK_MS, Standings, WATCHED};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event as Happened};

/// How long one may get ready, in ms.
const READY_MS: f64 = 1_500.0;

/// For how long a press does nothing once the time is up: whoever is in the swing of it presses once more, and wants to see the result.
const DEAF: Duration = Duration::from_millis(800);

/// What is going on.
enum Now {
    /// Nothing: a run may be begun.
    Idle,
    /// The server is asked for something, or the time was up just now.
    Asking,
    /// A run goes on.
    Playing(Box<Playing>),
}

struct Playing {
    run: Begun,
    player: PlayerId,
    /// What they are called.
    name: String,
    /// When it begins, by the page's clock, in ms.
    begins_ms: f64,
    game: Game,
    ghost: Option<Racer>,
    /// Ticks at which it was tapped.
    taps: Vec<u32>,
}

/// A run of before that is played along.
struct Racer {
    name: String,
    game: Game,
    taps: Vec<u32>,
}

/// A run that is over.
struct Last {
    player: PlayerId,
    name: String,
    /// What it came to, until it is known where its player stands with it.
    score: Option<u32>,
    /// Where they stand.
    rank: Option<u64>,
}

struct Player {
    board: BoardId,
    stage: Stage,
    now: RefCell<Now>,
    standings: RefCell<Standings>,
    /// Whose the last run was, for as long as its result is shown.
    last: RefCell<Option<Last>>,
    /// The first place of the rows that are watched.
    from: RwSignal<u64>,
    /// Before this time, by the page's clock, it is not looked up again where one would stand, in ms.
    seeks_after: Cell<f64>,
    sound: Sound,
}

/// Attends to the game for as long as the page that calls this is there.
pub fn attend() {
    let at_work: StoredValue<Option<Rc<Player>>, LocalStorage> = StoredValue::new_local(None);
    // The board of a game that is played for the first time is made by that.
    let (board, set_board) = signal(None::<BoardId>);
    let from = RwSignal::new(1);
    let look = move || {
        let known = at_work.with_value(|player| player.as_ref().is_some_and(|player| player.stage.is_there()));
        if let (false, Some((board, stage))) = (known, Stage::find()) {
            // What is shown of before is what anybody was shown.
            if let (Some(_), Some((player, Some(name)))) = (by_id::<Element>("as-of"), call::whose_spares(&board)) {
                stage.is_played_by(&player, &name);
            }
            stage.ready();
            call::take_refusals().iter().for_each(|why| stage.tell_refused(why));
            call::renew_spares(&board);
            let player = Player {
                board: board.clone(),
                standings: RefCell::new(Standings::new(&stage)),
                stage,
                now: RefCell::new(Now::Idle),
                last: RefCell::default(),
                from,
                seeks_after: Cell::default(),
                sound: Sound::default(),
            };
            from.set(1);
            at_work.set_value(Some(Rc::new(player)));
            set_board.set(Some(board));
        }
    };
    let player = move || {
        look();
        at_work.get_value()
    };
    if let Some(live) = Live::of_tab() {
        let on_news = move |news| {
            if let (News::Pages(pages), Some(player)) = (news, at_work.get_value()) {
                player.standings.borrow_mut().take(pages);
                player.show_strip();
            }
        };
        let wanted = move || Some(Stretch { from: from.get(), len: WATCHED, ..Stretch::top(board.get()?) });
        live.watch(wanted, Vec::new, on_news);
    }
    let begin = move |player: &Rc<Player>| player.begin(move |board| set_board.set(Some(board)));
    effect(move || {
        // The text comes after the page does.
        if let Ok(ticks) = set_interval_with_handle(look, Duration::from_millis(200)) {
            on_cleanup(move || ticks.clear());
        }
        let send = move || {
            call::send_waiting(move |answer| match (player(), answer) {
                (Some(player), Ok(counted)) => {
                    player.stage.tell_late(&counted);
                    player.stands(counted.rank);
                }
                (Some(player), Err(Unsent::Refused(why))) => player.stage.tell_refused(&why),
                (None, Err(Unsent::Refused(why))) => call::keep_refusal(&why),
                _ => {}
            });
        };
        let back = window_event_listener(ev::online, move |_| send());
        if let Ok(sends) = set_interval_with_handle(send, call::AGAIN) {
            on_cleanup(move || sends.clear());
        }
        effect(move || {
            if may_send() {
                send();
            }
        });
        let pressed = window_event_listener(ev::keydown, move |event| {
            let Some(player) = player() else { return };
            let is_tap = [" ", "Enter"].contains(&&*event.key());
            if is_tap && player.is_playing() {
                event.prevent_default();
                if !event.repeat() {
                    player.tap(event.time_stamp());
                }
            } else if is_tap && player.is_asking() && element_of(&event).is_some_and(|target| target.tag_name() == "BODY") {
                // The page does not scroll under whoever taps once more.
                event.prevent_default();
            }
        });
        let touched = window_event_listener(ev::pointerdown, move |event| {
            let Some(player) = player() else { return };
            if player.is_playing() && element_of(&event).is_some_and(|target| player.stage.is_in_arena(&target)) {
                event.prevent_default();
                player.tap(event.time_stamp());
            }
        });
        let clicked = window_event_listener(ev::click, move |event| {
            let (Some(target), Some(player)) = (element_of(&event), player()) else { return };
            if target.id() == "play-go" {
                begin(&player);
            }
            player.stage.share(target);
        });
        let changed = window_event_listener(ev::change, move |event| {
            if let (Some("play-sound"), Some(player)) = (element_of(&event).map(|target| target.id()).as_deref(), player()) {
                player.sound.allow(player.stage.wants_sound());
            }
        });
        on_cleanup(move || {
            back.remove();
            pressed.remove();
            touched.remove();
            clicked.remove();
            changed.remove();
        });
    });
}

/// The element that something happened at.
fn element_of(event: &Happened) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Whether now is a time to send what waits: at first, and whenever the live feed is back.
fn may_send() -> bool {
    Live::of_tab().is_none_or(|live| !matches!(live.status().get(), Status::Connecting | Status::Lost))
}

/// Sends the runs that wait, on whatever page their player comes back to; the game itself says what became of them.
pub fn send_what_waits() {
    let send = || {
        if call::is_waiting() {
            spawn_local(async {
                // Where the part can't be loaded they go on waiting.
                let _ = send().await;
            });
        }
    };
    effect(move || {
        if may_send() {
            send();
        }
    });
    on_window("online", move |_| send());
}

chunk! {
    fn send() -> () {
        if Stage::find().is_none() {
            call::send_waiting(|answer| {
                if let Err(Unsent::Refused(why)) = answer {
                    call::keep_refusal(&why);
                }
            });
        }
    }
    in desk
}

impl Player {
    fn is_playing(&self) -> bool {
        matches!(*self.now.borrow(), Now::Playing(_))
    }

    fn is_asking(&self) -> bool {
        matches!(*self.now.borrow(), Now::Asking)
    }

    /// Asks for a run, and plays it.
    fn begin(self: &Rc<Self>, is_there: impl Fn(BoardId) + 'static) {
        if !matches!(*self.now.borrow(), Now::Idle) {
            return;
        }
        let player = match self.stage.player() {
            Ok(player) => player,
            Err(error) => return self.stage.complain(&error.text()),
        };
        *self.now.borrow_mut() = Now::Asking;
        self.stage.complain("");
        self.stage.ask(true);
        self.sound.allow(self.stage.wants_sound());
        let this = self.clone();
        call::begin(&self.board, &player.clone(), self.stage.account(), move |answer| match answer {
            Ok(run) => {
                Visitor::remember(&player);
                is_there(this.board.clone());
                this.play(run, player);
            }
            Err(why) => {
                *this.now.borrow_mut() = Now::Idle;
                this.stage.ask(false);
                this.stage.complain(match &why {
                    Unsent::Away => t::game::AWAY.text(),
                    Unsent::Refused(why) | Unsent::NotYou(why) => why,
                });
            }
        });
    }

    fn play(self: &Rc<Self>, run: Begun, player: PlayerId) {
        let game = Game::new(run.seed);
        let ghost = run.ghost.clone().map(|ghost| Racer { name: ghost.name, game: game.clone(), taps: ghost.taps });
        let begins_ms = self.stage.now_ms() + READY_MS;
        self.stage.begin();
        let (this, name) = (self.clone(), self.stage.called(&player));
        call::entry(&self.board, &player, move |entry| this.standings.borrow_mut().knows(entry));
        *self.last.borrow_mut() = None;
        *self.now.borrow_mut() = Now::Playing(Box::new(Playing { run, player, name, begins_ms, game, ghost, taps: Vec::new() }));
        self.go_on();
    }

    /// Plays on with each picture of the screen.
    fn go_on(self: &Rc<Self>) {
        let this = self.clone();
        request_animation_frame(move || {
            if !this.stage.is_there() {
                return;
            }
            let is_over = {
                let Now::Playing(playing) = &mut *this.now.borrow_mut() else { return };
                playing.advance(this.stage.now_ms(), &this.stage, &this.sound);
                this.stage.draw(&playing.game, playing.ghost.as_ref().map(|ghost| (&*ghost.name, &ghost.game)));
                playing.game.is_over()
            };
            this.show_strip();
            if is_over { this.finish() } else { this.go_on() }
        });
    }

    /// A tap, at a time by the page's clock.
    fn tap(&self, at_ms: f64) {
        if let Now::Playing(playing) = &mut *self.now.borrow_mut() {
            playing.tap(at_ms, &self.stage, &self.sound);
        }
    }

    fn finish(self: &Rc<Self>) {
        let Now::Playing(playing) = std::mem::replace(&mut *self.now.borrow_mut(), Now::Asking) else { return };
        self.stage.end();
        let (this, outcome) = (self.clone(), playing.game.outcome());
        let player = playing.player.clone();
        let (name, score) = (playing.name.clone(), Some(outcome.score));
        *self.last.borrow_mut() = Some(Last { player: player.clone(), name, score, rank: None });
        call::finish(&self.board, &playing.player, &playing.run.run, &playing.taps, outcome.score, move |answer| {
            match answer {
                Ok(counted) => {
                    this.stage.tell(&this.board, &player, outcome, Some(&counted));
                    this.stands(counted.rank);
                }
                Err(why) => {
                    this.stage.tell(&this.board, &player, outcome, None::<&Counted>);
                    if matches!(why, Unsent::Refused(_)) {
                        this.stands(None);
                    }
                    this.stage.complain(match &why {
                        Unsent::Away => t::game::WAITS.text(),
                        Unsent::Refused(why) | Unsent::NotYou(why) => why,
                    });
                }
            }
            set_timeout(
                move || {
                    *this.now.borrow_mut() = Now::Idle;
                    this.stage.again();
                    this.show_strip();
                },
                DEAF,
            );
        });
    }

    /// The run that is over counts, or never will: its player stands as the board says.
    fn stands(self: &Rc<Self>, rank: Option<u64>) {
        if let Some(last) = &mut *self.last.borrow_mut() {
            (last.score, last.rank) = (None, rank);
        }
        self.show_strip();
    }

    fn show_strip(self: &Rc<Self>) {
        let (now, last) = (self.now.borrow(), self.last.borrow());
        let (own, rank) = match (&*now, &*last) {
            (Now::Playing(playing), _) => {
                (Some(Own { player: &playing.player, name: &playing.name, score: Some(playing.game.score()) }), None)
            }
            (_, Some(Last { player, name, score, rank })) => (Some(Own { player, name, score: *score }), *rank),
            _ => (None, None),
        };
        let is_known = self.standings.borrow_mut().show(&self.stage, own.as_ref());
        match (own.and_then(|own| own.score), rank) {
            (Some(score), _) if !is_known => self.seek(score),
            (None, Some(rank)) if !is_known => self.look_at(rank),
            _ => {}
        }
    }

    /// Watches the rows around a place.
    fn look_at(&self, place: u64) {
        let from = place.saturating_sub(u64::from(WATCHED) / 2).max(1);
        // A page that is gone watches nothing.
        if self.from.try_get_untracked().is_some_and(|known| known != from) {
            self.standings.borrow_mut().look_at(from);
            let _gone = self.from.try_set(from);
        }
    }

    /// Looks up where a score would stand, and watches the rows around it.
    fn seek(self: &Rc<Self>, score: u32) {
        let now = self.stage.now_ms();
        if now < self.seeks_after.get() {
            return;
        }
        self.seeks_after.set(now + SEEK_MS);
        let this = self.clone();
        call::better(&self.board, self.stage.is_asc, score, move |ahead| {
            if let Some(ahead) = ahead {
                this.look_at(ahead + 1);
            }
        });
    }
}

impl Playing {
    /// The tick that it is at a time.
    fn tick_at(&self, ms: f64) -> Option<u32> {
        let since = ms - self.begins_ms;
        (since >= 0.0).then(|| (since * f64::from(TICKS_PER_SECOND) / 1000.0) as u32)
    }

    fn advance(&mut self, ms: f64, stage: &Stage, sound: &Sound) {
        let Some(tick) = self.tick_at(ms) else { return };
        while self.game.tick() < tick && !self.game.is_over() {
            if let Some(event) = self.game.step(false) {
                stage.show(event);
                sound.play(event);
            }
        }
        if let Some(ghost) = &mut self.ghost {
            ghost.advance(self.game.tick());
        }
    }

    fn tap(&mut self, at_ms: f64, stage: &Stage, sound: &Sound) {
        self.advance(at_ms, stage, sound);
        let may = self.tick_at(at_ms).is_some() && !self.game.is_over() && self.game.takes_tap_after(self.taps.last().copied());
        if may {
            self.taps.push(self.game.tick());
            if let Some(event) = self.game.step(true) {
                stage.show(event);
                sound.play(event);
            }
        }
    }
}

impl Racer {
    fn advance(&mut self, tick: u32) {
        while self.game.tick() < tick && !self.game.is_over() {
            let _event: Option<Event> = self.game.step(self.taps.binary_search(&self.game.tick()).is_ok());
        }
    }
}
