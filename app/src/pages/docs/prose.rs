//! Text with code in it, listings and tables.

use leptos::prelude::*;

/// A text in which what stands between backticks is code.
pub fn prose(text: impl AsRef<str>) -> AnyView {
    let parts = text.as_ref().split('`').enumerate().filter(|(_, part)| !part.is_empty()).map(|(at, part)| {
        let part = part.to_owned();
        if at % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    });
    parts.collect_view().into_any()
}

/// A paragraph.
pub fn paragraph(text: impl AsRef<str>) -> AnyView {
    view! { <p>{prose(text)}</p> }.into_any()
}

/// Paragraphs that are points of a list.
pub fn points(texts: &[&str]) -> AnyView {
    let points = texts.iter().map(|text| view! { <li>{prose(text)}</li> }).collect_view();
    view! { <ul>{points}</ul> }.into_any()
}

/// Claims: each with what it comes to, and what that means.
pub fn claims(claims: &[[&str; 2]]) -> AnyView {
    let claims = claims.iter().map(|[claim, means]| view! { <li><strong>{prose(claim)}</strong>" "{prose(means)}</li> }).collect_view();
    view! { <ul>{claims}</ul> }.into_any()
}

/// Code that scrolls by itself, with the keyboard too.
pub fn listing(code: &str) -> AnyView {
    let code = code.trim_end().to_owned();
    view! {
        <pre tabindex="0">
            <code>{code}</code>
        </pre>
    }
    .into_any()
}

/// A table. On a phone each row is a block of its own: the first cells in one line, the last, which says the most, below.
pub fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> AnyView {
    table_of(heads, rows.into_iter().map(|row| row.map(prose)))
}

/// The same out of cells that are more than text.
pub fn table_of<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [AnyView; N]>) -> AnyView {
    let heads = heads.map(|head| view! { <th role="columnheader" scope="col">{head.to_owned()}</th> }).collect_view();
    let rows = rows.into_iter().map(|row| {
        let cells = row.map(|cell| view! { <td role="cell">{cell}</td> }).collect_view();
        view! { <tr role="row">{cells}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <table role="table">
            <thead role="rowgroup">
                <tr role="row">{heads}</tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}
