//! What a player who has an account sees of it on their page, and how whoever has none comes to one.

use crate::{
    i18n::{Language, Text, day, language, t},
    model::PasskeyInfo,
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
        <section class="code" aria-label=t::account::CODE_LABEL>
            <h2>{t::account::CODE_TITLE}</h2>
            <p>
                <code>{code}</code>
            </p>
            <p class="hint">{t::account::CODE_HINT}</p>
        </section>
    }
}

/// How a player comes back to their account.
#[component]
pub fn Recover(query: ParamsMap) -> impl IntoView {
    let error = query.get_str("unrecovered").map(|code| match code {
        "too-many-tries" => t::error::TOO_MANY_TRIES,
        "unauthorized" => t::account::CODE_WRONG,
        _ => t::account::TRY_AGAIN,
    });
    let error = error.map(Text::text);
    let has_error = error.is_some();
    view! {
        <form class="stack-form" method="post" action="/me/recover">
            <h2>{t::account::COME_BACK}</h2>
            <div class="field">
                <label for="code">{t::account::CODE_LABEL}</label>
                <input id="code" name="code" type="text" required maxlength="94" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-error" aria-invalid=has_error.to_string() />
                <p class="field-error" id="code-error" role="alert">{error}</p>
            </div>
            <button type="submit" class="ghost">{t::account::SIGN_IN}</button>
        </form>
        <PasskeySignIn label=t::account::USE_PASSKEY />
    }
}

/// What `/passkeys.js` says of what can happen, by the names that browsers and the API have for it, as JSON.
pub fn said() -> String {
    // The API gives its reasons in English.
    let refused = (language() != Language::English).then_some(("unauthorized", t::passkey::REFUSED));
    let said = [
        ("NotAllowedError", t::passkey::CANCELLED),
        ("InvalidStateError", t::passkey::KNOWN),
        ("SecurityError", t::passkey::ADDRESS),
        ("answer", t::passkey::ANSWER),
        ("browser", t::passkey::BROWSER),
        ("too-many-tries", t::error::TOO_MANY_TRIES),
    ];
    serde_json::Value::Object(said.into_iter().chain(refused).map(|(name, text)| (name.to_owned(), text.text().into())).collect())
        .to_string()
}

/// Signs a player in by a passkey: what `/passkeys.js` does, where there is JavaScript.
#[component]
fn PasskeySignIn(label: Text) -> impl IntoView {
    view! {
        <form class="scripted" method="post" action="/me/passkeys">
            <button class="ghost" data-passkey="get" data-said=said() data-challenge="/api/me/session/challenge" data-answer="/api/me/session/passkey" data-then="/me?back=yes">
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
        let added = day(created_at);
        let of = match used_at {
            Some(used_at) => t::account::used(&added, &site, &day(used_at)),
            None => t::account::unused(&added, &site),
        };
        let remove = t::account::remove_passkey(&label);
        view! {
            <li>
                <span>
                    <strong>{label}</strong>
                    <small>{of}</small>
                </span>
                <form method="post" action="/me/passkeys/remove">
                    <input type="hidden" name="passkey" value=id />
                    <button class="ghost small bad" aria-label=remove>{t::account::REMOVE}</button>
                </form>
            </li>
        }
    };
    let all = has_any.then(|| view! { <ul class="passkeys">{passkeys.into_iter().map(one).collect_view()}</ul> });
    view! {
        <section class="danger">
            <h2>{t::account::PASSKEYS}</h2>
            <p>{t::account::PASSKEYS_HINT}</p>
            {all}
            <form class="stack-form scripted" method="post" action="/me/passkeys">
                <div class="field">
                    <label for="label">{t::account::PASSKEY_LABEL}</label>
                    <input id="label" name="label" type="text" required maxlength="40" autocomplete="off" placeholder=t::account::PASSKEY_EXAMPLE />
                </div>
                <button data-passkey="create" data-said=said() data-challenge="/api/me/passkeys/challenge" data-answer="/api/me/passkeys" data-then="/me?keyed=yes">
                    {t::account::ADD_PASSKEY}
                </button>
                <p class="field-error" role="alert"></p>
            </form>
            {has_any.then(|| view! {
                <p class="hint">{t::account::FRESH_HINT}</p>
                <PasskeySignIn label=t::account::SIGN_IN_ANEW />
            })}
        </section>
    }
}

/// What there is to do with an account besides the profile.
#[component]
pub fn Account(query: ParamsMap) -> impl IntoView {
    let unsure = query.get_str("unsure").map(|_| t::account::UNSURE.text());
    view! {
        <section class="danger">
            <h2>{t::account::YOURS}</h2>
            <p>{t::account::YOURS_HINT}</p>
            <form method="post" action="/me/code">
                <button class="ghost">{t::account::NEW_CODE}</button>
            </form>
            <form method="post" action="/me/sign-out">
                <button class="ghost">{t::account::SIGN_OUT}</button>
            </form>
            <form method="post" action="/me/sign-out">
                <input type="hidden" name="everywhere" value="yes" />
                <button class="ghost">{t::account::SIGN_OUT_EVERYWHERE}</button>
            </form>
        </section>
        <section class="danger">
            <h2>{t::account::DATA}</h2>
            <p>{t::account::DATA_HINT}</p>
            <p class="actions">
                <a class="button ghost" href="/me/export" rel="external" download="leaderport.json">
                    {t::account::EXPORT}
                </a>
            </p>
            <form class="delete" method="post" action="/me/delete">
                <label>
                    <input type="checkbox" name="sure" value="yes" required />
                    " "
                    {t::account::DELETE_SURE}
                </label>
                <button class="ghost bad">{t::account::DELETE}</button>
                <p class="field-error" role="alert">{unsure}</p>
            </form>
        </section>
    }
}
