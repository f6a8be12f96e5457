//! Who runs boards here, and from where they are signed in.

use super::{
    Page,
    desk::{Desk, get, text},
    fields::{Act, Ask, Choose, Field, Press, choices},
    parts::{Badge, Panel, Told, When},
    table::{Column, Head, Key, listing, table},
};
use crate::{
    error::AppError,
    fragments::passkeys_said,
    i18n::{Text, t},
    model::{PasskeyInfo, Role},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Operators {
    operators: Vec<Operator>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operator {
    name: String,
    role: Role,
    has_codes: bool,
    passkeys: Vec<PasskeyInfo>,
    created_at: u64,
    created_by: String,
}

#[derive(Deserialize)]
struct Sessions {
    sessions: Vec<Session>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    id: String,
    address: String,
    agent: String,
    created_at: u64,
    seen_at: u64,
    is_this: bool,
}

/// What an operator can be.
const ROLES: [(&str, Text); 4] = [
    ("viewer", t::desk_operators::VIEWER),
    ("moderator", t::desk_operators::MODERATOR),
    ("manager", t::desk_operators::MANAGER),
    ("owner", t::desk_operators::OWNER),
];

fn roles() -> Vec<(String, String)> {
    choices(&ROLES.map(|(role, label)| (role, label.text())))
}

/// `/admin/operators`. Whoever is no owner sees themself.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    if !desk.may(Role::Owner) {
        return show(desk, &desk.name).await;
    }
    let Operators { operators } = get("/api/operators").await?;
    let draft = desk.draft("operator");
    let columns = vec![
        Column::new(
            t::desk::NAME,
            |operator: &Operator| view! { <a href=format!("/admin/operators/{}", operator.name)>{operator.name.clone()}</a> },
        )
        .by(|operator| Key::from(&*operator.name)),
        Column::new(t::desk::ROLE, |operator: &Operator| operator.role.name()).by(|operator| operator.role as u64),
        Column::new(t::desk_operators::SECOND_FACTOR, |operator: &Operator| match (operator.has_codes, operator.passkeys.len()) {
            (false, 0) => view! { <Badge kind="warn" text=t::desk_operators::NO_FACTOR /> },
            (true, 0) => view! { <Badge kind="good" text=t::desk_operators::CODES /> },
            (false, _) => view! { <Badge kind="good" text=t::desk_operators::PASSKEY /> },
            (true, _) => view! { <Badge kind="good" text=t::desk_operators::CODES_PASSKEY /> },
        }),
        Column::new(t::desk_operators::SINCE, |operator: &Operator| {
            t::desk::made(&operator.created_by, view! { <When at=operator.created_at /> }.into_any())
        })
        .by(|operator| operator.created_at)
        .figures(),
    ];
    let table = listing(desk, t::desk_operators::TITLE.text(), operators, columns, |operator| operator.name.clone(), ());
    let content = view! {
        {table}
        <Panel title=t::desk_operators::NEW>
            <Ask draft=draft.clone() call="POST /api/operators" then="/admin/operators?done=created" label=t::desk_operators::ADD>
                <Field draft=draft.clone() name="name" label=t::desk::NAME.text() required=true hint=t::desk::NAME_HINT.text() />
                <Choose draft=draft.clone() name="role" label=t::desk::ROLE.text() options=roles() />
                <Field draft=draft.clone() name="password" label=t::desk::PASSWORD.text() kind="password" required=true autocomplete="new-password" hint=t::desk_operators::PASSWORD_THEIRS.text() />
            </Ask>
        </Panel>
    };
    Ok((t::desk_operators::TITLE.into(), content.into_any()))
}

/// `/admin/operators/{operator}`.
pub async fn show(desk: &Desk, name: &str) -> Result<Page, AppError> {
    let path = &format!("/api/operators/{}", encode(name));
    let operator: Operator = get(path.clone()).await?;
    let Sessions { sessions } = get(format!("{path}/sessions")).await?;
    let is_own = desk.name == operator.name;
    let desk = &Desk { path: format!("/admin/operators/{}", encode(name)), ..desk.clone() };
    let act = desk.draft("act");
    let since = t::desk_operators::since_by(&operator.created_by, view! { <When at=operator.created_at /> }.into_any());
    let content = view! {
        <p class="facts"><Badge kind="plain" text=operator.role.name() /> <span>{since}</span></p>
        {(desk.may(Role::Owner) && !is_own).then(|| role(desk, path, &operator))}
        {is_own.then(|| password(desk, path))}
        {factor(desk, path, &operator, is_own)}
        {passkeys(desk, path, &operator, is_own)}
        <Panel title=t::desk_operators::SESSIONS live="sessions">{open(desk, path, &sessions)}</Panel>
        {(desk.may(Role::Owner) && !is_own).then(|| view! {
            <div class="actions"><Act draft=act id="delete" call=format!("DELETE {path}") then="/admin/operators?done=deleted" label=t::desk::DELETE consequence=t::desk_operators::delete_consequence(&operator.name) bad=true /></div>
        })}
    };
    Ok((operator.name.clone(), content.into_any()))
}

