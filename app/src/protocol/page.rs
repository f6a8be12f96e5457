use super::Row;
use crate::model::Country;
use serde::{Deserialize, Serialize};

/// Rows of one page: views are cut into such pages, which everybody shares who looks at them.
pub const PAGE_ROWS: u32 = 50;

/// Stands for what a page shows: period, place, total and rows. At most 53 bits, so that it is a number in JavaScript.
///
/// FNV-1a (64 bits, Fowler–Noll–Vo) over those fields, folded. It is no secret and no signature: clients send it back to say what they
/// have, and may compute it to check what they show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub u64);

/// The digest of rows that start at the place `from` (1 is the first) of a period with `total` entries.
pub fn digest(period: &str, from: u64, total: u64, rows: &[Row]) -> Digest {
    let mut hash = Fnv::default();
    hash.text(period).number(from).number(total).number(rows.len() as u64);
    for row in rows {
        hash.number(row.rank).text(row.player_id.as_str()).text(&row.face.name);
        hash.text(row.face.country.as_ref().map_or("", Country::as_str)).text(row.face.avatar.as_deref().unwrap_or_default());
        hash.number(row.score.units() as u64).number(u64::from(row.score.decimals())).number(row.tiebreaks.len() as u64);
        for value in &row.tiebreaks {
            hash.number(*value as u64);
        }
    }
    Digest((hash.0 ^ (hash.0 >> 53)) & ((1 << 53) - 1))
}

struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.bytes(&number.to_le_bytes())
    }

    /// The length comes first, so that no two texts in a row look like two others.
    fn text(&mut self, text: &str) -> &mut Self {
        self.number(text.len() as u64).bytes(text.as_bytes())
    }
}
