//! Boards that are made of others: combined once, or kept up to date ([`super::follow`]).

use super::{
    Boards, OpenBoard,
    answers::BoardInfo,
    board::{Loaded, Place, Reading},
    caller::Caller,
    catalog::token,
    from_store, order,
    rebuild::Progress,
    replay::{LAST_ORDER, MOST_COUNTED},
    rights::Right,
    undo::CALLS,
};
use crate::valkey::{
    functions::{
        Entry, Target,
        log::{Act, Asked, Record},
        read::{Point, Row, Select, Spot},
        restore::{Cause, Restore, Restored},
    },
    keys::Label,
};
use app::{
    error::{AppError, Field, What},
    i18n::{Said, t},
    model::{BoardId, Combination, PlayerId, Rules, RulesChange, Score, TieOrder, WindowName},
};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, sync::Arc};

/// Entries that are looked at in one step.
const AT_ONCE: u32 = 500;
/// So many players that may have moved are remembered; if there are more, everybody is looked at.
const REMEMBERED: usize = 100_000;
/// How often a step is tried again because an entry was another by then.
const TRIES: usize = 10;

/// What to combine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CombinePlan {
    /// The board that is made.
    pub into: BoardId,
    /// Of what.
    pub combination: Combination,
    /// Whether it is kept up to date from then on.
    pub follow: bool,
    /// Whether it is archived in the end.
    pub archived: bool,
}

/// What was combined.
#[derive(Debug, Serialize)]
pub struct Combined {
    /// Entries that the board has.
    pub entries: u64,
    /// Its version.
    pub version: u64,
}

/// A board that is made of others, and how much of these it knows.
pub struct Made {
    open: Arc<OpenBoard>,
    combination: Combination,
    /// The version of each part up to which it is made of it; nothing at first, or for a part that is not there.
    seen: Option<Vec<Option<u64>>>,
}

/// The parts as they are; nothing for one that is not there.
type Parts = [Option<Reading>];

impl Boards {
    /// Checks what is asked, and founds the board, archived until it is made.
    pub async fn plan_combine(
        &self,
        caller: Caller,
        into: BoardId,
        combination: Combination,
        follow: bool,
        change: RulesChange,
    ) -> Result<CombinePlan, AppError> {
        caller.must(Right::Manage, Some(&into))?;
        let combination = combination.checked()?;
        let mut parts = Vec::new();
        for part in &combination.parts {
            let wrong = |message: Said| AppError::invalid(Field::Parts, message);
            let missing = || wrong(t::problem::part_missing(part.board.as_str()));
            let stored = self.store.board(&part.board).await.map_err(from_store)?.ok_or_else(missing)?;
            caller.must_see(&part.board, &stored.rules).map_err(|_| missing())?;
            if stored.rules.follows.is_some() {
                return Err(wrong(t::problem::part_follows(part.board.as_str())));
            }
            parts.push(stored.rules);
        }
        let decimals = parts.iter().map(|rules| rules.decimals).max().unwrap_or(0);
        let direction = parts.first().map_or_else(Default::default, |rules| rules.direction);
        let rules = Rules { title: into.to_string(), decimals, direction, ..Rules::default() }.changed(change)?;
        if let Some(field) = [(!rules.windows.is_empty(), Field::Windows), (!rules.tiebreaks.is_empty(), Field::Tiebreaks)]
            .into_iter()
            .find_map(|(is_there, field)| is_there.then_some(field))
        {
            return Err(AppError::invalid(field, t::problem::COMBINED_PLAIN));
        }
        let plan = CombinePlan { into, combination, follow, archived: rules.archived };
        let rules = Rules { archived: true, follows: follow.then(|| plan.combination.clone()), ..rules };
        // What orders equal entries is when they were reached: later versions have to come after all of that.
        if !self.create_with(&plan.into, &rules, self.now_ms()).await.map_err(from_store)? {
            return Err(AppError::Exists);
        }
        Ok(plan)
    }

    /// Makes it. Done again, it comes to the same.
    pub async fn combine(&self, plan: &CombinePlan, progress: &mut impl Progress) -> Result<Combined, AppError> {
        let mut made = self.made(&plan.into, plan.combination.clone()).await?;
        self.catch_up(&mut made, progress).await?;
        // Whatever has moved since it was looked at.
        self.catch_up(&mut made, progress).await?;
        if plan.follow {
            self.store.follow(&plan.into).await.map_err(from_store)?;
        }
        let opened = RulesChange { archived: Some(plan.archived), ..RulesChange::default() };
        let BoardInfo { version, .. } = self.edit(Caller::Server, &plan.into, opened).await?;
        let entries = self.store.total(&plan.into).await.map_err(from_store)?;
        Ok(Combined { entries, version })
    }

