use crate::{
    error::{AppError, Field},
    i18n::{Text, language, t},
    markup::{Markup, Tag, live, tag},
    model::{Account, PlayerId, Score, Submission},
    state::BoardState,
};
use leptos::{html::Input, prelude::*};
use leptos_router::hooks::use_query_map;

/// The form that sends a score in. Hydrated, the row shows at once and the page stays; without JavaScript it is a plain form,
/// and the server sends the page back, with the reason if there is one.
/// Whoever has signed in, to an account, does not type who they are.
pub fn score_form(state: BoardState, account: Option<Account>) -> Tag {
    let me = StoredValue::new(account.as_ref().map(|account| account.player.clone()));
    let (typed, refused) = come_back(state, me.get_value());
    let error = RwSignal::new(refused);
    let (player, score) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());

    let submit = move |event: leptos::ev::Event| {
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

    let (name, points) = typed;
    let decimals = move || Some(if state.decimals() == 0 { "numeric" } else { "decimal" });
    let who: Markup = match account {
        Some(account) => tag("p").class("as-who").put(t::send::sent_as(tag("bdi").put(account.name))).into(),
        None => {
            let input =
                tag("input").attr("maxlength", PlayerId::MAX_LEN.to_string()).attr("autocomplete", "nickname").attr("inputmode", "text");
            text_field("player", t::send::NAME, Field::Player, error, input.attr("value", name).node_ref(player)).into()
        }
    };
    let input = tag("input").attr("maxlength", Score::MAX_TEXT.to_string()).attr("autocomplete", "off").live_attr("inputmode", decimals);
    tag("form")
        .class("score-form")
        .attr("method", "post")
        .attr("action", format!("/b/{}/scores", state.board()))
        .on("submit", submit)
        // Once hydrated, the form's own messages take over from the browser's.
        .ready(|form| {
            // Every element takes it.
            let _ = form.set_attribute("novalidate", "");
        })
        .put(tag("h2").put(t::send::TITLE))
        .put(who)
        .put(text_field("score", t::send::SCORE, Field::Score, error, input.attr("value", points).node_ref(score)))
        .put(error_text("form-error".to_owned(), error, Field::Request))
        .put(tag("button").attr("type", "submit").put(t::send::SEND))
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
pub fn taken() -> Markup {
    let reason = use_query_map().with_untracked(|query| query.get_str("taken").and_then(AppError::of_code));
    reason.filter(AppError::is_taken).map(|reason| tag("p").class("hint").attr("role", "status").put(reason.text())).into()
}

/// Why a score that a plain form sent was refused, where there is no form any more that would say so.
pub fn refusal() -> Markup {
    let reason = use_query_map().with_untracked(|query| query.get_str("refused").and_then(AppError::of_code));
    reason.map(|reason| tag("p").class("field-error").attr("role", "alert").put(reason.text())).into()
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
fn text_field(name: &'static str, label: Text, field: Field, error: RwSignal<Option<AppError>>, input: Tag) -> Tag {
    let message = format!("{name}-error");
    let input = input
        .attr("id", name)
        .attr("name", name)
        .attr("type", "text")
        .attr("autocapitalize", "off")
        .attr("spellcheck", "false")
        .attr("required", true)
        .attr("aria-describedby", message.clone())
        .live_attr("aria-invalid", move || Some(if is_about(error, field) { "true" } else { "false" }));
    tag("div").class("field").put(tag("label").attr("for", name).put(label)).put(input).put(error_text(message, error, field))
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
fn error_text(id: String, error: RwSignal<Option<AppError>>, field: Field) -> Tag {
    let text = move || error.get().filter(|_| is_about(error, field)).map(|error| error.text());
    tag("p").class("field-error").attr("id", id).attr("role", "alert").put(live(text))
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
