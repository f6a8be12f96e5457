use crate::{
    error::AppError,
    model::{Receipt, grouped},
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
        Outcome::Sent(None) => ("sent", "Sending…".to_owned()),
        Outcome::Sent(Some(rank)) => ("sent", format!("Sending… probably rank {rank}.")),
        Outcome::Covered => ("counted", "Not needed: a better one of theirs waits to be sent.".to_owned()),
        Outcome::Counted(receipt) => ("counted", counted(receipt)),
        Outcome::RolledBack(error @ AppError::Held { .. }) => ("held", error.to_string()),
        Outcome::RolledBack(error) => ("rolled-back", format!("Taken back. {error}")),
    };
    view! {
        <li data-outcome=kind>
            <strong>
                <bdi>{notice.player}</bdi>
                " · "
                {notice.score.to_string()}
            </strong>
            <span>{text}</span>
        </li>
    }
}

fn counted(receipt: &Receipt) -> String {
    let place = format!("rank {} of {}", grouped(receipt.after.rank), grouped(receipt.total));
    match (receipt.improved, receipt.before) {
        (true, None) => format!("On the board: {place}."),
        (true, Some(before)) if before.rank > receipt.after.rank => format!("Up from {} to {place}.", before.rank),
        (true, Some(_)) => format!("Improved: {place}."),
        (false, Some(before)) if before.score == receipt.after.score => format!("Counted; {} stays: {place}.", before.score),
        (false, _) => format!("Counted: {place}."),
    }
}
