use super::client::{Server, json};
use anyhow::Result;
use clap::Args;
use std::io::{Write, stdout};

/// Whose boards.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    server: Server,
}

/// Writes a line for each: id, version, title.
pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = stdout().lock();
    let mut cursor = String::new();
    loop {
        let page = json(arguments.server.get(&format!("/boards?limit=1000{cursor}"))?)?;
        for board in page["boards"].as_array().into_iter().flatten() {
            let text = |name: &str| board[name].as_str().unwrap_or_default();
            writeln!(out, "{}\t{}\t{}", text("id"), board["version"], text("title"))?;
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(()),
        }
    }
}
