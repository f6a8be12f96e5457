//! Looks at boards for webhooks, and sends what there is to tell: each webhook is kept by whichever server comes first, and by another one
//! when that is gone. What was looked at and what was sent is in the store, so the next one goes on from there.

use super::{
    Webhooks,
    backlog::Share,
    client::{Answered, Signed},
    hook::{Attempt, Event, Progress, Setup, State},
    message::Message,
    message_id,
    news::{self, Closed, Known, Moderation, News, Review, Waiting},
    read,
    signature::Secrets,
    written,
};
use crate::{
    boards::{caller::Caller, catalog::token, from_store, journal::Happened, read::Which},
    metrics, reader,
    valkey::{
        feed::{Feed, Moved},
        functions::{
            review::{Held, HeldNews, Kept},
            webhook::{Attempted, HookId, Look, Next, StoredDelivery, StoredHook},
        },
    },
};
use app::{
    error::AppError,
    i18n::{Words, t},
    model::{BoardId, Limit, Period, PlayerId, ReviewState},
    protocol::Row,
};
use reqwest::StatusCode;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::watch::Receiver,
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, debug_span, info, warn};

/// How often it is looked for webhooks that nobody keeps.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked at one where nothing is said to have happened.
const IDLE: Duration = Duration::from_secs(3);
/// How long a webhook is kept from other servers without a word, in ms, and the time between two words.
const LEASE_MS: u64 = 10_000;
const WORD: Duration = Duration::from_secs(3);
/// What comes within this time is one change.
const TOGETHER: Duration = Duration::from_millis(50);
/// How long it is sent before it is looked again at what is to be told, and to whom.
const STINT: Duration = Duration::from_secs(2);
/// With so many deliveries waiting no more are made: until they are gone, what happens is one change.
const ROOM: u64 = 200;
/// Submissions that wait which one delivery tells of at most.
const WAITING: u32 = 20;
/// Attempts of a delivery that are kept.
const ATTEMPTS: usize = 20;
/// Entries of a closed period that are told.
const WINNERS: u32 = 3;
/// Why webhooks switch themselves off, as it is kept.
const SILENT: &str = "Nothing has arrived for three days.";
const GONE: &str = "The receiver has answered 410 Gone.";

/// The same in the language of whoever asks.
pub fn told(kept: String) -> String {
    let known = [(SILENT, t::problem::WEBHOOK_SILENT), (GONE, t::problem::WEBHOOK_GONE)].into_iter().find(|(known, _)| *known == kept);
    known.map_or(kept, |(_, text)| Words::from(text).within(reader::language()))
}

/// What a look has come to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looked {
    /// All there is to tell is in the queue.
    All,
    /// There may be more in the log.
    More,
    /// What is in the queue has to go first.
    NoRoom,
}

impl Webhooks {
    /// Keeps webhooks until `ending`.
    pub async fn keep_sending(self: Arc<Self>, feed: Feed, ending: CancellationToken) {
        let (mut tasks, mut kept) = (JoinSet::new(), HashMap::<HookId, AbortHandle>::new());
        let mut asked = self.asked.subscribe();
        while !ending.is_cancelled() {
            asked.mark_unchanged();
            kept.retain(|_, task| !task.is_finished());
            // A store that is away is in the log already; the next look tries again.
            for hook in self.boards.store().webhooks().await.map_err(from_store).unwrap_or_default() {
                kept.entry(hook.clone()).or_insert_with(|| {
                    let (webhooks, feed, ending) = (self.clone(), feed.clone(), ending.clone());
                    tasks.spawn(async move { webhooks.keep(&feed, &hook, &ending).await })
                });
            }
            while tasks.try_join_next().is_some() {}
            // Whichever comes first.
            let _ = ending.run_until_cancelled(timeout(LOOK, asked.changed())).await;
        }
        tasks.join_all().await;
    }

