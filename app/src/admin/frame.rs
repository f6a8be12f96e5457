//! What is around every page of the dashboard.

use super::{
    desk::{Desk, posted},
    fields::{Press, Undo},
};
use crate::{
    i18n::{Text, t},
    model::Role,
};
use leptos::prelude::*;

/// The pages that are always at hand: where they are, what they are called, and who is shown the way.
pub const PLACES: [(&str, Text, Role); 12] = [
    ("/admin", t::desk_frame::OVERVIEW, Role::Viewer),
    ("/admin/boards", t::desk_frame::BOARDS, Role::Viewer),
    ("/admin/players", t::desk_frame::PLAYERS, Role::Viewer),
    ("/admin/review", t::desk_frame::REVIEW, Role::Viewer),
    ("/admin/webhooks", t::desk_frame::WEBHOOKS, Role::Manager),
    ("/admin/jobs", t::desk::JOBS, Role::Viewer),
    ("/admin/live", t::desk_frame::LIVE, Role::Viewer),
    ("/admin/keys", t::desk_frame::KEYS, Role::Manager),
    ("/admin/operators", t::desk_frame::OPERATORS, Role::Viewer),
    ("/admin/audit", t::desk_frame::AUDIT, Role::Manager),
    ("/admin/console", t::desk_frame::CONSOLE, Role::Viewer),
    ("/admin/settings", t::desk_frame::SETTINGS, Role::Viewer),
];

/// A page: the ways to the others, its heading, what was just done, and what it is about.
pub fn framed(desk: &Desk, title: &str, content: impl IntoView) -> AnyView {
    let role = desk.role.name();
    view! {
        <div class="admin">
            <nav class="admin-nav" aria-label=t::desk_frame::DASHBOARD>
                <ul>{links(desk)}</ul>
                <div class="whoami">
                    <p>
                        <a href=format!("/admin/operators/{}", desk.name)>{desk.name.clone()}</a>
                        <small>{role}</small>
                    </p>
                    <Press action="/admin/sign-in" form="act-sign-out" call="DELETE /api/session" then="/admin/sign-in" label=t::desk::SIGN_OUT.text() />
                </div>
            </nav>
            <div class="admin-main">
                <div class="page-head">
                    <h1>{title.to_owned()}</h1>
                    <button type="button" class="ghost small palette-button" popovertarget="palette">{t::desk_frame::PALETTE} " " <kbd>{t::desk_frame::PALETTE_KEYS}</kbd></button>
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
    let link = |(href, label, _): &(&'static str, Text, Role)| {
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
const SAID: [(&str, Text); 16] = [
    ("saved", t::desk_frame::SAVED),
    ("created", t::desk_frame::CREATED),
    ("deleted", t::desk_frame::DELETED),
    ("removed", t::desk_frame::REMOVED),
    ("undone", t::desk_frame::UNDONE),
    ("frozen", t::desk_frame::FROZEN),
    ("unfrozen", t::desk_frame::UNFROZEN),
    ("moderated", t::desk_frame::MODERATED),
    ("started", t::desk_frame::STARTED),
    ("cancelled", t::desk_frame::CANCELLED),
    ("sent", t::desk_frame::SENT),
    ("ended", t::desk_frame::ENDED),
    ("closed", t::desk_frame::CLOSED),
    ("opened", t::desk_frame::OPENED),
    ("reset", t::desk_frame::RESET),
    ("rolled-back", t::desk_frame::ROLLED_BACK),
];

/// A refusal of a form that this page does not show any more.
fn refused_elsewhere() -> Option<impl IntoView> {
    let posted = posted()?;
    let form = posted.form.get("_form");
    let is_button = form.starts_with("act") || form == "undo";
    let detail = posted.refusal(posted.reply.as_ref().filter(|reply| is_button && !reply.status.is_success())?);
    Some(view! { <div class="banner" data-kind="error" role="alert"><span dir="auto">{detail}</span></div> })
}

/// Every page by its name: what is typed is looked for, Enter goes there.
fn palette(desk: &Desk) -> impl IntoView + use<> {
    let link = |(href, label, _): &(&'static str, Text, Role)| view! { <li><a href=*href>{*label}</a></li> };
    let places = PLACES.iter().filter(|(_, _, role)| desk.may(*role)).map(link).collect_view();
    let new = desk.may(Role::Manager).then(|| view! { <li><a href="/admin/boards/new">{t::desk::NEW_BOARD}</a></li> });
    view! {
        <div popover="auto" id="palette" class="dialog palette" role="dialog" aria-label=t::desk_frame::GO_TO>
            <input type="search" id="palette-text" aria-label=t::desk_frame::WHERE_TO placeholder=t::desk_frame::WHERE_HINT autocomplete="off" spellcheck="false" />
            <ul>{places} {new} <li><a href="/" rel="external">{t::desk_frame::SITE}</a></li> <li><a href="/docs" rel="external">{t::desk_frame::DOCS}</a></li></ul>
        </div>
    }
}
