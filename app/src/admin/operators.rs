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
const ROLES: [(&str, &str); 4] = [
    ("viewer", "viewer: sees"),
    ("moderator", "moderator: decides which scores count"),
    ("manager", "manager: runs boards, hands out keys"),
    ("owner", "owner: says who the operators are"),
];

/// `/admin/operators`. Whoever is no owner sees themself.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    if !desk.may(Role::Owner) {
        return show(desk, &desk.name).await;
    }
    let Operators { operators } = get("/api/operators").await?;
    let draft = desk.draft("operator");
    let columns = vec![
        Column::new(
            "Name",
            |operator: &Operator| view! { <a href=format!("/admin/operators/{}", operator.name)>{operator.name.clone()}</a> },
        )
        .by(|operator| Key::from(&*operator.name)),
        Column::new("Role", |operator: &Operator| operator.role.name()).by(|operator| operator.role as u64),
        Column::new("Second factor", |operator: &Operator| match (operator.has_codes, operator.passkeys.len()) {
            (false, 0) => view! { <Badge kind="warn" text="none" /> },
            (true, 0) => view! { <Badge kind="good" text="codes" /> },
            (false, _) => view! { <Badge kind="good" text="passkey" /> },
            (true, _) => view! { <Badge kind="good" text="codes, passkey" /> },
        }),
        Column::new("Since", |operator: &Operator| view! { <When at=operator.created_at /> " by " {operator.created_by.clone()} })
            .by(|operator| operator.created_at)
            .figures(),
    ];
    let table = listing(desk, "Operators", operators, columns, |operator| operator.name.clone(), ());
    let content = view! {
        {table}
        <Panel title="New operator">
            <Ask draft=draft.clone() call="POST /api/operators" then="/admin/operators?done=created" label="Add">
                <Field draft=draft.clone() name="name" label="Name" required=true hint="1 to 32 characters out of a-z, 0-9, '.', '_' and '-'." />
                <Choose draft=draft.clone() name="role" label="Role" options=choices(&ROLES) />
                <Field draft=draft.clone() name="password" label="Password" kind="password" required=true autocomplete="new-password" hint="12 to 128 characters, not easily guessed. They can change it." />
            </Ask>
        </Panel>
    };
    Ok(("Operators".to_owned(), content.into_any()))
}

/// `/admin/operators/{operator}`.
pub async fn show(desk: &Desk, name: &str) -> Result<Page, AppError> {
    let path = &format!("/api/operators/{}", encode(name));
    let operator: Operator = get(path.clone()).await?;
    let Sessions { sessions } = get(format!("{path}/sessions")).await?;
    let is_own = desk.name == operator.name;
    let desk = &Desk { path: format!("/admin/operators/{}", encode(name)), ..desk.clone() };
    let act = desk.draft("act");
    let content = view! {
        <p class="facts"><Badge kind="plain" text=operator.role.name() /> <span>"since " <When at=operator.created_at /> " by " {operator.created_by.clone()}</span></p>
        {(desk.may(Role::Owner) && !is_own).then(|| role(desk, path, &operator))}
        {is_own.then(|| password(desk, path))}
        {factor(desk, path, &operator, is_own)}
        {passkeys(desk, path, &operator, is_own)}
        <Panel title="Sessions" live="sessions">{open(desk, path, &sessions)}</Panel>
        {(desk.may(Role::Owner) && !is_own).then(|| view! {
            <div class="actions"><Act draft=act id="delete" call=format!("DELETE {path}") then="/admin/operators?done=deleted" label="Delete" consequence=format!("{} is signed out everywhere and can't come back. What they did stays in the audit log.", operator.name) bad=true /></div>
        })}
    };
    Ok((operator.name.clone(), content.into_any()))
}

fn role(desk: &Desk, path: &str, operator: &Operator) -> impl IntoView + use<> {
    let draft = desk.draft("role");
    view! {
        <Panel title="Role">
            <Ask draft=draft.clone() call=format!("PATCH {path}") then=desk.done("saved") label="Save">
                <Choose draft=draft.clone() name="role" label="Role" value=operator.role.name() options=choices(&ROLES) />
            </Ask>
        </Panel>
    }
}

