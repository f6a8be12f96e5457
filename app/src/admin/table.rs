//! Tables that are sorted, filtered and paged by their address.

use super::{desk::Desk, parts::Empty};
use crate::i18n::{Text, number, t};
use leptos::prelude::*;
use std::cmp::Ordering;

/// Rows on a page.
const PAGE: usize = 50;

/// What rows are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A number, or a time.
    Number(i64),
    /// A name: as people sort, without regard to capitals.
    Name(String),
}

impl From<u64> for Key {
    fn from(value: u64) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Key {
    fn from(value: &str) -> Self {
        Self::Name(value.to_lowercase())
    }
}

/// What stands in a row's cell.
type Cell<T> = Box<dyn Fn(&T) -> AnyView>;
/// What a row is sorted by.
type By<T> = Box<dyn Fn(&T) -> Key>;

/// A column.
pub struct Column<T> {
    /// In English it is what the address sorts by, whoever reads it.
    head: Text,
    class: &'static str,
    cell: Cell<T>,
    key: Option<By<T>>,
}

impl<T> Column<T> {
    /// A column of this name, with what stands in its cells.
    pub fn new<V: IntoAny>(head: Text, cell: impl Fn(&T) -> V + 'static) -> Self {
        Self { head, class: "", cell: Box::new(move |row| cell(row).into_any()), key: None }
    }

    /// The same, which rows can be sorted by.
    #[must_use]
    pub fn by<K: Into<Key>>(self, key: impl Fn(&T) -> K + 'static) -> Self {
        Self { key: Some(Box::new(move |row| key(row).into())), ..self }
    }

