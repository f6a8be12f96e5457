//! The dashboard's forms, and what they are built from.

use super::{
    desk::{Desk, Draft},
    parts::Inside,
};
use crate::{fragments::as_html, i18n::t, paths::encode};
use leptos::prelude::*;

/// What a form says of itself, unseen.
#[component]
pub fn Calls(
    /// What it is called.
    form: &'static str,
    /// The call of the API.
    #[prop(into)]
    call: String,
    /// Where to go when it is done.
    #[prop(into)]
    then: String,
) -> impl IntoView {
    view! {
        <input type="hidden" name="_form" value=form />
        <input type="hidden" name="_call" value=call />
        <input type="hidden" name="_then" value=then />
    }
}

/// A button that makes a call at once: for what is easily taken back, or done again.
#[component]
pub fn Press(
    /// The page that it is on.
    #[prop(into)]
    action: String,
    /// What the form is called; what `act` begins is refused above the page.
    form: &'static str,
    /// The call of the API.
    #[prop(into)]
    call: String,
    /// Where to go when it is done.
    #[prop(into)]
    then: String,
    /// What the button says.
    label: &'static str,
    /// The same for whoever does not see what stands around it.
    #[prop(optional_no_strip)]
    spoken: Option<String>,
    /// Its fields.
    #[prop(optional)]
    children: Option<Inside>,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <Calls form call then />
            {children.map(|children| children.0)}
            <button class="ghost small" aria-label=spoken>
                {label}
            </button>
        </form>
    }
}

/// Takes back what a board's version did.
#[component]
pub fn Undo(
    /// The page that it is on.
    #[prop(into)]
    action: String,
    /// The board.
    board: String,
    /// The version.
    version: String,
    /// Where to go when it is done.
    #[prop(into)]
    then: String,
    /// The button, for whoever does not see what stands around it.
    #[prop(optional)]
    spoken: Option<String>,
) -> impl IntoView {
    let call = format!("POST /api/boards/{}/undo", encode(&board));
    view! {
        <Press action form="undo" call then label=t::desk_fields::UNDO.text() spoken>
            <input type="hidden" name="version:number" value=version />
        </Press>
    }
}

/// A field of a form that looks for something: what it says stands in the address.
#[component]
pub fn Sought(
    /// The page that it is on.
    desk: Desk,
    /// The parameter.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// The kind of input.
    #[prop(default = "search")]
    kind: &'static str,
    /// What may be typed, as an example.
    #[prop(optional)]
    placeholder: &'static str,
) -> impl IntoView {
    let step = (kind == "number").then_some("any");
    view! {
        <label class="field">
            <span>{label}</span>
            <input type=kind name=name value=desk.param(name).to_owned() step=step placeholder=placeholder autocomplete="off" />
        </label>
    }
}

/// A form that makes a call of the API.
#[component]
pub fn Ask(
    /// The form, with what came back.
    draft: Draft,
    /// The call: `PATCH /api/boards/main`.
    #[prop(into)]
    call: String,
    /// Where to go when it is done.
    #[prop(into)]
    then: String,
    /// What the button says.
    #[prop(into)]
    label: String,
    /// Whether the answer is shown, instead of going on.
    #[prop(optional)]
    shows: bool,
    /// Whether it is looked through first.
    #[prop(optional)]
    previews: bool,
    /// The button's classes.
    #[prop(optional)]
    class: &'static str,
    /// Its fields.
    #[prop(optional)]
    children: Option<Inside>,
) -> impl IntoView {
    let refused = draft.refusal().map(|(_, detail)| view! { <p class="field-error" role="alert">{detail}</p> });
    let previewed = previews.then(|| view! { <input type="hidden" name="_preview" value="yes" /> });
    let shown = shows.then(|| view! { <input type="hidden" name="_show" value="yes" /> });
    view! {
        <form class="ask" method="post" action=draft.action.clone()>
            <Calls form=draft.form call then />
            {previewed}
            {shown}
            {children.map(|children| children.0)}
            {refused}
            <p class="actions">
                <button class=class>{label}</button>
            </p>
        </form>
    }
}

