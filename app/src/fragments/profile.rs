use super::{Fragment, boards::Boards, graph::Graph, html};
use crate::{
    backend::backend,
    components::{avatar, flag, moved},
    error::AppError,
    i18n::{Text, day, minute, number, t},
    model::{BoardId, Direction, Entered, Period, PlayerId, Point, Profile, share_ahead},
    paths::{board_path, encode, player_picture_path},
};
use leptos::prelude::*;

/// Standings that the history shows at first.
const SHOWN: usize = 50;

/// A player on a board.
pub async fn profile(board: &BoardId, player: &PlayerId) -> Result<Fragment, AppError> {
    let profile = backend()?.profile(board, player).await?;
    let mut others = backend()?.entered(player).await?;
    others.retain(|entered| entered.board != *board);
    let (name, title) = (&profile.face.name, &profile.facts.title);
    let standing = &profile.standing;
    Ok(Fragment {
        title: t::profile::title(title, name).into(),
        description: t::profile::description(title, name, &number(standing.rank), &standing.score.text(), &number(profile.total)).into(),
        image: Some(player_picture_path(board, player.as_str())),
        html: html(view! { <Shown profile others /> }),
    })
}

#[component]
fn Shown(profile: Profile, others: Vec<Entered>) -> impl IntoView {
    let (player, face) = (profile.player.clone(), profile.face.clone());
    let (name, flag) = (face.name.clone(), flag(&face));
    let others = (!others.is_empty()).then(|| {
        view! {
            <section class="scores-sent">
                <h2>{t::profile::OTHERS}</h2>
                <Boards entered=others name=player.clone() />
            </section>
        }
    });
    let Profile { board, facts, total, standing, today, attempts, moves, points, .. } = profile;
    let ahead = standing.ahead.as_ref().map(|ahead| (t::profile::to_pass(&ahead.name).text(), ahead.gap.text()));
    let less_is_better = facts.direction == Direction::Asc;
    let path = board_path(&board, &Period::default(), &format!("player={}", encode(player.as_str())));
    let moments = moments(&points, less_is_better);
    view! {
        <div class="profile">
            <nav class="crumbs" aria-label=t::site::PATH>
                <a href="/">{t::site::BOARDS}</a>
                <a href=path>{facts.title.clone()}</a>
            </nav>
            <div class="page-head">
                {avatar(&face, None)}
                <h1>
                    <bdi>{name}</bdi>
                    " "
                    {flag}
                </h1>
            </div>
            <dl class="stats tiles">
                <Tile name=t::board::RANK value=format!("#{}", number(standing.rank)) more=t::standing::of_total(&number(total)) />
                <Tile name=t::board::SCORE value=standing.score.text() />
                {ahead.map(|(name, gap)| view! { <Tile name value=gap /> })}
                <Tile name=t::standing::TOP value=share_ahead(standing.place, total).text() />
                {today.map(|places| view! { <div><dt>{t::standing::TODAY}</dt><dd>{moved(places)}</dd></div> })}
                <Tile name=t::profile::ATTEMPTS value=number(attempts) />
            </dl>
            <Graph title=t::profile::SCORE_GRAPH points=points.clone() of=|point| point.score.units() text=|point| point.score.text() less_is_better />
            <Graph title=t::profile::RANK_GRAPH points=points.clone() of=|point| point.rank.cast_signed() text=|point| format!("#{}", number(point.rank)) less_is_better=true />
            <section class="moments">
                <h2>{t::profile::MOMENTS}</h2>
                <ul>
                    {moments.into_iter().map(|(name, text, at)| view! {
                        <li>
                            <strong>{name}</strong>
                            " "{text}" "
                            <time>{day(at)}</time>
                        </li>
                    }).collect_view()}
                </ul>
            </section>
            <History points moves />
            {others}
        </div>
    }
}

#[component]
fn Tile(#[prop(into)] name: String, value: String, #[prop(optional, into)] more: String) -> impl IntoView {
    view! {
        <div>
            <dt>
                <bdi>{name}</bdi>
            </dt>
            <dd>
                {value}
                " "
                <small>{more}</small>
            </dd>
        </div>
    }
}

