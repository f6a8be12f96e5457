//! What servers say of themselves, and Valkey of itself. None of it is about scores, and nothing is lost with it: these are plain commands.

use super::{Store, StoreError, odd};
use app::model::status::SlowCommand;
use fred::{
    cmd,
    interfaces::{ClientLike, HashesInterface, StreamsInterface},
    types::Value,
};
use std::collections::HashMap;

/// Stretches that are kept, of all servers together: an hour of some dozens.
const KEPT: i64 = 20_000;
/// Slow commands that are told.
const SLOW: u64 = 10;

impl Store {
    /// Says how a server does.
    pub async fn tell_instance(&self, id: &str, text: &str) -> Result<(), StoreError> {
        Ok(self.pool.next().hset(self.keys.instances(), (id, text)).await?)
    }

    /// What servers have said, by their ids.
    pub async fn instances(&self) -> Result<HashMap<String, String>, StoreError> {
        Ok(self.pool.next().hgetall(self.keys.instances()).await?)
    }

    /// Forgets a server that is no more.
    pub async fn forget_instance(&self, id: &str) -> Result<(), StoreError> {
        Ok(self.pool.next().hdel(self.keys.instances(), id).await?)
    }

    /// Keeps what happened in a stretch of time.
    pub async fn note_stretch(&self, text: &str) -> Result<(), StoreError> {
        let cap = ("MAXLEN", "~", KEPT);
        Ok(self.pool.next().xadd::<(), _, _, _, _>(self.keys.stretches(), false, cap, "*", ("s", text)).await?)
    }

    /// What was kept since a time, in ms since 1970, oldest first.
    pub async fn stretches_since(&self, since_ms: u64) -> Result<Vec<String>, StoreError> {
        let found: Vec<(String, HashMap<String, String>)> =
            self.pool.next().xrange_values(self.keys.stretches(), since_ms, "+", None).await?;
        Ok(found.into_iter().filter_map(|(_, mut fields)| fields.remove("s")).collect())
    }

    /// What time it is by Valkey's clock, in ms since 1970: servers' own may differ.
    pub async fn time_ms(&self) -> Result<u64, StoreError> {
        let told: Value = self.pool.next().custom(cmd!("TIME"), Vec::<Value>::new()).await?;
        let parts = told.clone().into_array();
        match (parts.first().and_then(Value::as_u64), parts.get(1).and_then(Value::as_u64)) {
            (Some(seconds), Some(micros)) => Ok(seconds * 1_000 + micros / 1_000),
            _ => Err(odd("TIME", &[told])),
        }
    }

    /// What Valkey says of itself.
    pub async fn info(&self) -> Result<String, StoreError> {
        Ok(self.pool.next().info(None).await?)
    }

    /// The commands that took it longest lately.
    pub async fn slow_commands(&self) -> Result<Vec<SlowCommand>, StoreError> {
        let found: Value = self.pool.next().custom(cmd!("SLOWLOG"), vec![Value::from("GET"), Value::from(SLOW as i64)]).await?;
        Ok(found.into_array().iter().filter_map(slow).collect())
    }
}

/// An entry of the slow log: id, time in s, duration in µs, the command's words, and who sent it. What a command is given may be anybody's.
fn slow(entry: &Value) -> Option<SlowCommand> {
    let parts = entry.clone().into_array();
    let words: Vec<String> = parts.get(3)?.clone().into_array().iter().filter_map(Value::as_string).collect();
    let name = words.first()?.to_uppercase();
    let function = words.get(1).filter(|_| name.starts_with("FCALL"));
    let command = function.map_or_else(|| name.clone(), |function| format!("{name} {function}"));
    Some(SlowCommand { at: parts.get(1)?.as_u64()? * 1_000, took_us: parts.get(2)?.as_u64()?, command })
}
