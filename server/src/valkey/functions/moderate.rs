//! What operators have decided of players of a board.

use super::{
    Answer, Declined, Scope, Store, StoreError, blob, number, odd,
    packed::{Reader, Writer},
    settled, text,
};
use crate::valkey::keys::Label;
use app::model::{BoardId, ModerationState, PlayerId};
use fred::{interfaces::HashesInterface, types::Value};
use std::collections::HashMap;

/// What operators have decided of a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where the player's entries are.
    pub state: ModerationState,
    /// Whether what they submit is taken; of who is banned it is not.
    pub submitting: bool,
    /// Since when, in ms since 1970.
    pub since_ms: u64,
    /// Why.
    pub reason: String,
}

/// What a decision did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moderated {
    /// The board's version.
    pub version: u64,
    /// Entries that went out of the standings or came back, all periods together.
    pub moved: u64,
}

impl Verdict {
    /// Whether it keeps the player's entries out of the standings.
    pub fn is_out(&self) -> bool {
        self.state != ModerationState::Visible
    }

    fn pack(&self) -> Vec<u8> {
        let mut bytes = Writer::default();
        let state = match self.state {
            ModerationState::Visible => b'v',
            ModerationState::Hidden => b'h',
            ModerationState::Shadow => b's',
            ModerationState::Banned => b'b',
        };
        bytes.0.extend([state, if self.submitting { b'1' } else { b'0' }]);
        bytes.int(self.since_ms.cast_signed(), 6);
        bytes.0.extend_from_slice(self.reason.as_bytes());
        bytes.0
    }

    /// One as it is stored.
    pub(super) fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let state = match reader.uint(1)? as u8 {
            b'v' => ModerationState::Visible,
            b'h' => ModerationState::Hidden,
            b's' => ModerationState::Shadow,
            b'b' => ModerationState::Banned,
            _ => return None,
        };
        let (submitting, since_ms) = (reader.uint(1)? == u64::from(b'1'), reader.uint(6)?);
        Some(Self { state, submitting, since_ms, reason: std::str::from_utf8(reader.0).ok()?.to_owned() })
    }
}

impl Store {
    /// Notes what operators decided of a player, or that nothing is left of it, and takes their entries in these periods (`all` first) out of
    /// the standings, or brings them back. Declined as moved if there are other periods by now, or another verdict than `known`.
    pub async fn moderate(
        &self,
        scope: &Scope,
        labels: &[Label],
        player: &PlayerId,
        known: Option<&Verdict>,
        verdict: Option<&Verdict>,
        now_ms: u64,
    ) -> Answer<Moderated> {
        let (board, keys) = (&scope.board, &self.keys);
        let mut names = vec![keys.board(scope), keys.log(board), keys.live(scope), keys.periods(scope), keys.moderation(board)];
        names.extend(labels.iter().flat_map(|label| keys.period(scope, label)));
        let mut args = vec![number(now_ms), text(&scope.revision), text(&scope.line), text(player.as_str())];
        args.extend([verdict, known].map(|verdict| blob(verdict.map(Verdict::pack).unwrap_or_default())));
        args.extend(labels.iter().map(|label| text(label.as_str())));
        let reply = self.call("leaderport_moderate", names, args, false).await?;
        if reply.first().and_then(Value::as_str).as_deref() == Some("again") {
            return Ok(Err(Declined::Moved));
        }
        let answer = match settled("moderate", &reply)? {
            Ok(answer) => answer,
            Err(declined) => return Ok(Err(declined)),
        };
        let mut reader = Reader(&answer);
        let read = reader.uint(6).zip(reader.uint(5));
        read.map(|(version, moved)| Ok(Moderated { version, moved })).ok_or_else(|| odd("moderate", &reply))
    }

    /// What operators have decided of a player, if anything.
    pub async fn verdict(&self, board: &BoardId, player: &PlayerId) -> Result<Option<Verdict>, StoreError> {
        let packed: Value = self.pool.next().hget(self.keys.moderation(board), player.as_str()).await?;
        packed.as_bytes().map(|packed| Verdict::unpack(packed).ok_or_else(|| odd("verdict", &[]))).transpose()
    }

    /// What operators have decided of all players of a board of whom they have, in no order.
    pub async fn verdicts(&self, board: &BoardId) -> Result<Vec<(PlayerId, Verdict)>, StoreError> {
        let packed: HashMap<String, Value> = self.pool.next().hgetall(self.keys.moderation(board)).await?;
        let read = |(player, packed): (&String, &Value)| Some((PlayerId::stored(player), Verdict::unpack(packed.as_bytes()?)?));
        packed.iter().map(|pair| read(pair).ok_or_else(|| odd("verdicts", &[]))).collect()
    }

    /// Forgets what operators have decided of a player who has no entries any more.
    pub async fn forget_verdict(&self, board: &BoardId, player: &PlayerId) -> Result<(), StoreError> {
        Ok(self.pool.next().hdel::<(), _, _>(self.keys.moderation(board), player.as_str()).await?)
    }

    /// Has a board without entries know what operators have decided on another.
    pub async fn copy_verdicts(&self, from: &BoardId, into: &BoardId) -> Result<(), StoreError> {
        for (player, verdict) in self.verdicts(from).await? {
            let packed = (player.as_str(), blob(verdict.pack()));
            self.pool.next().hset::<(), _, _>(self.keys.moderation(into), packed).await?;
        }
        Ok(())
    }
}