    /// The same, with figures in it.
    #[must_use]
    pub fn figures(self) -> Self {
        Self { class: "figures", ..self }
    }
}

/// What stands above a column.
#[derive(Clone)]
pub enum Head {
    /// A name.
    Name(&'static str),
    /// A name, above figures.
    Figures(&'static str),
    /// A name for those who do not see what is in the column.
    Unseen(&'static str),
    /// A name, above figures, by which the list is turned round.
    Turning(&'static str, Turn),
}

/// From which end a list is shown that goes on by cursors: as the API sends it, or from the other one, where the address asks for that.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Whether it is from the other one.
    pub is_turned: bool,
    /// What has the API send it so, behind other parameters.
    pub query: String,
    is_down: bool,
    href: String,
}

impl Turn {
    /// Of a list that the API turns round at the word `turned`, and whose figures otherwise sink or rise.
    pub fn of(desk: &Desk, turned: &str, sinks: bool) -> Self {
        // Another word is none of ours: the list is as it always is.
        let is_turned = desk.param("order") == turned;
        let href = desk.with(&[("order", if is_turned { "" } else { turned }), ("cursor", "")]);
        let query = if is_turned { desk.passed_on(&["order"]) } else { String::new() };
        Self { is_turned, query, is_down: sinks != is_turned, href }
    }
}

/// What has a form that filters a list keep its order.
pub fn same_order(desk: &Desk) -> Option<impl IntoView + use<>> {
    kept(desk, "order")
}

fn kept(desk: &Desk, name: &'static str) -> Option<impl IntoView + use<>> {
    let value = desk.param(name).to_owned();
    (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
}

/// A table that is as it is.
pub fn table(heads: &[Head], rows: impl IntoView) -> AnyView {
    let head = |head: &Head| match head.clone() {
        Head::Name(name) => view! { <th scope="col">{name}</th> }.into_any(),
        Head::Figures(name) => view! { <th scope="col" class="figures">{name}</th> }.into_any(),
        Head::Unseen(name) => view! { <th scope="col"><span class="visually-hidden">{name}</span></th> }.into_any(),
        Head::Turning(name, Turn { is_down, href, .. }) => {
            view! { <th scope="col" class="figures" aria-sort=sorted(is_down)><a href=href>{name}</a></th> }.into_any()
        }
    };
    boxed((), heads.iter().map(head).collect_view(), rows)
}

/// The same, or what there is to say where it has no rows.
pub fn table_or<V: IntoView>(none: &'static str, heads: &[Head], rows: Vec<V>) -> AnyView {
    if rows.is_empty() { view! { <Empty text=none /> }.into_any() } else { table(heads, rows.into_iter().collect_view()) }
}

/// A table that is moved sideways where it is wider than the screen.
fn boxed(caption: impl IntoView, heads: impl IntoView, rows: impl IntoView) -> AnyView {
    view! {
        <div tabindex="0" role="group" aria-label=t::desk_table::TABLE class="table-box">
            <table>
                {caption}
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The way to what comes after a page of a list, if there is more.
pub fn more(desk: &Desk, cursor: Option<&str>, label: &'static str) -> Option<AnyView> {
    let cursor = cursor?;
    Some(view! { <a class="button ghost small" rel="next" href=desk.with(&[("cursor", cursor)])>{label}</a> }.into_any())
}

/// A table of all there is, as the address asks for it. `words` is what of a row is looked through.
pub fn listing<T>(
    desk: &Desk,
    caption: &'static str,
    mut rows: Vec<T>,
    columns: Vec<Column<T>>,
    words: impl Fn(&T) -> String,
    empty: impl IntoView,
) -> AnyView {
    if rows.is_empty() {
        return empty.into_view().into_any();
    }
    let (all, wanted) = (rows.len(), desk.param("q").to_lowercase());
    rows.retain(|row| words(row).to_lowercase().contains(&wanted));
    let (by, is_down) = sorting(desk.param("sort"));
    if let Some(key) = columns.iter().find(|column| column.head.to_string() == by).and_then(|column| column.key.as_ref()) {
        rows.sort_by(|a, b| turned(key(a).cmp(&key(b)), is_down));
    }
    let found = rows.len();
    let page = desk.param("page").parse().unwrap_or(1_usize).clamp(1, found.div_ceil(PAGE).max(1));
    let heads = columns.iter().map(|column| head(desk, column, by, is_down)).collect_view();
    let row = |row: &T| {
        let cells =
            columns.iter().map(|column| view! { <td class=column.class data-head=column.head>{(column.cell)(row)}</td> }).collect_view();
        view! { <tr>{cells}</tr> }
    };
    let shown = rows.iter().skip((page - 1) * PAGE).take(PAGE).map(row).collect_view();
    let filter = (all > 8 || !wanted.is_empty()).then(|| filter(desk));
    let none = (found == 0).then(|| view! { <p class="hint">{t::desk_table::NOTHING}</p> });
    view! {
        {filter}
        {boxed(view! { <caption class="visually-hidden">{caption}</caption> }, heads, shown)}
        {none}
        {pager(desk, page, found.div_ceil(PAGE))}
    }
    .into_any()
}

fn sorting(sort: &str) -> (&str, bool) {
    sort.strip_prefix('-').map_or((sort, false), |by| (by, true))
}

fn sorted(is_down: bool) -> &'static str {
    if is_down { "descending" } else { "ascending" }
}

fn turned(order: Ordering, is_down: bool) -> Ordering {
    if is_down { order.reverse() } else { order }
}

fn head<T>(desk: &Desk, column: &Column<T>, by: &str, is_down: bool) -> AnyView {
    let (words, name) = (column.head, column.head.to_string());
    if column.key.is_none() {
        return view! { <th scope="col" class=column.class>{words}</th> }.into_any();
    }
    let is_it = name == by;
    let next = if is_it && !is_down { format!("-{name}") } else { name };
    let sorted = is_it.then_some(sorted(is_down));
    view! {
        <th scope="col" class=column.class aria-sort=sorted>
            <a href=desk.with(&[("sort", &next), ("page", "")])>{words}</a>
        </th>
    }
    .into_any()
}

fn filter(desk: &Desk) -> impl IntoView + use<> {
    view! {
        <form class="filter" method="get" action=desk.path.clone() role="search">
            {kept(desk, "sort")}
            <input type="search" name="q" value=desk.param("q").to_owned() aria-label=t::desk_table::FILTER placeholder=t::desk_table::FILTER />
            <button class="ghost small">{t::desk_table::FILTER}</button>
        </form>
    }
}

fn pager(desk: &Desk, page: usize, pages: usize) -> Option<impl IntoView + use<>> {
    let link = |to: usize, label: Text, rel: &'static str| {
        let href = desk.with(&[("page", &to.to_string())]);
        view! { <a class="button ghost small" rel=rel href=href>{label}</a> }
    };
    (pages > 1).then(|| {
        view! {
            <nav class="actions" aria-label=t::desk_table::PAGES>
                {(page > 1).then(|| link(page - 1, t::desk_table::PREVIOUS, "prev"))}
                <span class="hint">{t::desk_table::page(&number(page as u64), &number(pages as u64))}</span>
                {(page < pages).then(|| link(page + 1, t::desk_table::NEXT, "next"))}
            </nav>
        }
    })
}