    /// Keeps one as long as nobody else does.
    async fn keep(&self, feed: &Feed, hook: &HookId, ending: &CancellationToken) {
        let (token, store) = (token(), self.boards.store());
        if !matches!(store.lease_webhook(hook, &token, LEASE_MS).await.map_err(from_store), Ok(true)) {
            return;
        }
        debug!(board.id = %hook.board, webhook.id = hook.id, "keeping a webhook");
        let kept = match feed.watch(&hook.board).await.map_err(from_store) {
            Ok(mut moved) => tokio::select! {
                kept = self.tell(hook, &mut moved, ending) => kept,
                lost = self.hold(hook, &token) => lost,
            },
            Err(error) => Err(error),
        };
        feed.unwatch(&hook.board).await;
        match kept {
            // It is gone, or its board is.
            Err(AppError::NotFound { .. }) => drop(store.delete_webhook(hook).await.map_err(from_store)),
            Err(error) => warn!(board.id = %hook.board, webhook.id = hook.id, %error, "a webhook could not be kept; trying again"),
            Ok(()) => {}
        }
        // Others need not wait until the lease is over; if this fails they do.
        let _ = store.leave_webhook(hook, &token).await.map_err(from_store);
    }

    /// Keeps other servers off, however long an attempt takes; ends when another one has it.
    async fn hold(&self, hook: &HookId, token: &str) -> Result<(), AppError> {
        loop {
            sleep(WORD).await;
            if !self.boards.store().lease_webhook(hook, token, LEASE_MS).await.map_err(from_store)? {
                return Ok(());
            }
        }
    }

    async fn tell(&self, hook: &HookId, moved: &mut Receiver<Moved>, ending: &CancellationToken) -> Result<(), AppError> {
        let (mut asked, mut share) = (self.asked.subscribe(), Share::of(&self.kept));
        while !ending.is_cancelled() {
            moved.mark_unchanged();
            asked.mark_unchanged();
            let stored = self.stored(hook).await?;
            let setup: Setup = read(&stored.setup)?;
            let mut pause = IDLE;
            if setup.enabled && stored.off.is_none() {
                let looked = self.look(hook, &stored, &setup).await?;
                self.count(hook, &stored, &mut share).await?;
                let (sent, next) = self.send(hook, &stored, &setup, ending).await?;
                self.count(hook, &stored, &mut share).await?;
                if looked == Looked::More || looked == Looked::NoRoom && sent > 0 {
                    continue;
                }
                pause = pause.min(next);
            } else {
                share.set(false, 0);
            }
            let change = async { tokio::select!(_ = moved.changed() => sleep(TOGETHER).await, _ = asked.changed() => {}) };
            // Whichever comes first.
            let _ = ending.run_until_cancelled(timeout(pause, change)).await;
        }
        Ok(())
    }

    /// Counts what waits.
    async fn count(&self, hook: &HookId, stored: &StoredHook, share: &mut Share<'_>) -> Result<(), AppError> {
        share.set(stored.failing_ms.is_some(), self.boards.store().waiting_deliveries(hook).await.map_err(from_store)?);
        Ok(())
    }