fn role(desk: &Desk, path: &str, operator: &Operator) -> impl IntoView + use<> {
    let draft = desk.draft("role");
    view! {
        <Panel title=t::desk::ROLE>
            <Ask draft=draft.clone() call=format!("PATCH {path}") then=desk.done("saved") label=t::desk::SAVE>
                <Choose draft=draft.clone() name="role" label=t::desk::ROLE.text() value=operator.role.name() options=roles() />
            </Ask>
        </Panel>
    }
}

fn password(desk: &Desk, path: &str) -> impl IntoView + use<> {
    let draft = desk.draft("password");
    view! {
        <Panel title=t::desk::PASSWORD>
            <Ask draft=draft.clone() call=format!("PATCH {path}") then=desk.done("saved") label=t::desk_operators::CHANGE_PASSWORD>
                <Field draft=draft.clone() name="currentPassword" label=t::desk_operators::CURRENT_PASSWORD.text() kind="password" required=true autocomplete="current-password" />
                <Field draft=draft.clone() name="password" label=t::desk_operators::NEW_PASSWORD.text() kind="password" required=true autocomplete="new-password" hint=t::desk_operators::PASSWORD_OWN.text() />
            </Ask>
        </Panel>
    }
}

/// Codes from an app: offered with a secret, and on once the first is typed in.
fn factor(desk: &Desk, path: &str, operator: &Operator, is_own: bool) -> impl IntoView + use<> {
    let (offer, confirm, act) = (&desk.draft("offer"), &desk.draft("confirm"), desk.draft("act"));
    let offered = offer.answer().map(|answer| (text(answer, "secret").to_owned(), text(answer, "url").to_owned()));
    let is_offered = offered.is_some() || confirm.posted.is_some();
    let told = offered.map(|(secret, url)| {
        view! {
            <Told title=t::desk_operators::FOR_APP.text() value=secret hint=t::desk_operators::FOR_APP_HINT />
            <p><a href=url rel="external">{t::desk_operators::OPEN_APP}</a></p>
        }
    });
    let state = match (operator.has_codes, operator.passkeys.is_empty()) {
        (true, true) => t::desk_operators::ASKS_CODE,
        (true, false) => t::desk_operators::ASKS_EITHER,
        (false, false) => t::desk_operators::ASKS_PASSKEY,
        (false, true) if desk.needs_second_factor => t::desk_operators::NEEDS_FACTOR,
        (false, true) => t::desk_operators::PASSWORD_ALONE,
    };
    let remove = operator.has_codes.then(|| {
        view! { <Act draft=act id="codes" call=format!("PATCH {path}") then=desk.done("saved") label=t::desk_operators::NO_CODES consequence=t::desk_operators::NO_CODES_CONSEQUENCE bad=true>
            <input type="hidden" name="hasCodes:flag" value="no" />
            {is_own.then(|| view! { <Field draft=confirm.clone() name="currentPassword" label=t::desk::YOUR_PASSWORD.text() kind="password" required=true autocomplete="current-password" /> })}
        </Act> }
    });
    view! {
        <Panel title=t::desk_operators::SECOND_FACTOR>
            <p class="hint">{state}</p>
            {told}
            {is_offered.then(|| view! {
                <Ask draft=confirm.clone() call=format!("PUT {path}/codes") then=desk.done("saved") label=t::desk_operators::TURN_ON>
                    <Field draft=confirm.clone() name="code" label=t::desk_operators::SHOWN_CODE.text() required=true autocomplete="one-time-code" />
                </Ask>
            })}
            {(is_own && !is_offered).then(|| view! {
                <Ask draft=offer.clone() call=format!("POST {path}/codes") then=desk.here() label=if operator.has_codes { t::desk_operators::ANOTHER_APP } else { t::desk_operators::SET_UP } shows=true class="ghost">
                    <Field draft=offer.clone() name="currentPassword" label=t::desk::YOUR_PASSWORD.text() kind="password" required=true autocomplete="current-password" />
                </Ask>
            })}
            {remove}
        </Panel>
    }
}