/// A field to type into.
#[component]
pub fn Field(
    /// The form that it is in.
    draft: Draft,
    /// Its name, with the kind of what it says.
    #[prop(into)]
    name: String,
    /// What it is called.
    label: &'static str,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What to know about it.
    #[prop(optional)]
    hint: &'static str,
    /// The kind of input: `text`, `number`, `password`, `datetime-local`, `textarea`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// What may be typed, as an example.
    #[prop(optional)]
    placeholder: &'static str,
    /// What browsers may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
) -> impl IntoView {
    let value = if kind == "password" { String::new() } else { draft.value(&name, &value) };
    let about = About::of(&draft, &name);
    let (id, described, is_wrong) = (about.id.clone(), about.described_by(), about.error.is_some().to_string());
    let input = if kind == "textarea" {
        view! { <textarea id=id name=name rows="4" required=required placeholder=placeholder aria-describedby=described aria-invalid=is_wrong>{escaped(&value)}</textarea> }.into_any()
    } else {
        let step = (kind == "number").then_some("any");
        view! { <input id=id name=name type=kind value=value step=step required=required placeholder=placeholder autocomplete=autocomplete autocapitalize="off" spellcheck="false" aria-describedby=described aria-invalid=is_wrong /> }.into_any()
    };
    about.around(label, hint, input)
}

/// What stands about an input: what it is called, what is wrong with it, and what to know.
struct About {
    id: String,
    error: Option<String>,
}

impl About {
    fn of(draft: &Draft, name: &str) -> Self {
        Self { id: format!("{}-{}", draft.form, in_id(name)), error: draft.error(name) }
    }

    /// The ids of what is wrong and of what to know.
    fn described_by(&self) -> String {
        format!("{0}-error {0}-hint", self.id)
    }

    fn around(self, label: &'static str, hint: &'static str, input: AnyView) -> impl IntoView {
        let (error_id, hint_id) = (format!("{}-error", self.id), format!("{}-hint", self.id));
        view! {
            <div class="field">
                <label for=self.id>{label}</label>
                {input}
                <p class="field-error" id=error_id>{self.error}</p>
                <p class="hint" id=hint_id>{hint}</p>
            </div>
        }
    }
}

/// What is to stand in a `textarea`. A line end at the beginning, which browsers drop, keeps those that follow.
fn escaped(text: &str) -> String {
    format!("\n{}", as_html(text))
}

/// One of a few.
#[component]
pub fn Choose(
    /// The form that it is in.
    draft: Draft,
    /// Its name, with the kind of what it says.
    #[prop(into)]
    name: String,
    /// What it is called.
    label: &'static str,
    /// What is chosen at first.
    #[prop(optional, into)]
    value: String,
    /// What there is: the value, and what people read.
    options: Vec<(String, String)>,
    /// What to know about it.
    #[prop(optional)]
    hint: &'static str,
) -> impl IntoView {
    let (chosen, about) = (draft.value(&name, &value), About::of(&draft, &name));
    let option = |(value, label): (String, String)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    };
    let options = options.into_iter().map(option).collect_view();
    let (id, described, is_wrong) = (about.id.clone(), about.described_by(), about.error.is_some().to_string());
    let select = view! {
        <select id=id name=name aria-describedby=described aria-invalid=is_wrong>
            {options}
        </select>
    };
    about.around(label, hint, select.into_any())
}