    /// Looks at what has happened, and makes deliveries of it.
    async fn look(&self, hook: &HookId, stored: &StoredHook, setup: &Setup) -> Result<Looked, AppError> {
        let store = self.boards.store();
        if store.waiting_deliveries(hook).await.map_err(from_store)? >= ROOM {
            return Ok(Looked::NoRoom);
        }
        let info = self.boards.info(Caller::Server, &hook.board).await?;
        // A board of that name that was created anew has a log of its own.
        let from = stored.cursor.min(info.version);
        let (happened, cursor, may_be_more) = match news::is_in_log(&setup.events) {
            true => self.boards.happened(&hook.board, from).await?,
            false => (Vec::new(), from, false),
        };
        let (top, version) = self.top(&hook.board, news::depth(&setup.events, setup.places)).await?;
        let Known { rows: before, held } = Known::stored(&stored.top)?;
        let HeldNews { last, looked_at, reviews } = match setup.events.contains(&Event::Review) {
            true => store.review_news(&hook.board, held, WAITING).await.map_err(from_store)?,
            false => HeldNews { last: held, looked_at: 0, reviews: Vec::new() },
        };
        let waiting: Vec<_> = reviews.into_iter().filter(|kept| kept.review.state == ReviewState::Waiting).map(waiting).collect();
        let may_be_more = may_be_more || looked_at == u64::from(WAITING);
        let mut all = Vec::new();
        for (version, happened) in happened {
            all.push((version, self.told(&hook.board, happened).await?));
        }
        let fallen = self.stand(&hook.board, &news::fallen(&before, &top)).await?;
        all.extend(news::between(&before, &top, &fallen, info.rules.direction).into_iter().map(|news| (version, news)));
        if !waiting.is_empty() {
            all.push((version, News::Review(Review { submissions: waiting })));
        }
        all.retain(|(_, news)| news.event().is_some_and(|event| setup.events.contains(&event)));
        if top != before || last != held || cursor != stored.cursor || !all.is_empty() {
            let at = self.boards.now_ms();
            let message = |version, news| Message { at, board: info.id.clone(), title: info.rules.title.clone(), version, news };
            let made = all
                .into_iter()
                .enumerate()
                .map(|(number, (version, news))| Ok((message_id(at, number), written(&message(version, news))?)));
            let made = made.collect::<Result<Vec<_>, AppError>>()?;
            let known = Known { rows: top, held: last };
            let look = Look { turn: stored.turn, cursor, top: &written(&known)? };
            // If another server was faster, what is new was told by that one.
            store.add_deliveries(hook, Some(&look), at, &written(&Progress::default())?, &made).await.map_err(from_store)?;
        }
        Ok(if may_be_more { Looked::More } else { Looked::All })
    }

    async fn told(&self, board: &BoardId, happened: Happened) -> Result<News, AppError> {
        match happened {
            Happened::Closed(window, period) => {
                let which = Period { window: window.clone(), period: Some(period.clone()) };
                let limit = Limit::parse(&WINNERS.to_string(), Limit::MOST)?;
                let (first, total) = match self.boards.entries(Caller::Server, board, &which, &Which::From(1), limit).await {
                    Ok(read) => (read.entries.into_iter().map(|entry| entry.row).collect(), read.moment.total),
                    // It is not kept any more.
                    Err(AppError::NotFound { .. }) => (Vec::new(), 0),
                    Err(error) => return Err(error),
                };
                Ok(News::Period(Closed { window: window.to_string(), period, total, first }))
            }
            Happened::Done(line) => {
                let (kind, about, entries, player_id) = (line.kind.to_owned(), line.about, line.entries, line.player_id);
                Ok(News::Moderation(Moderation { kind, about, entries, player_id }))
            }
        }
    }

    /// The first entries of the window `all`, and the version that they belong to.
    pub(super) async fn top(&self, board: &BoardId, depth: u32) -> Result<(Vec<Row>, u64), AppError> {
        let limit = Limit::parse(&depth.to_string(), Limit::MOST)?;
        let read = self.boards.entries(Caller::Server, board, &Period::default(), &Which::From(1), limit).await?;
        Ok((read.entries.into_iter().map(|entry| entry.row).collect(), read.moment.version))
    }

    /// How players stand in the window `all`, those who are on the board.
    async fn stand(&self, board: &BoardId, players: &[PlayerId]) -> Result<Vec<Row>, AppError> {
        if players.is_empty() {
            return Ok(Vec::new());
        }
        let read = self.boards.friends(Caller::Server, board, &Period::default(), players).await?;
        Ok(read.entries.into_iter().map(|friend| friend.entry.row).collect())
    }

