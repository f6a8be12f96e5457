//! Keys, operators, players' accounts, sessions, and the record of who did what.

use super::{Store, StoreError, number, odd, text};
pub use crate::valkey::keys::People;
use app::model::{BoardId, PlayerId};
use fred::{
    interfaces::{HashesInterface, KeysInterface, SortedSetsInterface, StreamsInterface},
    types::{Expiration, SetOptions, Value},
};
use std::{cmp::Reverse, collections::HashMap, time::Duration};

/// Which records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// API keys, by their ids.
    Keys,
    /// Operators, by their names.
    Operators,
    /// Players' accounts, by the players' ids.
    Accounts,
    /// Whose passkeys are, by the ids of players' credentials.
    Passkeys,
}

impl From<People> for Records {
    fn from(people: People) -> Self {
        match people {
            People::Operators => Self::Operators,
            People::Players => Self::Accounts,
        }
    }
}

/// What came of writing a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is written.
    Done,
    /// It was something else, or there are as many as there may be.
    Other,
    /// It is the only operator who is an owner, and stays one.
    OnlyOwner,
}

/// A session that begins.
pub struct NewSession<'a> {
    /// Its id: the hash of the token that only the browser has.
    pub id: &'a str,
    /// Of whom it is one.
    pub of: People,
    /// Whose it is.
    pub whose: &'a str,
    /// The time, in ms since 1970.
    pub now_ms: u64,
    /// When it ends at the latest, in ms since 1970.
    pub ends_ms: u64,
    /// For how long it lasts unused, in seconds.
    pub idle_seconds: u64,
    /// From where they signed in.
    pub address: &'a str,
    /// By which browser, as it calls itself.
    pub agent: &'a str,
    /// The most sessions of one of them; the oldest go.
    pub most: u64,
    /// The generation of whose it is.
    pub generation: &'a str,
}

/// A session that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedSession {
    /// Whose it is.
    pub whose: String,
    /// Their record.
    pub record: String,
    /// When it began, in ms since 1970.
    pub created_ms: u64,
    /// The generation of whose it was then.
    pub generation: String,
}

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// Its id.
    pub id: String,
    /// When it began and was last used (to a minute), in ms since 1970.
    pub times: [u64; 2],
    /// When it ends at the latest, in ms since 1970.
    pub ends_ms: u64,
    /// From where they signed in.
    pub address: String,
    /// By which browser, as it calls itself.
    pub agent: String,
    /// The generation of whose it is.
    pub generation: String,
}

/// What was done, as it is stored: its id in the order of time, and a JSON text.
pub type StoredAct = (String, String);

impl Store {
    /// One record.
    pub async fn record(&self, of: Records, id: &str) -> Result<Option<String>, StoreError> {
        Ok(self.pool.next().hget(self.records_key(of), id).await?)
    }

    /// All records, by id.
    pub async fn records(&self, of: Records) -> Result<HashMap<String, String>, StoreError> {
        Ok(self.pool.next().hgetall(self.records_key(of)).await?)
    }

    /// How many there are.
    pub async fn count_records(&self, of: Records) -> Result<u64, StoreError> {
        Ok(self.pool.next().hlen(self.records_key(of)).await?)
    }

    /// Writes a record (`None`: removes it) that was this.
    pub async fn put_record(&self, of: Records, id: &str, was: Option<&str>, is: Option<&str>, most: u64) -> Result<Put, StoreError> {
        let args = vec![text(id), text(was.unwrap_or_default()), text(is.unwrap_or_default()), number(most)];
        let function = if of == Records::Operators { "leaderport_put_operator" } else { "leaderport_put_record" };
        let reply = self.call(function, vec![self.records_key(of)], args, false).await?;
        match reply.first().and_then(Value::as_u64) {
            Some(1) => Ok(Put::Done),
            Some(0) => Ok(Put::Other),
            Some(2) => Ok(Put::OnlyOwner),
            _ => Err(odd(function, &reply)),
        }
    }

    fn records_key(&self, of: Records) -> String {
        match of {
            Records::Keys => self.keys.api_keys(),
            Records::Operators => self.keys.operators(),
            Records::Accounts => self.keys.accounts(),
            Records::Passkeys => self.keys.passkeys(),
        }
    }

    /// Which of these players have an account, in the order they were asked for.
    pub async fn have_accounts(&self, players: &[&PlayerId]) -> Result<Vec<bool>, StoreError> {
        if players.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = players.iter().map(|player| player.as_str()).collect();
        let records: Vec<Value> = self.pool.next().hmget(self.keys.accounts(), ids).await?;
        Ok(records.iter().map(|record| !record.is_null()).collect())
    }

