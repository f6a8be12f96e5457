//! Changes of entries by operators.

use super::{
    Answer, Scope, Standing, Store, Target, blob, number, odd,
    packed::{Reader, Writer},
    settled,
    submit::pack_metadata,
    text,
};
use app::model::{MetadataChange, PlayerId};
use fred::types::Value;

/// Entries that one call removes from a period at most: it keeps Valkey from answering others for some milliseconds.
const SHARE: u64 = 1_000;

/// What to do with entries.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Change one entry.
    Put {
        /// Whose.
        player: PlayerId,
        /// The score.
        score: ScoreEdit,
        /// The columns, if they change.
        columns: Option<Vec<i64>>,
        /// The metadata.
        metadata: MetadataChange,
    },
    /// Remove these players' entries.
    Remove(Vec<PlayerId>),
    /// Remove the entries with sort keys from the first to the second.
    Range(i64, i64),
    /// Remove all but the first so many.
    Top(u64),
    /// Remove all; what was there is set aside until this time, in ms since 1970, under names with this token.
    Reset(u64, String),
}

/// What to do with a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreEdit {
    /// It stays.
    Keep,
    /// It becomes what this sort key says.
    Set(i64),
    /// What this sort key says is added.
    Add(i64),
}

/// One call of [`Store::change`].
pub struct Change<'a> {
    /// The board.
    pub scope: &'a Scope,
    /// Who calls: the board's writer.
    pub writer: &'a str,
    /// The writer's call number.
    pub call: u64,
    /// The time, in milliseconds since 1970.
    pub now_ms: u64,
    /// The periods that are changed.
    pub targets: &'a [Target],
    /// What to do.
    pub edit: &'a Edit,
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The entry stands so now.
    Put(Vec<Standing>, u64),
    /// There is no such entry.
    NoEntry,
    /// The score would be larger than it can be.
    TooLarge,
    /// Entries were removed; so many are left for further calls.
    Removed {
        /// How many, all periods together.
        removed: u64,
        /// How many are still to be removed.
        left: u64,
        /// The board's version.
        version: u64,
    },
}

impl Store {
    /// Changes entries.
    pub async fn change(&self, change: &Change<'_>) -> Answer<Changed> {
        let reply = self.call_in_order(&change.scope.board, "leaderport_change", self.change_keys(change), change_args(change)).await?;
        let answer = match settled("change", &reply)? {
            Ok(answer) => answer,
            Err(declined) => return Ok(Err(declined)),
        };
        let is_put = matches!(change.edit, Edit::Put { .. });
        changed(&mut Reader(&answer), is_put, change.scope.columns).map(Ok).ok_or_else(|| odd("change", &reply))
    }

    fn change_keys(&self, change: &Change) -> Vec<String> {
        let (scope, board, keys) = (change.scope, &change.scope.board, &self.keys);
        let token = if let Edit::Reset(_, token) = change.edit { token } else { "" };
        let mut names = vec![
            keys.board(scope),
            keys.log(board),
            keys.periods(scope),
            keys.history(scope),
            keys.writer(board, change.writer),
            keys.live(scope),
            keys.history_aside(board, token),
            keys.faces(scope),
            keys.moderation(board),
        ];
        for target in change.targets {
            names.extend(keys.period(scope, &target.label));
            names.extend(keys.period(scope, &target.label.aside(token)));
        }
        names
    }
}

fn change_args(change: &Change) -> Vec<Value> {
    let mut args = vec![number(change.call), number(change.now_ms), text(&change.scope.revision), text(&change.scope.line)];
    args.push(number(change.targets.len() as u64));
    args.extend(change.targets.iter().flat_map(Target::args));
    let signed = |key: i64| text(&key.to_string());
    match change.edit {
        Edit::Put { player, score, columns, metadata } => {
            args.extend([text("put"), text(player.as_str()), blob(pack_put(*score, columns.as_deref(), metadata, change.scope.columns))]);
        }
        Edit::Remove(players) => {
            args.push(text("remove"));
            args.extend(players.iter().map(|player| text(player.as_str())));
        }
        Edit::Range(low, high) => args.extend([text("range"), signed(*low), signed(*high), number(SHARE)]),
        Edit::Top(n) => args.extend([text("top"), number(*n), number(SHARE)]),
        Edit::Reset(expires, token) => args.extend([text("reset"), number(*expires), text(token)]),
    }
    args
}

fn pack_put(score: ScoreEdit, columns: Option<&[i64]>, metadata: &MetadataChange, width: usize) -> Vec<u8> {
    let (kind, key) = match score {
        ScoreEdit::Keep => (0, 0),
        ScoreEdit::Set(key) => (1, key),
        ScoreEdit::Add(key) => (2, key),
    };
    let (metadata_kind, metadata) = pack_metadata(metadata);
    let zeros = vec![0; width];
    let mut bytes = Writer::default();
    bytes.int(kind, 1).int(key, 7).int(i64::from(columns.is_some()), 1).columns(columns.unwrap_or(&zeros));
    bytes.int(metadata_kind, 1).text(metadata, 2);
    bytes.0
}

fn changed(reader: &mut Reader, is_put: bool, columns: usize) -> Option<Changed> {
    let (kind, version) = (reader.uint(1)?, reader.uint(6)?);
    match kind {
        0 if is_put => Some(Changed::Put(Standing::read_all(reader, columns)?, version)),
        0 => Some(Changed::Removed { removed: reader.uint(5)?, left: reader.uint(5)?, version }),
        1 => Some(Changed::NoEntry),
        2 => Some(Changed::TooLarge),
        _ => None,
    }
}
