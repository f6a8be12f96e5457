use crate::{
    live::{Live, News},
    model::{BoardId, PlayerId, WindowName},
    protocol::MyStanding,
    state::BoardState,
};
use leptos::prelude::*;

/// How whoever sent the last score from here stands, as it changes. Nothing before a score was sent.
#[component]
pub fn Standing(
    /// The board.
    state: BoardState,
) -> impl IntoView {
    let standing = RwSignal::new(None::<MyStanding>);
    let player = Memo::new(move |_| state.sender().get());
    Effect::new(move |_| {
        standing.set(None);
        if let (Some(player), Some(live)) = (player.get(), Live::of_tab()) {
            live.follow(BoardId::main(), WindowName::all(), player, move |news| match news {
                News::Standing(me) => standing.set(me.standing),
                News::Gone(_) => standing.set(None),
                News::Rows(_) | News::Edited => {}
            });
        }
    });
    let line = move || Some(view! { <Line player=player.get()? standing=standing.get()? total=state.total()? /> });
    view! {
        <p class="standing" aria-live="polite">
            {line}
        </p>
    }
}

#[component]
fn Line(player: PlayerId, standing: MyStanding, total: u64) -> impl IntoView {
    let ahead = match standing.ahead {
        None => view! { "leads" }.into_any(),
        // Only tiebreaks or time are between them.
        Some(ahead) if ahead.gap.units() == 0 => view! { "level with " <bdi>{ahead.player_id.to_string()}</bdi> }.into_any(),
        Some(ahead) => view! { {ahead.gap.to_string()} " behind " <bdi>{ahead.player_id.to_string()}</bdi> }.into_any(),
    };
    view! {
        <strong>
            <bdi>{player.to_string()}</bdi>
        </strong>
        {format!(" · rank {} of {total} · ", standing.rank)}
        {ahead}
    }
}
