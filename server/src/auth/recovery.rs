//! Recovery codes of players: `<player id>-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`, by which who has no password comes back on another device. The
//! secret is 125 bits in Crockford's base 32, which is read aloud and typed without mistakes.

use super::hash;
use app::model::PlayerId;
use std::{fmt, iter};
use subtle::ConstantTimeEq;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 5;
const IN_GROUP: usize = 5;
/// The longest code, in bytes.
pub const MAX_LEN: usize = PlayerId::MAX_LEN + GROUPS * (IN_GROUP + 1);

/// A recovery code.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode {
    /// Whose it is.
    pub player: PlayerId,
    /// 25 symbols.
    secret: String,
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

impl RecoveryCode {
    /// A new one.
    pub fn random(player: PlayerId) -> Self {
        let symbol = |byte: u8| char::from(ALPHABET[usize::from(byte % 32)]);
        Self { player, secret: rand::random::<[u8; GROUPS * IN_GROUP]>().map(symbol).iter().collect() }
    }

    /// Reads what somebody typed: small letters count as capital ones, and what looks like a digit as that.
    pub fn parse(text: &str) -> Option<Self> {
        let mut groups: Vec<&str> = text.trim().rsplitn(GROUPS + 1, '-').collect();
        let player = PlayerId::parse(groups.pop()?).ok()?;
        let is_whole = groups.len() == GROUPS && groups.iter().all(|group| group.chars().count() == IN_GROUP);
        let secret = groups.iter().rev().flat_map(|group| group.chars()).map(symbol).collect::<Option<String>>()?;
        is_whole.then_some(Self { player, secret })
    }

    /// As its owner is told it.
    pub fn told(&self) -> String {
        let groups = (0..GROUPS).map(|group| &self.secret[group * IN_GROUP..][..IN_GROUP]);
        iter::once(self.player.as_str()).chain(groups).collect::<Vec<_>>().join("-")
    }

    /// What is stored of it.
    pub fn hash(&self) -> String {
        hash(&self.secret)
    }

    /// Whether it is the one of which this is stored. That takes the same time whatever is wrong, also where nothing is.
    pub fn is(&self, stored: Option<&str>) -> bool {
        let nobodys = "0".repeat(64);
        bool::from(self.hash().as_bytes().ct_eq(stored.unwrap_or(&nobodys).as_bytes())) && stored.is_some()
    }
}

/// A symbol as it was meant.
fn symbol(typed: char) -> Option<char> {
    let symbol = match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        symbol => symbol,
    };
    u8::try_from(symbol).is_ok_and(|byte| ALPHABET.contains(&byte)).then_some(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_meant() {
        for id in ["p-0123456789abcdef01234567", "ada", "a-b-c", "小林"] {
            let code = RecoveryCode::random(PlayerId::parse(id).unwrap());
            let told = code.told();
            assert_eq!(RecoveryCode::parse(&format!(" {told} ")), Some(code.clone()), "{told}");
            assert!(code.is(Some(&code.hash())) && !code.is(Some(&"0".repeat(64))) && !code.is(None));
            let (id, secret) = told.split_at(told.len() - GROUPS * (IN_GROUP + 1));
            let typed = secret.to_lowercase().replace('0', "o").replace('1', "l");
            assert_eq!(RecoveryCode::parse(&format!("{id}{typed}")), Some(code), "{typed}");
        }
        assert_ne!(RecoveryCode::random(PlayerId::stored("a")), RecoveryCode::random(PlayerId::stored("a")));
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in [
            "",
            "-",
            "ada",
            "ada-AAAAA-AAAAA-AAAAA-AAAAA",
            "ada-AAAAA-AAAAA-AAAAA-AAAAA-AAAA",
            "ada-AAAAA-AAAAA-AAAAA-AAAAA-AAAAU",
            "-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA",
        ] {
            assert_eq!(RecoveryCode::parse(text), None, "{text}");
        }
    }
}
