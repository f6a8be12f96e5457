use super::Moved;
use crate::{
    i18n::{number, t},
    model::{Own, share_ahead},
    protocol::MyStanding,
    query::{Key, Options, query},
    state::BoardState,
};
use leptos::prelude::*;

/// How whoever plays in this browser stands.
#[component]
pub fn MeCard(
    /// In which standings.
    state: BoardState,
    /// How they stand.
    standing: ReadSignal<Option<MyStanding>>,
    /// Places they had gained today when the page was rendered.
    today: Option<i64>,
) -> impl IntoView {
    let today = today_of(state, today);
    let card = move || {
        let player = state.name_of(&state.own().get()?);
        let name = Memo::new(move |_| {
            standing.with(|standing| standing.as_ref().map_or_else(|| player.clone(), |standing| standing.name.clone()))
        });
        Some(
            view! {
                <h2>
                    <bdi>{move || name.get()}</bdi>
                </h2>
                {move || match standing.get() {
                    Some(standing) => view! { <Figures standing total=state.total().get() today /> }.into_any(),
                    None => view! { <p class="hint">{t::standing::NONE}</p> }.into_any(),
                }}
            }
            .into_any(),
        )
    };
    let nobody = move || {
        state
            .own()
            .with(Option::is_none)
            .then(|| view! { <p class="hint">{t::standing::nobody(view! { <a href="/me">{t::site::ME}</a> }.into_any())}</p> }.into_any())
    };
    view! {
        <section class="me-card" aria-label=t::standing::YOURS>
            {move || card()}
            {move || nobody()}
        </section>
    }
}

#[component]
fn Figures(standing: MyStanding, total: u64, today: Memo<Option<i64>>) -> impl IntoView {
    let gap = match standing.ahead {
        None => view! { <div><dt>{t::standing::AHEAD}</dt><dd>{t::standing::NOBODY_AHEAD}</dd></div> }.into_any(),
        Some(ahead) => {
            let player = ahead.name;
            // Only tiebreaks or time may be between them.
            let gap = if ahead.gap.units() == 0 { t::standing::LEVEL.into() } else { ahead.gap.text() };
            view! { <div><dt>{t::standing::to_pass(view! { <bdi>{player}</bdi> }.into_any())}</dt><dd>{gap}</dd></div> }.into_any()
        }
    };
    view! {
        <p class="big">
            "#"
            <strong>{number(standing.rank)}</strong>
            " "
            <span class="of">{t::standing::of_total(&number(total))}</span>
        </p>
        <dl class="stats">
            <div>
                <dt>{t::board::SCORE}</dt>
                <dd>{standing.score.text()}</dd>
            </div>
            {gap}
            <div>
                <dt>{t::standing::TOP}</dt>
                <dd>{share_ahead(standing.place, total)}</dd>
            </div>
            {move || today.get().map(|places| view! {
                <div>
                    <dt>{t::standing::TODAY}</dt>
                    <dd>
                        <Moved places />
                    </dd>
                </div>
            }.into_any())}
        </dl>
    }
}

/// Places gained today: as the page was rendered, then asked for again as the board moves.
fn today_of(state: BoardState, first: Option<i64>) -> Memo<Option<i64>> {
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
    Memo::new(move |_| own.data().with(|own: &Option<Own>| own.as_ref().map_or(first, |own| own.today)))
}
