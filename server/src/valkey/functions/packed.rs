//! Bytes as the library packs them: big-endian integers and texts with their length in front. `lua/common.lua` and the head of
//! each function say what stands where.

use app::model::{Country, Face, PlayerId, PlayerProfile};

/// Bytes of a version in the order bytes, after the columns.
const VERSION: usize = 6;
/// Bytes of one column in the order bytes.
const COLUMN: usize = 7;
/// What is added to a column's value, so that it is never negative and its bytes sort as numbers do.
const BIAS: i64 = 1 << 53;

/// How many order bytes stand before the player's id in a member.
pub fn order_width(columns: usize) -> usize {
    columns * COLUMN + VERSION
}

/// Writes what the library reads.
#[derive(Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    /// An integer in so many bytes, two's complement.
    pub fn int(&mut self, value: i64, bytes: usize) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes()[8 - bytes..]);
        self
    }

    /// A text with its length in so many bytes.
    pub fn text(&mut self, text: &str, length_bytes: usize) -> &mut Self {
        self.sized(text.as_bytes(), length_bytes)
    }

    /// Bytes with their length in so many bytes.
    pub fn sized(&mut self, bytes: &[u8], length_bytes: usize) -> &mut Self {
        self.int(bytes.len() as i64, length_bytes);
        self.0.extend_from_slice(bytes);
        self
    }

    /// The columns of a standing.
    pub fn columns(&mut self, columns: &[i64]) -> &mut Self {
        for value in columns {
            self.int(value + BIAS, COLUMN);
        }
        self
    }
}

/// Reads what the library wrote; `None` where there is less than expected.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// So many bytes.
    pub fn bytes(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    /// An unsigned integer of so many bytes.
    pub fn uint(&mut self, bytes: usize) -> Option<u64> {
        Some(self.bytes(bytes)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// An integer of 7 bytes, two's complement.
    pub fn key(&mut self) -> Option<i64> {
        let value = self.uint(7)? as i64;
        // The sign bit of 7 bytes moves up to that of 8.
        Some(value << 8 >> 8)
    }

    /// Bytes with their length in front.
    pub fn sized(&mut self, length_bytes: usize) -> Option<&'a [u8]> {
        let length = usize::try_from(self.uint(length_bytes)?).ok()?;
        self.bytes(length)
    }

    /// A text with its length in front.
    pub fn text(&mut self, length_bytes: usize) -> Option<&'a str> {
        std::str::from_utf8(self.sized(length_bytes)?).ok()
    }

    /// The columns of a standing, each smaller the better it is.
    pub fn columns(&mut self, columns: usize) -> Option<Vec<i64>> {
        (0..columns).map(|_| Some(self.uint(COLUMN)? as i64 - BIAS)).collect()
    }
}

/// The player in a member of the rank zset.
pub fn member_player(member: &[u8], columns: usize) -> Option<PlayerId> {
    let player = member.get(order_width(columns)..)?;
    Some(PlayerId::stored(std::str::from_utf8(player).ok()?))
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The sort key: smaller is better.
    pub key: i64,
    /// The columns, each smaller the better it is.
    pub columns: Vec<i64>,
    /// What orders entries that are equal in all of that: smaller is ahead.
    pub order: u64,
    /// Submissions so far.
    pub attempts: u64,
    /// When the standing was reached, in ms since 1970.
    pub reached_ms: u64,
    /// Standings so far.
    pub moves: u64,
    /// The rank when it was reached.
    pub rank: u64,
    /// JSON, or empty.
    pub metadata: String,
}

impl Entry {
    /// Reads a value of the entry hash.
    pub fn read(packed: &[u8], columns: usize) -> Option<Self> {
        let mut reader = Reader(packed);
        let columns = reader.columns(columns)?;
        let order = reader.uint(VERSION)?;
        let key = reader.key()?;
        let (attempts, reached_ms, moves, rank) = (reader.uint(3)?, reader.uint(6)?, reader.uint(3)?, reader.uint(4)?);
        Some(Self { key, columns, order, attempts, reached_ms, moves, rank, metadata: String::from_utf8(reader.0.to_vec()).ok()? })
    }
}

