use super::call::Counted;
use crate::{
    dom::{by_id, member},
    error::AppError,
    game::{Event, Game, Outcome, TURN},
    i18n::{language, number, t},
    model::{BoardId, PlayerId},
    paths::encode,
};
use js_sys::{Function, Object, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlProgressElement};

/// The attribute of a button that has the page that it shares.
const SHARES: &str = "data-shares";

/// What is on the page.
pub struct Stage {
    /// Whether less is better on the board.
    pub is_asc: bool,
    /// Digits behind the decimal point of the board's scores.
    pub decimals: u8,
    arena: Element,
    pointer: Element,
    target: Element,
    ghost: Element,
    score: Element,
    row: Element,
    go: HtmlElement,
    time: HtmlProgressElement,
    name: HtmlInputElement,
    wrong: Element,
    racing: Element,
    strip: Element,
    sound: HtmlInputElement,
    result: Element,
}

impl Stage {
    /// The game on the page, and its board, if it is there.
    pub fn find() -> Option<(BoardId, Self)> {
        let play = document().query_selector("[data-play]").ok()??;
        let board = play.get_attribute("data-play")?;
        let stage = Self {
            is_asc: play.has_attribute("data-asc"),
            decimals: play.get_attribute("data-decimals").and_then(|decimals| decimals.parse().ok()).unwrap_or(0),
            arena: by_id("arena")?,
            pointer: by_id("play-pointer")?,
            target: by_id("play-target")?,
            ghost: by_id("play-ghost-pointer")?,
            score: by_id("play-score")?,
            row: by_id("play-row")?,
            go: by_id("play-go")?,
            time: by_id("play-time")?,
            name: by_id("play-name")?,
            wrong: by_id("play-wrong")?,
            racing: by_id("play-ghost")?,
            strip: by_id("play-strip")?,
            sound: by_id("play-sound")?,
            result: by_id("play-result")?,
        };
        Some((BoardId::parse(&board).ok()?, stage))
    }

    /// Whether it is on the page still.
    pub fn is_there(&self) -> bool {
        self.arena.is_connected()
    }

    /// Whether an element is in the part that is tapped on.
    pub fn is_in_arena(&self, element: &Element) -> bool {
        self.arena.contains(Some(element))
    }

    /// What time it is by the page's clock, in ms.
    pub fn now_ms(&self) -> f64 {
        window().performance().map_or(0.0, |clock| clock.now())
    }

    /// The server was not reached, and whoever had signed in plays on.
    pub fn is_played_by(&self, player: &PlayerId, name: &str) {
        self.set(&self.name, "data-player", player.as_str());
        self.set(&self.name, "data-name", name);
        self.name.set_value(name);
        self.name.set_read_only(true);
    }

    /// The name of whoever plays, if they have signed in.
    pub fn account(&self) -> Option<String> {
        self.name.get_attribute("data-name")
    }

    /// Who plays, as typed, or as whoever has signed in.
    pub fn player(&self) -> Result<PlayerId, AppError> {
        let own = self.name.get_attribute("data-player");
        let player = own.map_or_else(|| PlayerId::from_input(&self.name.value()), |own| PlayerId::parse(&own));
        if player.is_err() {
            let _focused = self.name.focus();
        }
        player
    }

    /// What whoever plays is called.
    pub fn called(&self, player: &PlayerId) -> String {
        self.account().unwrap_or_else(|| player.to_string())
    }

    /// Whether one wants to hear anything.
    pub fn wants_sound(&self) -> bool {
        self.sound.checked()
    }

    /// A run may be begun.
    pub fn ready(&self) {
        self.go.set_hidden(false);
    }

    /// A run is asked for, or is not to be had.
    pub fn ask(&self, is_asking: bool) {
        self.row.set_text_content(is_asking.then(|| t::board::CONNECTING.text()));
    }

    /// A run begins.
    pub fn begin(&self) {
        self.go.set_hidden(true);
        self.result.set_text_content(None);
        self.set(&self.ghost, "visibility", "hidden");
        self.racing.set_text_content(None);
        self.row.set_text_content(Some(t::game::GET_READY.text()));
        self.set(&self.arena, "data-state", "playing");
        self.arena.scroll_into_view_with_bool(false);
    }

    /// The time is up.
    pub fn end(&self) {
        self.set(&self.arena, "data-state", "over");
        self.row.set_text_content(Some(t::game::TIME_UP.text()));
    }

    /// What is wrong; nothing, if it is empty.
    pub fn complain(&self, why: &str) {
        self.wrong.set_text_content(Some(why));
    }

    /// Draws a game as it stands, and one that it races.
    pub fn draw(&self, game: &Game, ghost: Option<(&str, &Game)>) {
        self.turn(&self.pointer, game.angle());
        self.turn(&self.target, game.target());
        self.set(&self.pointer, "data-stunned", if game.is_stunned() { "yes" } else { "no" });
        self.score.set_text_content(Some(&number(game.score().into())));
        self.time.set_value(game.tick().into());
        if game.row() > 0 {
            self.row.set_text_content(Some(&t::game::row(&number(game.row().into()), &number(game.times().into())).text()));
        } else if game.tick() > 0 {
            self.row.set_text_content(None);
        }
        let Some((name, ghost)) = ghost else { return };
        self.turn(&self.ghost, ghost.angle());
        self.set(&self.ghost, "visibility", "visible");
        self.racing.set_text_content(Some(&t::game::race(name, &number(ghost.score().into())).text()));
    }

