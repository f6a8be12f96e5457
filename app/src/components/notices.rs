use crate::{
    i18n::{number, t},
    markup::{Markup, Tag, live, tag},
    model::Receipt,
    state::{BoardState, Notice, Outcome},
};
use leptos::prelude::*;

/// What became of the scores that were sent from here to a board.
pub fn notices(state: BoardState) -> Tag {
    let notices = state.notices();
    let list = move || notices.with(|notices| notices.iter().map(notice).collect::<Markup>());
    // The list is a list still, within what is told as it changes.
    tag("div").attr("role", "status").put(tag("ol").class("notices").put(live(list)))
}

fn notice(notice: &Notice) -> Tag {
    let (kind, text) = match &notice.outcome {
        Outcome::Sent(None) => ("sent", t::send::SENDING.into()),
        Outcome::Sent(Some(rank)) => ("sent", t::send::probably(&number(*rank)).into()),
        Outcome::Covered => ("counted", t::send::COVERED.into()),
        Outcome::Elsewhere => ("counted", t::send::ELSEWHERE.into()),
        Outcome::Counted(receipt) => ("counted", counted(receipt)),
        Outcome::Taken(error) => ("taken", error.text()),
        Outcome::RolledBack(error) => ("rolled-back", t::send::taken_back(&error.text()).into()),
    };
    let what = tag("strong").put(tag("bdi").put(notice.player.clone())).put(format!(" · {}", notice.score.text()));
    tag("li").attr("data-outcome", kind).put(what).put(tag("span").put(text))
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
