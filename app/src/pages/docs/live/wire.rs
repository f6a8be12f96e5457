//! What the messages look like.

use super::{
    messages::{EDITS, FROM_CLIENTS, FROM_SERVER, Kind, Member, ROW},
    section,
};
use crate::pages::docs::prose::{listing, paragraph, points, prose, table};
use leptos::prelude::*;

/// The digest, in JavaScript.
const DIGEST: &str = r#"function digest(period, from, total, rows, decimals = 0) {
  let hash = 0xcbf29ce484222325n;
  const bytes = (all) => all.forEach((byte) => (hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)));
  const number = (value) => bytes(new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  const text = (value) => { const all = new TextEncoder().encode(value); number(all.length); bytes(all); };
  text(period), number(from), number(total), number(rows.length);
  for (const { rank, playerId, name, country = "", avatar = "", score, tiebreaks = [] } of rows) {
    number(rank), text(playerId), text(name), text(country), text(avatar);
    number(score.toFixed(decimals).replace(".", "")), number(decimals);
    number(tiebreaks.length), tiebreaks.forEach((value) => number(value));
  }
  return Number((hash ^ (hash >> 53n)) & 0x1fffffffffffffn);
}"#;

/// What clients say.
pub fn from_clients() -> AnyView {
    section(
        "send",
        [
            paragraph(
                "Text messages, each a JSON object with one member: its kind. Members of it that have no default must be there; one that \
                    is not listed here ends the socket (3500).",
            ),
            FROM_CLIENTS.iter().map(kind).collect_view().into_any(),
        ],
    )
}

/// What the server says.
pub fn from_server() -> AnyView {
    section(
        "receive",
        [
            paragraph("The same way. Kinds and members may be added: leave aside what you don't know."),
            FROM_SERVER.iter().map(kind).collect_view().into_any(),
            rows(),
            edits(),
        ],
    )
}

fn kind(kind: &Kind) -> AnyView {
    let id = format!("message-{}", kind.name);
    let examples = kind.examples.iter().map(|example| listing(example)).collect_view();
    view! {
        <h3 id=id>
            <code>{kind.name}</code>
        </h3>
        {paragraph(kind.about)}
        {members(kind.members)}
        {examples}
    }
    .into_any()
}

fn members(members: &[Member]) -> AnyView {
    let rows = members.iter().map(|member| {
        let is = member.default.map_or_else(|| member.is.to_owned(), |default| format!("{}; by default {default}", member.is));
        [format!("`{}`", member.path), is, member.about.to_owned()]
    });
    view! { <div class="members">{table(["Member", "Type", "Meaning"], rows)}</div> }.into_any()
}

fn rows() -> AnyView {
    view! {
        <h3 id="row">"A row"</h3>
        {members(&ROW)}
        {paragraph("Whole numbers come out of `JSON.parse` exactly, and so do those with decimals up to 15 digits. A score can have 16: \
            whoever must tell such ones apart reads the digits of the text.")}
    }
    .into_any()
}

fn edits() -> AnyView {
    view! {
        <h3 id="edits">"The edits and ranks of a delta"</h3>
        {paragraph("Edits happen one after the other, each to the rows as the one before left them; indices count from 0.")}
        {table(["Edit", "What happens"], EDITS.map(|[edit, happens]| [format!("`{edit}`"), happens.to_owned()]))}
        {paragraph(
            "Then all rows get their ranks anew: each of `ranks` is `[first, count, step]`, for so many rows the ranks `first`, `first + step`, \
                `first + 2·step` and so on; the step is 0 where they share a rank, else 1.",
        )}
    }
    .into_any()
}

/// The digest.
pub fn digest() -> AnyView {
    section(
        "digest",
        [
            paragraph(
                "A number of 53 bits that stands for what a page shows: period, first place, total and rows. You need not compute it to \
                    send it back. It is no signature; it tells you whether what you show is what the server meant.",
            ),
            points(&[
                "FNV-1a with 64 bits: from `0xcbf29ce484222325` on, each byte is XORed in and the product with `0x100000001b3` kept to \
                    64 bits.",
                "A number is 8 bytes, little-endian, in two's complement. A text is the number of its bytes in UTF-8, then the bytes.",
                "In this order: `period`, `from` of the page, `total`, how many rows. Then each row: `rank`, `playerId`, `name`, \
                    `country` and `avatar` (empty texts where they are missing), the score without its point, the board's `decimals`, how many tiebreaks, and each of them.",
                "The digest is the lower 53 bits of `hash ^ (hash >> 53)`.",
            ]),
            listing(DIGEST),
            paragraph("The snapshot and the delta above have their true digests to try it on."),
        ],
    )
}

/// The binary form.
pub fn binary() -> AnyView {
    section(
        "binary",
        [
            view! {
                <p>
                    {prose("`leaderport.bin.v1` says the same in fewer bytes, as ")}
                    <a href="https://postcard.jamesmunns.com/wire-format" rel="external">
                        "postcard"
                    </a>
                    " writes it, in binary messages:"
                </p>
            }
            .into_any(),
            points(&[
                "A kind is its number, from 0, in the order of this page; so are edits, and the kinds of `notice`.",
                "Members stand in the order of the tables, without names, and all of them: nothing is left out.",
                "A score is one signed number: 8 times the score without its point, plus its decimals.",
                "`name`, `country` and `avatar` of a row are one optional part, each optional within it: the part is absent where there is no more to \
                    say than the `playerId`, and so is the `name` in it where it is that. `tiebreaks` are always there.",
            ]),
        ],
    )
}
