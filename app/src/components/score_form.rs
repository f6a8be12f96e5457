use crate::{
    error::{AppError, Field},
    i18n::{Text, language, t},
    model::{Account, PlayerId, Score, Submission},
    state::BoardState,
};
use leptos::{ev::SubmitEvent, html::Input, prelude::*};
use leptos_router::hooks::use_query_map;

/// The form that sends a score in. Hydrated, the row shows at once and the page stays; without JavaScript it is a plain form,
/// and the server sends the page back, with the reason if there is one.
#[component]
pub fn ScoreForm(
    /// The board to send to.
    state: BoardState,
    /// The account of whoever has signed in: they don't type who they are.
    account: Option<Account>,
) -> impl IntoView {
    let me = StoredValue::new(account.as_ref().map(|account| account.player.clone()));
    let (typed, refused) = come_back(state, me.get_value());
    let error = RwSignal::new(refused);
    let (player, score) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (name, Some(score)) = (player.get_untracked(), score.get_untracked()) else { return };
        let typed = name.as_ref().map(|name| name.value()).unwrap_or_default();
        match read(me.get_value(), &typed, &score.value(), &new_id(), untrack(|| state.decimals())) {
            Ok(submission) => {
                error.set(None);
                send(state, submission);
                score.set_value("");
                // A page that has lost the focus meanwhile has no use for it.
                let _ = score.focus();
            }
            Err(wrong) => {
                let _ = name.filter(|_| wrong.field() == Some(Field::Player)).unwrap_or(score).focus();
                error.set(Some(wrong));
            }
        }
    };

    let who = match account {
        Some(account) => view! { <p class="as-who">{t::send::sent_as(view! { <bdi>{account.name}</bdi> }.into_any())}</p> }.into_any(),
        None => view! {
            <TextField
                name="player"
                label=t::send::NAME
                field=Field::Player
                error
                node_ref=player
                value=typed.0
                maxlength=PlayerId::MAX_LEN
                autocomplete="nickname"
                inputmode="text"
            />
        }
        .into_any(),
    };
    view! {
        // Once hydrated, the form's own messages take over from the browser's.
        <form class="score-form" method="post" action=format!("/b/{}/scores", state.board()) on:submit=submit prop:noValidate=true>
            <h2>{t::send::TITLE}</h2>
            {who}
            <TextField
                name="score"
                label=t::send::SCORE
                field=Field::Score
                error
                node_ref=score
                value=typed.1
                maxlength=Score::MAX_TEXT
                autocomplete="off"
                inputmode=Signal::derive(move || if state.decimals() == 0 { "numeric" } else { "decimal" })
            />
            <ErrorText id="form-error" error field=Field::Request />
            <button type="submit">{t::send::SEND}</button>
        </form>
    }
}

/// What was typed: the score of whoever has signed in, or of whoever was named.
fn read(me: Option<PlayerId>, name: &str, score: &str, id: &str, decimals: u8) -> Result<Submission, AppError> {
    match me {
        Some(me) => Submission::from_own_input(me, score, id, decimals, language()),
        None => Submission::from_input(name, score, id, decimals, language()),
    }
}

/// What was typed into a plain form that was refused, and why: both come back by the address. Anybody can make up an address, so what
/// its text says is not shown: the reason is found again from what was typed.
fn come_back(state: BoardState, me: Option<PlayerId>) -> ((String, String), Option<AppError>) {
    let query = use_query_map().get_untracked();
    let Some(code) = query.get_str("refused") else {
        let own = state.own().with_untracked(|own| own.as_ref().map(ToString::to_string));
        return ((own.unwrap_or_default(), String::new()), None);
    };
    let typed = |name| query.get_str(name).unwrap_or_default().to_owned();
    let (player, score) = (typed("name"), typed("score"));
    let reason = match code {
        // The score is left out: the page must not find fault with it where the server did with the name.
        "name" => PlayerId::from_input(&player).err(),
        _ => {
            let facts = state.facts().get_untracked();
            let submission = read(me, &player, &score, "", facts.decimals);
            submission.and_then(|submission| facts.bounds.check(submission.score)).err()
        }
    };
    let reason = reason.or_else(|| AppError::of_code(code));
    ((player, score), reason)
}

/// What became of a score that a plain form sent, where there is nothing on the board to show for it.
#[component]
pub fn Taken() -> impl IntoView {
    let reason = use_query_map().with_untracked(|query| query.get_str("taken").and_then(AppError::of_code));
    reason.filter(AppError::is_taken).map(|reason| view! { <p class="hint" role="status">{reason.text()}</p> }.into_any())
}

/// Why a score that a plain form sent was refused, where there is no form any more that would say so.
#[component]
pub fn Refusal() -> impl IntoView {
    let reason = use_query_map().with_untracked(|query| query.get_str("refused").and_then(AppError::of_code));
    reason.map(|reason| view! { <p class="field-error" role="alert">{reason.text()}</p> }.into_any())
}

/// Sends a score in, and remembers whose it is.
fn send(state: BoardState, submission: Submission) {
    #[cfg(feature = "hydrate")]
    {
        crate::visitor::Visitor::remember(&submission.player);
        state.submit(submission);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (state, submission);
}

/// A labelled input with its message.
#[component]
fn TextField(
    name: &'static str,
    label: Text,
    field: Field,
    error: RwSignal<Option<AppError>>,
    node_ref: NodeRef<Input>,
    value: String,
    maxlength: usize,
    autocomplete: &'static str,
    #[prop(into)] inputmode: Signal<&'static str>,
) -> impl IntoView {
    let message = format!("{name}-error");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type="text"
                inputmode=move || inputmode.get()
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                required
                maxlength=maxlength
                value=value
                node_ref=node_ref
                aria-describedby=message.clone()
                aria-invalid=move || is_about(error, field).to_string()
            />
            <ErrorText id=message error field />
        </div>
    }
}

/// Whether the error is about this field. Whatever is about neither input is about the form as a whole.
fn is_about(error: RwSignal<Option<AppError>>, field: Field) -> bool {
    error.with(|error| {
        error.as_ref().is_some_and(|error| {
            let about = error.field().filter(|about| matches!(about, Field::Player | Field::Score));
            about.unwrap_or(Field::Request) == field
        })
    })
}

/// The message beside a field.
#[component]
fn ErrorText(#[prop(into)] id: String, error: RwSignal<Option<AppError>>, field: Field) -> impl IntoView {
    let text = move || error.get().filter(|_| is_about(error, field)).map(|error| error.text()).unwrap_or_default();
    view! {
        <p class="field-error" id=id role="alert">
            {move || text()}
        </p>
    }
}

/// A fresh submission id: 128 random bits. Sending the same score again with the same id counts it once.
#[cfg(feature = "hydrate")]
fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok());
    // Without an id the score is still sent; only sending it twice would then count twice.
    filled.map(|_| bytes.iter().map(|byte| format!("{byte:02x}")).collect()).unwrap_or_default()
}

/// The server renders the form; it never submits it.
#[cfg(not(feature = "hydrate"))]
fn new_id() -> String {
    String::new()
}
