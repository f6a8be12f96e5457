use super::{Fragment, boards::Boards, html};
use crate::{
    backend::backend,
    components::Avatar,
    error::AppError,
    model::{Country, Entered, Face, PlayerId},
    visitor::{HUES, Theme, Visitor, hue_of, initials},
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// Who plays in this browser. Plain forms: the server keeps it in cookies, and the next page is as it says. `query` is the address's.
pub async fn me(query: &ParamsMap) -> Result<Fragment, AppError> {
    let visitor = Visitor::of_request();
    let entered = match &visitor.player {
        Some(player) => backend()?.entered(player).await?,
        None => Vec::new(),
    };
    let description = "Who plays in this browser.".to_owned();
    Ok(Fragment { title: "Me".to_owned(), description, image: None, html: html(view! { <Shown visitor entered query=query.clone() /> }) })
}

#[component]
fn Shown(visitor: Visitor, entered: Vec<Entered>, query: ParamsMap) -> impl IntoView {
    let boards = match visitor.player.clone().filter(|_| !entered.is_empty()) {
        Some(name) => view! { <Boards entered name /> }.into_any(),
        None => view! { <p class="hint">"You have no score on any board yet."</p> }.into_any(),
    };
    view! {
        <div class="me-page">
            <Identity visitor query />
            <section class="scores-sent">
                <h2>"Where you stand"</h2>
                {boards}
            </section>
            <section class="danger">
                <h2>"Your data"</h2>
                <p>
                    "Name, country, avatar and theme are kept in this browser only. Scores are on the boards they were sent to, under your name: an operator can remove them."
                </p>
                <p class="actions">
                    <a class="button ghost" href="/me/export" rel="external" download="leaderport.json">
                        "Export"
                    </a>
                </p>
                <form method="post" action="/me/forget">
                    <button class="ghost bad">"Forget me in this browser"</button>
                </form>
            </section>
        </div>
    }
}

#[component]
fn Identity(visitor: Visitor, query: ParamsMap) -> impl IntoView {
    // What was typed comes back by the address; why it was refused is found again, since anybody can make up an address.
    let typed = query.get_str("refused").and(query.get_str("name")).map(str::to_owned);
    let typed_country = query.get_str("refused").and(query.get_str("country")).map(str::to_owned);
    let country_error =
        typed_country.as_ref().filter(|code| !code.is_empty()).and_then(|code| Country::parse(code).err()).map(|error| error.to_string());
    let is_no_country = country_error.is_some();
    let country = typed_country.or_else(|| visitor.country.map(String::from)).unwrap_or_default();
    let error = typed.as_ref().and_then(|name| PlayerId::from_input(name).err()).map(|error: AppError| error.to_string());
    let said = match (query.get_str("saved"), query.get_str("forgotten")) {
        (Some(_), _) => "Saved.",
        (_, Some(_)) => "Forgotten.",
        _ => "",
    };
    let name = typed.or_else(|| visitor.player.as_ref().map(ToString::to_string)).unwrap_or_default();
    let hue = visitor.hue.unwrap_or_else(|| hue_of(&name));
    let letters = if name.is_empty() { "?".to_owned() } else { initials(&name) };
    let swatch = |at: u8| {
        view! {
            <label>
                <input type="radio" name="hue" value=at.to_string() checked=at == hue />
                <span class="visually-hidden">{format!("Colour {}", at + 1)}</span>
                <span class="avatar" data-hue=at.to_string() data-letters=letters.clone() aria-hidden="true"></span>
            </label>
        }
    };
    let swatches = (0..HUES).map(swatch).collect_view();
    let theme = |theme: Theme| {
        let label = match theme {
            Theme::System => "System",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        view! {
            <label>
                <input type="radio" name="theme" value=theme.name() checked=theme == visitor.theme />
                <span>{label}</span>
            </label>
        }
    };
    let has_error = error.is_some();
    view! {
        <div class="page-head">
            <Avatar face=Face::named(if name.is_empty() { "?" } else { &name }) hue />
            <h1>"Me"</h1>
            <p class="facts" role="status">{said}</p>
        </div>
        <form class="stack-form" method="post" action="/me">
            <div class="field">
                <label for="name">"Name"</label>
                <input id="name" name="name" type="text" value=name maxlength=PlayerId::MAX_LEN autocomplete="nickname" autocapitalize="off" spellcheck="false" aria-describedby="name-error" aria-invalid=has_error.to_string() />
                <p class="field-error" id="name-error" role="alert">{error}</p>
            </div>
            <div class="field">
                <label for="country">"Country"</label>
                <input id="country" name="country" type="text" value=country maxlength="2" pattern="[A-Z]{2}" autocomplete="country" placeholder="NZ" aria-describedby="country-error country-hint" aria-invalid=is_no_country.to_string() />
                <p class="field-error" id="country-error" role="alert">{country_error}</p>
                <p class="hint" id="country-hint">"Two capital letters, as in web addresses (ISO 3166), or nothing."</p>
            </div>
            <fieldset class="choices">
                <legend>"Avatar"</legend>
                {swatches}
            </fieldset>
            <fieldset class="choices">
                <legend>"Theme"</legend>
                {Theme::ALL.map(theme).into_iter().collect_view()}
            </fieldset>
            <button type="submit">"Save"</button>
        </form>
    }
}
