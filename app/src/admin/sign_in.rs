//! Coming in.

use super::{
    desk::{Draft, address},
    fields::{Ask, Field},
};
use crate::{api::Fragment, fragments::passkeys_said};
use leptos::prelude::*;

/// The page that asks who somebody is; then they are where they wanted to go.
pub fn sign_in(path: &str, query: &[(String, String)]) -> Fragment {
    let pairs = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let here = address(path, pairs);
    let then = if path == "/admin/sign-in" { "/admin".to_owned() } else { here.clone() };
    let draft = Draft::of("sign-in", here);
    // The code is asked for when the password was right.
    let asks_code = draft.code() == Some("second-factor") || draft.sent().is_some_and(|form| !form.get("code:?").is_empty());
    let content = view! {
        <div class="admin-door">
            <h1>"Sign in"</h1>
            <Ask draft=draft.clone() call="POST /api/session" then=then.clone() label="Sign in">
                <Field draft=draft.clone() name="name" label="Name" required=true autocomplete="username" />
                <Field draft=draft.clone() name="password" label="Password" kind="password" required=true autocomplete="current-password" />
                {asks_code.then(|| view! { <Field draft=draft.clone() name="code:?" label="Code" hint="Six digits from your app, or use a passkey; the password was right, type it once more." autocomplete="one-time-code" /> <PasskeySignIn then=then.clone() /> })}
            </Ask>
            <p class="hint">
                "The first start? "
                <a href="/admin/setup">"Make the first operator"</a>
                " with the token that the server's log has."
            </p>
        </div>
    };
    super::fragment("Sign in", content)
}

/// Signs in by name, password and passkey: what `/passkeys.js` does, where there is JavaScript.
#[component]
fn PasskeySignIn(then: String) -> impl IntoView {
    view! {
        <button type="button" class="ghost" data-passkey="get" data-said=passkeys_said() data-challenge="/api/session/challenge" data-first="name password" data-answer="/api/session" data-as="passkey" data-then=then>
            "Use a passkey"
        </button>
        <p class="field-error" role="alert"></p>
    }
}

/// The page on which the first operator is made.
pub fn set_up() -> Fragment {
    let draft = Draft::of("setup", "/admin/setup".to_owned());
    let content = view! {
        <div class="admin-door">
            <h1>"The first operator"</h1>
            <p class="hint">"Whoever started the server makes an owner, who lets the others in. The server's log has a token for that: it works once."</p>
            <Ask draft=draft.clone() call="POST /api/setup" then="/admin" label="Make me the owner">
                <Field draft=draft.clone() name="token" label="Token from the log" required=true />
                <Field draft=draft.clone() name="name" label="Name" required=true autocomplete="username" hint="1 to 32 characters out of a-z, 0-9, '.', '_' and '-'." />
                <Field draft=draft.clone() name="password" label="Password" kind="password" required=true autocomplete="new-password" hint="12 to 128 characters, not easily guessed." />
            </Ask>
        </div>
    };
    super::fragment("Set up", content)
}
