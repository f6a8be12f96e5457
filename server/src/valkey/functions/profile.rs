//! Players' profiles, and what rows of a board show of them. A board has the faces of its players with it, so that a page at one version is
//! one content, also where a profile changes.

use super::{
    Scope, Store, StoreError, Target, blob, number, odd,
    packed::{Reader, Writer, pack_face, read_face},
    text,
};
use crate::valkey::keys::Label;
use app::model::{AvatarUrl, BoardId, Metadata, PlayerId, PlayerName, PlayerProfile};
use fred::{
    interfaces::{HashesInterface, StreamsInterface},
    types::Value,
};

/// Players whose profiles are looked up, or faces written, in one call.
const AT_ONCE: usize = 500;

/// A profile as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredProfile {
    /// What it says.
    pub profile: PlayerProfile,
    /// When it was written, in ms since 1970.
    pub written_ms: u64,
}

/// How a profile is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Writing {
    /// Not if another player's name looks the same.
    pub is_unique: bool,
    /// Whether operators alone change the name from now on; `None`: as it was.
    pub locks_name: Option<bool>,
    /// Only in place of the one that was written then, in ms since 1970, where 0 stands for none. `None`: whichever there is.
    pub since_ms: Option<u64>,
}

/// What came of writing a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is written, at this time, in ms since 1970.
    At(u64),
    /// Another player's name looks the same.
    Taken,
    /// There is another one by now.
    Other,
}

/// What rows are to show of a player, by their profile of some moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFace {
    /// Who.
    pub player: PlayerId,
    packed: Vec<u8>,
}

impl NewFace {
    /// What a profile that was written at this time, in ms since 1970, says.
    pub fn of(player: PlayerId, profile: &PlayerProfile, written_ms: u64) -> Self {
        Self::packed(player, written_ms, &pack_face(profile))
    }

    /// That there is no profile since this time, in ms since 1970.
    pub fn none(player: PlayerId, since_ms: u64) -> Self {
        Self::packed(player, since_ms, &[])
    }

    fn packed(player: PlayerId, written_ms: u64, face: &[u8]) -> Self {
        let mut bytes = Writer::default();
        bytes.int(written_ms.cast_signed(), 6);
        bytes.0.extend_from_slice(face);
        Self { player, packed: bytes.0 }
    }
}

impl Store {
    /// Writes a player's profile, or takes it away.
    pub async fn put_profile(
        &self,
        player: &PlayerId,
        profile: Option<&PlayerProfile>,
        writing: Writing,
        now_ms: u64,
    ) -> Result<Written, StoreError> {
        let looks = profile.and_then(|profile| profile.name.as_ref()).map(PlayerName::looks).unwrap_or_default();
        let packed = profile.map(|profile| pack(profile, &looks)).unwrap_or_default();
        let flag = |is_so: bool| text(if is_so { "1" } else { "0" });
        let mut args = vec![
            text(player.as_str()),
            number(now_ms),
            flag(writing.is_unique),
            writing.locks_name.map_or_else(|| text(""), flag),
            writing.since_ms.map_or_else(|| text(""), number),
            blob(packed),
        ];
        args.extend(looks.iter().map(|look| text(look)));
        let keys = vec![self.keys.profiles(), self.keys.names(), self.keys.locked_names()];
        let reply = self.call("leaderport_put_profile", keys, args, false).await?;
        match (reply.first().and_then(Value::as_str).as_deref(), reply.get(1).and_then(Value::as_u64)) {
            (Some("ok"), Some(time)) => Ok(Written::At(time)),
            (Some("taken"), _) => Ok(Written::Taken),
            (Some("other"), _) => Ok(Written::Other),
            _ => Err(odd("put_profile", &reply)),
        }
    }

    /// Whether operators alone change a player's name.
    pub async fn has_locked_name(&self, player: &PlayerId) -> Result<bool, StoreError> {
        Ok(self.pool.next().hexists(self.keys.locked_names(), player.as_str()).await?)
    }

    /// The profiles of some players, in the order they were asked for.
    pub async fn profiles(&self, players: &[PlayerId]) -> Result<Vec<Option<StoredProfile>>, StoreError> {
        let mut profiles = Vec::with_capacity(players.len());
        for some in players.chunks(AT_ONCE) {
            let names: Vec<&str> = some.iter().map(PlayerId::as_str).collect();
            let packed: Vec<Value> = self.pool.next().hmget(self.keys.profiles(), names).await?;
            for (packed, player) in packed.iter().zip(some) {
                let profile = packed.as_bytes().map(|packed| unpack(packed, player));
                profiles.push(profile.map(|profile| profile.ok_or_else(|| odd("profiles", &[]))).transpose()?);
            }
        }
        Ok(profiles)
    }