    /// Takes back what was founded for a board that is not made after all.
    pub async fn drop_combine(&self, plan: &CombinePlan) -> Result<(), AppError> {
        self.delete_if_there(&plan.into).await
    }

    /// A board that is made of others, of which it knows nothing yet.
    pub(super) async fn made(&self, board: &BoardId, combination: Combination) -> Result<Made, AppError> {
        Ok(Made { open: self.board(board).await?, combination, seen: None })
    }

    /// Makes a board what its parts are by now.
    pub(super) async fn catch_up(&self, made: &mut Made, progress: &mut impl Progress) -> Result<(), AppError> {
        let mut parts = Vec::new();
        for part in &made.combination.parts {
            parts.push(match self.board(&part.board).await {
                Ok(open) => open.shared.read_again().await?,
                Err(AppError::NotFound { .. }) => None,
                Err(error) => return Err(error),
            });
        }
        let versions: Vec<Option<u64>> = parts.iter().map(|part| part.as_ref().map(|part| part.version)).collect();
        let touched = match &made.seen {
            Some(seen) if *seen == versions => return Ok(()),
            Some(seen) => self.touched(&parts, seen).await?,
            None => None,
        };
        match touched {
            Some(players) => {
                let players: Vec<PlayerId> = players.into_iter().collect();
                for some in players.chunks(AT_ONCE as usize) {
                    self.recombine(made, &parts, some).await?;
                }
            }
            None => self.recombine_all(made, &parts, progress).await?,
        }
        made.seen = Some(versions);
        Ok(())
    }

    /// Whose entries may have moved on any part since it had these versions; none if that can't be told.
    async fn touched(&self, parts: &Parts, seen: &[Option<u64>]) -> Result<Option<HashSet<PlayerId>>, AppError> {
        let mut players = HashSet::new();
        for (part, seen) in parts.iter().zip(seen) {
            match (part, seen) {
                (Some(part), Some(seen)) if part.version >= *seen => {
                    if part.version > *seen && !self.touched_since(&part.sides.shown, *seen, &mut players).await? {
                        return Ok(None);
                    }
                }
                (None, None) => {}
                _ => return Ok(None),
            }
        }
        Ok(Some(players))
    }

    /// Whose entries a board's log says may have moved since a version; `false` if it does not say all of it.
    async fn touched_since(&self, loaded: &Loaded, version: u64, players: &mut HashSet<PlayerId>) -> Result<bool, AppError> {
        let oldest = self.store.log(&loaded.scope, 0, 1).await.map_err(from_store)?;
        if oldest.first().is_none_or(|oldest| oldest.version > version + 1) {
            return Ok(false);
        }
        let mut read = version;
        loop {
            let records = self.store.log(&loaded.scope, read, CALLS).await.map_err(from_store)?;
            let Some(last) = records.last() else { return Ok(true) };
            read = last.version;
            if !records.iter().all(|record| note(record, players)) || players.len() > REMEMBERED {
                return Ok(false);
            }
        }
    }

    /// Looks at everybody who has an entry on a part, or on the board itself.
    async fn recombine_all(&self, made: &Made, parts: &Parts, progress: &mut impl Progress) -> Result<(), AppError> {
        let own = made.open.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
        let boards: Vec<&Loaded> = parts.iter().flatten().map(|part| &*part.sides.shown).chain([&*own]).collect();
        let (mut done, mut total) = (0, 0);
        for board in &boards {
            total += self.store.total(&board.scope).await.map_err(from_store)?;
        }
        for board in boards {
            let mut at = None;
            loop {
                let rows = self.rows_after(board, at.as_ref()).await?;
                let Some(last) = rows.last() else { break };
                at = last.spot();
                let players: Vec<PlayerId> = rows.into_iter().map(|row| row.player).collect();
                self.recombine(made, parts, &players).await?;
                done += players.len() as u64;
                progress.note(done.min(total), total).await?;
            }
        }
        // Whoever is kept out of its standings may be on no part any more.
        let out = self.store.verdicts(&own.scope.board).await.map_err(from_store)?;
        let out: Vec<PlayerId> = out.into_iter().map(|(player, _)| player).collect();
        for some in out.chunks(AT_ONCE as usize) {
            self.recombine(made, parts, some).await?;
        }
        Ok(())
    }

    async fn rows_after(&self, loaded: &Loaded, at: Option<&Spot>) -> Result<Vec<Row>, AppError> {
        let select = at.map_or(Select::Rank(0), |at| Select::After(at, i64::MIN, i64::MAX));
        let place = Place { window: WindowName::all(), period: "all".to_owned(), label: Label::all() };
        Ok(self.rows(loaded, &place, &select, AT_ONCE, true).await?.rows)
    }

