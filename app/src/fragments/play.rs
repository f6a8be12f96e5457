use super::{Fragment, html};
use crate::{
    backend::backend,
    error::AppError,
    game::{REACH, TICKS, TURN},
    i18n::{number, t},
    model::{Account, BoardFacts, BoardId, Direction, Period, PlayerId, Rules, Start},
    paths::run_picture_path,
    protocol::Row,
    visitor::Visitor,
};
use leptos::prelude::*;

/// Rows that are shown beside the game before it begins.
const FIRST: usize = 5;

/// The game. What is played is played in the browser: see `crate::play`.
pub async fn play(board: &BoardId, run: &str) -> Result<Fragment, AppError> {
    let backend = backend()?;
    let played = if run.is_empty() { None } else { Some(backend.played(board, run).await?) };
    let account = backend.account().await?;
    let opened = backend.open(board, &Period::default(), Start::Place(1), None).await;
    let (facts, rows) = match opened {
        Ok(opened) => (opened.facts, opened.page.rows),
        // It is made when somebody first plays.
        Err(AppError::NotFound { .. }) if *board == BoardId::ring() => (BoardFacts::of(&Rules::ring(), None), Vec::new()),
        Err(error) => return Err(error),
    };
    let player = Visitor::of_request().player;
    let (title, description, image) = match &played {
        Some(played) => {
            let points = t::game::points(played.score.into());
            let title = t::play::result(&played.name, &points.text()).into();
            (title, t::play::result_about(&played.title).into(), Some(run_picture_path(board, run)))
        }
        None => (facts.title.clone(), t::play::DESCRIPTION.into(), None),
    };
    let shown = image.clone().map(|path| (path, title.clone()));
    let html = html(view! { <Shown board=board.clone() facts rows account player shown /> });
    Ok(Fragment { title, description, image, html })
}

#[component]
fn Shown(
    board: BoardId,
    facts: BoardFacts,
    rows: Vec<Row>,
    account: Option<Account>,
    player: Option<PlayerId>,
    shown: Option<(String, String)>,
) -> impl IntoView {
    let name = match account {
        Some(account) => view! {
            <p class="as-who">{t::play::playing_as(view! { <bdi>{account.name.clone()}</bdi> }.into_any())}</p>
            <input type="hidden" id="play-name" data-player=account.player.to_string() data-name=account.name />
        }
        .into_any(),
        None => view! {
            <p class="field">
                <label for="play-name">{t::send::NAME}</label>
                <input
                    id="play-name"
                    name="player"
                    maxlength=PlayerId::MAX_LEN
                    autocomplete="nickname"
                    value=player.map(|player| player.to_string())
                    aria-describedby="play-wrong"
                />
            </p>
        }
        .into_any(),
    };
    let first = rows.into_iter().take(FIRST).map(|row| view! { <Line row /> }).collect_view();
    let to_board = format!("/b/{board}");
    view! {
        <div
            class="play"
            data-play=board.to_string()
            data-asc=(facts.direction == Direction::Asc).then_some("")
            data-decimals=facts.decimals.to_string()
        >
            <header>
                <h1>{facts.title}</h1>
                <p>
                    {t::play::RULES}
                </p>
            </header>
            {shown.map(|(path, about)| view! { <img class="play-card" src=path alt=about width="1200" height="630" /> })}
            <div class="play-stage">
                <div class="arena" id="arena">
                    <Ring />
                    <div class="arena-says">
                        <p class="arena-score" id="play-score">{number(0)}</p>
                        <p class="arena-row" id="play-row"></p>
                        <button type="button" class="arena-go" id="play-go" hidden>{t::site::PLAY}</button>
                    </div>
                    <progress id="play-time" max=TICKS value="0" aria-label=t::game::TIME></progress>
                    <noscript><p class="hint">{t::play::NEEDS_SCRIPT}</p></noscript>
                </div>
                <div class="play-side">
                    {name}
                    <p class="field-error" id="play-wrong" role="alert"></p>
                    <p class="hint" id="play-ghost"></p>
                    <h2 id="play-strip-title">{t::me::WHERE}</h2>
                    <ol class="play-strip" id="play-strip" aria-labelledby="play-strip-title">{first}</ol>
                    <label class="check">
                        <input type="checkbox" id="play-sound" />
                        <span>{t::play::SOUND}</span>
                    </label>
                </div>
            </div>
            <section class="play-result" id="play-result" role="status"></section>
            <p class="actions">
                <a class="button ghost" href=to_board>{t::play::BOARD}</a>
                <a class="button ghost" href="/docs#runs" rel="external">{t::play::VERIFIED}</a>
            </p>
        </div>
    }
}

#[component]
fn Line(row: Row) -> impl IntoView {
    view! {
        <li>
            <span class="place">{number(row.rank)}</span>
            <bdi>{row.face.name}</bdi>
            <span class="score">{row.score.text()}</span>
        </li>
    }
}

/// The ring, in which the browser turns what moves.
#[component]
fn Ring() -> impl IntoView {
    // The target's two ends, from its middle at the top.
    let half = f64::from(REACH) / f64::from(TURN) * std::f64::consts::TAU;
    let (x, y) = (100.0 * half.sin(), 100.0 * half.cos());
    let target = format!("M {:.2} {:.2} A 100 100 0 0 1 {:.2} {:.2}", 120.0 - x, 120.0 - y, 120.0 + x, 120.0 - y);
    view! {
        <svg class="ring" viewBox="0 0 240 240" aria-hidden="true">
            <circle class="track" cx="120" cy="120" r="100" />
            <path class="target" id="play-target" d=target />
            <path class="ghost" id="play-ghost-pointer" d="M 120 34 L 120 46" visibility="hidden" />
            <path class="pointer" id="play-pointer" d="M 120 6 L 120 34" />
        </svg>
    }
}
