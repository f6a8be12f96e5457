//! How all of it does, at a glance.

use super::{
    Page,
    board::Steps,
    boards::{Board, all, state},
    desk::{Desk, get},
    parts::{Badge, Empty, Figure, Panel, When},
    table::{Head, table},
};
use crate::{
    error::AppError,
    i18n::{Text, decimal, number, t},
    model::{
        status::{BoardRate, Instance, Severity, Status, Stretch},
        time,
    },
};
use leptos::prelude::*;

/// Boards that are shown: those that changed last.
const BOARDS: usize = 8;
/// A graph's size in its own units.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 72.0;

/// `/admin`.
pub async fn show(_: &Desk) -> Result<Page, AppError> {
    let status: Status = get("/api/status").await?;
    let mut boards = all().await?;
    boards.sort_by_key(|board| std::cmp::Reverse(board.last_update));
    boards.truncate(BOARDS);
    let mut hours = Vec::new();
    for board in &boards {
        let Steps { steps } = get(format!("/api/boards/{}/activity?limit=1", board.id)).await?;
        hours.push(steps.first().map_or(0, |hour| hour.submissions));
    }
    let boards: Vec<(Board, u64)> = boards.into_iter().zip(hours).collect();
    let content = view! {
        <div class="stack" id="overview" data-live="">
            {troubles(&status)}
            {figures(&status)}
            <div class="graphs">
                {graph(t::desk_overview::SUBMISSIONS_A_SECOND, &status.hour, |stretch| stretch.rates.submissions, rate)}
                {graph(t::desk_overview::READS_A_SECOND, &status.hour, |stretch| stretch.rates.reads, rate)}
                {graph(t::desk_overview::SOCKETS, &status.hour, |stretch| stretch.sockets as f64, |value| number(value as u64))}
                {graph(t::desk_overview::FRAMES_A_SECOND, &status.hour, |stretch| stretch.rates.frames, rate)}
                {graph(t::desk_overview::SUBMISSIONS_SLOWEST, &status.hour, |stretch| stretch.rates.submit_p99_ms.unwrap_or(0.0), ms)}
                {graph(t::desk_overview::ERRORS_A_SECOND, &status.hour, |stretch| stretch.rates.errors, rate)}
            </div>
            {busy(&boards, &status.boards)}
            {work(&status)}
            {servers(&status.instances)}
            {store(&status)}
        </div>
    };
    Ok((t::desk_frame::OVERVIEW.into(), content.into_any()))
}

/// A number with so many digits behind the point.
fn rounded(value: f64, digits: u8) -> String {
    decimal((value * 10_f64.powi(digits.into())).round_ties_even() as i64, digits)
}

/// A number of things in a second.
fn rate(value: f64) -> String {
    if value == 0.0 || value >= 100.0 { number(value as u64) } else { rounded(value, 1) }
}

fn ms(value: f64) -> String {
    format!("{} ms", rounded(value, 1))
}

fn maybe_ms(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), ms)
}

/// Bytes as people read them.
fn bytes(value: u64) -> String {
    match value {
        0..1_048_576 => format!("{} KiB", number(value / 1_024)),
        1_048_576..1_073_741_824 => format!("{} MiB", rounded(value as f64 / 1_048_576.0, 1)),
        _ => format!("{} GiB", rounded(value as f64 / 1_073_741_824.0, 2)),
    }
}

fn troubles(status: &Status) -> AnyView {
    if status.troubles.is_empty() {
        return view! { <div class="banner" data-kind="done" role="status"><span>{t::desk_overview::WELL}</span></div> }.into_any();
    }
    let line = |trouble: &crate::model::status::Trouble| {
        let kind = if trouble.severity == Severity::Bad { "error" } else { "offline" };
        view! {
            <div class="banner" data-kind=kind>
                <span><strong>{trouble.what.clone()}</strong> " " {trouble.what_to_do.clone()}</span>
            </div>
        }
    };
    status.troubles.iter().map(line).collect_view().into_any()
}

fn figures(status: &Status) -> impl IntoView + use<> {
    let rates = &status.rates;
    let sockets: u64 = status.instances.iter().map(|instance| instance.sockets).sum();
    view! {
        <dl class="figures-row">
            <Figure label=t::desk_overview::SUBMISSIONS.text() value=rate(rates.submissions) hint=t::desk::A_SECOND />
            <Figure label=t::desk_overview::READS.text() value=rate(rates.reads) hint=t::desk::A_SECOND />
            <Figure label=t::desk_overview::SOCKETS.text() value=number(sockets) hint=t::desk_overview::frames(&rate(rates.frames)) />
            <Figure label=t::desk_overview::SUBMITTING_TAKES.text() value=maybe_ms(rates.submit_p50_ms) hint=format!("p99 {}", maybe_ms(rates.submit_p99_ms)) />
            <Figure label=t::desk_overview::READING_TAKES.text() value=maybe_ms(rates.read_p50_ms) hint=format!("p99 {}", maybe_ms(rates.read_p99_ms)) />
            <Figure label=t::desk_overview::ERRORS.text() value=rate(rates.errors) hint=t::desk::A_SECOND />
        </dl>
    }
}