    /// Makes some players' entries what they have to be.
    async fn recombine(&self, made: &Made, parts: &Parts, players: &[PlayerId]) -> Result<(), AppError> {
        for _ in 0..TRIES {
            let own = made.open.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
            let label = Label::all();
            let now = self.store.entries(&own.scope, &label, players).await.map_err(from_store)?;
            let mut theirs = Vec::new();
            for part in parts {
                theirs.push(match part {
                    Some(part) => self.store.shown_entries(&part.sides.shown.scope, &label, players).await.map_err(from_store)?,
                    None => vec![None; players.len()],
                });
            }
            let entries: Vec<Restored> = (players.iter().zip(now).enumerate())
                .filter_map(|(at, (player, now))| {
                    let theirs: Vec<Option<&Entry>> = theirs.iter().map(|entries| entries[at].as_ref()).collect();
                    let wanted = combined(&made.combination, parts, &theirs, &own.rules);
                    restored(player, now, wanted)
                })
                .collect();
            if entries.is_empty() {
                return Ok(());
            }
            let restore = Restore {
                scope: &own.scope,
                call: &token(),
                now_ms: made.open.shared.now_ms(),
                cause: Cause::Combine,
                at_version: None,
                targets: &[Target::all()],
                entries: &entries,
            };
            if let Some(done) = self.try_restore(&made.open.shared, &restore).await? {
                made.open.shared.has_written(&own.scope, done.version);
                return self.show_restored(&own.scope, &[Target::all()], &entries).await;
            }
        }
        Err(AppError::Busy)
    }
}

/// Notes whose entries a record may have moved; `false` if it does not say.
fn note(record: &Record, players: &mut HashSet<PlayerId>) -> bool {
    match &record.act {
        Act::Changed { asked, .. } if matches!(**asked, Asked::Reset | Asked::Unreset(_)) => return false,
        Act::Edited { .. } => return false,
        Act::Moderated { player, .. } => drop(players.insert(player.clone())),
        _ => {}
    }
    players.extend(record.act.before().iter().filter(|before| before.label == Label::all()).map(|before| before.player.clone()));
    true
}

/// The entry that a player has to have; without a rank, and as if it was the first.
fn combined(combination: &Combination, parts: &Parts, theirs: &[Option<&Entry>], rules: &Rules) -> Option<Entry> {
    let score = |(part, entry): (&Option<Reading>, &Option<&Entry>)| -> Option<Score> {
        Some(order::score(entry.as_ref()?.key, &part.as_ref()?.sides.shown.rules))
    };
    let scores: Vec<Option<Score>> = parts.iter().zip(theirs).map(score).collect();
    let (score, made_of) = combination.score(&scores, rules.decimals)?;
    let reached_ms = made_of.iter().filter_map(|at| Some(theirs[*at]?.reached_ms)).max()?;
    let attempts = theirs.iter().flatten().map(|entry| entry.attempts).sum::<u64>().min(MOST_COUNTED);
    let order = if rules.tie_order == TieOrder::Last { LAST_ORDER - reached_ms } else { reached_ms };
    Some(Entry {
        key: order::key(score, rules),
        columns: Vec::new(),
        order,
        rank: 0,
        reached_ms,
        moves: 1,
        attempts,
        metadata: String::new(),
    })
}

/// What has to be written so that a player has an entry; nothing if they have it.
fn restored(player: &PlayerId, now: Option<Entry>, wanted: Option<Entry>) -> Option<Restored> {
    let (mut kept, mut points, mut wanted) = (0, Vec::new(), wanted);
    match (&now, &mut wanted) {
        (None, None) => return None,
        (Some(now), Some(wanted)) => {
            let is_there = (now.key, now.order) == (wanted.key, wanted.order);
            if is_there && now.attempts == wanted.attempts {
                return None;
            }
            kept = now.moves.saturating_sub(1);
            if is_there {
                (wanted.rank, wanted.moves) = (now.rank, now.moves);
            } else {
                wanted.moves = (now.moves + 1).min(MOST_COUNTED);
                points.push(Point { reached_ms: now.reached_ms, key: now.key, rank: now.rank, attempts: now.attempts });
            }
        }
        _ => {}
    }
    Some(Restored { target: 0, player: player.clone(), now, wanted, kept, is_whole: true, points })
}

impl Made {
    /// The boards that it is made of.
    pub fn parts(&self) -> impl Iterator<Item = &BoardId> {
        self.combination.parts.iter().map(|part| &part.board)
    }

    /// Whether it is archived, as far as is known.
    pub fn is_archived(&self) -> bool {
        self.open.shared.loaded().rules.archived
    }
}