/// Keys that the operator's devices keep: added where there is JavaScript, by `/passkeys.js`.
fn passkeys(desk: &Desk, path: &str, operator: &Operator, is_own: bool) -> impl IntoView + use<> {
    let (add, act) = (&desk.draft("passkey"), &desk.draft("act"));
    let row = |passkey: &PasskeyInfo| {
        let used = passkey.used_at.map_or_else(|| t::desk::NEVER.text().into_any(), |at| view! { <When at /> }.into_any());
        view! {
            <tr>
                <td class="wide">{passkey.label.clone()}</td>
                <td>{passkey.site.clone()}</td>
                <td class="figures"><When at=passkey.created_at /></td>
                <td class="figures">{used}</td>
                <td>
                    <Act draft=act.clone() id=format!("without-{}", passkey.id) call=format!("PATCH {path}") then=desk.done("saved") label=t::desk::REMOVE consequence=t::desk_operators::remove_consequence(&passkey.label) bad=true>
                        <input type="hidden" name="withoutPasskey" value=passkey.id.clone() />
                        {is_own.then(|| view! { <Field draft=act.clone() name="currentPassword" label=t::desk::YOUR_PASSWORD.text() kind="password" required=true autocomplete="current-password" /> })}
                    </Act>
                </td>
            </tr>
        }
    };
    let heads = [
        Head::Name(t::desk_operators::HEAD_PASSKEY.text()),
        Head::Name(t::desk_operators::SITE.text()),
        Head::Figures(t::desk_operators::ADDED.text()),
        Head::Figures(t::desk_operators::USED.text()),
        Head::Unseen(t::desk::REMOVE.text()),
    ];
    let rows = operator.passkeys.iter().map(row).collect_view();
    let table = (!operator.passkeys.is_empty()).then(|| table(&heads, rows));
    let challenge = format!("{path}/passkeys/challenge");
    let answer = format!("{path}/passkeys");
    view! {
        <Panel title=t::desk::PASSKEYS>
            <p class="hint">{t::desk_operators::PASSKEYS_HINT}</p>
            {table}
            {is_own.then(|| view! {
                <form class="stack-form scripted" method="post" action=desk.here()>
                    <Field draft=add.clone() name="label" label=t::desk_operators::PASSKEY_LABEL.text() required=true hint=t::desk_operators::PASSKEY_HINT.text() />
                    <Field draft=add.clone() name="currentPassword" label=t::desk::YOUR_PASSWORD.text() kind="password" required=true autocomplete="current-password" />
                    <button class="ghost" data-passkey="create" data-said=passkeys_said() data-challenge=challenge data-first="currentPassword" data-answer=answer data-then=desk.done("saved")>{t::desk_operators::ADD_PASSKEY}</button>
                    <p class="field-error" role="alert"></p>
                </form>
            })}
        </Panel>
    }
}

/// Where the operator is signed in.
fn open(desk: &Desk, path: &str, sessions: &[Session]) -> impl IntoView + use<> {
    let act = desk.draft("act");
    let row = |session: &Session| {
        let call = format!("DELETE {path}/sessions/{}", session.id);
        view! {
            <tr>
                <td>{session.address.clone()} {session.is_this.then(|| view! { " " <Badge kind="good" text=t::desk_operators::HERE /> })}</td>
                <td class="wide"><span dir="ltr">{session.agent.clone()}</span></td>
                <td class="figures"><When at=session.created_at /></td>
                <td class="figures"><When at=session.seen_at /></td>
                <td><Press action=desk.here() form="act-end" call then=desk.done("ended") label=t::desk_operators::SIGN_OUT_THERE.text() /></td>
            </tr>
        }
    };
    let heads = [
        Head::Name(t::desk_operators::FROM.text()),
        Head::Name(t::desk_operators::WITH.text()),
        Head::Figures(t::desk_operators::SIGNED_IN.text()),
        Head::Figures(t::desk_operators::SEEN.text()),
        Head::Unseen(t::desk_operators::END.text()),
    ];
    let rows = sessions.iter().map(row).collect_view();
    view! {
        {table(&heads, rows)}
        <div class="actions"><Act draft=act id="everywhere" call=format!("DELETE {path}/sessions") then=desk.done("ended") label=t::desk_operators::SIGN_OUT_EVERYWHERE consequence=t::desk_operators::EVERYWHERE_CONSEQUENCE bad=true /></div>
    }
}
