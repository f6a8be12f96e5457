//! Makes Rust of the texts in `locales`: an item for each text, whose arguments the compiler checks, and a file for each language with
//! the texts alone, a line each, in the same order. A text that a language lacks, or whose arguments are others than in English, ends the build.
//!
//! A text is a string, or an object with a string for each of CLDR's plural categories of the language, chosen by its argument `count`.
//! `{name}` is an argument of text, `{#name}` one that is a score, which each language writes in its way, `<name>` one of view.

use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fmt::Write,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

/// The languages, the one that others are held against first, and the plural categories each has, in CLDR's order
/// (<https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>).
const LANGUAGES: [(&str, &[&str]); 4] =
    [("en", &["one", "other"]), ("de", &["one", "other"]), ("ar", &["zero", "one", "two", "few", "many", "other"]), ("ja", &["other"])];
/// The files of a language: what the browser needs first, so that it is given no more than that.
const FILES: [&str; 5] = ["browser", "server", "dashboard", "dashboard_boards", "problems"];

/// A text in one language: its forms, of which all but plurals have one.
type Forms = Vec<String>;
/// What texts are called: a namespace and a name.
type Key = (String, String);

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    let out = env::var("OUT_DIR")?;
    let mut texts = Vec::new();
    for (code, categories) in LANGUAGES {
        texts.push(FILES.iter().map(|file| read(code, file, categories)).collect::<Result<Vec<_>, _>>()?);
    }
    let (english, others) = texts.split_first().ok_or("no languages")?;
    for ((code, _), other) in LANGUAGES[1..].iter().zip(others) {
        for (english, other) in english.iter().zip(other) {
            compare(code, english, other)?;
        }
    }
    fs::write(Path::new(&out).join("texts.rs"), items(english)?)?;
    let mut files = String::new();
    for ((code, _), texts) in LANGUAGES.iter().zip(&texts) {
        let whole = lines(texts, english)?;
        let mut hasher = DefaultHasher::new();
        whole.hash(&mut hasher);
        let name = format!("{code}.{:016x}.txt", hasher.finish());
        fs::write(Path::new(&out).join(&name), whole)?;
        writeln!(files, "(\"{name}\", include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))),")?;
    }
    let categories = LANGUAGES.map(|(_, categories)| format!("&{categories:?}")).join(", ");
    fs::write(
        Path::new(&out).join("categories.rs"),
        format!(
            "/// The plural categories of each language, in the order that a text has its forms in.\nconst CATEGORIES: [&[&str]; {}] = [{categories}];\n",
            LANGUAGES.len()
        ),
    )?;
    let of_browser = english.first().map_or(0, BTreeMap::len);
    fs::write(
        Path::new(&out).join("files.rs"),
        format!(
            "/// How many texts the browser has of each language: the first ones.\npub const OF_BROWSER: usize = {of_browser};\nconst FILES: [(&str, &str); {}] = [{files}];\n",
            LANGUAGES.len()
        ),
    )?;
    Ok(())
}

/// The texts of a file, in order.
fn read(code: &str, file: &str, categories: &[&str]) -> Result<BTreeMap<Key, Forms>, Box<dyn Error>> {
    let path = format!("locales/{code}/{file}.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let whole: Map<String, Value> = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    let mut texts = BTreeMap::new();
    for (space, names) in whole {
        for (name, value) in names.as_object().ok_or(format!("{path}: {space} is no object"))? {
            let forms = match value {
                Value::String(text) => vec![text.clone()],
                Value::Object(forms) => {
                    let known: BTreeSet<_> = forms.keys().map(String::as_str).collect();
                    if known != categories.iter().copied().collect() {
                        return Err(format!("{path}: {space}.{name} wants these plural forms: {categories:?}").into());
                    }
                    categories.iter().map(|category| forms[*category].as_str().unwrap_or_default().to_owned()).collect()
                }
                _ => return Err(format!("{path}: {space}.{name} is neither a text nor plural forms").into()),
            };
            if forms.iter().any(|form| form.is_empty() || form.contains(['\n', '\t'])) {
                return Err(format!("{path}: {space}.{name} is empty, or has a line's end or a tab in it").into());
            }
            texts.insert((space.clone(), name.clone()), forms);
        }
    }
    Ok(texts)
}

/// Checks that a language has what English has.
fn compare(code: &str, english: &BTreeMap<Key, Forms>, other: &BTreeMap<Key, Forms>) -> Result<(), Box<dyn Error>> {
    let (known, has): (BTreeSet<_>, BTreeSet<_>) = (english.keys().collect(), other.keys().collect());
    if known != has {
        return Err(format!("{code} lacks {:?}, and has beyond English {:?}", known.difference(&has), has.difference(&known)).into());
    }
    for (key, forms) in english {
        let (wanted, given) = (arguments(forms)?, arguments(&other[key])?);
        if wanted != given {
            return Err(format!("{code}: {}.{} has the arguments {given:?}, in English {wanted:?}", key.0, key.1).into());
        }
    }
    Ok(())
}

/// What a text is given: names of texts, those of scores with a `#` before them, whether it is given a number, and names of views.
#[derive(Debug, Default, PartialEq, Eq)]
struct Arguments {
    texts: BTreeSet<String>,
    count: bool,
    views: BTreeSet<String>,
}

fn arguments(forms: &Forms) -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments { count: forms.len() > 1, ..Arguments::default() };
    for form in forms {
        let mut rest = form.as_str();
        while let Some(at) = rest.find(['{', '<']) {
            let close = if rest[at..].starts_with('{') { '}' } else { '>' };
            let (name, after) = rest[at + 1..].split_once(close).ok_or(format!("{form:?}: a bracket stays open"))?;
            match (close, name) {
                ('}', "count") => arguments.count = true,
                ('}', name) => drop(arguments.texts.insert(name.to_owned())),
                (_, name) => drop(arguments.views.insert(name.to_owned())),
            }
            rest = after;
        }
    }
    Ok(arguments)
}

