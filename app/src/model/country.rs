use crate::{
    error::{AppError, Field},
    i18n::t,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a player is at home: an ISO 3166-1 alpha-2 code that is assigned to a country, in capitals.
///
/// The server alone knows which ones are assigned; the browser takes any two capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The codes that are assigned, two letters each (ISO 3166-1 of 2020).
#[cfg(feature = "ssr")]
const ASSIGNED: &str = "\
    ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEH\
    ERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLS\
    LTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESG\
    SHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

impl Country {
    /// Checks a code; the error says what one is like.
    pub fn parse(code: &str) -> Result<Self, AppError> {
        let wrong = || AppError::invalid(Field::Country, t::error::COUNTRY);
        let letters: [u8; 2] = code.as_bytes().try_into().map_err(|_| wrong())?;
        let country = Self(letters);
        if letters.iter().all(u8::is_ascii_uppercase) && country.is_assigned() { Ok(country) } else { Err(wrong()) }
    }

    #[cfg(feature = "ssr")]
    fn is_assigned(self) -> bool {
        ASSIGNED.as_bytes().chunks_exact(2).any(|code| code == self.0)
    }

    #[cfg(not(feature = "ssr"))]
    fn is_assigned(self) -> bool {
        true
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The flag: the code in regional indicator symbols, which fonts show as a flag or as letters.
    pub fn flag(self) -> String {
        self.0.iter().filter_map(|letter| char::from_u32(0x1F1E6 + u32::from(letter - b'A'))).collect()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Country {
    type Error = AppError;
    fn try_from(code: String) -> Result<Self, AppError> {
        Self::parse(&code)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn countries_have_codes_and_flags() {
        assert_eq!(ASSIGNED.len(), 2 * 249);
        for code in ["NZ", "AD", "ZW", "GB"] {
            assert_eq!(Country::parse(code).map(String::from), Ok(code.to_owned()));
        }
        for none in ["", "N", "nz", "XX", "UK", "NZL", "é", "DA"] {
            assert!(Country::parse(none).is_err(), "{none}");
        }
        assert_eq!(Country::parse("NZ").map(Country::flag), Ok("🇳🇿".to_owned()));
    }
}
