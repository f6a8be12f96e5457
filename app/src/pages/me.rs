use super::head::Head;
use crate::{
    api::boards_of_player,
    components::{Avatar, Failure},
    error::AppError,
    model::{Entered, PlayerId},
    visitor::{HUES, Theme, Visitor, encode, hue_of, initials},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Who plays in this browser. Plain forms: the server keeps it in cookies, and the next page is as it says.
#[component]
pub fn MePage() -> impl IntoView {
    let visitor = Visitor::current();
    let player = visitor.player.clone();
    let entered = super::resource(
        move || player.clone(),
        async |player| match player {
            Some(player) => boards_of_player(player).await,
            None => Ok(Vec::new()),
        },
    );
    let name = visitor.player.clone();
    view! {
        <Head title="Me".to_owned() description="Who plays in this browser.".to_owned() />
        <div class="me-page">
            <Identity visitor />
            <section class="scores-sent">
                <h2>"Where you stand"</h2>
                <Transition fallback=super::loading>
                    {
                        let name = name.clone();
                        move || {
                            let name = name.clone();
                            Suspend::new(async move {
                                match (entered.await, name) {
                                    (Ok(entered), Some(name)) if !entered.is_empty() => view! { <Boards entered name /> }.into_any(),
                                    (Ok(_), _) => view! { <p class="hint">"You have no score on any board yet."</p> }.into_any(),
                                    (Err(error), _) => view! { <Failure error /> }.into_any(),
                                }
                            })
                        }
                    }
                </Transition>
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
fn Identity(visitor: Visitor) -> impl IntoView {
    let query = use_query_map().get_untracked();
    // What was typed comes back by the address; why it was refused is found again, since anybody can make up an address.
    let typed = query.get_str("refused").and(query.get_str("name")).map(str::to_owned);
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
                <span class="avatar" data-hue=at.to_string() aria-hidden="true">{letters.clone()}</span>
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
            <Avatar name=if name.is_empty() { "?".to_owned() } else { name.clone() } hue />
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
                <input id="country" name="country" type="text" value=visitor.country.clone() maxlength="2" pattern="[A-Z]{2}" autocomplete="country" placeholder="NZ" aria-describedby="country-hint" />
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

#[component]
fn Boards(entered: Vec<Entered>, name: PlayerId) -> impl IntoView {
    let row = |entered: Entered| {
        view! {
            <tr>
                <td class="name">
                    <a href=format!("/b/{}/p/{}", entered.board, encode(name.as_str()))>{entered.title}</a>
                </td>
                <td class="rank">{format!("#{} of {}", entered.standing.rank, entered.total)}</td>
                <td class="score">{entered.standing.score.to_string()}</td>
            </tr>
        }
    };
    let rows = entered.into_iter().map(row).collect_view();
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">"Board"</th>
                    <th scope="col" class="rank">"Rank"</th>
                    <th scope="col" class="score">"Score"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