/// The standings so far, newest first.
#[component]
fn History(points: Vec<Point>, moves: u64) -> impl IntoView {
    let kept = points.len();
    let text = match moves {
        moves if moves > kept as u64 => t::profile::last(&number(moves), kept as u64).text(),
        _ => String::new(),
    };
    let row = |point: Point| {
        view! {
            <tr>
                <td>{minute(point.at)}</td>
                <td class="score">{point.score.text()}</td>
                <td class="rank">{format!("#{}", number(point.rank))}</td>
                <td class="attempts">{number(point.attempts)}</td>
            </tr>
        }
    };
    let mut points = points.into_iter().rev();
    let newest = points.by_ref().take(SHOWN).map(row).collect_view();
    let older: Vec<_> = points.map(row).collect();
    let head = || {
        view! {
            <thead>
                <tr>
                    <th scope="col">{t::profile::REACHED}</th>
                    <th scope="col" class="score">{t::board::SCORE}</th>
                    <th scope="col" class="rank">{t::profile::RANK_THEN}</th>
                    <th scope="col" class="attempts">{t::profile::ATTEMPTS}</th>
                </tr>
            </thead>
        }
    };
    let older = (!older.is_empty()).then(|| {
        view! {
            <details>
                <summary>{t::profile::older(older.len() as u64)}</summary>
                <table>{head()}<tbody>{older}</tbody></table>
            </details>
        }
    });
    view! {
        <section class="history">
            <h2>{t::profile::HISTORY}</h2>
            <p class="hint">{text}</p>
            <table>{head()}<tbody>{newest}</tbody></table>
            {older}
        </section>
    }
}

/// What there is to be proud of: what it was, in words, and when.
fn moments(points: &[Point], less_is_better: bool) -> Vec<(Text, String, u64)> {
    let mut moments = Vec::new();
    if let Some(best) = points.iter().min_by_key(|point| point.rank) {
        moments.push((t::profile::HIGHEST, format!("#{}", number(best.rank)), best.at));
    }
    let gain = |pair: &[Point]| {
        let gain = pair[1].score.units().saturating_sub(pair[0].score.units());
        if less_is_better { -gain } else { gain }
    };
    if let Some(leap) = points.windows(2).max_by_key(|pair| gain(pair)).filter(|pair| gain(pair) > 0) {
        moments.push((t::profile::LEAP, t::profile::leap_from(&leap[1].score.text(), &leap[0].score.text()).text(), leap[1].at));
    }
    let climbed = |pair: &[Point]| pair[0].rank.saturating_sub(pair[1].rank);
    if let Some(climb) = points.windows(2).max_by_key(|pair| climbed(pair)).filter(|pair| climbed(pair) > 0) {
        moments.push((t::profile::CLIMB, t::profile::climbed(&number(climb[1].rank), climbed(climb)).text(), climb[1].at));
    }
    let lasted = |pair: &[Point]| pair[1].at - pair[0].at;
    if let Some(held) = points.windows(2).max_by_key(|pair| lasted(pair)).filter(|pair| lasted(pair) >= 60_000) {
        moments.push((t::profile::HELD, t::profile::held_until(&held[0].score.text(), &minute(held[1].at)).text(), held[0].at));
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Score;

    fn point(at: u64, score: i64, rank: u64) -> Point {
        Point { at, score: Score::unbounded(score, 0), rank, attempts: 1 }
    }

    #[test]
    fn best_moments() {
        let points = [point(0, 10, 9), point(100_000, 50, 2), point(130_000, 60, 3)];
        let names: Vec<_> = moments(&points, false).into_iter().map(|(name, text, _)| format!("{}: {text}", name.text())).collect();
        assert_eq!(
            names,
            ["Highest rank: #2", "Greatest leap: 10 to 50", "Greatest climb: 7 places, to #2", "Longest held: 10 until Jan 1, 1970, 00:01"]
        );
        assert_eq!(moments(&points[..1], false).len(), 1);
        // Lap times: less is a leap.
        assert_eq!(moments(&[point(0, 60, 1), point(1, 50, 1)], true)[1].1, "60 to 50");
    }
}
