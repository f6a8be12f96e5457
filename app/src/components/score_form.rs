use crate::{
    api::{Rejected, SubmitScore},
    error::{AppError, Field},
    model::{PlayerId, Submission},
    state::BoardState,
};
use leptos::{
    ev::SubmitEvent,
    html::Input,
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_router::hooks::use_query_map;

/// The form that sends a score in. Hydrated, the row shows at once and the page stays; without JavaScript it is a plain form,
/// and the server sends the page back, with the reason if there is one.
#[component]
pub fn ScoreForm(
    /// The board to send to.
    state: BoardState,
) -> impl IntoView {
    // A plain form that was refused comes back with the reason in the address; both sides read it there.
    let refused = use_query_map().with_untracked(|query| query.get_str("__err").map(ServerFnUrlError::<Rejected>::decode_err));
    let error = RwSignal::new(refused.as_ref().map(Rejected::reason));
    let typed = refused.map(|refused| (refused.player, refused.score)).unwrap_or_default();
    let (player, score) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(player), Some(score)) = (player.get_untracked(), score.get_untracked()) else { return };
        match Submission::from_input(&player.value(), &score.value(), &new_id()) {
            Ok(submission) => {
                error.set(None);
                state.submit(submission);
                score.set_value("");
                // A page that has lost the focus meanwhile has no use for it.
                let _ = score.focus();
            }
            Err(wrong) => {
                let wrong_field = if wrong.field() == Some(Field::Player) { &player } else { &score };
                let _ = wrong_field.focus();
                error.set(Some(wrong));
            }
        }
    };

    view! {
        // Once hydrated, the form's own messages take over from the browser's.
        <form class="score-form" method="post" action=SubmitScore::PATH on:submit=submit prop:noValidate=true>
            <h2>"Send a score"</h2>
            <div class="field">
                <label for="player">"Name"</label>
                <input
                    id="player"
                    name="player"
                    type="text"
                    autocomplete="nickname"
                    autocapitalize="off"
                    spellcheck="false"
                    required
                    maxlength=PlayerId::MAX_LEN
                    value=typed.0
                    node_ref=player
                    aria-describedby="player-error"
                    aria-invalid=move || is_about(error, Field::Player).to_string()
                />
                <ErrorText id="player-error" error field=Field::Player />
            </div>
            <div class="field">
                <label for="score">"Score"</label>
                <input
                    id="score"
                    name="score"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    required
                    maxlength="64"
                    value=typed.1
                    node_ref=score
                    aria-describedby="score-error"
                    aria-invalid=move || is_about(error, Field::Score).to_string()
                />
                <ErrorText id="score-error" error field=Field::Score />
            </div>
            <ErrorText id="form-error" error field=Field::Request />
            <button type="submit">"Send"</button>
        </form>
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
fn ErrorText(id: &'static str, error: RwSignal<Option<AppError>>, field: Field) -> impl IntoView {
    let text = move || is_about(error, field).then(|| error.get().map(|error| error.to_string()));
    view! {
        <p class="field-error" id=id role="alert">
            {text}
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
