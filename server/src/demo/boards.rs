//! What is played in the demo, a board for each of the dashboard's templates, and how well somebody does on it.

use super::world::Person;
use app::{
    error::AppError,
    model::{BoardId, PlayerId, Proof, RulesChange, Score, Submission},
};
use rand::{RngExt, rngs::StdRng};

/// A board, and what is played there.
pub struct Game {
    id: &'static str,
    rules: &'static str,
    kind: Kind,
    /// Of ten people, so many play here.
    popularity: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Arcade,
    Speedrun,
    Contest,
    Classroom,
    Season,
}

/// All of them.
pub const GAMES: [Game; 5] = [
    Game {
        id: "main",
        kind: Kind::Arcade,
        popularity: 9,
        rules: r#"{"title":"Arcade","description":"High scores of the machine in the hall. Every day and every week begin anew.","submitters":"players",
            "windows":["daily","weekly"],"maxScore":1000000,"review":{"maxScore":120000}}"#,
    },
    Game {
        id: "speedrun",
        kind: Kind::Speedrun,
        popularity: 4,
        rules: r#"{"title":"Speedrun, any %","description":"Minutes and seconds to the credits. Less is better; what sounds too good is looked at first.",
            "direction":"asc","decimals":3,"minScore":0,"submitters":"players","history":1000,"review":{"minScore":60,"proof":"optional"}}"#,
    },
    Game {
        id: "contest",
        kind: Kind::Contest,
        popularity: 5,
        rules: r#"{"title":"Open contest","description":"Problems solved, then minutes of penalty.","keep":"last","rankMode":"competition","minScore":0,
            "maxScore":12,"tiebreaks":[{"name":"penalty","direction":"asc"}]}"#,
    },
    Game {
        id: "classroom",
        kind: Kind::Classroom,
        popularity: 2,
        rules: r#"{"title":"Class 7b","description":"Points for whatever deserves some, added up.","keep":"sum","rankMode":"dense","windows":["weekly"]}"#,
    },
    Game {
        id: "season",
        kind: Kind::Season,
        popularity: 7,
        rules: r#"{"title":"Season","description":"A month is a season.","submitters":"players",
            "windows":["weekly",{"name":"season","every":"month","keepDays":1825}],"review":{"outliers":"flag"}}"#,
    },
];

impl Game {
    /// Its board.
    pub fn board(&self) -> BoardId {
        BoardId::parse(self.id).unwrap_or_else(|_| BoardId::main())
    }

    /// The board's rules.
    pub fn rules(&self) -> Result<RulesChange, AppError> {
        serde_json::from_str(self.rules).map_err(|_| AppError::Internal)
    }

    /// Whether somebody plays it at all.
    pub fn is_for(&self, person: &Person) -> bool {
        // Each board has its own share of people, and some people are on several.
        (u32::from(person.taste) * (self.kind as u32 * 2 + 3) / 7 % 10) < u32::from(self.popularity)
    }

    /// One try of somebody who has played for so many days.
    pub fn submission(&self, person: &Person, days: f64, random: &mut StdRng) -> Result<Submission, AppError> {
        let skill = person.skill(days);
        // A good day, or a bad one.
        let luck = (random.random::<f64>() + random.random::<f64>()) / 2.0;
        let (units, decimals, tiebreaks) = match self.kind {
            Kind::Arcade => ((2_000.0 + 98_000.0 * skill.powi(2) * (0.4 + 0.6 * luck)) as i64 / 10 * 10, 0, Vec::new()),
            Kind::Speedrun => ((64_000.0 + 110_000.0 * (1.0 - skill) + 40_000.0 * (1.0 - luck)) as i64, 3, Vec::new()),
            Kind::Contest => {
                let solved = (12.0 * skill * (0.6 + 0.4 * luck) * (0.3 + 0.7 * (days / 60.0).min(1.0))) as i64;
                (solved, 0, vec![solved * random.random_range(20..70) + random.random_range(0..40)])
            }
            Kind::Classroom => (random.random_range(1..=3) + (4.0 * skill * luck) as i64, 0, Vec::new()),
            Kind::Season => ((500.0 + 4_500.0 * skill * (0.5 + luck)) as i64, 0, Vec::new()),
        };
        Ok(Submission { tiebreaks, ..Submission::new(PlayerId::parse(&person.id)?, Score::new(units, decimals)?) })
    }

    /// A score that has to be looked at, where the board's rules hold some.
    pub fn unbelievable(&self, person: &Person) -> Result<Option<Submission>, AppError> {
        let (score, proof) = match self.kind {
            Kind::Arcade => (Score::new(999_990, 0)?, None),
            Kind::Speedrun => (
                Score::new(31_007, 3)?,
                Some(Proof { url: Some("https://video.example/any".to_owned()), note: Some("with the new skip".to_owned()) }),
            ),
            _ => return Ok(None),
        };
        Ok(Some(Submission { proof, ..Submission::new(PlayerId::parse(&person.id)?, score) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::world::people;
    use app::model::Rules;
    use rand::SeedableRng;

    #[test]
    fn every_board_has_rules_people_and_scores_that_it_takes() {
        let people = people(1);
        let mut random = StdRng::seed_from_u64(1);
        for game in &GAMES {
            let rules = Rules { title: game.id.to_owned(), ..Rules::default() }.changed(game.rules().unwrap()).unwrap();
            let players: Vec<_> = people.iter().filter(|person| game.is_for(person)).collect();
            assert!(players.len() > 20, "{}: {}", game.id, players.len());
            for person in players {
                let submission = game.submission(person, 60.0, &mut random).unwrap();
                assert_eq!(rules.bounds().check(submission.score), Ok(()), "{}", game.id);
                assert_eq!(
                    (submission.score.decimals(), submission.tiebreaks.len()),
                    (rules.decimals, rules.tiebreaks.len()),
                    "{}",
                    game.id
                );
                let review = rules.review.unwrap_or_default();
                assert!(
                    review.max_score.is_none_or(|max| submission.score <= max)
                        && review.min_score.is_none_or(|min| submission.score >= min),
                    "{}",
                    game.id
                );
            }
        }
    }
}