impl Entry {
    /// The same as a value of the entry hash.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Writer(Vec::with_capacity(32 + self.metadata.len()));
        bytes.columns(&self.columns).int(self.order as i64, VERSION).int(self.key, 7).int(self.attempts as i64, 3);
        bytes.int(self.reached_ms as i64, 6).int(self.moves as i64, 3).int(self.rank as i64, 4);
        bytes.0.extend_from_slice(self.metadata.as_bytes());
        bytes.0
    }
}

/// What a write did to one player's standing in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which period.
    pub label: super::Label,
    /// Whether the standing is better than before.
    pub improved: bool,
    /// Sort key and shown rank before, if there was an entry.
    pub before: Option<(i64, u64)>,
    /// Sort key and shown rank now.
    pub after: (i64, u64),
    /// How many entries are ahead.
    pub index: u64,
    /// Entries in the period.
    pub total: u64,
    /// The next entry ahead.
    pub ahead: Option<Ahead>,
}

/// The next entry ahead of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// Its sort key.
    pub key: i64,
    /// Whose it is.
    pub player: PlayerId,
    /// What to call them.
    pub name: String,
}

impl Ahead {
    /// One out of its sort key, its member and the face of its player, which may be empty.
    pub fn read(key: i64, member: &[u8], face: &[u8], columns: usize) -> Option<Self> {
        let player = member_player(member, columns)?;
        Some(Self { key, name: read_face(face, &player)?.name, player })
    }
}

/// What rows show of a player, as it is stored: name, country and avatar, each empty where it is missing.
pub fn pack_face(profile: &PlayerProfile) -> Vec<u8> {
    let mut bytes = Writer::default();
    bytes.text(profile.name.as_ref().map_or("", |name| name.as_str()), 1);
    bytes.text(profile.country.as_ref().map_or("", Country::as_str), 1);
    bytes.text(profile.avatar.as_ref().map_or("", |avatar| avatar.as_str()), 2);
    bytes.0
}

/// The same, read; nothing stored is the face of a player without a profile.
pub fn read_face(packed: &[u8], player: &PlayerId) -> Option<Face> {
    if packed.is_empty() {
        return Some(Face::of(player));
    }
    let mut reader = Reader(packed);
    let (name, country, avatar) = (reader.text(1)?, reader.text(1)?, reader.text(2)?);
    Some(Face {
        name: if name.is_empty() { player.to_string() } else { name.to_owned() },
        country: Country::parse(country).ok(),
        avatar: (!avatar.is_empty()).then(|| avatar.to_owned()),
    })
}

impl Standing {
    /// Whether the player had no entry before.
    pub fn is_first(&self) -> bool {
        self.before.is_none()
    }

    /// Reads one.
    pub fn read(reader: &mut Reader, columns: usize) -> Option<Self> {
        let label = super::Label::stored(reader.text(1)?);
        let flags = reader.uint(1)?;
        let before = (reader.key()?, reader.uint(5)?);
        let after = (reader.key()?, reader.uint(5)?);
        let (index, total) = (reader.uint(5)?, reader.uint(5)?);
        let (ahead_key, ahead) = (reader.key()?, reader.sized(1)?);
        let face = if flags & 8 != 0 { reader.sized(2)? } else { &[] };
        Some(Self {
            label,
            improved: flags & 1 != 0,
            before: (flags & 2 != 0).then_some(before),
            after,
            index,
            total,
            ahead: if flags & 4 != 0 { Some(Ahead::read(ahead_key, ahead, face, columns)?) } else { None },
        })
    }

    /// Reads a count, then so many.
    pub fn read_all(reader: &mut Reader, columns: usize) -> Option<Vec<Self>> {
        let n = reader.uint(1)?;
        (0..n).map(|_| Self::read(reader, columns)).collect()
    }
}
