use super::head::Head;
use crate::{
    api::open_board,
    chunk::chunk,
    components::{
        Announcer, Connection, Failure, Finder, Jump, MeCard, Notices, Refusal, ScoreForm, Standings, Tabs, Taken, WaitingScores, follow,
    },
    i18n::t,
    live::{Live, Status},
    model::{BoardId, Opened, Period, PlayerId, Start, WindowName},
    paths::{board_path, encode, picture_path},
    state::{BoardState, Outbox},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

chunk! {
    /// The page of a board.
    pub fn board() -> AnyView {
        view! { <BoardPage /> }.into_any()
    }
    in board load load
}

/// The standings of a board, live.
#[component]
fn BoardPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let wanted = Memo::new(move |_| {
        let text = |name: &str| query.with(|query| query.get_str(name).map(str::to_owned));
        let board = params.with(|params| params.get_str("board").unwrap_or_default().to_owned());
        [Some(board), text("window"), text("period"), text("from"), text("player")]
    });
    let opened = super::resource(
        move || wanted.get(),
        |[board, window, period, from, player]| async move {
            let board = BoardId::parse(&board.unwrap_or_default())?;
            let window = window.map_or_else(|| Ok(WindowName::all()), |window| WindowName::parse(&window))?;
            let start = match player.and_then(|player| PlayerId::parse(&player).ok()) {
                Some(player) => Start::Player(player),
                // What is no place is the first.
                None => Start::Place(from.and_then(|from| from.trim().parse().ok()).unwrap_or(1)),
            };
            let period = Period { window, period };
            Ok((open_board(board, period.clone(), start).await?, period))
        },
    );
    view! {
        <Transition fallback=super::loading>
            {move || Suspend::new(async move {
                match opened.await {
                    Ok((opened, period)) => view! { <Shown opened period /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(opened: Opened, period: Period) -> impl IntoView {
    let state = BoardState::new(&opened, period.clone());
    let Opened { board, facts, past, is_past, page, place, own, account, .. } = opened;
    let paused = RwSignal::new(false);
    let gone = RwSignal::new(None::<String>);
    let jump = RwSignal::new(None::<u64>);
    let status = status(gone, paused);
    let standing = follow(state, own.as_ref().and_then(|own| own.standing.clone()), paused.read_only());
    state.hear();
    send_when_live(status);
    let players = move || t::board::players(state.total().get()).text();
    let window = period.window.clone();
    let title = Memo::new(move |_| {
        state.facts().with(|facts| match window.is_all() {
            true => facts.title.clone(),
            false => format!("{} · {}", facts.title, crate::components::label(&window)),
        })
    });
    let leader = page.rows.first().filter(|_| page.from == 1);
    let description = match leader {
        Some(leader) => t::board::leads(&facts.title, &leader.face.name, &leader.score.text(), page.total).text(),
        None => t::board::nobody_leads(&facts.title, page.total).text(),
    };
    let image = picture_path(&board, &period);
    let form = match account {
        _ if is_past => view! { <Refusal /> }.into_any(),
        account if facts.is_open || facts.is_for_accounts && account.is_some() => view! { <ScoreForm state account /> }.into_any(),
        _ if facts.is_for_accounts => view! { <SignInFirst /> }.into_any(),
        _ => view! { <Refusal /> }.into_any(),
    };
    let to_me = move |event: leptos::ev::MouseEvent| {
        if let Some(standing) = standing.get_untracked() {
            event.prevent_default();
            jump.set(Some(standing.place));
        }
    };
    let me = {
        let (board, period) = (board.clone(), period.clone());
        move || {
            let player = standing.with(Option::is_some).then(|| state.own().get()).flatten()?;
            let href = board_path(&board, &period, &format!("player={}", encode(player.as_str())));
            Some(view! { <a class="button ghost small" href=href on:click=to_me>{t::board::JUMP_TO_ME}</a> }.into_any())
        }
    };
    let is_paused = move || paused.get().to_string();
    view! {
        <Head title description image=Some(image) />
        <div class="board-page">
            <nav class="crumbs" aria-label=t::site::PATH>
                <a href="/">{t::site::BOARDS}</a>
            </nav>
            <div class="page-head">
                <h1>
                    <bdi>{move || state.facts().with(|facts| facts.title.clone())}</bdi>
                </h1>
                <p class="facts">
                    <span class="players">{move || players()}</span>
                    <Connection status why=gone.read_only() />
                    <button class="ghost small pause" type="button" aria-pressed=move || is_paused() on:click=move |_| paused.update(|paused| *paused = !*paused)>
                        {move || if paused.get() { t::board::GO_ON.text() } else { t::board::PAUSE.text() }}
                    </button>
                </p>
            </div>
            <Banner status is_past period=period.clone() state />
            <p class="description">
                <bdi>{facts.description.clone()}</bdi>
            </p>
            <Tabs board=board.clone() windows=facts.windows.clone() period=period.clone() past />
            <div class="tools">
                <Finder board=board.clone() period=period.clone() />
                <Jump period on_jump=Callback::new(move |place| jump.set(Some(place))) />
                {move || me()}
            </div>
            <div class="columns">
                <MeCard state standing today=own.and_then(|own| own.today) />
                <Standings state start=(page.from, place) status paused=paused.read_only() standing on_gone=Callback::new(move |why| gone.set(Some(why))) jump />
                <aside class="panel" aria-label=t::board::YOU>
                    {form}
                    <Taken />
                    <Notices state />
                    <WaitingScores />
                    <noscript>
                        <p class="hint">{t::board::WITHOUT_SCRIPT}</p>
                    </noscript>
                </aside>
            </div>
            <Announcer standing />
        </div>
    }
}

/// Where whoever has no account can't send a score.
#[component]
fn SignInFirst() -> impl IntoView {
    view! {
        <Refusal />
        <p class="hint">{t::board::sign_in_first(view! { <a href="/me">{t::board::BEGIN_OR_RETURN}</a> }.into_any())}</p>
    }
}

/// How live the page is.
fn status(gone: RwSignal<Option<String>>, paused: RwSignal<bool>) -> Memo<Status> {
    let live = Live::of_tab();
    let is_online = Outbox::of_tab().map(Outbox::is_online);
    Memo::new(move |_| match live {
        Some(_) if is_online.is_some_and(|is_online| !is_online.get()) => Status::Lost,
        Some(_) if gone.with(Option::is_some) => Status::Ended,
        Some(_) if paused.get() => Status::Paused,
        Some(live) => live.status().get(),
        None => Status::Still,
    })
}

/// What waits is sent as soon as the server can be reached, whatever the time until the next try.
fn send_when_live(status: Memo<Status>) {
    #[cfg(feature = "hydrate")]
    {
        let outbox = Outbox::of_tab();
        let is_live = Memo::new(move |_| status.get() == Status::Live);
        Effect::new(move |_| {
            if let (true, Some(outbox)) = (is_live.get(), outbox) {
                outbox.retry();
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (status, Outbox::of_tab);
}

/// What there is to know of the page as a whole.
#[component]
fn Banner(status: Memo<Status>, is_past: bool, period: Period, state: BoardState) -> impl IntoView {
    let is_online = Outbox::of_tab().map(Outbox::is_online);
    let text = move || {
        if is_online.is_some_and(|online| !online.get()) {
            return Some(("offline", t::board::OFFLINE));
        }
        match status.get() {
            Status::Lost => Some(("offline", t::board::LOST)),
            Status::Paused => Some(("paused", t::board::PAUSED)),
            _ => None,
        }
    };
    let frozen = move || state.facts().with(|facts| facts.frozen_since.is_some());
    let old = is_past.then(|| {
        let here = board_path(&state.board(), &Period { period: None, ..period }, "");
        view! {
            <p class="banner" data-kind="old">
                {t::board::past(view! { <a href=here>{t::board::TO_CURRENT}</a> }.into_any())}
            </p>
        }
    });
    view! {
        {old}
        <div class="banners" role="status">
            {move || {
                frozen().then(|| {
                    view! {
                        <p class="banner" data-kind="frozen">
                            {t::board::FROZEN}
                        </p>
                    }
                    .into_any()
                })
            }}
            {move || text().map(|(kind, text)| view! { <p class="banner" data-kind=kind>{text}</p> }.into_any())}
        </div>
    }
}

/// The rules were edited: they are read again. Where that fails, the old ones stay.
pub fn reload_facts(state: BoardState) {
    leptos::task::spawn_local(async move {
        if let Ok(opened) = open_board(state.board(), state.period(), Start::Place(1)).await {
            state.set_facts(opened.facts);
        }
    });
}