/// Something over the last hour.
fn graph(title: Text, hour: &[Stretch], of: fn(&Stretch) -> f64, said: fn(f64) -> String) -> impl IntoView + use<> {
    let values: Vec<(u64, f64)> = hour.iter().map(|stretch| (stretch.at, of(stretch))).collect();
    let most = values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let now = values.last().map_or(0.0, |(_, value)| *value);
    let line = line(&values, most);
    let area = format!("{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z");
    let label = t::desk_overview::graph(&said(most), &said(now), title.text());
    let from = values.first().map(|(at, _)| time::minute(*at)[11..].to_owned());
    view! {
        <section class="graph-card">
            <h2>{title}</h2>
            <div class="plot" dir="ltr">
                <svg class="graph" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
                    <path class="area" d=area></path>
                    <path class="line" d=line></path>
                </svg>
                <p class="scale" aria-hidden="true"><span>{said(most)}</span></p>
            </div>
            <p class="axis" dir="ltr"><span>{from}</span><span>{said(now)}</span></p>
        </section>
    }
}

/// Values as a path from edge to edge, by their times.
fn line(values: &[(u64, f64)], most: f64) -> String {
    let (Some((first, _)), Some((last, _))) = (values.first(), values.last()) else { return format!("M0 {HEIGHT}L{WIDTH} {HEIGHT}") };
    let span = (last - first).max(1) as f64;
    let point = |(at, value): &(u64, f64)| {
        let (x, y) = ((at - first) as f64 / span * WIDTH, HEIGHT - 2.0 - value / most.max(f64::MIN_POSITIVE) * (HEIGHT - 8.0));
        format!("{x:.1} {y:.1}")
    };
    if values.len() == 1 {
        let y = HEIGHT - 2.0 - if most > 0.0 { HEIGHT - 8.0 } else { 0.0 };
        return format!("M0 {y:.1}L{WIDTH} {y:.1}");
    }
    format!("M{}", values.iter().map(point).collect::<Vec<_>>().join("L"))
}

fn busy(boards: &[(Board, u64)], rates: &[BoardRate]) -> impl IntoView + use<> {
    let row = |(board, hour): &(Board, u64)| {
        let now = rates.iter().find(|one| one.board.as_str() == board.id).map_or(0.0, |one| one.submissions);
        view! {
            <tr>
                <td><a href=format!("/admin/boards/{}", board.id)>{board.title.clone()}</a> " " {state(board)}</td>
                <td class="figures">{rate(now)}</td>
                <td class="figures">{number(*hour)}</td>
                <td class="figures">{number(board.version)}</td>
                <td class="figures"><When at=board.last_update /></td>
            </tr>
        }
    };
    let heads = [
        Head::Name(t::desk::BOARD.text()),
        Head::Figures(t::desk_overview::SUBMISSIONS_RATE.text()),
        Head::Figures(t::desk_overview::SUBMISSIONS_THIS_HOUR.text()),
        Head::Figures(t::desk_overview::CHANGES.text()),
        Head::Figures(t::desk_overview::LAST_CHANGE.text()),
    ];
    let content = if boards.is_empty() {
        view! { <Empty text=t::desk_overview::NO_BOARD><a class="button" href="/admin/boards/new">{t::desk::NEW_BOARD}</a></Empty> }
            .into_any()
    } else {
        table(&heads, boards.iter().map(row).collect_view())
    };
    view! { <Panel title=t::desk_overview::CHANGED_LAST>{content}</Panel> }
}

/// What is done beside the requests.
fn work(status: &Status) -> impl IntoView + use<> {
    let (jobs, webhooks) = (status.jobs, status.webhooks);
    view! {
        <Panel title=t::desk_overview::WORK>
            <dl class="figures-row">
                <Figure label=t::desk::JOBS.text() value=number(jobs.running) hint=t::desk_overview::wait(jobs.waiting) />
                <Figure label=t::desk_overview::JOBS_DONE.text() value=number(jobs.done) hint=t::desk_overview::jobs_ended(&number(jobs.cancelled), &number(jobs.failed)) />
                <Figure label=t::desk_overview::DELIVERIES_WAIT.text() value=number(webhooks.waiting) hint=t::desk_overview::DELIVERIES_HINT />
                <Figure label=t::desk_overview::WEBHOOKS.text() value=number(webhooks.webhooks) hint=t::desk_overview::webhooks_failing(webhooks.failing) />
            </dl>
        </Panel>
    }
}

