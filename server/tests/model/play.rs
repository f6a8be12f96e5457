//! Plays a history on a board and on the model, and compares every answer.

use crate::{
    naive::{Mark, Naive, Named},
    steps::{At, Edit, Gone, Id, Pick, Read, Sent, Step, Turn},
    valkey::Place,
};
use app::{
    error::AppError,
    model::{BoardId, Limit, Metadata, MetadataChange, PlayerId, Receipt, RulesChange, Score, Submission, SubmissionId, WindowName},
    protocol::Row,
};
use server::boards::{
    Boards,
    answers::{Entries, Entry, PeriodInfo},
    caller::Caller,
    change::{EntryChange, Removal},
    cursor::Cursor,
    live::{PageRead, PageSpec},
    moderation::ModerationChange,
    read::{Period, Which},
    turn::EntryOrder,
};
use std::{cell::RefCell, fmt::Debug};

/// Who plays.
pub const PLAYERS: [&str; 12] = ["ada", "bo", "Ζήνων", "小林", "ada l", "z", "a", "👩‍🚀", "player-9", "player-10", "B", "bob"];

pub fn player(number: usize) -> PlayerId {
    PlayerId::parse(PLAYERS[number % PLAYERS.len()]).unwrap()
}

pub fn limit(rows: usize) -> Limit {
    Limit::parse(&rows.to_string(), Limit::MOST).unwrap()
}

/// What happened, if it is not what should have.
pub type Outcome = Result<(), String>;

/// A board and its model.
pub struct Play<'a> {
    boards: &'a Boards,
    place: &'a Place,
    pub naive: Naive,
    /// What everybody sees of the board while it is frozen.
    shown: Option<Naive>,
    ids: usize,
    /// Cursors that were given out since the rules were last changed, with what they mean.
    cursors: RefCell<Vec<(String, Mark)>>,
    /// What was done, for whoever has to find out why it went wrong.
    said: Vec<String>,
}

impl<'a> Play<'a> {
    pub async fn start(boards: &'a Boards, place: &'a Place, id: &str, rules: RulesChange) -> Self {
        let id = BoardId::parse(id).unwrap();
        let info = boards.create(Caller::Admin, id.clone(), rules).await.unwrap();
        Self {
            boards,
            place,
            naive: Naive::new(id, info.rules, place.hands.now_ms()),
            shown: None,
            ids: 0,
            cursors: RefCell::default(),
            said: Vec::new(),
        }
    }

    /// Plays a history; the error says what was done last, and how the answers differ.
    pub async fn all(&mut self, turns: &[Turn]) -> Outcome {
        for turn in turns {
            let played = self.turn(turn).await;
            self.explained(played)?;
        }
        let last = self.read_all().await;
        self.explained(last)
    }

    fn explained(&self, outcome: Outcome) -> Outcome {
        let last = self.said[self.said.len().saturating_sub(25)..].join("\n  ");
        outcome.map_err(|why| format!("{:?}\nlast of what was done:\n  {last}\n{why}", self.naive.rules))
    }

    async fn turn(&mut self, turn: &Turn) -> Outcome {
        self.step(&turn.step).await?;
        self.read_shown().await?;
        for read in &turn.reads {
            self.read(read).await?;
        }
        Ok(())
    }

    fn say(&mut self, what: impl Debug) {
        self.said.push(format!("{} {what:?}", self.clock()));
    }

    fn clock(&self) -> u64 {
        self.place.hands.now_ms()
    }

    fn score(&self, units: i64) -> Score {
        Score::new(units, self.naive.rules.decimals).unwrap()
    }

    fn tiebreaks(&self, all: &[i64; 3]) -> Vec<i64> {
        all[..self.naive.rules.tiebreaks.len()].to_vec()
    }

    // ---- steps

