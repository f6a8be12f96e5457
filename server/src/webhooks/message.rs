//! What is sent: the body that a webhook's format wants.

use super::{
    Format,
    news::{Closed, Leader, Moderation, News, Overtaken, Passed, Record, Review, Waiting},
};
use app::{error::AppError, i18n::t, model::BoardId, protocol::Row};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Players whom a chat's message names at most.
const NAMED: usize = 5;

/// Something to be told, as it is stored until it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// When it was found to have happened, in ms since 1970.
    pub at: u64,
    /// On which board.
    pub board: BoardId,
    /// What people call that.
    pub title: String,
    /// The board's version then.
    pub version: u64,
    /// What it is.
    pub news: News,
}

/// The body in the standard's form.
#[derive(Serialize)]
struct Standard<'a, T> {
    r#type: &'a str,
    timestamp: String,
    data: Data<'a, T>,
}

#[derive(Serialize)]
struct Data<'a, T> {
    board: &'a BoardId,
    title: &'a str,
    version: u64,
    #[serde(flatten)]
    news: &'a T,
}

impl Message {
    /// The body in a format: the same bytes each time.
    pub fn body(&self, format: Format) -> Result<String, AppError> {
        match format {
            Format::Standard => match &self.news {
                News::Leader(news) => self.standard(news),
                News::Record(news) => self.standard(news),
                News::Overtaken(news) => self.standard(news),
                News::Period(news) => self.standard(news),
                News::Moderation(news) => self.standard(news),
                News::Review(news) => self.standard(news),
                News::Test(news) => self.standard(news),
            },
            // Nobody is called by a name that a player chose.
            Format::Discord => Ok(json!({
                "content": self.sentence(discord),
                "allowed_mentions": { "parse": [] },
            })
            .to_string()),
            // A plain text is shown as it is; the first one is for notifications alone.
            Format::Slack => Ok(json!({
                "text": self.sentence(slack),
                "blocks": [{ "type": "section", "text": { "type": "plain_text", "text": self.sentence(str::to_owned), "emoji": false } }],
                "link_names": false,
                "unfurl_links": false,
            })
            .to_string()),
        }
    }

    fn standard<T: Serialize>(&self, news: &T) -> Result<String, AppError> {
        let at = i64::try_from(self.at).ok().and_then(|at| Timestamp::from_millisecond(at).ok()).unwrap_or_default();
        let data = Data { board: &self.board, title: &self.title, version: self.version, news };
        let body = Standard { r#type: self.news.name(), timestamp: format!("{at:.3}"), data };
        serde_json::to_string(&body).map_err(|_| AppError::Internal)
    }

    /// For people; `plain` takes from what others have written whatever it would mean in a chat.
    fn sentence(&self, plain: impl Fn(&str) -> String) -> String {
        let title = plain(if self.title.is_empty() { self.board.as_str() } else { &self.title });
        let who = |row: &Row| format!("{} ({})", plain(&row.face.name), row.score);
        let said = match &self.news {
            News::Leader(Leader { before: Some(before), after: Some(after) }) => {
                format!("{} takes the lead from {}.", who(after), who(before))
            }
            News::Leader(Leader { after: Some(after), .. }) => format!("{} takes the lead.", who(after)),
            News::Leader(_) => "nobody leads any more.".to_owned(),
            News::Record(Record { before, after }) => format!("{} sets a new record; it was {}.", who(after), before.score),
            News::Overtaken(Overtaken { players: passed }) => {
                let said =
                    |one: &Passed| format!("{} passes {}, now number {}.", plain(&one.by.face.name), who(&one.before), one.after.rank);
                let more = passed.len().saturating_sub(NAMED);
                let more = (more > 0).then(|| format!("And {more} more were passed."));
                passed.iter().take(NAMED).map(said).chain(more).collect::<Vec<_>>().join(" ")
            }
            News::Period(Closed { window, period, total, first }) => {
                let places: Vec<_> = first.iter().map(|row| format!("{}. {}", row.rank, who(row))).collect();
                format!("{} {} is over, with {}. {}", plain(window), plain(period), t::board::players(*total), places.join(", "))
            }
            News::Moderation(Moderation { kind, player_id, entries, .. }) => {
                let whose = player_id.as_ref().map(|player| format!(" of {}", plain(player.as_str()))).unwrap_or_default();
                format!("an operator's {kind}{whose} ({entries} entries).")
            }
            News::Review(Review { submissions }) => {
                let said = |one: &Waiting| format!("{} of {}", one.score, plain(one.player_id.as_str()));
                let more = submissions.len().saturating_sub(NAMED);
                let more = (more > 0).then(|| format!("and {more} more"));
                let named: Vec<_> = submissions.iter().take(NAMED).map(said).chain(more).collect();
                format!("waiting for somebody to look at it: {}.", named.join(", "))
            }
            News::Test(_) => "this is a test. It has arrived.".to_owned(),
        };
        format!("{title}: {}", said.trim_end())
    }
}

/// Takes its meaning in Discord's Markdown from a text.
fn discord(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// Takes its meaning as a link or a mention in Slack from a text.
fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::{Face, PlayerId, Score};
    use serde_json::Value;

    fn message(name: &str) -> Message {
        let row = Row {
            rank: 1,
            player_id: PlayerId::stored("ada"),
            face: Face::named(name),
            score: Score::new(123_450, 2).unwrap(),
            tiebreaks: Vec::new(),
        };
        let news = News::Leader(Leader { before: None, after: Some(row) });
        Message {
            at: 1_795_262_400_123,
            board: BoardId::parse("laps").unwrap(),
            title: "Laps *of* <the> week".to_owned(),
            version: 7,
            news,
        }
    }

    fn body(name: &str, format: Format) -> (String, Value) {
        let body = message(name).body(format).unwrap();
        (body.clone(), serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn the_standard_body_has_all_of_it() {
        let (text, _) = body("Ada", Format::Standard);
        let expected = r#"{"type":"leader","timestamp":"2026-11-21T12:00:00.123Z","data":{"board":"laps","title":"Laps *of* <the> week","version":7,"before":null,"after":{"rank":1,"playerId":"ada","name":"Ada","score":1234.50}}}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn names_mean_nothing_in_a_chat() {
        let name = "@everyone <!channel> **[x](http://a.example)** &";
        let (_, discord) = body(name, Format::Discord);
        assert_eq!(discord["allowed_mentions"], json!({ "parse": [] }));
        let said = discord["content"].as_str().unwrap();
        assert!(
            said.starts_with(r"Laps \*of\* \<the\> week: \@everyone \<\!channel\> \*\*\[x\]\(http\:\/\/a\.example\)\*\* \& (1,234.50)"),
            "{said}"
        );
        let (_, slack) = body(name, Format::Slack);
        assert!(slack["text"].as_str().unwrap().contains("&lt;!channel&gt;"), "{slack}");
        let block = &slack["blocks"][0]["text"];
        assert_eq!((&block["type"], &block["emoji"]), (&json!("plain_text"), &json!(false)));
        assert!(block["text"].as_str().unwrap().contains(name), "{slack}");
    }
}
