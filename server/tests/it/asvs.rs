//! The table of what the OWASP ASVS asks for: it is whole, and what it names is there.

use std::{collections::BTreeSet, fs, path::Path};

const TABLE: &str = include_str!("../../asvs.md");
/// What a requirement can be, in the order of the figures at the head.
const STATES: [&str; 4] = ["met", "partly", "gap", "n/a"];
/// How many requirements version 5.0.0 has of level 1, and of level 2.
const REQUIREMENTS: [usize; 2] = [70, 183];
/// How paths begin, and how names of files end.
const FOLDERS: [&str; 5] = ["server/", "app/", "frontend/", "end2end/", "style/"];
const ENDINGS: [&str; 9] = [".rs", ".lua", ".js", ".json", ".html", ".md", ".toml", ".lock", ".sh"];

/// A requirement.
struct Row {
    id: &'static str,
    level: usize,
    state: &'static str,
    place: &'static str,
}

impl Row {
    fn read(line: &'static str) -> Self {
        let Ok([id, level, requirement, state, place]) = <[&'static str; 5]>::try_from(cells(line)) else {
            panic!("not five cells: {line}")
        };
        assert!(!requirement.is_empty() && !place.is_empty(), "a cell is empty: {line}");
        assert!(STATES.contains(&state), "{state} is no state: {line}");
        let level = level.parse::<usize>().ok().filter(|level| matches!(level, 1 | 2)).unwrap_or_else(|| panic!("no level: {line}"));
        Self { id, level, state, place }
    }

    /// What stands between backticks.
    fn named(&self) -> impl Iterator<Item = &'static str> {
        self.place.split('`').skip(1).step_by(2)
    }
}

fn cells(line: &'static str) -> Vec<&'static str> {
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')).unwrap_or_else(|| panic!("no line of a table: {line}"));
    inner.split('|').map(str::trim).collect()
}

/// The lines of a table, without its head.
fn body(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| line.starts_with('|')).skip(2)
}

/// All requirements, each in the chapter that its id names.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for chapter in TABLE.split("\n## V").skip(1) {
        let (number, _) = chapter.split_once(' ').unwrap();
        for row in body(chapter).map(Row::read) {
            let parts: Vec<&str> = row.id.split('.').collect();
            assert!(parts.len() == 3 && parts.iter().all(|part| part.parse::<u8>().is_ok()), "{} is no id", row.id);
            assert_eq!(parts[0], number, "{} is in another chapter", row.id);
            rows.push(row);
        }
    }
    rows
}

/// Whether there is a file of this path in the workspace.
fn is_file(path: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path).is_file()
}

/// Whether there is such a test here, by the path that the test runner gives it.
fn is_test(path: &str) -> bool {
    let Some((module, name)) = path.rsplit_once("::") else { return false };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(module.replace("::", "/"));
    let text = fs::read_to_string(file.with_extension("rs")).or_else(|_| fs::read_to_string(file.join("mod.rs"))).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let head = format!("fn {name}()");
    let is_it = |line: &str| line.strip_prefix("async ").unwrap_or(line).starts_with(&head);
    let marks = |line: &str| line.starts_with("#[test") || line.starts_with("#[tokio::test");
    lines.windows(2).any(|pair| marks(pair[0]) && is_it(pair[1]))
}

/// Whether something that is named is there; none if it is neither a file nor a test.
fn is_there(name: &str) -> Option<bool> {
    if let Some(test) = name.strip_prefix("it ") {
        return Some(is_test(test));
    }
    let is_path = FOLDERS.iter().any(|folder| name.starts_with(folder)) || ENDINGS.iter().any(|ending| name.ends_with(ending));
    is_path.then(|| is_file(name))
}

#[test]
fn every_requirement_is_there_once() {
    let rows = rows();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len(), "an id is there twice");
    let of_level = |level: usize| rows.iter().filter(|row| row.level == level).count();
    assert_eq!([of_level(1), of_level(2)], REQUIREMENTS);
}

#[test]
fn the_figures_at_the_head_are_those_of_the_rows() {
    let rows = rows();
    let head = TABLE.split("\n## V").next().unwrap();
    let figures: Vec<Vec<usize>> = body(head).map(|line| cells(line).iter().map(|cell| cell.parse().unwrap()).collect()).collect();
    let counted = [1, 2].map(|level: usize| {
        let of = |state: &str| rows.iter().filter(|row| row.level == level && row.state == state).count();
        [level].into_iter().chain(STATES.map(of)).collect::<Vec<_>>()
    });
    assert_eq!(figures, counted);
}

#[test]
fn what_is_named_is_there() {
    let mut missing = Vec::new();
    for row in rows() {
        let named: Vec<_> = row.named().filter_map(|name| Some((name, is_there(name)?))).collect();
        missing.extend(named.iter().filter(|(_, is_there)| !is_there).map(|(name, _)| format!("{}: {name}", row.id)));
        assert!(row.state != "met" || !named.is_empty(), "{} names nothing that meets it", row.id);
    }
    assert!(missing.is_empty(), "{missing:#?}");
    // What is not there would be found.
    assert_eq!(
        ["it asvs::what_is_named_is_there", "it asvs::rows", "server/none.rs", "player"].map(is_there),
        [Some(true), Some(false), Some(false), None]
    );
}
