use crate::state::{BoardState, BoardStoreFields, ShownRow, ShownRowStoreFields};
use leptos::prelude::*;
use reactive_stores::{AtKeyed, Store};

/// The rows of a board. A row's texts change; its node stays. The roles are spelled out, because rows that lay themselves
/// out are no table to some browsers.
#[component]
pub fn Rows(
    /// The board.
    state: BoardState,
) -> impl IntoView {
    let shown = state.shown();
    let is_empty = Memo::new(move |_| shown.rows().read().is_empty());
    let empty = move || {
        is_empty.get().then(|| match state.total() {
            None => view! { <p class="empty">"The board can't be reached at the moment. It will be here as soon as it is back."</p> },
            Some(_) => view! { <p class="empty">"No scores yet. The first one leads."</p> },
        })
    };
    view! {
        <section class="board" aria-label="Standings">
            <table role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col" class="rank">
                            <abbr title="Rank">"#"</abbr>
                        </th>
                        <th role="columnheader" scope="col" class="name">
                            "Player"
                        </th>
                        <th role="columnheader" scope="col" class="score">
                            "Score"
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=move || shown.rows() key=|row| row.clone().player().get_untracked() let:row>
                        <OneRow row />
                    </For>
                </tbody>
            </table>
            {empty}
        </section>
    }
}

type RowField = AtKeyed<Store<crate::state::Board>, crate::state::Board, String, Vec<ShownRow>>;

#[component]
fn OneRow(row: RowField) -> impl IntoView {
    let (rank, name, score, pending) = (row.clone().rank(), row.clone().name(), row.clone().score(), row.clone().pending());
    let (medal, busy) = (rank.clone(), pending.clone());
    view! {
        <tr role="row" data-player=row.clone().player().get_untracked() data-rank=move || medal.get().to_string() class:pending=move || pending.get() aria-busy=move || busy.get().to_string()>
            <td role="cell" class="rank">
                <span>{move || rank.get()}</span>
            </td>
            <td role="cell" class="name">
                <bdi>{move || name.get()}</bdi>
            </td>
            <td role="cell" class="score">{move || score.get().to_string()}</td>
        </tr>
    }
}
