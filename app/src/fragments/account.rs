//! What a player who has an account sees of it on their page, and how whoever has none comes to one.

use crate::{
    model::{PasskeyInfo, time},
    visitor::code_of,
};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::params::ParamsMap;

/// The recovery code that is to be shown, once: the answer makes the browser forget it.
pub fn told() -> Option<String> {
    let parts = use_context::<http::request::Parts>()?;
    let (code, forget) = code_of(parts.headers.get(http::header::COOKIE)?.to_str().ok()?)?;
    let response = use_context::<ResponseOptions>()?;
    response.append_header(http::header::SET_COOKIE, http::HeaderValue::from_str(&forget).ok()?);
    response.insert_header(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    Some(code)
}

/// A recovery code.
#[component]
pub fn Code(code: String) -> impl IntoView {
    view! {
        <section class="code" aria-label="Recovery code">
            <h2>"Your recovery code"</h2>
            <p>
                <code>{code}</code>
            </p>
            <p class="hint">"Write it down now: it is shown once. With it you come back on another device, or when this browser has forgotten you. It works once; then there is a new one."</p>
        </section>
    }
}

/// How a player comes back to their account.
#[component]
pub fn Recover(query: ParamsMap) -> impl IntoView {
    let error = query.get_str("unrecovered").map(|code| match code {
        "too-many-tries" => "There were too many tries from this address. Try again later.",
        "unauthorized" => "This is no recovery code, or it was used already.",
        _ => "That did not work. Try again in a moment.",
    });
    let has_error = error.is_some();
    view! {
        <form class="stack-form" method="post" action="/me/recover">
            <h2>"Come back to your account"</h2>
            <div class="field">
                <label for="code">"Recovery code"</label>
                <input id="code" name="code" type="text" required maxlength="94" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-error" aria-invalid=has_error.to_string() />
                <p class="field-error" id="code-error" role="alert">{error}</p>
            </div>
            <button type="submit" class="ghost">"Sign in"</button>
        </form>
        <PasskeySignIn label="Use a passkey" />
    }
}

/// Signs a player in by a passkey: what `/passkeys.js` does, where there is JavaScript.
#[component]
fn PasskeySignIn(label: &'static str) -> impl IntoView {
    view! {
        <form class="scripted" method="post" action="/me/passkeys">
            <button class="ghost" data-passkey="get" data-challenge="/api/me/session/challenge" data-answer="/api/me/session/passkey" data-then="/me?back=yes">
                {label}
            </button>
            <p class="field-error" role="alert"></p>
        </form>
    }
}

/// The passkeys of a player who has an account.
#[component]
pub fn Passkeys(passkeys: Vec<PasskeyInfo>) -> impl IntoView {
    let has_any = !passkeys.is_empty();
    let one = |PasskeyInfo { id, label, site, created_at, used_at }: PasskeyInfo| {
        let used = used_at.map(|used_at| format!(", used {}", time::day(used_at)));
        let remove = format!("Remove {label}");
        view! {
            <li>
                <span>
                    <strong>{label}</strong>
                    <small>{site} ", added " {time::day(created_at)} {used}</small>
                </span>
                <form method="post" action="/me/passkeys/remove">
                    <input type="hidden" name="passkey" value=id />
                    <button class="ghost small bad" aria-label=remove>"Remove"</button>
                </form>
            </li>
        }
    };
    let all = has_any.then(|| view! { <ul class="passkeys">{passkeys.into_iter().map(one).collect_view()}</ul> });
    view! {
        <section class="danger">
            <h2>"Passkeys"</h2>
            <p>"With a passkey you come back by your fingerprint, your face or a PIN, on every device that has it. There is nothing to write down."</p>
            {all}
            <form class="stack-form scripted" method="post" action="/me/passkeys">
                <div class="field">
                    <label for="label">"What to call it"</label>
                    <input id="label" name="label" type="text" required maxlength="40" autocomplete="off" placeholder="My phone" />
                </div>
                <button data-passkey="create" data-challenge="/api/me/passkeys/challenge" data-answer="/api/me/passkeys" data-then="/me?keyed=yes">
                    "Add a passkey"
                </button>
                <p class="field-error" role="alert"></p>
            </form>
            {has_any.then(|| view! {
                <p class="hint">"What you come back by can be changed for ten minutes after you have signed in."</p>
                <PasskeySignIn label="Sign in anew" />
            })}
        </section>
    }
}

/// What there is to do with an account besides the profile.
#[component]
pub fn Account(query: ParamsMap) -> impl IntoView {
    let unsure = query.get_str("unsure").map(|_| "Tick the box first: it can't be undone.");
    view! {
        <section class="danger">
            <h2>"Your account"</h2>
            <p>"Only you send scores as this player, on every device that you are signed in on."</p>
            <form method="post" action="/me/code">
                <button class="ghost">"New recovery code"</button>
            </form>
            <form method="post" action="/me/sign-out">
                <button class="ghost">"Sign out"</button>
            </form>
            <form method="post" action="/me/sign-out">
                <input type="hidden" name="everywhere" value="yes" />
                <button class="ghost">"Sign out everywhere"</button>
            </form>
        </section>
        <section class="danger">
            <h2>"Your data"</h2>
            <p>"Your name, country and picture are shown with your scores on all boards. Avatar colour and theme are kept in this browser only."</p>
            <p class="actions">
                <a class="button ghost" href="/me/export" rel="external" download="leaderport.json">
                    "Export"
                </a>
            </p>
            <form class="delete" method="post" action="/me/delete">
                <label>
                    <input type="checkbox" name="sure" value="yes" required />
                    " Remove my scores and my account for good"
                </label>
                <button class="ghost bad">"Delete my account"</button>
                <p class="field-error" role="alert">{unsure}</p>
            </form>
        </section>
    }
}