    /// Shows what happened.
    pub fn show(&self, event: Event) {
        let what = match event {
            Event::Hit(_) => "hit",
            Event::Beside => "beside",
            Event::Passed => "passed",
        };
        // The same twice is to be seen twice.
        self.set(&self.arena, "data-event", "");
        let _laid_out = self.arena.client_width();
        self.set(&self.arena, "data-event", what);
    }

    /// Lists lines: place, name, score, and whether it is one's own.
    pub fn list(&self, lines: &[(String, &str, String, bool)]) {
        let items = lines.iter().filter_map(|(place, name, score, is_own)| {
            let item = document().create_element("li").ok()?;
            for (tag, class, text) in [("span", "place", place.as_str()), ("bdi", "", name), ("span", "score", score)] {
                let part = document().create_element(tag).ok()?;
                part.set_class_name(class);
                part.set_text_content(Some(text));
                item.append_child(&part).ok()?;
            }
            item.set_class_name(if *is_own { "own" } else { "" });
            Some(item)
        });
        let all = js_sys::Array::from_iter(items);
        self.strip.replace_children_with_node(&all);
    }

    /// Tells what came of a run; without a standing where that is not known.
    pub fn tell(&self, board: &BoardId, player: &PlayerId, outcome: Outcome, counted: Option<&Counted>) {
        let Outcome { score, hits, misses, best_row, .. } = outcome;
        let stands = match counted {
            Some(Counted { improved: true, rank: Some(rank), total, .. }) => t::game::best(&number(*rank), &number(*total)).text(),
            Some(Counted { rank: Some(rank), .. }) => t::game::keeps(&number(*rank)).text(),
            Some(Counted { rank: None, .. }) => t::game::UNTOLD.into(),
            None => String::new(),
        };
        let points = t::game::points(score.into()).text();
        let (hits, misses) = (t::game::hits(hits.into()).text(), t::game::misses(misses.into()).text());
        self.add("h2", &points, &[]);
        self.add("p", &format!("{} {stands}", t::game::tally(&hits, &misses, &number(best_row.into()))), &[]);
        if counted.is_some_and(|counted| self.add_card(counted)) {
            self.add("a", t::game::PAGE.text(), &[("href", &format!("/b/{board}/p/{}", encode(player.as_str())))]);
        }
    }

    /// Shows a run as others are shown it; whether they can be.
    fn add_card(&self, counted: &Counted) -> bool {
        let Counted { shared: Some((page, picture)), score, .. } = counted else { return false };
        let picture = format!("{picture}?lang={}", language().code());
        let about = t::game::picture(&t::game::points((*score).into()).text()).text();
        self.add("img", "", &[("src", &picture), ("alt", &about), ("width", "1200"), ("height", "630"), ("class", "play-card")]);
        self.add("a", t::game::RESULT.text(), &[("href", page)]);
        self.add("button", t::game::SHARE.text(), &[("type", "button"), (SHARES, page)]);
        true
    }

    /// Another run may be begun.
    pub fn again(&self) {
        self.go.set_text_content(Some(t::game::AGAIN.text()));
        self.ready();
        // Whoever is at something else by now stays there.
        if document().active_element().is_none_or(|active| active.tag_name() == "BODY") {
            let _focused = self.go.focus();
        }
    }

    /// Shares the page of a result, if this is the button for that: as the browser does it, or its link is copied.
    pub fn share(&self, button: Element) {
        let (Some(page), Ok(origin)) = (button.get_attribute(SHARES), window().location().origin()) else { return };
        let address = JsValue::from(format!("{origin}{page}"));
        let call = |of: &JsValue, name: &str, with: &JsValue| member(of, name).dyn_into::<Function>().ok()?.call1(of, with).ok();
        let said = Object::new();
        // An object that was made just now takes whatever it is given.
        let _set = Reflect::set(&said, &"url".into(), &address);
        let navigator = window().navigator();
        let shared = call(&navigator, "share", &said);
        let copied = shared.is_none();
        // Without either there is the link.
        let Some(done) = shared.or_else(|| call(&member(&navigator, "clipboard"), "writeText", &address)) else { return };
        let is_done = Closure::once_into_js(move || {
            if copied {
                button.set_text_content(Some(t::game::COPIED.text()));
            }
        });
        // Whoever thinks better of it has not failed.
        let is_not = Closure::once_into_js(|| ());
        let _told = member(&done, "then").dyn_into::<Function>().ok().map(|then| then.call2(&done, &is_done, &is_not));
    }

    /// Tells of a run that was sent late.
    pub fn tell_late(&self, counted: &Counted) {
        let told = counted.rank.map_or_else(|| t::game::LATE.into(), |rank| t::game::late_rank(&number(rank)).text());
        self.wrong.set_text_content(None);
        self.add("p", &told, &[]);
        self.add_card(counted);
    }

    /// Tells why a run was refused that was sent late.
    pub fn tell_refused(&self, why: &str) {
        self.complain(&t::game::late_refused(why).text());
    }

    /// Adds an element to the result.
    fn add(&self, tag: &str, text: &str, attributes: &[(&str, &str)]) {
        let Ok(element) = document().create_element(tag) else { return };
        attributes.iter().for_each(|(name, value)| self.set(&element, name, value));
        element.set_text_content(Some(text));
        let _added = self.result.append_child(&element);
    }

    fn turn(&self, element: &Element, angle: u32) {
        let degrees = f64::from(angle) * 360.0 / f64::from(TURN);
        self.set(element, "transform", &format!("rotate({degrees:.2} 120 120)"));
    }

    fn set(&self, element: &Element, name: &str, value: &str) {
        // The names are ours, and no browser refuses them.
        let _set = element.set_attribute(name, value);
    }
}
