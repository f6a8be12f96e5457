use serde::{Serialize, de::DeserializeOwned};

/// How messages are written: the subprotocol of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// [postcard](https://postcard.jamesmunns.com/wire-format), in binary messages: our own front end.
    Binary,
    /// JSON, in text messages: everybody else.
    Json,
}

/// What could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CodecError(String);

/// Our front end speaks binary: what JSON takes is left out of the browser's module.
#[cfg(feature = "hydrate")]
const ELSEWHERE: &str = "there is no JSON in the browser";

impl Format {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Binary, Self::Json];

    /// The name that stands for it in `Sec-WebSocket-Protocol`.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Binary => "leaderport.bin.v1",
            Self::Json => "leaderport.json.v1",
        }
    }

    /// The bytes of a message.
    pub fn encode<T: Serialize>(self, message: &T) -> Result<Vec<u8>, CodecError> {
        match self {
            Self::Binary => postcard::to_allocvec(message).map_err(|error| CodecError(error.to_string())),
            #[cfg(feature = "hydrate")]
            Self::Json => Err(CodecError(ELSEWHERE.to_owned())),
            #[cfg(not(feature = "hydrate"))]
            Self::Json => serde_json::to_vec(message).map_err(|error| CodecError(error.to_string())),
        }
    }

    /// The message that these bytes are, all of them.
    pub fn decode<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, CodecError> {
        match self {
            Self::Binary => match postcard::take_from_bytes(bytes) {
                Ok((message, [])) => Ok(message),
                Ok(_) => Err(CodecError("bytes after the message".to_owned())),
                Err(error) => Err(CodecError(error.to_string())),
            },
            #[cfg(feature = "hydrate")]
            Self::Json => Err(CodecError(ELSEWHERE.to_owned())),
            #[cfg(not(feature = "hydrate"))]
            Self::Json => serde_json::from_slice(bytes).map_err(|error| CodecError(error.to_string())),
        }
    }
}