/// The items, a module for each namespace.
fn items(files: &[BTreeMap<Key, Forms>]) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    let mut spaces = BTreeMap::<&str, String>::new();
    for (id, (key, forms)) in files.iter().flatten().enumerate() {
        let (space, name) = (spaces.entry(&key.0).or_default(), &key.1);
        let Arguments { texts, count, views } = arguments(forms)?;
        writeln!(space, "    /// {}", forms[forms.len() - 1].replace('<', "\\<"))?;
        if texts.is_empty() && views.is_empty() && !count {
            writeln!(space, "    pub const {}: Text = Text({id});", name.to_uppercase())?;
            continue;
        }
        let (mut parameters, mut names) = (Vec::new(), Vec::new());
        for name in &texts {
            match name.strip_prefix('#') {
                Some(name) => {
                    parameters.push(format!("{name}: Score"));
                    names.push(format!("&scored({name})"));
                }
                None => {
                    parameters.push(format!("{name}: &str"));
                    names.push(name.clone());
                }
            }
        }
        if count {
            parameters.push("count: u64".to_owned());
        }
        parameters.extend(views.iter().map(|view| format!("{view}: impl Into<Markup>")));
        let (parameters, given) = (parameters.join(", "), names.join(", "));
        let count = if count { "Some(count)" } else { "None" };
        if views.is_empty() {
            writeln!(space, "    pub fn {name}({parameters}) -> Said {{ Said::new({id}, &[{given}], {count}) }}")?;
        } else {
            let views: Vec<_> = views.iter().map(|view| format!("{view}.into()")).collect();
            let views = views.join(", ");
            writeln!(space, "    pub fn {name}({parameters}) -> Markup {{ Said::new({id}, &[{given}], {count}).around(vec![{views}]) }}")?;
        }
    }
    for (space, items) in spaces {
        writeln!(
            out,
            "/// Texts of this name in `locales`.\npub mod {space} {{\n    #[allow(unused_imports)]\n    use super::{{Markup, Said, Score, Text, scored}};\n{items}}}"
        )?;
    }
    Ok(out)
}

/// The texts of a language, a line each, plural forms separated by tabs. Arguments are numbers: texts first, then views, each in order of their names;
/// with a `#` before them if they are scores; `#` alone is the count.
fn lines(texts: &[BTreeMap<Key, Forms>], english: &[BTreeMap<Key, Forms>]) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    for (texts, english) in texts.iter().zip(english) {
        for (key, forms) in texts {
            let Arguments { texts, views, .. } = arguments(&english[key])?;
            let numbered = |form: &String| {
                let mut form = form.replace("{count}", "{#}");
                for (at, name) in texts.iter().enumerate() {
                    let score = if name.starts_with('#') { "#" } else { "" };
                    form = form.replace(&format!("{{{name}}}"), &format!("{{{score}{at}}}"));
                }
                for (at, name) in views.iter().enumerate() {
                    form = form.replace(&format!("<{name}>"), &format!("{{{}}}", texts.len() + at));
                }
                form
            };
            writeln!(out, "{}", forms.iter().map(numbered).collect::<Vec<_>>().join("\t"))?;
        }
    }
    Ok(out)
}
