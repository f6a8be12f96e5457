use super::client::{Format, Server, board, json, progress};
use anyhow::{Context, Result, bail};
use app::model::BoardId;
use clap::Args;
use std::{
    fs::File,
    io::{Read, Write, stderr, stdin, stdout},
    path::{Path, PathBuf},
};

/// What to send, and where.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    server: Server,

    /// The board
    #[arg(value_parser = board)]
    board: BoardId,

    /// The file; - is what comes in on standard input
    file: PathBuf,

    /// What its lines are [default: by the file's name, else ndjson]
    #[arg(long)]
    format: Option<Format>,
}

/// Sends it, and says what became of it.
pub fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { server, board, file, format } = arguments;
    // Who may not is told before a long file goes out.
    server.get(&format!("/boards/{board}"))?;
    let format = Format::chosen(*format, Some(file));
    let (reader, length) = open(file)?;
    let bar = progress(length)?;
    let answer = server.post(&format!("/boards/{board}/import"), format.media_type(), &mut bar.wrap_read(reader));
    bar.finish_and_clear();
    let report = json(answer.context("not all of it has arrived; send it again, what has counts once")?)?;
    writeln!(
        stdout(),
        "{} lines: {} counted, {} counted before, {} refused",
        report["lines"],
        report["counted"],
        report["replayed"],
        report["refused"]
    )?;
    for error in report["errors"].as_array().into_iter().flatten() {
        writeln!(stderr(), "line {}: {}", error["line"], error["problem"]["detail"].as_str().unwrap_or_default())?;
    }
    if report["refused"] == 0 { Ok(()) } else { bail!("{} lines were refused", report["refused"]) }
}

fn open(file: &Path) -> Result<(Box<dyn Read>, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(stdin()), None));
    }
    let opened = File::open(file).with_context(|| format!("can't read {}", file.display()))?;
    let length = opened.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
    Ok((Box::new(opened), length))
}
