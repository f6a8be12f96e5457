use super::head::head;
use crate::{
    api::open_board,
    chunk::chunk,
    components::{
        Standings, announcer, banner, connection, failure, finder, follow, go_to, go_to_own, me_card, notices, own_path, pause, refusal,
        score_form, standings, status, stopped, tabs, taken, waiting_scores,
    },
    i18n::t,
    live::Status,
    markup::{Markup, live, live_of, tag},
    model::{Account, BoardFacts, BoardId, Opened, Period, PlayerId, Start, WindowName},
    paths::{board_path, picture_path},
    state::{BoardState, Outbox},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

chunk! {
    /// The page of a board.
    pub fn board() -> AnyView {
        page()
    }
    in board load load
}

/// The standings of a board, live.
fn page() -> AnyView {
    let (params, query) = (use_params_map(), use_query_map());
    let wanted = move || {
        let text = |name: &str| query.with(|query| query.get_str(name).map(str::to_owned));
        let board = params.with(|params| params.get_str("board").unwrap_or_default().to_owned());
        [Some(board), text("window"), text("period"), text("from"), text("player"), text("rank")]
    };
    let open = |[board, window, period, from, player, rank]: [Option<String>; 6]| async move {
        let board = BoardId::parse(&board.unwrap_or_default())?;
        let window = window.map_or_else(|| Ok(WindowName::all()), |window| WindowName::parse(&window))?;
        let number = |text: Option<String>| text.and_then(|text| text.trim().parse().ok());
        let start = match (player.and_then(|player| PlayerId::parse(&player).ok()), number(rank)) {
            (Some(player), _) => Start::Player(player),
            (None, Some(rank)) => Start::Rank(rank),
            // What is no place is the first.
            (None, None) => Start::Place(number(from).unwrap_or(1)),
        };
        let period = Period { window, period };
        Ok((open_board(board, period.clone(), start).await?, period))
    };
    super::loaded("board", wanted, open, super::loading, |opened| match opened {
        Ok((opened, period)) => shown(opened, period),
        Err(error) => failure(&error),
    })
}

fn shown(opened: Opened, period: Period) -> Markup {
    let state = BoardState::new(&opened, period.clone());
    let Opened { board, which, past, is_past, page, place, own, account, .. } = opened;
    let paused = RwSignal::new(false);
    let gone = RwSignal::new(None::<String>);
    let jump = RwSignal::new(None::<u64>);
    let status = status(gone, paused);
    let standing = follow(state, own.as_ref().and_then(|own| own.standing.clone()), paused.read_only());
    state.hear();
    send_when_live(status);
    let players = move || t::board::players(state.total().get()).text();
    let title = move || state.facts().with(|facts| facts.title.clone()) + &which;
    head(title.clone(), || {
        let description = match page.rows.first().filter(|_| page.from == 1) {
            Some(leader) => t::board::leads(&title(), &leader.face.name, &leader.score.text(), page.total),
            None => t::board::nobody_leads(&title(), page.total),
        };
        (description.text(), Some(picture_path(&board, &period)))
    });
    let me = move |player: &Option<PlayerId>| {
        let link = |player: &PlayerId| {
            let to_me = move |event: leptos::ev::Event| go_to_own(&event, state, standing, jump);
            tag("a").class("button ghost small").attr("href", own_path(state, player.as_str())).on("click", to_me).put(t::board::JUMP_TO_ME)
        };
        player.as_ref().map(link)
    };
    let me = live_of(move || standing.with(Option::is_some).then(|| state.own().get()).flatten(), me);
    let facts_of_board = tag("p")
        .class("facts")
        .put(tag("span").class("players").put(live(players)))
        .put(connection(status, gone.read_only()))
        .put(pause(paused));
    let text = |of: fn(&BoardFacts) -> String| tag("bdi").put(live(move || state.facts().with(of)));
    let heading = tag("h1").put(text(|facts| facts.title.clone()));
    let tools =
        tag("div").class("tools").put(finder(state)).put(crate::components::jump(state, move |place| go_to(place, state, jump))).put(me);
    let crumbs = tag("nav").class("crumbs").attr("aria-label", t::site::PATH).put(tag("a").attr("href", "/").put(t::site::BOARDS));
    let description = tag("p").class("description").put(text(|facts| facts.description.clone()));
    let aside = tag("aside")
        .class("panel")
        .attr("aria-label", t::board::YOU)
        .put(form(state, account, status, is_past))
        .put(taken())
        .put(notices(state))
        .put(waiting_scores())
        .put(tag("noscript").put(tag("p").class("hint").put(t::board::WITHOUT_SCRIPT)));
    let columns = tag("div")
        .class("columns")
        .put(me_card(state, standing, own.and_then(|own| own.today)))
        .put(standings(Standings { state, start: (page.from, place), status, paused: paused.read_only(), standing, gone, jump }))
        .put(aside);
    let page = tag("div")
        .class("board-page")
        .put(crumbs)
        .put(tag("div").class("page-head").put(heading).put(facts_of_board))
        .put(banners(status, is_past, &period, state))
        .put(description)
        .put(tabs(state, past))
        .put(tools)
        .put(columns)
        .put(announcer(standing));
    page.into()
}

/// The form, if whoever looks can send a score by it, or why they can't: as the rules are now.
fn form(state: BoardState, account: Option<Account>, status: Memo<Status>, is_past: bool) -> Markup {
    let has_account = account.is_some();
    let takes = move |facts: &BoardFacts| facts.is_open || facts.is_for_accounts && has_account;
    // What is typed into the form has no more to it than a score. It stays as long as there is one, whatever else is edited.
    let is_there = Memo::new(move |_| !is_past && state.facts().with(|facts| takes(facts) && facts.tiebreaks.is_empty()));
    let why = move || {
        state.facts().with(|facts| match () {
            () if is_past => refusal(),
            () if (facts.is_open || facts.is_for_accounts) && !facts.tiebreaks.is_empty() => without_form(t::board::TIEBREAKS.into()),
            () if facts.is_for_accounts => sign_in_first(),
            () => refusal(),
        })
    };
    live(move || if is_there.get() { score_form(state, account.clone(), status).into() } else { live(why) })
}

/// Where whoever has no account can't send a score.
fn sign_in_first() -> Markup {
    let way = tag("a").attr("href", "/me").put(t::board::BEGIN_OR_RETURN);
    without_form(t::board::sign_in_first(way))
}

/// Why there is no form.
fn without_form(why: Markup) -> Markup {
    [refusal(), tag("p").class("hint").put(why).into()].into()
}

/// What waits is sent as soon as the server can be reached, whatever the time until the next try.
fn send_when_live(status: Memo<Status>) {
    #[cfg(feature = "hydrate")]
    {
        let outbox = Outbox::of_tab();
        // It is told when it is another one.
        crate::effect::effect(move || {
            if let (Status::Live, Some(outbox)) = (status.get(), outbox) {
                outbox.retry();
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (status, Outbox::of_tab);
}

/// What there is to know of the page as a whole.
fn banners(status: Memo<Status>, is_past: bool, period: &Period, state: BoardState) -> Markup {
    let frozen = move || state.facts().with(|facts| facts.frozen_since.is_some()).then(|| banner("frozen", t::board::FROZEN.into()));
    let old = is_past.then(|| {
        let here = board_path(&state.board(), &Period { period: None, ..period.clone() }, "");
        banner("old", t::board::past(tag("a").attr("href", here).put(t::board::TO_CURRENT)))
    });
    let banners = tag("div").class("banners").attr("role", "status").put(live(frozen)).put(stopped(status));
    [old.into(), banners.into()].into()
}
