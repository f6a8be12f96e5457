use anyhow::Result;
use clap::Args;
use std::io::{BufWriter, Write, stdout};

/// How many, and which.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How many entries
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    rows: u32,

    /// Others with another number
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// When the first of the entries was reached, in ms since 1970: 2026-01-01.
const FIRST: u64 = 1_767_225_600_000;

/// Writes them, each player once, one entry in eight with metadata.
pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let mut random = arguments.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for row in 0..u64::from(arguments.rows) {
        // xorshift64 (Marsaglia 2003): any numbers will do, as long as they are the same each time.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (score, reached) = (random % 1_000_000, FIRST + row * 10);
        let metadata = if row.is_multiple_of(8) { format!(r#","metadata":{{"level":{}}}"#, random >> 60) } else { String::new() };
        writeln!(out, r#"{{"playerId":"player-{row:08}","score":{score},"reachedAt":{reached}{metadata}}}"#)?;
    }
    Ok(out.flush()?)
}
