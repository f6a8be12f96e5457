use super::client::{Format, Server, board, progress};
use anyhow::{Context, Result};
use app::model::BoardId;
use clap::Args;
use std::{
    fs::File,
    io::{Write, copy, stdout},
    path::PathBuf,
};

/// What to write, and where to.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    server: Server,

    /// The board
    #[arg(value_parser = board)]
    board: BoardId,

    /// File to write to [default: standard output]
    #[arg(long, short)]
    output: Option<PathBuf>,

    /// What the lines are [default: by the file's name, else ndjson]
    #[arg(long)]
    format: Option<Format>,

    /// The window, if not all
    #[arg(long)]
    window: Option<String>,

    /// The window's period, if not the current one
    #[arg(long)]
    period: Option<String>,
}

/// Writes it.
pub fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { server, board, output, format, window, period } = arguments;
    let format = Format::chosen(*format, output.as_deref());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("format", format.name());
    query.extend_pairs([("window", window), ("period", period)].into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))));
    let response = server.get(&format!("/boards/{board}/export?{}", query.finish()))?;
    let mut writer: Box<dyn Write> = match output {
        Some(file) => Box::new(File::create(file).with_context(|| format!("can't write to {}", file.display()))?),
        None => Box::new(stdout().lock()),
    };
    let bar = progress(None)?;
    // No limit on its length: it is written as it comes.
    let mut body = response.into_body().into_with_config().limit(u64::MAX).reader();
    copy(&mut bar.wrap_read(&mut body), &mut writer).context("the export broke off")?;
    bar.finish_and_clear();
    Ok(writer.flush()?)
}
