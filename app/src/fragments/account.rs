//! What a player who has an account sees of it on their page, and how whoever has none comes to one.

use crate::visitor::code_of;
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
