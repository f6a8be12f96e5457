//! What is around every page of the dashboard.

use super::{
    desk::{Desk, posted, refusal},
    fields::{Press, Undo},
};
use crate::model::Role;
use leptos::prelude::*;

/// The pages that are always at hand: where they are, what they are called, and who is shown the way.
pub const PLACES: [(&str, &str, Role); 12] = [
    ("/admin", "Overview", Role::Viewer),
    ("/admin/boards", "Boards", Role::Viewer),
    ("/admin/players", "Players", Role::Viewer),
    ("/admin/review", "Review", Role::Viewer),
    ("/admin/webhooks", "Webhooks", Role::Manager),
    ("/admin/jobs", "Jobs", Role::Viewer),
    ("/admin/live", "Live", Role::Viewer),
    ("/admin/keys", "Keys", Role::Manager),
    ("/admin/operators", "Operators", Role::Viewer),
    ("/admin/audit", "Audit", Role::Manager),
    ("/admin/console", "API console", Role::Viewer),
    ("/admin/settings", "Settings", Role::Viewer),
];

/// A page: the ways to the others, its heading, what was just done, and what it is about.
pub fn framed(desk: &Desk, title: &str, content: impl IntoView) -> AnyView {
    let role = desk.role.name();
    view! {
        <div class="admin" lang="en" dir="ltr">
            <nav class="admin-nav" aria-label="Dashboard">
                <ul>{links(desk)}</ul>
                <div class="whoami">
                    <p>
                        <a href=format!("/admin/operators/{}", desk.name)>{desk.name.clone()}</a>
                        <small>{role}</small>
                    </p>
                    <Press action="/admin/sign-in" form="act-sign-out" call="DELETE /api/session" then="/admin/sign-in" label="Sign out" />
                </div>
            </nav>
            <div class="admin-main">
                <div class="page-head">
                    <h1>{title.to_owned()}</h1>
                    <button type="button" class="ghost small palette-button" popovertarget="palette">"Go to… " <kbd>"Ctrl K"</kbd></button>
                </div>
                {notice(desk)}
                {refused_elsewhere()}
                {content}
            </div>
            {palette(desk)}
        </div>
    }
    .into_any()
}

/// The way to a page that others hang below is marked on those as well.
fn is_at(desk: &Desk, place: &str) -> bool {
    desk.path == place || place != "/admin" && desk.path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

fn links(desk: &Desk) -> impl IntoView + use<> {
    let link = |(href, label, _): &(&'static str, &'static str, Role)| {
        view! { <li><a href=*href aria-current=is_at(desk, href).then_some("page")>{*label}</a></li> }
    };
    PLACES.iter().filter(|(_, _, role)| desk.may(*role)).map(link).collect_view()
}

/// What was just done, and how to take it back.
fn notice(desk: &Desk) -> Option<impl IntoView + use<>> {
    let (done, undo, board) = (desk.param("done").to_owned(), desk.param("undo").to_owned(), desk.param("of").to_owned());
    let said = SAID.iter().find(|(code, _)| *code == done)?.1;
    let undo =
        (!undo.is_empty() && !board.is_empty()).then(|| view! { <Undo action=desk.here() board version=undo then=desk.done("undone") /> });
    Some(view! {
        <div class="banner" data-kind="done" role="status">
            <span>{said}</span>
            {undo}
        </div>
    })
}

/// What the page says has happened, by what its address has.
const SAID: [(&str, &str); 16] = [
    ("saved", "Saved."),
    ("created", "Created."),
    ("deleted", "Deleted."),
    ("removed", "Removed. Nothing is lost: it can be taken back."),
    ("undone", "Taken back."),
    ("frozen", "Frozen. Everybody sees the board as it was just now; scores go on behind it."),
    ("unfrozen", "Unfrozen. Everybody sees what happened meanwhile."),
    ("moderated", "Done. It shows at once."),
    ("started", "Started. The job is in the list."),
    ("cancelled", "The job stops soon."),
    ("sent", "Sent. The delivery is in the list."),
    ("ended", "Signed out there."),
    ("closed", "The board is archived: readable, but it takes no changes."),
    ("opened", "The board takes scores again."),
    ("reset", "All entries are gone."),
    ("rolled-back", "Rolled back."),
];

/// A refusal of a form that this page does not show any more.
fn refused_elsewhere() -> Option<impl IntoView> {
    let posted = posted()?;
    let form = posted.form.get("_form");
    let is_button = form.starts_with("act") || form == "undo";
    let detail = refusal(posted.reply.as_ref().filter(|reply| is_button && !reply.status.is_success())?);
    Some(view! { <div class="banner" data-kind="error" role="alert"><span>{detail}</span></div> })
}

/// Every page by its name: what is typed is looked for, Enter goes there.
fn palette(desk: &Desk) -> impl IntoView + use<> {
    let link = |(href, label, _): &(&'static str, &'static str, Role)| view! { <li><a href=*href>{*label}</a></li> };
    let places = PLACES.iter().filter(|(_, _, role)| desk.may(*role)).map(link).collect_view();
    let new = desk.may(Role::Manager).then(|| view! { <li><a href="/admin/boards/new">"New board"</a></li> });
    view! {
        <div popover="auto" id="palette" class="dialog palette" role="dialog" aria-label="Go to">
            <input type="search" id="palette-text" aria-label="Where to" placeholder="Page or board" autocomplete="off" spellcheck="false" />
            <ul>{places} {new} <li><a href="/" rel="external">"The site"</a></li> <li><a href="/docs" rel="external">"Documentation"</a></li></ul>
        </div>
    }
}
