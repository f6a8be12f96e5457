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
    model::{
        grouped,
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
                {graph("Submissions a second", &status.hour, |stretch| stretch.rates.submissions, rate)}
                {graph("Reads a second", &status.hour, |stretch| stretch.rates.reads, rate)}
                {graph("Sockets", &status.hour, |stretch| stretch.sockets as f64, |value| grouped(value as u64))}
                {graph("Frames a second", &status.hour, |stretch| stretch.rates.frames, rate)}
                {graph("Submissions, p99", &status.hour, |stretch| stretch.rates.submit_p99_ms.unwrap_or(0.0), ms)}
                {graph("Errors a second", &status.hour, |stretch| stretch.rates.errors, rate)}
            </div>
            {busy(&boards, &status.boards)}
            {work(&status)}
            {servers(&status.instances)}
            {store(&status)}
        </div>
    };
    Ok(("Overview".to_owned(), content.into_any()))
}

/// A number of things in a second.
fn rate(value: f64) -> String {
    if value == 0.0 || value >= 100.0 { grouped(value as u64) } else { format!("{value:.1}") }
}

fn ms(value: f64) -> String {
    format!("{value:.1} ms")
}

fn maybe_ms(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), ms)
}

/// Bytes as people read them.
fn bytes(value: u64) -> String {
    match value {
        0..1_048_576 => format!("{} KiB", value / 1_024),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", value as f64 / 1_048_576.0),
        _ => format!("{:.2} GiB", value as f64 / 1_073_741_824.0),
    }
}

fn troubles(status: &Status) -> AnyView {
    if status.troubles.is_empty() {
        return view! { <div class="banner" data-kind="done" role="status"><span>"All is well."</span></div> }.into_any();
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
            <Figure label="Submissions" value=rate(rates.submissions) hint="a second" />
            <Figure label="Reads" value=rate(rates.reads) hint="a second" />
            <Figure label="Sockets" value=grouped(sockets) hint=format!("{} frames a second", rate(rates.frames)) />
            <Figure label="Submitting takes" value=maybe_ms(rates.submit_p50_ms) hint=format!("p99 {}", maybe_ms(rates.submit_p99_ms)) />
            <Figure label="Reading takes" value=maybe_ms(rates.read_p50_ms) hint=format!("p99 {}", maybe_ms(rates.read_p99_ms)) />
            <Figure label="Errors" value=rate(rates.errors) hint="a second" />
        </dl>
    }
}

/// Something over the last hour.
fn graph(title: &'static str, hour: &[Stretch], of: fn(&Stretch) -> f64, said: fn(f64) -> String) -> impl IntoView + use<> {
    let values: Vec<(u64, f64)> = hour.iter().map(|stretch| (stretch.at, of(stretch))).collect();
    let most = values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let now = values.last().map_or(0.0, |(_, value)| *value);
    let line = line(&values, most);
    let area = format!("{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z");
    let label = format!("{title} in the last hour: now {}, at most {}", said(now), said(most));
    let from = values.first().map(|(at, _)| time::minute(*at)[11..].to_owned());
    view! {
        <section class="graph-card">
            <h2>{title}</h2>
            <div class="plot">
                <svg class="graph" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
                    <path class="area" d=area></path>
                    <path class="line" d=line></path>
                </svg>
                <p class="scale" aria-hidden="true"><span>{said(most)}</span></p>
            </div>
            <p class="axis"><span>{from}</span><span>{said(now)}</span></p>
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
                <td class="figures">{grouped(*hour)}</td>
                <td class="figures">{grouped(board.version)}</td>
                <td class="figures"><When at=board.last_update /></td>
            </tr>
        }
    };
    let heads = [
        Head::Name("Board"),
        Head::Figures("Submissions/s"),
        Head::Figures("Submissions this hour"),
        Head::Figures("Changes"),
        Head::Figures("Last change"),
    ];
    let content = if boards.is_empty() {
        view! { <Empty text="There is no board yet."><a class="button" href="/admin/boards/new">"New board"</a></Empty> }.into_any()
    } else {
        table(&heads, boards.iter().map(row).collect_view())
    };
    view! { <Panel title="Boards that changed last">{content}</Panel> }
}