    /// The board that a signed submission was sent to, by the key that it was signed by and its id: this one, if it is the first in that time.
    pub async fn board_of_signed(&self, key: &str, id: &str, board: &BoardId, lasts: Duration) -> Result<BoardId, StoreError> {
        let lasts = Expiration::PX(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX));
        let name = self.keys.signed(key, id);
        let before: Option<String> = self.pool.next().set(name, board.as_str(), Some(lasts), Some(SetOptions::NX), true).await?;
        let Some(before) = before else { return Ok(board.clone()) };
        BoardId::parse(&before).map_err(|_| odd("signed", &[]))
    }

    /// Notes that a key was used, at a time in ms since 1970.
    pub async fn note_key_use(&self, key: &str, now_ms: u64) -> Result<(), StoreError> {
        Ok(self.pool.next().hset(self.keys.api_key_uses(), (key, now_ms.cast_signed())).await?)
    }

    /// When keys were last used (to a minute), in ms since 1970.
    pub async fn key_uses(&self) -> Result<HashMap<String, u64>, StoreError> {
        Ok(self.pool.next().hgetall(self.keys.api_key_uses()).await?)
    }

    /// When one key was last used (to a minute), in ms since 1970.
    pub async fn key_use(&self, key: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.pool.next().hget(self.keys.api_key_uses(), key).await?)
    }

    /// Forgets when a key was used.
    pub async fn forget_key_use(&self, key: &str) -> Result<(), StoreError> {
        Ok(self.pool.next().hdel(self.keys.api_key_uses(), key).await?)
    }

    /// Begins a session.
    pub async fn open_session(&self, session: &NewSession<'_>) -> Result<(), StoreError> {
        let args = vec![
            text(session.id),
            text(session.whose),
            number(session.now_ms),
            number(session.ends_ms),
            number(session.idle_seconds),
            text(session.address),
            text(session.agent),
            number(session.most),
            text(session.generation),
        ];
        let keys = vec![self.keys.session(session.of, session.id), self.keys.sessions(session.of, session.whose)];
        for old in self.call("leaderport_open_session", keys, args, false).await? {
            if let Some(id) = old.as_str() {
                self.pool.next().del::<(), _>(self.keys.session(session.of, &id)).await?;
            }
        }
        Ok(())
    }

    /// Whose session this is; it lasts longer for being used.
    pub async fn use_session(&self, of: People, id: &str, now_ms: u64, idle_seconds: u64) -> Result<Option<UsedSession>, StoreError> {
        let keys = vec![self.keys.session(of, id), self.records_key(of.into())];
        let reply = self.call("leaderport_use_session", keys, vec![number(now_ms), number(idle_seconds)], false).await?;
        if reply.is_empty() {
            return Ok(None);
        }
        let part = |at: usize| reply.get(at).and_then(Value::as_string);
        match (part(0), part(1), part(2).and_then(|created| created.parse().ok()), part(3)) {
            (Some(whose), Some(record), Some(created_ms), Some(generation)) => {
                Ok(Some(UsedSession { whose, record, created_ms, generation }))
            }
            _ => Err(odd("use_session", &[])),
        }
    }

    /// Somebody's sessions, those that end last first.
    pub async fn sessions(&self, of: People, whose: &str) -> Result<Vec<StoredSession>, StoreError> {
        let ids: Vec<String> = self.pool.next().zrange(self.keys.sessions(of, whose), 0, -1, None, true, None, false).await?;
        let mut sessions = Vec::with_capacity(ids.len());
        for id in ids {
            let fields: HashMap<String, String> = self.pool.next().hgetall(self.keys.session(of, &id)).await?;
            if fields.is_empty() {
                self.pool.next().zrem::<(), _, _>(self.keys.sessions(of, whose), id).await?;
                continue;
            }
            let of = |name: &str| fields.get(name).cloned().unwrap_or_default();
            let time = |name: &str| of(name).parse().unwrap_or(0);
            sessions.push(StoredSession {
                times: [time("created"), time("seen")],
                ends_ms: time("ends"),
                address: of("address"),
                agent: of("agent"),
                generation: of("generation"),
                id,
            });
        }
        Ok(sessions)
    }

    /// Ends some of somebody's sessions.
    pub async fn end_sessions(&self, of: People, whose: &str, ids: &[String]) -> Result<(), StoreError> {
        for id in ids {
            self.pool.next().del::<(), _>(self.keys.session(of, id)).await?;
            self.pool.next().zrem::<(), _, _>(self.keys.sessions(of, whose), id.as_str()).await?;
        }
        Ok(())
    }

    /// Has a session go on in another generation, if it is not over.
    pub async fn renew_session(&self, of: People, id: &str, generation: &str) -> Result<(), StoreError> {
        self.call("leaderport_renew_session", vec![self.keys.session(of, id)], vec![text(generation)], false).await?;
        Ok(())
    }

    /// Ends a session, whoever's it is.
    pub async fn end_session(&self, of: People, id: &str) -> Result<(), StoreError> {
        let whose: Option<String> = self.pool.next().hget(self.keys.session(of, id), "whose").await?;
        match whose {
            Some(whose) => self.end_sessions(of, &whose, &[id.to_owned()]).await,
            None => Ok(()),
        }
    }

    /// Keeps what a challenge was given out for, for this many seconds.
    pub async fn keep_challenge(&self, id: &str, kept: &str, seconds: i64) -> Result<(), StoreError> {
        Ok(self.pool.next().set(self.keys.challenge(id), kept, Some(Expiration::EX(seconds)), None, false).await?)
    }

    /// What a challenge was given out for; it is forgotten with that.
    pub async fn take_challenge(&self, id: &str) -> Result<Option<String>, StoreError> {
        Ok(self.pool.next().getdel(self.keys.challenge(id)).await?)
    }

    /// Counts a try of something, within this many seconds from the first; how many there were, and in how many seconds they are forgotten.
    pub async fn count_try(&self, of: &str, seconds: u64) -> Result<(u64, u64), StoreError> {
        let reply = self.call("leaderport_count_try", vec![self.keys.tries(of)], vec![number(seconds)], false).await?;
        match (reply.first().and_then(Value::as_u64), reply.get(1).and_then(Value::as_i64)) {
            (Some(tries), Some(left)) => Ok((tries, u64::try_from(left).unwrap_or(seconds))),
            _ => Err(odd("count_try", &reply)),
        }
    }

    /// Counts one try of something no more: it was a good one.
    pub async fn discount_try(&self, of: &str) -> Result<(), StoreError> {
        self.call("leaderport_discount_try", vec![self.keys.tries(of)], Vec::new(), false).await?;
        Ok(())
    }

    /// Counts all tries of something no more.
    pub async fn forget_tries(&self, of: &str) -> Result<(), StoreError> {
        Ok(self.pool.next().del(self.keys.tries(of)).await?)
    }

    /// Adds to the record of who did what, to the part of what anybody may do or to that of the others; about `most` of that part are kept.
    pub async fn add_act(&self, act: &str, is_of_the_public: bool, most: u64) -> Result<(), StoreError> {
        let mut keys = self.audits().to_vec();
        if is_of_the_public {
            keys.reverse();
        }
        self.call("leaderport_add_act", keys, vec![text(act), number(most)], false).await?;
        Ok(())
    }

    /// At most `count` of what was done before an id (without one: of the newest), newest first.
    pub async fn acts_before(&self, before: Option<&str>, count: u64) -> Result<Vec<StoredAct>, StoreError> {
        let from = before.map_or_else(|| "+".to_owned(), |before| format!("({before}"));
        let mut acts = Vec::new();
        for audit in self.audits() {
            acts.extend(stored_acts(self.pool.next().xrevrange_values(audit, &*from, "-", Some(count)).await?));
        }
        acts.sort_by_cached_key(|(id, _)| Reverse(place(id)));
        Ok(first(acts, count))
    }

    /// At most `count` of what was done after an id (without one: of the oldest), oldest first.
    pub async fn acts_after(&self, after: Option<&str>, count: u64) -> Result<Vec<StoredAct>, StoreError> {
        let from = after.map_or_else(|| "-".to_owned(), |after| format!("({after}"));
        let mut acts = Vec::new();
        for audit in self.audits() {
            acts.extend(stored_acts(self.pool.next().xrange_values(audit, &*from, "+", Some(count)).await?));
        }
        acts.sort_by_cached_key(|(id, _)| place(id));
        Ok(first(acts, count))
    }

    fn audits(&self) -> [String; 2] {
        [self.keys.audit(), self.keys.audit_of_the_public()]
    }
}

fn stored_acts(stored: Vec<(String, HashMap<String, String>)>) -> Vec<StoredAct> {
    stored.into_iter().filter_map(|(id, mut fields)| Some((id, fields.remove("act")?))).collect()
}

/// Where an id stands in the order of time.
fn place(id: &str) -> Option<(u64, u64)> {
    let (ms, number) = id.split_once('-')?;
    Some((ms.parse().ok()?, number.parse().ok()?))
}

fn first(mut acts: Vec<StoredAct>, count: u64) -> Vec<StoredAct> {
    acts.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    acts
}