fn servers(instances: &[Instance]) -> impl IntoView + use<> {
    let row = |instance: &Instance| {
        let state = if instance.draining {
            view! { <Badge kind="warn" text=t::desk_overview::ENDING /> }
        } else {
            view! { <Badge kind="good" text=t::desk_overview::RUNNING /> }
        };
        view! {
            <tr>
                <td>{instance.address.clone()} " " <small>{instance.version.clone()}</small></td>
                <td>{state}</td>
                <td class="figures"><When at=instance.started_at /></td>
                <td class="figures">{rate(instance.rates.submissions)}</td>
                <td class="figures">{rate(instance.rates.requests)}</td>
                <td class="figures">{number(instance.sockets)}</td>
                <td class="figures">{number(instance.pages)}</td>
                <td class="figures">{instance.memory.map(bytes)}</td>
                <td class="figures">{instance.cpu.map(|cores| format!("{} %", number((cores * 100.0).round() as u64)))}</td>
            </tr>
        }
    };
    let heads = [
        Head::Name(t::desk_overview::SERVER.text()),
        Head::Name(t::desk::STATE.text()),
        Head::Figures(t::desk_overview::STARTED.text()),
        Head::Figures(t::desk_overview::SUBMISSIONS_RATE.text()),
        Head::Figures(t::desk_overview::REQUESTS_RATE.text()),
        Head::Figures(t::desk_overview::SOCKETS.text()),
        Head::Figures(t::desk_overview::PAGES.text()),
        Head::Figures(t::desk_overview::MEMORY.text()),
        Head::Figures("CPU"),
    ];
    view! { <Panel title=t::desk_overview::SERVERS>{table(&heads, instances.iter().map(row).collect_view())}</Panel> }
}

fn store(status: &Status) -> impl IntoView + use<> {
    let store = &status.store;
    let memory = if store.max_memory > 0 {
        t::desk_overview::memory_of(&bytes(store.max_memory)).text()
    } else {
        t::desk_overview::MEMORY_FREE.into()
    };
    let disk = match (store.is_written, store.has_append_file, store.snapshot_at) {
        (false, ..) => t::desk_overview::DISK_FAILING,
        (true, true, _) => t::desk_overview::DISK_ALL,
        (true, false, 0) => t::desk_overview::DISK_NOTHING,
        (true, false, _) => t::desk_overview::DISK_SNAPSHOTS,
    };
    let kind = if store.is_cluster { t::desk_overview::OF_CLUSTER.into() } else { t::desk_overview::replicas(store.replicas).text() };
    let slow = |one: &crate::model::status::SlowCommand| {
        view! { <tr><td class="figures"><When at=one.at /></td><td><code>{one.command.clone()}</code></td><td class="figures">{ms(one.took_us as f64 / 1_000.0)}</td></tr> }
    };
    let heads = [
        Head::Figures(t::desk::WHEN.text()),
        Head::Name(t::desk_overview::SLOW_COMMAND.text()),
        Head::Figures(t::desk_overview::TOOK.text()),
    ];
    let slow = (!store.slow.is_empty()).then(|| table(&heads, store.slow.iter().map(slow).collect_view()));
    view! {
        <Panel title=format!("Valkey {}", store.version)>
            <dl class="figures-row">
                <Figure label=t::desk_overview::MEMORY.text() value=bytes(store.memory) hint=memory />
                <Figure label=t::desk_overview::COMMANDS.text() value=rate(store.commands) hint=t::desk::A_SECOND />
                <Figure label=t::desk_overview::CONNECTIONS.text() value=number(store.clients) />
                <Figure label=t::desk_overview::ON_DISK.text() value=disk />
                <Figure label=t::desk::ROLE.text() value=store.role.clone() hint=kind />
                <Figure label=t::desk_overview::FUNCTIONS.text() value=if store.library.is_empty() { t::desk_overview::NO_FUNCTIONS.into() } else { store.library.clone() } hint=t::desk_overview::FUNCTIONS_HINT />
                <Figure label=t::desk_overview::RUNS_FOR.text() value=t::desk_overview::hours(store.uptime_seconds / 3_600) />
            </dl>
            {slow}
        </Panel>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_from_edge_to_edge() {
        assert_eq!(line(&[], 0.0), "M0 72L600 72");
        assert_eq!(line(&[(5, 3.0)], 3.0), "M0 6.0L600 6.0");
        assert_eq!(line(&[(0, 0.0), (50, 10.0), (100, 5.0)], 10.0), "M0.0 70.0L300.0 6.0L600.0 38.0");
        assert_eq!(line(&[(0, 0.0), (10, 0.0)], 0.0), "M0.0 70.0L600.0 70.0");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([rate(0.0), rate(0.25), rate(12.0), rate(1234.5)], ["0", "0.2", "12.0", "1,234"]);
        assert_eq!([bytes(2_048), bytes(5 << 20), bytes(3 << 30)], ["2 KiB", "5.0 MiB", "3.00 GiB"]);
    }
}
