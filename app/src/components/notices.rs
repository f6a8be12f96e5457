use crate::{
    i18n::{number, t},
    model::Receipt,
    state::{BoardState, Notice, Outcome},
};
use leptos::prelude::*;

/// What became of the scores that were sent from here.
#[component]
pub fn Notices(
    /// The board they were sent to.
    state: BoardState,
) -> impl IntoView {
    let notices = state.notices();
    view! {
        <ol class="notices" role="status">
            {move || notices.get().into_iter().map(|notice| view! { <OneNotice notice /> }).collect_view()}
        </ol>
    }
}

#[component]
fn OneNotice(notice: Notice) -> impl IntoView {
    let (kind, text) = match &notice.outcome {
        Outcome::Sent(None) => ("sent", t::send::SENDING.into()),
        Outcome::Sent(Some(rank)) => ("sent", t::send::probably(&number(*rank)).into()),
        Outcome::Covered => ("counted", t::send::COVERED.into()),
        Outcome::Counted(receipt) => ("counted", counted(receipt)),
        Outcome::Taken(error) => ("taken", error.text()),
        Outcome::RolledBack(error) => ("rolled-back", t::send::taken_back(&error.text()).into()),
    };
    view! {
        <li data-outcome=kind>
            <strong>
                <bdi>{notice.player}</bdi>
                " · "
                {notice.score.text()}
            </strong>
            <span>{text}</span>
        </li>
    }
}

fn counted(receipt: &Receipt) -> String {
    let (rank, total) = (number(receipt.after.rank), number(receipt.total));
    let said = match (receipt.improved, receipt.before) {
        (true, None) => t::send::entered(&rank, &total),
        (true, Some(before)) if before.rank > receipt.after.rank => t::send::rose(&number(before.rank), &rank, &total),
        (true, Some(_)) => t::send::improved(&rank, &total),
        (false, Some(before)) if before.score == receipt.after.score => t::send::stays(&rank, &before.score.text(), &total),
        (false, _) => t::send::counted(&rank, &total),
    };
    said.text()
}
