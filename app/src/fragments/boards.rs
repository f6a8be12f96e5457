use crate::{
    i18n::{number, t},
    model::{Entered, PlayerId},
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
                <td class="rank">{t::profile::rank_of(&number(entered.standing.rank), &number(entered.total))}</td>
                <td class="score">{entered.standing.score.text()}</td>
            </tr>
        }
    };
    let rows = entered.into_iter().map(row).collect_view();
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{t::profile::BOARD}</th>
                    <th scope="col" class="rank">{t::board::RANK}</th>
                    <th scope="col" class="score">{t::board::SCORE}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