    async fn step(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Submit(sent) => self.submit(std::slice::from_ref(sent)).await,
            Step::Bulk(sent) => self.submit(sent).await,
            Step::Change { player: who, period, score, add, tiebreaks, metadata } => {
                let change = EntryChange {
                    score: score.map(|score| self.score(score)),
                    add: add.map(|add| self.score(add)),
                    tiebreaks: tiebreaks.as_ref().map(|tiebreaks| self.tiebreaks(tiebreaks)),
                    metadata: metadata_of(*metadata),
                };
                self.change(period.as_ref(), player(*who), change).await
            }
            Step::Remove { period, which } => self.remove(period.as_ref(), which).await,
            Step::Moderate { player: who, state, submitting } => {
                let reason = Some("by chance".to_owned());
                self.moderate(player(*who), ModerationChange { state: *state, submitting: *submitting, reason }).await
            }
            Step::Freeze(is_frozen) => self.freeze(*is_frozen).await,
            // What everybody sees of a frozen board can't be put into another order.
            Step::Edit(Edit::Ties(_) | Edit::Decimals(_) | Edit::Mode(_)) if self.shown.is_some() => Ok(()),
            Step::Edit(edit) => self.edit(edit).await,
            Step::Wait(ms) => {
                self.place.hands.set(self.clock() + ms);
                Ok(())
            }
            Step::SetBack(ms) => {
                self.place.hands.set(self.clock() - ms);
                Ok(())
            }
            Step::CloseDue => self.close_due().await,
        }
    }

    fn submission(&mut self, sent: &Sent, earlier: &[Submission]) -> Submission {
        let now = self.clock();
        let (mut fresh, old) = self.naive.ids(now);
        fresh.extend(earlier.iter().filter(|submission| submission.id.is_some()).cloned());
        let known = |all: &[Submission], at: usize| (!all.is_empty()).then(|| all[at % all.len()].clone());
        let submission = Submission {
            id: None,
            player: player(sent.player),
            score: self.score(sent.score),
            tiebreaks: self.tiebreaks(&sent.tiebreaks),
            metadata: metadata_of(sent.metadata),
            at: match sent.at {
                At::Now => None,
                At::Ago(ms) => Some(now.saturating_sub(ms)),
                At::Ahead(ms) => Some(now + ms),
            },
            proof: None,
        };
        match sent.id {
            Id::None => submission,
            Id::Again(at) if !fresh.is_empty() => known(&fresh, at).unwrap(),
            Id::Forgotten(at) if !old.is_empty() => known(&old, at).unwrap(),
            Id::Other(at) if !fresh.is_empty() => Submission { id: known(&fresh, at).unwrap().id, ..submission },
            _ => {
                self.ids += 1;
                Submission { id: Some(SubmissionId::parse(&format!("id-{}", self.ids)).unwrap()), ..submission }
            }
        }
    }

    async fn submit(&mut self, sent: &[Sent]) -> Outcome {
        let mut submissions = Vec::new();
        for sent in sent {
            let submission = self.submission(sent, &submissions);
            // What an edit of the decimals has left behind can't be sent any more.
            if submission.score.decimals() == self.naive.rules.decimals && submission.tiebreaks.len() == self.naive.rules.tiebreaks.len() {
                submissions.push(submission);
            }
        }
        self.submit_those(submissions).await
    }

    pub async fn submit_those(&mut self, submissions: Vec<Submission>) -> Outcome {
        self.say(&submissions);
        let expected = self.naive.submit(self.clock(), &submissions);
        let board = self.naive.board.clone();
        let got = match &submissions[..] {
            [] => return Ok(()),
            [one] => vec![self.boards.submit(Caller::Admin, &board, one.clone()).await],
            _ => match self.boards.submit_all(Caller::Admin, &board, submissions.into_iter().map(Ok).collect()).await {
                Ok(outcomes) => outcomes,
                Err(error) => expected.iter().map(|_| Err(error.clone())).collect(),
            },
        };
        for (at, (expected, got)) in expected.into_iter().zip(got).enumerate() {
            same(&format!("receipt {at}"), expected.map(in_order), got.map(in_order))?;
        }
        Ok(())
    }

    async fn change(&mut self, period: Option<&Pick>, who: PlayerId, change: EntryChange) -> Outcome {
        let (named, period) = self.pick(period);
        self.say((&named, &who, &change));
        let expected = self.naive.change(self.clock(), named.as_ref(), &who, &change);
        let got = self.boards.change_entry(Caller::Admin, &self.naive.board, period, who, change).await;
        same("change", expected, got.map(|changed| (changed.version, changed.windows)))
    }

    async fn remove(&mut self, period: Option<&Pick>, which: &Gone) -> Outcome {
        let removal = match which {
            Gone::Players(players) => Removal::Players(players.iter().map(|at| player(*at)).collect()),
            Gone::Scores(low, high) => Removal::Scores(low.map(|low| self.score(low)), high.map(|high| self.score(high))),
            Gone::AllBut(n) => Removal::AllBut(*n),
            Gone::All => Removal::All,
        };
        let (named, period) = self.pick(period);
        self.say((&named, &removal));
        let expected = self.naive.remove(self.clock(), named.as_ref(), &removal);
        let got = self.boards.remove(Caller::Admin, &self.naive.board, period, removal).await;
        same("remove", expected, got.map(|removed| (removed.removed, removed.version)))
    }

    pub async fn moderate(&mut self, who: PlayerId, mut change: ModerationChange) -> Outcome {
        // Who is banned stays so with a change that lets them submit, which is refused.
        if change.state.is_none() {
            change.submitting = change.submitting.filter(|submitting| !submitting);
        }
        self.say((&who, &change));
        let expected = self.naive.moderate(self.clock(), &who, &change);
        let clock = self.clock();
        self.shown.iter_mut().for_each(|shown| drop(shown.moderate(clock, &who, &change)));
        let got = self.boards.moderate(Caller::Admin, &self.naive.board, who, &change).await;
        let has_count = expected.1.is_some();
        same("moderate", Ok(expected), got.map(|got| (got.moderation.decided, has_count.then_some(got.entries), got.version)))
    }

    async fn edit(&mut self, edit: &Edit) -> Outcome {
        let decimals = self.naive.rules.decimals;
        let mut change = RulesChange { archived: Some(false), ..RulesChange::default() };
        let bound = |bound: &Option<i64>| Some(bound.map(|bound| Score::new(bound, decimals).unwrap()));
        match edit {
            Edit::Keep(keep) => change.keep = Some(*keep),
            Edit::Mode(mode) => change.rank_mode = Some(*mode),
            Edit::Bounds(min, max) => (change.min_score, change.max_score) = (bound(min), bound(max)),
            Edit::History(points) => change.history = Some(*points),
            Edit::Title(number) => change.title = Some(format!("Title {number}")),
            Edit::Ties(ties) => change.tie_order = Some(*ties),
            Edit::Decimals(decimals) => change.decimals = Some(*decimals),
            Edit::Windows(windows) => change.windows = Some(windows.clone()),
            Edit::Archive => change.archived = Some(true),
        }
        self.say(edit);
        // Another order gives old cursors another meaning.
        self.cursors.borrow_mut().clear();
        let expected = self.naive.edit(self.clock(), change.clone());
        let clock = self.clock();
        self.shown.iter_mut().for_each(|shown| drop(shown.edit(clock, change.clone())));
        let got = self.boards.edit(Caller::Admin, &self.naive.board, change).await;
        let naive = &self.naive;
        let expected = expected.map(|()| (naive.rules.clone(), naive.version, naive.updated));
        same("edit", expected, got.map(|info| (info.rules, info.version, info.last_update)))
    }

    async fn freeze(&mut self, is_frozen: bool) -> Outcome {
        self.say(if is_frozen { "freeze" } else { "unfreeze" });
        if self.shown.is_some() != is_frozen {
            self.naive.freeze(self.clock());
            self.shown = is_frozen.then(|| self.naive.clone());
        }
        let got = self.boards.freeze(Caller::Admin, &self.naive.board, is_frozen).await;
        let expected = (self.naive.version, self.naive.updated, is_frozen);
        same("freeze", Ok(expected), got.map(|info| (info.version, info.last_update, info.frozen_since.is_some())))
    }

    async fn close_due(&mut self) -> Outcome {
        self.say("close due");
        self.naive.close_due(self.clock());
        let next = self.boards.close_due(&self.naive.board).await.map_err(|error| format!("close due: {error:?}"))?;
        let now = self.naive.now(self.clock());
        if next <= now || next > now + 30_000 {
            return Err(format!("close due: look again at {next}, and it is {now}"));
        }
        let info = self.boards.info(Caller::Admin, &self.naive.board).await;
        same("version after closing", Ok(self.naive.version), info.map(|info| info.version))
    }

    // ---- reads

    /// What everybody sees of a frozen board is what it was when it was frozen, but for who was hidden since, and rules.
    async fn read_shown(&self) -> Outcome {
        let Some(shown) = &self.shown else { return Ok(()) };
        let (everybody, now) = (Caller::Anonymous, self.naive.now(self.clock()));
        let all = Named { window: WindowName::all(), at: None };
        for named in shown.known_periods().into_iter().chain([all]) {
            let period = named.at.and_then(|at| shown.period_id(&named.window, at));
            let period = Period { window: named.window.clone(), period };
            let expected = shown.entries(now, &named, &Which::From(1), 1_000).map(|all| all.entries);
            let got = self.boards.entries(everybody.clone(), &self.naive.board, &period, &Which::From(1), limit(1_000)).await;
            same(&format!("what everybody sees of {named:?}"), expected, got.map(|all| all.entries))?;
        }
        // Another one each time.
        let who = player(self.said.len());
        let got = self.boards.history(everybody, &self.naive.board, who.clone()).await.ok();
        let expected =
            shown.history(&who).filter(|_| got.is_some() && shown.is_told(&who)).and_then(|history| history.points.last().cloned());
        same("the newest point that everybody sees", Ok(expected), Ok(got.and_then(|got| got.points.last().cloned())))
    }

    /// The period that is meant, for the model and for the board.
    fn pick(&self, pick: Option<&Pick>) -> (Option<Named>, Option<Period>) {
        let Some(pick) = pick else { return (None, None) };
        let now = self.naive.now(self.clock());
        let windows = &self.naive.rules.windows;
        let all = Named { window: WindowName::all(), at: None };
        let window = |at: usize, ago: Option<u64>| match windows.len() {
            0 => all.clone(),
            n => Named { window: windows[at % n].name.clone(), at: ago.map(|ago| now.saturating_sub(ago)) },
        };
        let known = self.naive.known_periods();
        let named = match pick {
            Pick::All => all,
            Pick::Current(at) => window(*at, None),
            Pick::Known(at) => known.get(at % known.len().max(1)).cloned().unwrap_or(all),
            Pick::Ago(at, ago) => window(*at, Some(*ago)),
            Pick::Nowhere => Named { window: WindowName::parse("nowhere").unwrap(), at: None },
        };
        let period = named.at.and_then(|at| self.naive.period_id(&named.window, at));
        let period = Period { window: named.window.clone(), period };
        (Some(named), Some(period))
    }

    async fn read(&self, read: &Read) -> Outcome {
        let (boards, board, naive) = (self.boards, &self.naive.board, &self.naive);
        match read {
            Read::Leaderboard(rows) => {
                let got = boards.leaderboard(Caller::Admin, board, limit(*rows)).await;
                same("leaderboard", Ok(naive.leaderboard(*rows)), got)
            }
            Read::From(pick, from, rows) => {
                self.entries(pick, Which::From(*from), *rows).await?;
                self.page(pick, *from, *rows).await
            }
            Read::Around(pick, who, rows) => self.entries(pick, Which::Around(player(*who)), *rows).await,
            Read::PageOf(pick, who, rows) => self.entries(pick, Which::PageOf(player(*who)), *rows).await,
            Read::Scores(pick, low, high, skip, rows) => {
                let score = |units: &Option<i64>| units.map(|units| self.score(units));
                self.entries(pick, Which::Scores(score(low), score(high), *skip), *rows).await
            }
            Read::Percentile(pick, parts, rows) => self.entries(pick, Which::Percentile(*parts), *rows).await,
            Read::Ranks(pick, low, high, skip, rows) => self.entries(pick, Which::Ranks(*low, *high, *skip), *rows).await,
            Read::Up(pick, low, high, rows) => {
                let score = |units: &Option<i64>| units.map(|units| self.score(units));
                self.entries(pick, Which::Up(None, score(low), score(high)), *rows).await
            }
            Read::After(at, low, high, rows) => {
                let score = |units: &Option<i64>| units.map(|units| self.score(units));
                self.after(*at, score(low), score(high), *rows).await
            }
            Read::Percentiles(pick, parts) => self.percentiles(pick, parts).await,
            Read::Sample(pick, rows) => self.sample(pick, *rows).await,
            Read::Friends(pick, who) => {
                let mut players: Vec<_> = who.iter().map(|at| player(*at)).collect();
                players.sort();
                players.dedup();
                let (named, period) = self.pick(Some(pick));
                let expected = naive.friends(self.clock(), &named.unwrap(), &players);
                same("friends", expected, boards.friends(Caller::Admin, board, &period.unwrap(), &players).await)
            }
            Read::Entry(pick, who, size) => {
                let (named, period) = self.pick(Some(pick));
                let expected = naive.entry(self.clock(), &named.unwrap(), &player(*who), *size);
                same("entry", expected, boards.entry(Caller::Admin, board, &period.unwrap(), player(*who), limit(*size)).await)
            }
            Read::History(who) => self.history(player(*who)).await,
            Read::Periods(window, rows) => self.periods(*window, *rows).await,
            Read::Info => {
                let got = boards.info(Caller::Admin, board).await;
                let expected = (naive.rules.clone(), naive.version, naive.updated);
                same("info", Ok(expected), got.map(|info| (info.rules, info.version, info.last_update)))
            }
        }
    }

    async fn entries(&self, pick: &Pick, which: Which, rows: usize) -> Outcome {
        let (named, period) = self.pick(Some(pick));
        let expected = self.naive.entries(self.clock(), named.as_ref().unwrap(), &which, rows);
        let got = self.boards.entries(Caller::Admin, &self.naive.board, &period.unwrap(), &which, limit(rows)).await;
        let has_more = expected.as_ref().is_ok_and(|expected| expected.next_from.or(expected.next_offset).is_some());
        let has_cursor = match which {
            Which::Ranks(..) => false,
            Which::Up(..) => expected.as_ref().is_ok_and(|expected| expected.matching > expected.entries.len() as u64),
            _ => has_more,
        };
        let got = match got {
            Ok(got) => Ok(self.note(got, named.as_ref().unwrap(), has_cursor)?),
            error => error,
        };
        same(&format!("entries {named:?} {which:?} {rows}"), expected, got)
    }

    /// Takes the cursor out of an answer and keeps it, if there has to be one.
    fn note(&self, mut entries: Entries, named: &Named, has_cursor: bool) -> Result<Entries, String> {
        match (entries.next_cursor.take(), has_cursor, entries.entries.last()) {
            (Some(cursor), true, Some(last)) => {
                self.cursors.borrow_mut().push((cursor, self.naive.mark(self.clock(), named, last)));
                Ok(entries)
            }
            (None, false, _) => Ok(entries),
            (cursor, ..) => Err(format!("a cursor where there should be none, or none where there should: {cursor:?}\n{entries:?}")),
        }
    }

    /// Goes on from a cursor, whatever has happened since it was given out.
    async fn after(&self, at: usize, low: Option<Score>, high: Option<Score>, rows: usize) -> Outcome {
        let cursors = self.cursors.borrow().clone();
        let Some((text, mark)) = cursors.get(at % cursors.len().max(1)) else { return Ok(()) };
        let cursor = Cursor::parse(text).map_err(|error| error.to_string())?;
        let (period, order) = (cursor.period(), cursor.towards());
        let which = match order {
            EntryOrder::Best => Which::After(cursor, low, high),
            EntryOrder::Worst => Which::Up(Some(cursor), low, high),
        };
        let got = self.boards.entries(Caller::Admin, &self.naive.board, &period, &which, limit(rows)).await;
        let expected = self.naive.after(self.clock(), mark, order, (low, high), rows);
        let has_more = expected.as_ref().is_ok_and(|(_, more)| *more);
        if got.as_ref().is_ok_and(|got| got.next_cursor.is_some() != has_more) {
            return Err(format!("after {text}: {got:?}"));
        }
        let got = got.map(|entries| Entries { next_cursor: None, ..entries });
        same(&format!("after {text} {low:?} {high:?} {rows}"), expected.map(|(entries, _)| entries), got)
    }

    async fn percentiles(&self, pick: &Pick, parts: &[u32]) -> Outcome {
        let (named, period) = self.pick(Some(pick));
        let got = self.boards.percentiles(Caller::Admin, &self.naive.board, &period.unwrap(), parts).await;
        let got = got.map(|got| got.percentiles.into_iter().map(|one| (one.score, one.place)).collect::<Vec<_>>());
        let one = |parts: &u32| self.naive.percentile(self.clock(), named.as_ref().unwrap(), *parts);
        let expected = parts.iter().map(one).collect::<Result<Vec<_>, _>>();
        same("percentiles", expected.map(|all| all.into_iter().flatten().collect()), got)
    }

    /// What chance chooses is on the board, in its order, no one twice, and as many as there are.
    async fn sample(&self, pick: &Pick, rows: usize) -> Outcome {
        let (named, period) = self.pick(Some(pick));
        let expected = self.naive.entries(self.clock(), named.as_ref().unwrap(), &Which::From(1), 1_000);
        let got = self.boards.sample(Caller::Admin, &self.naive.board, &period.unwrap(), limit(rows)).await;
        let chosen: Vec<_> = got.iter().flat_map(|got| &got.entries).map(|entry| entry.row.player_id.clone()).collect();
        let expected = expected.map(|mut all| {
            let most = all.entries.len().min(rows);
            all.entries.retain(|entry| chosen.contains(&entry.row.player_id));
            (all.moment, all.entries, most)
        });
        same("sample", expected, got.map(|got| (got.moment, got.entries, chosen.len())))
    }

    /// The same rows as the live feed reads them, several times over in one call.
    async fn page(&self, pick: &Pick, from: u64, rows: usize) -> Outcome {
        let (named, period) = self.pick(Some(pick));
        let Period { window, period } = period.unwrap();
        let names: Vec<String> = self.naive.rules.tiebreaks.iter().map(|column| column.name.clone()).collect();
        // Live feeds show everybody the same.
        let (naive, now) = (self.shown.as_ref().unwrap_or(&self.naive), self.naive.now(self.clock()));
        let expected = naive.entries(now, named.as_ref().unwrap(), &Which::From(from), rows).map(|entries| {
            let row = |entry: Entry| Row { tiebreaks: names.iter().map(|name| entry.tiebreaks[name]).collect(), ..entry.row };
            let rows = entries.entries.into_iter().map(row).collect();
            PageRead { period: entries.moment.period, total: entries.moment.total, rows }
        });
        let spec = |window, period| PageSpec { window, period, first: from.saturating_sub(1), rows: rows as u32 };
        let wanted = [spec(window, period), spec(WindowName::all(), None)];
        let wanted = [&wanted[0], &wanted[1], &wanted[0]].map(Clone::clone);
        let read = self.boards.pages(&self.naive.board, &wanted).await.map_err(|error| format!("pages: {error:?}"))?;
        if self.shown.is_none() {
            same("version of the pages", Ok(self.naive.version), Ok(read.version))?;
        }
        same("page", expected.clone(), read.pages[0].clone())?;
        same("page once more", expected, read.pages[2].clone())
    }

    async fn history(&self, who: PlayerId) -> Outcome {
        let got = self.boards.history(Caller::Admin, &self.naive.board, who.clone()).await;
        let (expected, got) = match (self.naive.history(&who), got) {
            (Some(expected), Ok(got)) => (expected, got),
            (None, got) => return same("history", Err(AppError::no(app::error::What::Player)), got),
            (Some(_), Err(error)) => return Err(format!("history of {who}: {error:?}")),
        };
        let (all, shown) = (expected.points.len(), got.points.len());
        // Where the rules once kept fewer points, there may be less than they keep now, but never a gap.
        if shown < expected.least || shown > expected.most {
            return Err(format!("history of {who} has {shown} points instead of {} to {}", expected.least, expected.most));
        }
        let numbers = (got.attempts, got.moves, got.trimmed, got.version);
        same("history's numbers", Ok((expected.attempts, all as u64, (all - shown) as u64, self.naive.version)), Ok(numbers))?;
        same("history", Ok(expected.points[all - shown..].to_vec()), Ok(got.points))
    }

    async fn periods(&self, window: Option<usize>, rows: usize) -> Outcome {
        let windows = &self.naive.rules.windows;
        let window = window.map(|at| windows.get(at).map_or_else(WindowName::all, |window| window.name.clone()));
        let mut all: Vec<PeriodInfo> = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let read = self.boards.periods(Caller::Admin, &self.naive.board, window.clone(), cursor.as_deref(), rows).await;
            let page = read.map_err(|error| format!("periods: {error:?}"))?;
            same("version of periods", Ok(self.naive.version), Ok(page.version))?;
            let is_last = page.next_cursor.is_none();
            if page.periods.len() > rows || !is_last && page.periods.len() < rows {
                return Err(format!("{} periods on a page of {rows}", page.periods.len()));
            }
            all.extend(page.periods);
            cursor = page.next_cursor;
            if is_last {
                return same("periods", Ok(self.naive.periods(window.as_ref())), Ok(all));
            }
        }
    }

    /// Reads everything there is.
    pub async fn read_all(&self) -> Outcome {
        self.read(&Read::Leaderboard(1000)).await?;
        self.read(&Read::Periods(None, 7)).await?;
        for at in 0..PLAYERS.len() {
            self.read(&Read::History(at)).await?;
            self.read(&Read::Entry(Pick::All, at, 3)).await?;
        }
        for at in 0..self.naive.known_periods().len() {
            self.read(&Read::From(Pick::Known(at), 1, 1000)).await?;
        }
        self.read(&Read::From(Pick::All, 1, 1000)).await
    }
}

