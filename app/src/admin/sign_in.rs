//! Coming in.

use super::{
    desk::{Draft, address},
    fields::{Ask, Field},
};
use crate::{api::Fragment, fragments::passkeys_said, i18n::t};
use leptos::prelude::*;

/// The page that asks who somebody is; then they are where they wanted to go.
pub fn sign_in(path: &str, query: &[(String, String)]) -> Fragment {
    let pairs = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let here = address(path, pairs);
    let then = if path == "/admin/sign-in" { "/admin".to_owned() } else { here.clone() };
    let draft = Draft::of("sign-in", here);
    // The code is asked for when the password was right.
    let asks_code = draft.code() == Some("second-factor") || draft.sent().is_some_and(|form| !form.get("code:?").is_empty());
    let make = view! { <a href="/admin/setup">{t::desk_door::MAKE_FIRST}</a> };
    let content = view! {
        <div class="admin-door">
            <h1>{t::desk::SIGN_IN}</h1>
            <Ask draft=draft.clone() call="POST /api/session" then=then.clone() label=t::desk::SIGN_IN>
                <Field draft=draft.clone() name="name" label=t::desk::NAME.text() required=true autocomplete="username" />
                <Field draft=draft.clone() name="password" label=t::desk::PASSWORD.text() kind="password" required=true autocomplete="current-password" />
                {asks_code.then(|| view! { <Field draft=draft.clone() name="code:?" label=t::desk_door::CODE.text() hint=t::desk_door::CODE_HINT.text() autocomplete="one-time-code" /> <PasskeySignIn then=then.clone() /> })}
            </Ask>
            <p class="hint">{t::desk_door::first_start(make.into_any())}</p>
        </div>
    };
    super::fragment(t::desk::SIGN_IN.text(), content)
}

/// Signs in by name, password and passkey: what `/passkeys.js` does, where there is JavaScript.
#[component]
fn PasskeySignIn(then: String) -> impl IntoView {
    view! {
        <button type="button" class="ghost" data-passkey="get" data-said=passkeys_said() data-challenge="/api/session/challenge" data-first="name password" data-answer="/api/session" data-as="passkey" data-then=then>
            {t::desk_door::USE_PASSKEY}
        </button>
        <p class="field-error" role="alert"></p>
    }
}

/// The page on which the first operator is made.
pub fn set_up() -> Fragment {
    let draft = Draft::of("setup", "/admin/setup".to_owned());
    let content = view! {
        <div class="admin-door">
            <h1>{t::desk_door::FIRST}</h1>
            <p class="hint">{t::desk_door::FIRST_HINT}</p>
            <Ask draft=draft.clone() call="POST /api/setup" then="/admin" label=t::desk_door::MAKE_ME>
                <Field draft=draft.clone() name="token" label=t::desk_door::TOKEN.text() required=true />
                <Field draft=draft.clone() name="name" label=t::desk::NAME.text() required=true autocomplete="username" hint=t::desk::NAME_HINT.text() />
                <Field draft=draft.clone() name="password" label=t::desk::PASSWORD.text() kind="password" required=true autocomplete="new-password" hint=t::desk_door::PASSWORD_HINT.text() />
            </Ask>
        </div>
    };
    super::fragment(t::desk_door::SET_UP.text(), content)
}