/// A name as a part of an element's id.
fn in_id(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

/// Choices: the value of each, and what people read.
pub fn choices(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

/// The choices of a list whose values are what people read.
pub fn plain(values: &[&str]) -> Vec<(String, String)> {
    values.iter().map(|value| ((*value).to_owned(), (*value).to_owned())).collect()
}

/// Something that is so or not.
#[component]
pub fn Check(
    /// The form that it is in.
    draft: Draft,
    /// Its name, with the kind of what it says.
    name: &'static str,
    /// What it says.
    label: &'static str,
    /// Whether it is so at first.
    #[prop(optional)]
    checked: bool,
) -> impl IntoView {
    let checked = draft.value(name, if checked { "yes" } else { "no" }) == "yes";
    view! {
        <label class="check">
            <input type="hidden" name=name value="no" />
            <input type="checkbox" name=name value="yes" checked=checked />
            <span>{label}</span>
        </label>
    }
}

/// Some of several.
#[component]
pub fn CheckSome(
    /// The form that it is in.
    draft: Draft,
    /// Their name, with the kind of what they say.
    name: &'static str,
    /// What they are.
    label: &'static str,
    /// What there is.
    options: Vec<(String, String)>,
    /// What is chosen at first.
    #[prop(optional)]
    chosen: Vec<String>,
    /// What to know about it.
    #[prop(optional)]
    hint: &'static str,
) -> impl IntoView {
    let sent = draft.sent().map(|form| form.all(name).map(str::to_owned).collect());
    let chosen: Vec<String> = sent.unwrap_or(chosen);
    let option = |(value, label): (String, String)| {
        let checked = chosen.contains(&value);
        view! {
            <label class="check">
                <input type="checkbox" name=name value=value checked=checked />
                <span>{label}</span>
            </label>
        }
    };
    let options = options.into_iter().map(option).collect_view();
    view! {
        <fieldset class="some">
            <legend>{label}</legend>
            <input type="hidden" name=name value="" />
            {options}
            <p class="field-error">{draft.error(name)}</p>
            <p class="hint">{hint}</p>
        </fieldset>
    }
}

/// Something that is done by a button, once its consequence has been read.
#[component]
pub fn Act(
    /// The form, with what came back.
    draft: Draft,
    /// What tells it from others of the page.
    #[prop(into)]
    id: String,
    /// The call of the API.
    #[prop(into)]
    call: String,
    /// Where to go when it is done.
    #[prop(into)]
    then: String,
    /// What the button says.
    #[prop(into)]
    label: String,
    /// What comes of it.
    #[prop(into)]
    consequence: String,
    /// Whether it can't be taken back.
    #[prop(optional)]
    bad: bool,
    /// Whether the answer is shown.
    #[prop(optional)]
    shows: bool,
    /// Its fields.
    #[prop(optional)]
    children: Option<Inside>,
) -> impl IntoView {
    let id = format!("act-{}", in_id(&id));
    let class = if bad { "ghost small bad" } else { "ghost small" };
    let shown = shows.then(|| view! { <input type="hidden" name="_show" value="yes" /> });
    let heading = format!("{id}-title");
    let (opens, is, named) = (id.clone(), id.clone(), heading.clone());
    view! {
        <button type="button" class=class popovertarget=opens>{label.clone()}</button>
        <div popover="auto" id=is class="dialog" role="dialog" aria-labelledby=named>
            <form method="post" action=draft.action.clone()>
                <h3 id=heading>{label.clone()}</h3>
                <p>{consequence}</p>
                <Calls form=draft.form call then />
                {shown}
                {children.map(|children| children.0)}
                <Reason id=id.clone() />
                <p class="actions">
                    <button type="button" class="ghost" popovertarget=id popovertargetaction="hide">{t::desk_fields::CANCEL}</button>
                    <button class=if bad { "ghost bad" } else { "" }>{label}</button>
                </p>
            </form>
        </div>
    }
}

/// Why something is done, for the audit log.
#[component]
pub fn Reason(
    /// What it belongs to.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let id = format!("{id}-reason");
    view! {
        <div class="field">
            <label for=id.clone()>{t::desk_terms::WHY}</label>
            <input id=id name="_reason" type="text" maxlength="200" autocomplete="off" placeholder=t::desk_fields::FOR_AUDIT />
        </div>
    }
}
