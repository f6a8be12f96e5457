use crate::{
    model::{Entered, PlayerId, grouped},
    paths::player_path,
};
use leptos::prelude::*;

/// Where a player stands, board by board.
#[component]
pub fn Boards(
    /// The boards.
    entered: Vec<Entered>,
    /// Who.
    name: PlayerId,
) -> impl IntoView {
    let row = |entered: Entered| {
        view! {
            <tr>
                <td class="name">
                    <a href=player_path(&entered.board, name.as_str())>{entered.title}</a>
                </td>
                <td class="rank">{format!("#{} of {}", grouped(entered.standing.rank), grouped(entered.total))}</td>
                <td class="score">{entered.standing.score.to_string()}</td>
            </tr>
        }
    };
    let rows = entered.into_iter().map(row).collect_view();
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">"Board"</th>
                    <th scope="col" class="rank">"Rank"</th>
                    <th scope="col" class="score">"Score"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
