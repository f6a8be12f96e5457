use super::{
    Fragment,
    account::{Account, Code, Passkeys, Recover, told},
    boards::Boards,
    html,
};
use crate::{
    backend::backend,
    components,
    error::AppError,
    i18n::{Text, minute, number, t},
    model::{Account as Known, AvatarUrl, Country, Entered, Face, InReview, PasskeyInfo, Period, PlayerId, Reached},
    paths::board_path,
    visitor::{HUES, Theme, Visitor, hue_of, initials},
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// Who plays in this browser. Plain forms: the server keeps it in cookies, or in the account of whoever has signed in, and the next page is as it
/// says. `query` is the address's.
pub async fn me(query: &ParamsMap) -> Result<Fragment, AppError> {
    let (mut visitor, account) = (Visitor::of_request(), backend()?.account().await?);
    if let Some(account) = &account {
        visitor.player = Some(account.player.clone());
        visitor.country = account.country;
    }
    let entered = match &visitor.player {
        Some(player) => backend()?.entered(player).await?,
        None => Vec::new(),
    };
    let reached = match &visitor.player {
        Some(player) => backend()?.reached(player, &entered).await?,
        None => Vec::new(),
    };
    let code = if account.is_some() { told() } else { None };
    let passkeys = backend()?.passkeys().await?;
    let reviews = backend()?.reviews().await?;
    let description = t::me::DESCRIPTION.into();
    let html = html(view! { <Shown visitor account entered reached reviews code passkeys query=query.clone() /> });
    Ok(Fragment { title: t::site::ME.into(), description, image: None, html })
}

#[component]
fn Shown(
    visitor: Visitor,
    account: Option<Known>,
    entered: Vec<Entered>,
    reached: Vec<Reached>,
    reviews: Vec<InReview>,
    code: Option<String>,
    passkeys: Vec<PasskeyInfo>,
    query: ParamsMap,
) -> impl IntoView {
    let boards = match visitor.player.clone().filter(|_| !entered.is_empty()) {
        Some(name) => view! { <Boards entered name /> }.into_any(),
        None => view! { <p class="hint">{t::me::NO_SCORES}</p> }.into_any(),
    };
    let rest = match account {
        Some(_) => view! { <Passkeys passkeys /> <Account query=query.clone() /> }.into_any(),
        None => view! { <Recover query=query.clone() /> <Data /> }.into_any(),
    };
    view! {
        <div class="me-page">
            <Identity visitor account query />
            {code.map(|code| view! { <Code code /> })}
            <section class="scores-sent">
                <h2>{t::me::WHERE}</h2>
                {boards}
            </section>
            {(!reached.is_empty()).then(|| view! { <History reached /> })}
            {(!reviews.is_empty()).then(|| view! { <Reviews reviews /> })}
            {rest}
        </div>
    }
}

/// What a player reached last, on whatever board, newest first.
#[component]
fn History(reached: Vec<Reached>) -> impl IntoView {
    let row = |Reached { board, title, point }: Reached| {
        view! {
            <tr>
                <td>
                    <a href=board_path(&board, &Period::default(), "")>{title}</a>
                </td>
                <td>{minute(point.at)}</td>
                <td class="score">{point.score.text()}</td>
                <td class="rank">{format!("#{}", number(point.rank))}</td>
            </tr>
        }
    };
    let rows = reached.into_iter().map(row).collect_view();
    view! {
        <section class="history">
            <h2>{t::profile::HISTORY}</h2>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t::profile::BOARD}</th>
                        <th scope="col">{t::profile::REACHED}</th>
                        <th scope="col" class="score">{t::board::SCORE}</th>
                        <th scope="col" class="rank">{t::profile::RANK_THEN}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

/// What of a player's submissions does not count: not yet, or not at all.
#[component]
fn Reviews(reviews: Vec<InReview>) -> impl IntoView {
    let row = |review: InReview| {
        let InReview { board, title, score, reason } = review;
        let became = reason.map_or_else(|| t::me::WAITS.text().to_owned(), |reason| t::me::rejected(&reason).text());
        view! {
            <tr>
                <td class="name">
                    <a href=board_path(&board, &Period::default(), "")>{title}</a>
                </td>
                <td class="score">{score.text()}</td>
                <td>
                    <bdi>{became}</bdi>
                </td>
            </tr>
        }
    };
    let rows = reviews.into_iter().map(row).collect_view();
    view! {
        <section class="scores-sent">
            <h2>{t::me::REVIEWED}</h2>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t::profile::BOARD}</th>
                        <th scope="col" class="score">{t::board::SCORE}</th>
                        <th scope="col">{t::me::BECAME}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

/// What becomes of the data of whoever has no account.
#[component]
fn Data() -> impl IntoView {
    view! {
        <section class="danger">
            <h2>{t::account::DATA}</h2>
            <p>
                {t::me::DATA_HINT}
            </p>
            <p class="actions">
                <a class="button ghost" href="/me/export" rel="external" download="leaderport.json">
                    {t::account::EXPORT}
                </a>
            </p>
            <form method="post" action="/me/forget">
                <button class="ghost bad">{t::me::FORGET}</button>
            </form>
        </section>
    }
}

#[component]
fn Identity(visitor: Visitor, account: Option<Known>, query: ParamsMap) -> impl IntoView {
    // What was typed comes back by the address; why it was refused is found again, since anybody can make up an address.
    let typed = query.get_str("refused").and(query.get_str("name")).map(str::to_owned);
    let typed_country = query.get_str("refused").and(query.get_str("country")).map(str::to_owned);
    let country_error =
        typed_country.as_ref().filter(|code| !code.is_empty()).and_then(|code| Country::parse(code).err()).map(|error| error.text());
    let is_no_country = country_error.is_some();
    let country = typed_country.or_else(|| visitor.country.map(String::from)).unwrap_or_default();
    let error = typed.as_ref().and_then(|name| PlayerId::from_input(name).err()).map(|error: AppError| error.text());
    let typed_avatar = query.get_str("refused").and(query.get_str("avatar")).map(str::to_owned);
    let avatar_error =
        typed_avatar.as_ref().filter(|url| !url.is_empty()).and_then(|url| AvatarUrl::parse(url).err()).map(|error| error.text());
    // What is wrong with nothing that was typed is said of the name.
    let is_said = error.is_some() || country_error.is_some() || avatar_error.is_some();
    let other = query.get_str("refused").filter(|_| !is_said).and_then(AppError::of_code).map(|error| error.text());
    // Of what a player may not do in their own profile there is one thing.
    let is_locked = !is_said && query.get_str("refused") == Some("forbidden");
    let error = error.or(other).or_else(|| is_locked.then(|| t::problem::NAME_LOCKED.text().to_owned()));
    let said = SAID.iter().find(|(key, _)| query.get_str(key).is_some()).map_or("", |(_, said)| said.text());
    let known = account.as_ref().map(|account| account.name.clone()).or_else(|| visitor.player.as_ref().map(ToString::to_string));
    let name = typed.or(known).unwrap_or_default();
    let avatar = account.as_ref().and_then(|account| account.avatar.clone());
    let face = Face { avatar: avatar.clone(), ..Face::named(if name.is_empty() { "?" } else { &name }) };
    let picture = account.as_ref().map(|_| typed_avatar.or(avatar).unwrap_or_default());
    let hue = visitor.hue.unwrap_or_else(|| hue_of(&name));
    let letters = if name.is_empty() { "?".to_owned() } else { initials(&name) };
    let swatch = |at: u8| {
        view! {
            <label>
                <input type="radio" name="hue" value=at.to_string() checked=at == hue />
                <span class="visually-hidden">{t::me::colour(&number(u64::from(at) + 1))}</span>
                <span class="avatar" data-hue=at.to_string() data-letters=letters.clone() aria-hidden="true"></span>
            </label>
        }
    };
    let swatches = (0..HUES).map(swatch).collect_view();
    let theme = |theme: Theme| {
        let label = match theme {
            Theme::System => t::me::THEME_SYSTEM,
            Theme::Light => t::me::THEME_LIGHT,
            Theme::Dark => t::me::THEME_DARK,
            Theme::Contrast => t::me::THEME_CONTRAST,
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
            {components::avatar(&face, Some(hue))}
            <h1>{t::site::ME}</h1>
            <p class="facts" role="status">{said}</p>
        </div>
        <form class="stack-form" method="post" action="/me">
            <div class="field">
                <label for="name">{t::send::NAME}</label>
                <input id="name" name="name" type="text" value=name maxlength=PlayerId::MAX_LEN autocomplete="nickname" autocapitalize="off" spellcheck="false" aria-describedby="name-error" aria-invalid=has_error.to_string() />
                <p class="field-error" id="name-error" role="alert">{error}</p>
            </div>
            <div class="field">
                <label for="country">{t::me::COUNTRY}</label>
                <input id="country" name="country" type="text" value=country maxlength="2" pattern="[A-Z]{2}" autocomplete="country" placeholder="NZ" aria-describedby="country-error country-hint" aria-invalid=is_no_country.to_string() />
                <p class="field-error" id="country-error" role="alert">{country_error}</p>
                <p class="hint" id="country-hint">{t::me::COUNTRY_HINT}</p>
            </div>
            {picture.map(|url| view! { <Picture url error=avatar_error /> })}
            <fieldset class="choices">
                <legend>{t::me::AVATAR}</legend>
                {swatches}
            </fieldset>
            <fieldset class="choices">
                <legend>{t::me::THEME}</legend>
                {Theme::ALL.map(theme).into_iter().collect_view()}
            </fieldset>
            <button type="submit">{t::me::SAVE}</button>
            {account.is_none().then(|| view! { <Begin /> })}
        </form>
    }
}

/// What the page says has happened, by what its address has.
const SAID: [(&str, Text); 9] = [
    ("saved", t::me::SAVED),
    ("forgotten", t::me::FORGOTTEN),
    ("begun", t::me::BEGUN),
    ("back", t::me::BACK),
    ("left", t::me::LEFT),
    ("keyed", t::me::KEYED),
    ("unkeyed", t::me::UNKEYED),
    ("stale", t::me::STALE),
    ("gone", t::me::GONE),
];

/// The picture in a player's profile.
#[component]
fn Picture(url: String, error: Option<String>) -> impl IntoView {
    let has_error = error.is_some();
    view! {
        <div class="field">
            <label for="avatar">{t::me::PICTURE}</label>
            <input id="avatar" name="avatar" type="url" value=url maxlength=AvatarUrl::MAX_LEN placeholder="https://" aria-describedby="avatar-error" aria-invalid=has_error.to_string() />
            <p class="field-error" id="avatar-error" role="alert">{error}</p>
        </div>
    }
}

/// The step to an account.
#[component]
fn Begin() -> impl IntoView {
    view! {
        <button type="submit" class="ghost" formaction="/me/begin">
            {t::me::BEGIN}
        </button>
        <p class="hint">{t::me::BEGIN_HINT}</p>
    }
}