fn metadata_of(number: u8) -> MetadataChange {
    match number {
        0 => MetadataChange::Keep,
        1 => MetadataChange::Clear,
        n => MetadataChange::Set(Metadata::parse(&format!("{{\"n\": {n}}}")).unwrap()),
    }
}

/// Where windows have gone since, the order of those in a replayed receipt says nothing.
fn in_order(mut receipt: Receipt) -> Receipt {
    if receipt.replayed {
        receipt.windows.sort_by(|a, b| a.window.cmp(&b.window));
    }
    receipt
}

/// Compares two answers, errors by what they are and not by their texts.
pub fn same<T: Debug + PartialEq>(what: &str, expected: Result<T, AppError>, got: Result<T, AppError>) -> Outcome {
    let kind = |error: &AppError| match error {
        AppError::NotFound { what } => format!("no {what:?}"),
        error => format!("{} {:?}", error.code(), error.field()),
    };
    let is_same = match (&expected, &got) {
        (Ok(expected), Ok(got)) => expected == got,
        (Err(expected), Err(got)) => kind(expected) == kind(got),
        _ => false,
    };
    if is_same { Ok(()) } else { Err(format!("{what}\n{}", difference(&format!("{expected:#?}"), &format!("{got:#?}")))) }
}

/// The lines from the first that differs to the last, with some around them.
fn difference(expected: &str, got: &str) -> String {
    let [expected, got] = [expected, got].map(|text| text.lines().collect::<Vec<_>>());
    let head = expected.iter().zip(&got).take_while(|(a, b)| a == b).count().saturating_sub(5);
    let tail = expected.iter().rev().zip(got.iter().rev()).take_while(|(a, b)| a == b).count().saturating_sub(3);
    let part = |lines: &[&str]| lines[head.min(lines.len())..(lines.len() - tail).max(head)].join("\n");
    format!("should be:\n{}\nbut is:\n{}", part(&expected), part(&got))
}
