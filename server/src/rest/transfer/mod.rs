//! Data out and in: every entry of a period as a stream of lines, and such lines taken back.

mod read;
mod write;

use super::{
    caller::{May, ToManage},
    problems::{Importing, Reading},
    query::{BoardPath, NoQuery, Query, period},
};
use crate::{
    auth::audit::Witness,
    boards::{
        Boards,
        caller::Caller,
        export::{Export, Exported},
        import::{Import, Report},
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, WindowName},
};
use axum::{
    Json as Answer,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use futures::{StreamExt, TryStreamExt, stream};
use read::Lines;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What lines are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// A JSON object on each.
    Ndjson,
    /// Values between commas, by RFC 4180, the first line names them.
    Csv,
}

impl Format {
    fn parse(text: &str) -> Result<Self, AppError> {
        match text {
            "ndjson" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            _ => Err(AppError::invalid(Field::Request, "format must be ndjson or csv.")),
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    fn of_body(headers: &HeaderMap) -> Result<Self, Problem> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-ndjson" | "application/jsonl" => Ok(Self::Ndjson),
            "text/csv" => Ok(Self::Csv),
            _ => {
                let message = "Send lines with the header Content-Type: application/x-ndjson or text/csv.";
                Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no-lines", message))
            }
        }
    }
}

/// What to export, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `ndjson`, as if left out, or `csv`.
    #[param(value_type = String, pattern = "^(ndjson|csv)$", required = false)]
    format: Option<String>,
    /// Which window, `all` if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
}

/// `GET /api/boards/{board}/export`: all entries of a period, as they are read page by page.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/export",
    operation_id = "export",
    tag = "data",
    summary = "All entries of a period",
    description = "As lines, streamed. An import takes them back.",
    params(("board" = BoardId, Path, description = "The board's id."), ExportQuery),
    responses((status = 200, description = "A line for each entry, best first.", content((Exported = "application/x-ndjson"), (String = "text/csv"))), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn export(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let format = query.format.as_deref().map_or(Ok(Format::Ndjson), Format::parse)?;
    let period = period(query.window.as_deref(), query.period.as_deref())?.unwrap_or_default();
    let export = Export::start(boards, caller, &board, &period).await?;
    let head = stream::iter((format == Format::Csv).then(|| Ok(write::csv_head(&export.loaded.rules))));
    let pages = stream::try_unfold(export, move |mut export| async move {
        let page = export.next().await?;
        let page = page.map(|page| write::lines(&page, format, &export.loaded.rules)).transpose()?;
        Ok::<_, AppError>(page.map(|page| (page, export)))
    });
    let mut response = Response::new(Body::from_stream(head.chain(pages)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok(response)
}

/// What an import has done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Imported {
    /// Lines that were read.
    lines: u64,
    /// Submissions that were counted.
    counted: u64,
    /// Those that had been counted before.
    replayed: u64,
    /// Lines that were refused.
    refused: u64,
    /// The first of these.
    errors: Vec<LineError>,
    /// The board's version.
    version: u64,
}

/// A line that was refused.
#[derive(Debug, Serialize, ToSchema)]
struct LineError {
    /// Which, from 1.
    line: u64,
    /// Why.
    problem: Problem,
}

impl From<Report> for Imported {
    fn from(report: Report) -> Self {
        let Report { lines, counted, replayed, refused, errors, version } = report;
        let errors = errors.into_iter().map(|(line, error)| LineError { line, problem: error.into() }).collect();
        Self { lines, counted, replayed, refused, errors, version }
    }
}

/// `POST /api/boards/{board}/import`: counts a submission for each line, as they arrive.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/import",
    operation_id = "import",
    tag = "data",
    summary = "Count a submission for each line",
    description = "As they arrive. With ids in them, or the same lines again, nothing counts twice.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content((super::scores::Body = "application/x-ndjson"), (String = "text/csv")), description = "A submission a line; in CSV the first line names the columns."),
    responses((status = 200, description = "What was counted, and what was wrong with the other lines.", body = Imported), Importing),
    security(("key" = []), ("session" = []))
)]
pub async fn import(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    request: Request,
) -> Result<Answer<Imported>, Problem> {
    let format = Format::of_body(request.headers())?;
    let mut import = boards.import(caller, &board).await?;
    let taken = take(&mut import, format, request.into_body()).await;
    let (report, finished) = import.finish().await;
    let imported = Imported::from(report);
    // What has counted is recorded also where the rest has not.
    witness.after(&imported);
    taken?;
    finished?;
    Ok(Answer(imported))
}

/// Takes the lines of a body as they arrive.
async fn take(import: &mut Import, format: Format, body: Body) -> Result<(), Problem> {
    let mut lines = Lines::new(format);
    let mut body = body.into_data_stream();
    loop {
        let chunk: Option<Bytes> = body.try_next().await.map_err(|_| broken_off())?;
        for (line, submission) in lines.read(chunk.as_deref(), &import.loaded.rules)? {
            import.take(line, submission).await?;
        }
        if chunk.is_none() {
            return Ok(());
        }
    }
}

fn broken_off() -> Problem {
    let message = "The body could not be read to its end. What arrived may have counted: send all of it again, it counts once.";
    Problem::new(StatusCode::BAD_REQUEST, "unreadable", message)
}