    /// Makes the rows of a board show these faces, where the board has older ones. Players who have none there and no entry in any of these
    /// periods are left out. The board's version afterwards; `None` if there is no such board.
    pub async fn put_faces(&self, scope: &Scope, faces: &[NewFace], targets: &[Target], now_ms: u64) -> Result<Option<u64>, StoreError> {
        let keys = &self.keys;
        let mut names = vec![keys.board(scope), keys.log(&scope.board), keys.live(scope), keys.faces(scope)];
        for target in targets {
            let [_, entry, .., hidden] = keys.period(scope, &target.label);
            names.extend([entry, hidden]);
        }
        let mut version = None;
        for some in faces.chunks(AT_ONCE) {
            let mut args = vec![number(now_ms)];
            args.extend(some.iter().flat_map(|face| [text(face.player.as_str()), blob(face.packed.clone())]));
            let reply = self.call("leaderport_put_faces", names.clone(), args, false).await?;
            let answer = reply.first().and_then(Value::as_u64).ok_or_else(|| odd("put_faces", &reply))?;
            version = (answer > 0).then_some(answer);
        }
        Ok(version)
    }

    /// Removes a player's entries from all of these periods, and their histories; how many entries that were. `None`: there are other periods
    /// by now.
    pub async fn erase(&self, scope: &Scope, labels: &[Label], player: &PlayerId, now_ms: u64) -> Result<Option<u64>, StoreError> {
        let (board, keys) = (&scope.board, &self.keys);
        let mut names = vec![keys.board(scope), keys.log(board), keys.live(scope), keys.periods(scope), keys.moderation(board)];
        for label in labels {
            names.extend(keys.period(scope, label));
            names.push(label.aside_token().map_or_else(|| keys.history(scope), |token| keys.history_aside(board, token)));
        }
        let mut args = vec![number(now_ms), text(&scope.line), text(player.as_str())];
        args.extend(labels.iter().map(|label| text(label.as_str())));
        let reply = self.call("leaderport_erase", names, args, false).await?;
        let answer = reply.first().and_then(Value::as_i64).ok_or_else(|| odd("erase", &reply))?;
        Ok(u64::try_from(answer).ok())
    }

    /// Drops a board's log.
    pub async fn clear_log(&self, board: &BoardId) -> Result<(), StoreError> {
        Ok(self
            .pool
            .next()
            .xtrim::<(), _, _>(
                self.keys.log(board),
                (fred::types::streams::XCapKind::MaxLen, fred::types::streams::XCapTrim::Exact, 0, None),
            )
            .await?)
    }

    /// What is noted about a player, as JSON.
    pub async fn note(&self, player: &PlayerId) -> Result<Option<String>, StoreError> {
        Ok(self.pool.next().hget(self.keys.notes(), player.as_str()).await?)
    }

    /// Notes it; without a note there is none any more.
    pub async fn put_note(&self, player: &PlayerId, note: Option<&str>) -> Result<(), StoreError> {
        let client = self.pool.next();
        match note {
            Some(note) => client.hset::<(), _, _>(self.keys.notes(), (player.as_str(), note)).await?,
            None => client.hdel::<(), _, _>(self.keys.notes(), player.as_str()).await?,
        }
        Ok(())
    }

    /// Players of a board whose name in their profile has a text in it, in capitals or not, among about `count` of those who have a
    /// profile, from a cursor on (0 at first); the cursor to go on with, 0 after the last.
    pub async fn find_names(&self, scope: &Scope, wanted: &str, cursor: u64, count: u32) -> Result<(u64, Vec<PlayerId>), StoreError> {
        let (next, found) = self.scan(self.keys.faces(scope), cursor, count, []).await?;
        let wanted = wanted.to_lowercase();
        let is_wanted = |pair: &[Value]| {
            let player = PlayerId::stored(&pair[0].as_str()?);
            let face = read_face(pair[1].as_bytes()?.get(6..)?, &player)?;
            face.name.to_lowercase().contains(&wanted).then_some(player)
        };
        Ok((next, found.chunks_exact(2).filter_map(is_wanted).collect()))
    }
}

fn pack(profile: &PlayerProfile, looks: &[String]) -> Vec<u8> {
    let mut bytes = Writer::default();
    bytes.sized(&pack_face(profile), 2).int(looks.len() as i64, 1);
    for look in looks {
        bytes.text(look, 2);
    }
    bytes.0.extend_from_slice(profile.metadata.as_ref().map_or(&[], |metadata| metadata.as_str().as_bytes()));
    bytes.0
}

fn unpack(packed: &[u8], player: &PlayerId) -> Option<StoredProfile> {
    let mut reader = Reader(packed);
    let (written_ms, face) = (reader.uint(6)?, reader.sized(2)?);
    for _ in 0..reader.uint(1)? {
        reader.sized(2)?;
    }
    let shown = read_face(face, player)?;
    let profile = PlayerProfile {
        name: (!Reader(face).text(1)?.is_empty()).then(|| PlayerName::stored(&shown.name)),
        country: shown.country,
        avatar: shown.avatar.as_deref().and_then(|url| AvatarUrl::parse(url).ok()),
        metadata: Metadata::stored(std::str::from_utf8(reader.0).ok()?),
    };
    Some(StoredProfile { profile, written_ms })
}
