#[cfg(feature = "ssr")]
use super::finder::{hidden, hidden_field};
use super::{
    later::later,
    typed::{Typed, load, send},
};
#[cfg(feature = "ssr")]
use crate::model::SubmissionId;
use crate::{
    effect::effect,
    error::{AppError, Field},
    i18n::{Text, t},
    live::Status,
    markup::{Markup, Tag, live, tag},
    model::{Account, PlayerId, Score},
    state::{BoardState, Outbox},
};
use leptos::{ev::Event, html::Input, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use std::time::Duration;

/// How long the page is live before what sends scores is loaded, if nobody has begun to type by then: it is at rest.
const REST: Duration = Duration::from_secs(2);

/// The form that sends a score in. Hydrated, the row shows at once and the page stays; without JavaScript it is a plain form,
/// and the server sends the page back, with the reason if there is one. Whoever has signed in, to an account, does not type who they are.
pub fn score_form(state: BoardState, account: Option<Account>, status: Memo<Status>) -> Tag {
    let at_rest = later(REST, move || {
        if status.try_get_untracked() == Some(Status::Live) {
            prepare();
        }
    });
    effect(move || {
        if status.get() == Status::Live {
            at_rest();
        }
    });
    let me = account.as_ref().map(|account| account.player.clone());
    let (typed, refused) = come_back(state, me.as_ref());
    let wrong = RwSignal::new(refused);
    let (player, score) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let submit = submit(state, me, wrong, (player, score));
    let (name, points) = typed;
    let decimals = move || Some(if state.decimals() == 0 { "numeric" } else { "decimal" });
    let who: Markup = match account {
        Some(account) => tag("p").class("as-who").put(t::send::sent_as(tag("bdi").put(account.name))).into(),
        None => {
            let input =
                tag("input").attr("maxlength", PlayerId::MAX_LEN.to_string()).attr("autocomplete", "nickname").attr("inputmode", "text");
            text_field("player", t::send::NAME, Field::Player, wrong, input.attr("value", name).node_ref(player)).into()
        }
    };
    let input = tag("input").attr("maxlength", Score::MAX_TEXT.to_string()).attr("autocomplete", "off").live_attr("inputmode", decimals);
    tag("form")
        .class("score-form")
        .attr("method", "post")
        .attr("action", format!("/b/{}/scores", state.board()))
        .on("submit", submit)
        .on("focusin", |_| prepare())
        // Once hydrated, the form's own messages take over from the browser's.
        .ready(|form| {
            // Every element takes it.
            let _ = form.set_attribute("novalidate", "");
        })
        .put(tag("h2").put(t::send::TITLE))
        .put(who)
        .put(text_field("score", t::send::SCORE, Field::Score, wrong, input.attr("value", points).node_ref(score)))
        .put(error_text("form-error".to_owned(), wrong, Field::Request))
        .put(tag("button").attr("type", "submit").put(t::send::SEND))
        .put(of_plain_form(state))
}

/// What a plain form says besides: the window that it was sent from, and an id, so that what is sent twice counts once. One that was refused
/// keeps its id: what became of it may not be known. The program sends its own.
#[cfg(feature = "ssr")]
fn of_plain_form(state: BoardState) -> Markup {
    let known = use_query_map().with_untracked(|query| query.get_str("id").and_then(|id| SubmissionId::parse(id).ok()));
    let id = known.map_or_else(|| leptos::nonce::Nonce::new().to_string(), String::from);
    [hidden_field("id", id).into(), hidden(&state.period())].into()
}

/// It stands behind all else: what the server has put there is left as it is.
#[cfg(not(feature = "ssr"))]
fn of_plain_form(_state: BoardState) -> Markup {
    Markup::Nothing
}

/// Loads what sends scores, before there is one: the network may be gone by then.
fn prepare() {
    spawn_local(async {
        // Where it can't be loaded now, it is tried again when something is to be sent.
        let _ = load().await;
    });
}

/// Sends what was typed, or says what is wrong with it, without leaving the page.
fn submit(
    state: BoardState,
    me: Option<PlayerId>,
    wrong: RwSignal<Option<Wrong>>,
    fields: (NodeRef<Input>, NodeRef<Input>),
) -> impl FnMut(Event) {
    let outbox = Outbox::of_tab();
    // While that part of the app is loaded, the same is not sent again.
    let is_busy = StoredValue::new(false);
    move |event| {
        event.prevent_default();
        let (name, Some(score), Some(outbox)) = (fields.0.get_untracked(), fields.1.get_untracked(), outbox) else { return };
        if is_busy.get_value() {
            return;
        }
        is_busy.set_value(true);
        let typed = Typed { me: me.clone(), name: name.as_ref().map(|name| name.value()).unwrap_or_default(), score: score.value() };
        spawn_local(async move {
            let sent = send(state, outbox, typed.clone()).await.unwrap_or(Err(AppError::Network));
            // The page may have been left before that was loaded.
            if is_busy.try_set_value(false).is_some() {
                return;
            }
            match sent {
                Ok(()) => {
                    wrong.set(None);
                    if score.value() == typed.score {
                        score.set_value("");
                    }
                    // A page that has lost the focus meanwhile has no use for it.
                    let _ = score.focus();
                }
                Err(error) => {
                    let error = Wrong::from(error);
                    let _ = name.filter(|_| error.field == Field::Player).unwrap_or(score).focus();
                    wrong.set(Some(error));
                }
            }
        });
    }
}

/// What was typed into a plain form that was refused, and why: both come back by the address.
fn come_back(state: BoardState, me: Option<&PlayerId>) -> ((String, String), Option<Wrong>) {
    let query = use_query_map().get_untracked();
    let Some(code) = query.get_str("refused") else {
        let own = state.own().with_untracked(|own| own.as_ref().map(ToString::to_string));
        return ((own.unwrap_or_default(), String::new()), None);
    };
    let typed = |name| query.get_str(name).unwrap_or_default().to_owned();
    let typed = Typed { me: me.cloned(), name: typed("name"), score: typed("score") };
    let wrong = refused(state, code, &typed);
    ((typed.name, typed.score), wrong)
}

/// Anybody can make up an address, so what its text says is not shown: the reason is found again from what was typed.
#[cfg(feature = "ssr")]
fn refused(state: BoardState, code: &str, typed: &Typed) -> Option<Wrong> {
    let reason = match code {
        // The score is left out: the page must not find fault with it where the server did with the name.
        "name" => PlayerId::from_input(&typed.name).err(),
        _ => {
            let facts = state.facts().get_untracked();
            let submission = typed.read("", facts.decimals);
            submission.and_then(|submission| facts.bounds.check(submission.score)).err()
        }
    };
    reason.or_else(|| AppError::of_code(code)).map(Wrong::from)
}

/// The reason is on the page that the server wrote.
#[cfg(not(feature = "ssr"))]
fn refused(_state: BoardState, _code: &str, _typed: &Typed) -> Option<Wrong> {
    #[cfg(feature = "hydrate")]
    return [("player-error", Field::Player), ("score-error", Field::Score), ("form-error", Field::Request)].into_iter().find_map(
        |(id, field)| {
            let text = crate::dom::by_id::<web_sys::Element>(id)?.text_content()?;
            (!text.is_empty()).then_some(Wrong { field, text })
        },
    );
    #[cfg(not(feature = "hydrate"))]
    None
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

/// A labelled input with its message.
fn text_field(name: &'static str, label: Text, field: Field, wrong: RwSignal<Option<Wrong>>, input: Tag) -> Tag {
    let message = format!("{name}-error");
    let is_wrong = move || wrong.with(|wrong| wrong.as_ref().is_some_and(|wrong| wrong.field == field));
    let input = input
        .attr("id", name)
        .attr("name", name)
        .attr("type", "text")
        .attr("autocapitalize", "off")
        .attr("spellcheck", "false")
        .attr("required", true)
        .attr("aria-describedby", message.clone())
        .live_attr("aria-invalid", move || Some(if is_wrong() { "true" } else { "false" }));
    tag("div").class("field").put(tag("label").attr("for", name).put(label)).put(input).put(error_text(message, wrong, field))
}

/// The message beside a field.
fn error_text(id: String, wrong: RwSignal<Option<Wrong>>, field: Field) -> Tag {
    let text = move || wrong.with(|wrong| wrong.as_ref().filter(|wrong| wrong.field == field).map(|wrong| wrong.text.clone()));
    tag("p").class("field-error").attr("id", id).attr("role", "alert").put(live(text))
}

/// What is wrong with what was typed.
#[derive(Clone)]
struct Wrong {
    /// Player, score, or with the form as a whole.
    field: Field,
    text: String,
}

impl From<AppError> for Wrong {
    fn from(error: AppError) -> Self {
        let field = error.field().filter(|about| matches!(about, Field::Player | Field::Score));
        Self { field: field.unwrap_or(Field::Request), text: error.text() }
    }
}