    /// Sends what is due, one after the other, for a while; how many that were, and how long there is time until the next one.
    async fn send(
        &self,
        hook: &HookId,
        stored: &StoredHook,
        setup: &Setup,
        ending: &CancellationToken,
    ) -> Result<(usize, Duration), AppError> {
        let secrets: Secrets = read(&stored.secrets)?;
        let claim_ms = 2 * u64::try_from(self.schedule.timeout.as_millis()).unwrap_or(u64::MAX / 4);
        let (started, mut sent) = (Instant::now(), 0);
        while started.elapsed() < STINT {
            let now_ms = self.boards.now_ms();
            match self.boards.store().take_delivery(hook, now_ms, now_ms + claim_ms).await.map_err(from_store)? {
                Next::Nothing => return Ok((sent, IDLE)),
                Next::At(due_ms) => return Ok((sent, Duration::from_millis(due_ms.saturating_sub(now_ms)))),
                Next::Now(delivery) => {
                    if !self.attempt(hook, setup, &secrets, delivery, ending).await? {
                        break;
                    }
                    sent += 1;
                }
            }
        }
        Ok((sent, Duration::ZERO))
    }

    /// Sends one delivery once, and notes how that went; `false` if there is to be no next one.
    async fn attempt(
        &self,
        hook: &HookId,
        setup: &Setup,
        secrets: &Secrets,
        delivery: StoredDelivery,
        ending: &CancellationToken,
    ) -> Result<bool, AppError> {
        let (id, now_ms) = (&*delivery.id, self.boards.now_ms());
        let (seconds, body) = ((now_ms / 1000).to_string(), read::<Message>(&delivery.message)?.body(setup.format)?);
        let signature = secrets.sign(id, &seconds, &body, now_ms);
        let span =
            debug_span!("webhook", otel.name = "deliver webhook", otel.kind = "producer", board.id = %hook.board, webhook.id = hook.id);
        let sending = self.sender.send(&setup.url, Signed { id, seconds: &seconds, signature: &signature, body });
        let Some(answered) = ending.run_until_cancelled(sending.instrument(span)).await else {
            // Whoever comes next sends it again: it may have arrived.
            self.boards.store().give_back_delivery(hook, id, now_ms).await.map_err(from_store)?;
            return Ok(false);
        };
        let mut progress: Progress = read(&delivery.progress)?;
        let (again, off) = self.outcome(&mut progress, answered, now_ms);
        let patience_ms = u64::try_from(self.schedule.patience.as_millis()).unwrap_or(u64::MAX);
        let noted_ms = self.boards.now_ms();
        let attempted = Attempted {
            id,
            progress: &written(&progress)?,
            again_ms: again.map(|pause| noted_ms + u64::try_from(pause.as_millis()).unwrap_or(u64::MAX / 4)),
            now_ms: noted_ms,
            has_arrived: progress.state == State::Delivered,
            patience: (patience_ms, SILENT),
            off,
        };
        let off = self.boards.store().note_attempt(hook, &attempted).await.map_err(from_store)?;
        if let Some(why) = &off {
            info!(board.id = %hook.board, webhook.id = hook.id, why, "webhook switched off");
        }
        Ok(off.is_none())
    }

    /// Notes what came of an attempt; when the next one follows, and why the webhook is to be switched off at once.
    fn outcome(&self, progress: &mut Progress, answered: Answered, at: u64) -> (Option<Duration>, Option<&'static str>) {
        let Answered { status, said, wish, took_ms } = answered;
        progress.tries += 1;
        progress.attempts.push(Attempt { at, status: status.map(|status| status.as_u16()), said, took_ms });
        progress.attempts.drain(..progress.attempts.len().saturating_sub(ATTEMPTS));
        let has_arrived = status.is_some_and(|status| status.is_success());
        let is_gone = status == Some(StatusCode::GONE);
        let again = if has_arrived || is_gone { None } else { self.schedule.pause(progress.tries, wish) };
        progress.state = match again {
            Some(_) => State::Waiting,
            None if has_arrived => State::Delivered,
            None => State::Failed,
        };
        metrics::attempt(match status {
            Some(_) if has_arrived => "delivered",
            Some(_) => "refused",
            None => "unanswered",
        });
        (again, is_gone.then_some(GONE))
    }
}

/// A submission that waits, as it is told.
fn waiting(kept: Kept) -> Waiting {
    let Held { player, score, .. } = kept.review.submission;
    Waiting { id: kept.id, player_id: player, score, why: kept.review.why }
}