fn password(desk: &Desk, path: &str) -> impl IntoView + use<> {
    let draft = desk.draft("password");
    view! {
        <Panel title="Password">
            <Ask draft=draft.clone() call=format!("PATCH {path}") then=desk.done("saved") label="Change the password">
                <Field draft=draft.clone() name="currentPassword" label="Current password" kind="password" required=true autocomplete="current-password" />
                <Field draft=draft.clone() name="password" label="New password" kind="password" required=true autocomplete="new-password" hint="12 to 128 characters, not easily guessed. You are signed out everywhere else." />
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
            <Told title="For your authenticator app" value=secret hint="Type it into the app, as a time-based code for this site; on a phone, the link opens the app." />
            <p><a href=url rel="external">"Open the app"</a></p>
        }
    });
    let state = match (operator.has_codes, operator.passkeys.is_empty()) {
        (true, true) => "A code from an app is asked for at each sign-in.",
        (true, false) => "A code from an app, or a passkey, is asked for at each sign-in.",
        (false, false) => "A passkey is asked for at each sign-in.",
        (false, true) if desk.needs_second_factor => {
            "This server asks its operators for more than a password. Set up codes from an app or add a passkey: then all else is open to you."
        }
        (false, true) => "The password alone lets whoever knows it in. A code from an app, or a passkey, keeps them out.",
    };
    let remove = operator.has_codes.then(|| {
        view! { <Act draft=act id="codes" call=format!("PATCH {path}") then=desk.done("saved") label="Ask for no code" consequence="The password alone lets whoever knows it in." bad=true>
            <input type="hidden" name="hasCodes:flag" value="no" />
            {is_own.then(|| view! { <Field draft=confirm.clone() name="currentPassword" label="Your password" kind="password" required=true autocomplete="current-password" /> })}
        </Act> }
    });
    view! {
        <Panel title="Second factor">
            <p class="hint">{state}</p>
            {told}
            {is_offered.then(|| view! {
                <Ask draft=confirm.clone() call=format!("PUT {path}/codes") then=desk.done("saved") label="Turn it on">
                    <Field draft=confirm.clone() name="code" label="The code that the app shows" required=true autocomplete="one-time-code" />
                </Ask>
            })}
            {(is_own && !is_offered).then(|| view! {
                <Ask draft=offer.clone() call=format!("POST {path}/codes") then=desk.here() label=if operator.has_codes { "Another app" } else { "Set it up" } shows=true class="ghost">
                    <Field draft=offer.clone() name="currentPassword" label="Your password" kind="password" required=true autocomplete="current-password" />
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
        let used = passkey.used_at.map_or_else(|| view! { "never" }.into_any(), |at| view! { <When at /> }.into_any());
        view! {
            <tr>
                <td class="wide">{passkey.label.clone()}</td>
                <td>{passkey.site.clone()}</td>
                <td class="figures"><When at=passkey.created_at /></td>
                <td class="figures">{used}</td>
                <td>
                    <Act draft=act.clone() id=format!("without-{}", passkey.id) call=format!("PATCH {path}") then=desk.done("saved") label="Remove" consequence=format!("Nobody signs in with {} any more.", passkey.label) bad=true>
                        <input type="hidden" name="withoutPasskey" value=passkey.id.clone() />
                        {is_own.then(|| view! { <Field draft=act.clone() name="currentPassword" label="Your password" kind="password" required=true autocomplete="current-password" /> })}
                    </Act>
                </td>
            </tr>
        }
    };
    let heads = [Head::Name("Passkey"), Head::Name("Site"), Head::Figures("Added"), Head::Figures("Used"), Head::Unseen("Remove")];
    let rows = operator.passkeys.iter().map(row).collect_view();
    let table = (!operator.passkeys.is_empty()).then(|| table(&heads, rows));
    let challenge = format!("{path}/passkeys/challenge");
    let answer = format!("{path}/passkeys");
    view! {
        <Panel title="Passkeys">
            <p class="hint">"A security key, a phone, or this computer, unlocked by a fingerprint, a face or a PIN. It works for this site alone."</p>
            {table}
            {is_own.then(|| view! {
                <form class="stack-form scripted" method="post" action=desk.here()>
                    <Field draft=add.clone() name="label" label="What to call it" required=true hint="Like: Blue key" />
                    <Field draft=add.clone() name="currentPassword" label="Your password" kind="password" required=true autocomplete="current-password" />
                    <button class="ghost" data-passkey="create" data-said=passkeys_said() data-challenge=challenge data-first="currentPassword" data-answer=answer data-then=desk.done("saved")>"Add a passkey"</button>
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
                <td>{session.address.clone()} {session.is_this.then(|| view! { " " <Badge kind="good" text="here" /> })}</td>
                <td class="wide">{session.agent.clone()}</td>
                <td class="figures"><When at=session.created_at /></td>
                <td class="figures"><When at=session.seen_at /></td>
                <td><Press action=desk.here() form="act-end" call then=desk.done("ended") label="Sign out there" /></td>
            </tr>
        }
    };
    let heads = [Head::Name("From"), Head::Name("With"), Head::Figures("Signed in"), Head::Figures("Seen"), Head::Unseen("End")];
    let rows = sessions.iter().map(row).collect_view();
    view! {
        {table(&heads, rows)}
        <div class="actions"><Act draft=act id="everywhere" call=format!("DELETE {path}/sessions") then=desk.done("ended") label="Sign out everywhere" consequence="All of these sessions end, this one as well if it is among them." bad=true /></div>
    }
}