/// What is done beside the requests.
fn work(status: &Status) -> impl IntoView + use<> {
    let (jobs, webhooks) = (status.jobs, status.webhooks);
    view! {
        <Panel title="Work">
            <dl class="figures-row">
                <Figure label="Jobs" value=grouped(jobs.running) hint=format!("{} wait", grouped(jobs.waiting)) />
                <Figure label="Jobs done" value=grouped(jobs.done) hint=format!("{} failed, {} cancelled", grouped(jobs.failed), grouped(jobs.cancelled)) />
                <Figure label="Deliveries wait" value=grouped(webhooks.waiting) hint="to be sent, or sent again" />
                <Figure label="Webhooks" value=grouped(webhooks.webhooks) hint=format!("{} failing", grouped(webhooks.failing)) />
            </dl>
        </Panel>
    }
}

fn servers(instances: &[Instance]) -> impl IntoView + use<> {
    let row = |instance: &Instance| {
        let state = if instance.draining {
            view! { <Badge kind="warn" text="ending" /> }
        } else {
            view! { <Badge kind="good" text="running" /> }
        };
        view! {
            <tr>
                <td>{instance.address.clone()} " " <small>{instance.version.clone()}</small></td>
                <td>{state}</td>
                <td class="figures"><When at=instance.started_at /></td>
                <td class="figures">{rate(instance.rates.submissions)}</td>
                <td class="figures">{rate(instance.rates.requests)}</td>
                <td class="figures">{grouped(instance.sockets)}</td>
                <td class="figures">{grouped(instance.pages)}</td>
                <td class="figures">{instance.memory.map(bytes)}</td>
                <td class="figures">{instance.cpu.map(|cores| format!("{:.0} %", cores * 100.0))}</td>
            </tr>
        }
    };
    let heads = [
        Head::Name("Server"),
        Head::Name("State"),
        Head::Figures("Started"),
        Head::Figures("Submissions/s"),
        Head::Figures("Requests/s"),
        Head::Figures("Sockets"),
        Head::Figures("Pages"),
        Head::Figures("Memory"),
        Head::Figures("CPU"),
    ];
    view! { <Panel title="Servers">{table(&heads, instances.iter().map(row).collect_view())}</Panel> }
}

fn store(status: &Status) -> impl IntoView + use<> {
    let store = &status.store;
    let memory = if store.max_memory > 0 { format!("of {}", bytes(store.max_memory)) } else { "of what there is".to_owned() };
    let disk = match (store.is_written, store.has_append_file, store.snapshot_at) {
        (false, ..) => "failing",
        (true, true, _) => "every write",
        (true, false, 0) => "nothing",
        (true, false, _) => "snapshots",
    };
    let kind = if store.is_cluster { "one of a cluster".to_owned() } else { format!("{} replicas", store.replicas) };
    let slow = |one: &crate::model::status::SlowCommand| {
        view! { <tr><td class="figures"><When at=one.at /></td><td><code>{one.command.clone()}</code></td><td class="figures">{format!("{:.1} ms", one.took_us as f64 / 1_000.0)}</td></tr> }
    };
    let heads = [Head::Figures("When"), Head::Name("Slow command"), Head::Figures("Took")];
    let slow = (!store.slow.is_empty()).then(|| table(&heads, store.slow.iter().map(slow).collect_view()));
    view! {
        <Panel title=format!("Valkey {}", store.version)>
            <dl class="figures-row">
                <Figure label="Memory" value=bytes(store.memory) hint=memory />
                <Figure label="Commands" value=rate(store.commands) hint="a second" />
                <Figure label="Connections" value=grouped(store.clients) />
                <Figure label="On disk" value=disk />
                <Figure label="Role" value=store.role.clone() hint=kind />
                <Figure label="Functions" value=if store.library.is_empty() { "none".to_owned() } else { store.library.clone() } hint="version of LeaderPort's library" />
                <Figure label="Runs for" value=format!("{} h", store.uptime_seconds / 3_600) />
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
