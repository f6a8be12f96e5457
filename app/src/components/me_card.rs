use super::moved;
use crate::{
    i18n::{number, t},
    markup::{Markup, Tag, live_of, tag},
    model::{Own, share_ahead},
    protocol::MyStanding,
    query::{Key, Options, query},
    state::{BoardState, score_text},
};
use leptos::prelude::*;

/// How whoever plays in this browser stands; `today` is how many places they had gained when the page was rendered.
pub fn me_card(state: BoardState, standing: ReadSignal<Option<MyStanding>>, today: Option<i64>) -> Tag {
    let today = today_of(state, today);
    let name = move || {
        let own = state.own().get()?;
        Some(standing.with(|standing| standing.as_ref().map_or_else(|| state.name_of(&own), |standing| standing.name.clone())))
    };
    let head = |name: &Option<String>| match name {
        Some(name) => tag("h2").put(tag("bdi").put(name.clone())),
        None => tag("p").class("hint").put(t::standing::nobody(tag("a").attr("href", "/me").put(t::site::ME))),
    };
    let known = move || state.own().with(Option::is_some).then(|| (standing.get(), state.total().get(), today(), state.own_waits()));
    let card = |known: &Option<(Option<MyStanding>, u64, Option<i64>, bool)>| match known {
        Some((Some(standing), total, today, waits)) => figures(standing, *total, *today, *waits),
        Some((None, ..)) => tag("p").class("hint").put(t::standing::NONE).into(),
        None => Markup::Nothing,
    };
    tag("section").class("me-card").attr("aria-label", t::standing::YOURS).put(live_of(name, head)).put(live_of(known, card))
}

fn figures(standing: &MyStanding, total: u64, today: Option<i64>, waits: bool) -> Markup {
    let figure = |what: Markup, how: Markup| tag("div").put(tag("dt").put(what)).put(tag("dd").put(how));
    let gap = match &standing.ahead {
        None if standing.place > 1 => Markup::Nothing,
        None => figure(t::standing::AHEAD.into(), t::standing::NOBODY_AHEAD.into()).into(),
        Some(ahead) => {
            // Only tiebreaks or time may be between them.
            let gap = if ahead.gap.units() == 0 { t::standing::LEVEL.into() } else { ahead.gap.text() };
            figure(t::standing::to_pass(tag("bdi").put(ahead.name.clone())), gap.into()).into()
        }
    };
    let rank = tag("p")
        .class("big")
        .put("#")
        .put(tag("strong").put(number(standing.rank)))
        .put(" ")
        .put(tag("span").class("of").put(t::standing::of_total(&number(total))));
    let score = tag("span")
        .class("score")
        .attr("title", waits.then(|| t::send::SENDING.text()))
        .put(score_text(standing.score, &standing.tiebreaks));
    let stats = tag("dl")
        .class(if waits { "stats pending" } else { "stats" })
        .put(figure(t::board::SCORE.into(), score.into()))
        .put(gap)
        .put(figure(t::standing::TOP.into(), share_ahead(standing.place, total).into()))
        .put(today.map(|places| figure(t::standing::TODAY.into(), moved(places).into())));
    [rank.into(), stats.into()].into()
}

/// Places gained today: as the page was rendered, then asked for again as the board moves.
fn today_of(state: BoardState, first: Option<i64>) -> impl Fn() -> Option<i64> + Send {
    let key = move || {
        let player = state.own().get()?;
        let is_known = state.is_current() && state.period().window.is_all();
        is_known.then(|| Key::of_board(state.board(), format!("own/{player}")))
    };
    // It matters little, and every change of the board makes it old.
    let options = Options { stale_ms: 10_000.0, cache_ms: 30_000.0, ..Options::default() };
    let own = query(key, options, move |_| {
        let (board, period, player) = (state.board(), state.period(), state.own().get_untracked());
        async move {
            let player = player.ok_or(crate::error::AppError::Internal)?;
            crate::api::read_own(board, period, player).await
        }
    });
    move || own.data().with(|own: &Option<Own>| own.as_ref().map_or(first, |own| own.today))
}
