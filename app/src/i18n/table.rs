use super::Language;

/// The texts of a language.
#[derive(Debug)]
pub struct Table {
    /// Whose.
    pub language: Language,
    /// The texts by their numbers, plural forms separated by tabs.
    lines: Vec<&'static str>,
}

impl Table {
    fn new(language: Language, text: &'static str) -> Self {
        Self { language, lines: text.lines().collect() }
    }

    /// A text, as it is written, in the form for a count. One that is not there is empty: its number came from a server of another build.
    pub fn line(&self, id: u16, count: Option<u64>) -> &'static str {
        let line = self.lines.get(usize::from(id)).copied().unwrap_or_default();
        let Some(count) = count.filter(|_| line.contains('\t')) else { return line };
        let category = category(self.language, count);
        line.split('\t').nth(category).or_else(|| line.rsplit('\t').next()).unwrap_or_default()
    }
}

/// The texts of the language in which is read what is written at the moment.
#[cfg(feature = "ssr")]
pub fn current() -> &'static Table {
    of(super::language())
}

#[cfg(feature = "ssr")]
mod of_server {
    use super::{Language, Table};
    use icu_locale_core::langid;
    use icu_plurals::{PluralCategory, PluralRuleType, PluralRules};
    use std::sync::LazyLock;

    include!(concat!(env!("OUT_DIR"), "/files.rs"));

    static TABLES: LazyLock<[Table; 4]> = LazyLock::new(|| std::array::from_fn(|at| Table::new(Language::ALL[at], FILES[at].1)));

    static RULES: LazyLock<[Option<PluralRules>; 4]> = LazyLock::new(|| {
        [langid!("en"), langid!("de"), langid!("ar"), langid!("ja")]
            .map(|language| PluralRules::try_new(language.into(), PluralRuleType::Cardinal.into()).ok())
    });

    /// The texts of a language.
    pub fn of(language: Language) -> &'static Table {
        &TABLES[language as usize]
    }

    /// What the browser is given of a language: a name that stands for what is in it, and the texts.
    pub fn file(language: Language) -> (&'static str, String) {
        let (name, text) = FILES[language as usize];
        (name, text.lines().take(OF_BROWSER).flat_map(|line| [line, "\n"]).collect())
    }

    /// The same of all languages.
    pub fn files() -> [(&'static str, String); 4] {
        Language::ALL.map(file)
    }

    /// Which of its language's plural forms a count takes.
    pub fn category(language: Language, count: u64) -> usize {
        let Some(rules) = &RULES[language as usize] else { return 0 };
        let category = rules.category_for(count);
        // The forms stand in this order, and a language has some of them.
        let all = [
            PluralCategory::Zero,
            PluralCategory::One,
            PluralCategory::Two,
            PluralCategory::Few,
            PluralCategory::Many,
            PluralCategory::Other,
        ];
        let known: Vec<_> = rules.categories().collect();
        all.iter().filter(|one| known.contains(one)).position(|one| *one == category).unwrap_or(0)
    }
}
#[cfg(feature = "ssr")]
pub use of_server::{category, file, files, of};

#[cfg(not(feature = "ssr"))]
mod of_browser {
    use super::{Language, Table};
    use std::sync::OnceLock;

    static TABLE: OnceLock<Table> = OnceLock::new();
    /// What there is before the texts are: nothing.
    static NONE: Table = Table { language: Language::English, lines: Vec::new() };

    /// The texts of the page.
    pub fn current() -> &'static Table {
        TABLE.get().unwrap_or(&NONE)
    }

    /// Takes the texts of the page's language; the page says which that is.
    #[cfg(feature = "hydrate")]
    pub fn load(text: String) {
        let root = leptos::prelude::document().document_element();
        let language = root.and_then(|root| Language::parse(&root.get_attribute("lang")?)).unwrap_or_default();
        // Loaded once, and there as long as the page is.
        let _first = TABLE.set(Table::new(language, text.leak()));
    }

    /// Which of its language's plural forms a count takes: browsers know.
    #[cfg(feature = "hydrate")]
    pub fn category(language: Language, count: u64) -> usize {
        use js_sys::{Array, Intl::PluralRules, Object};
        let rules = PluralRules::new(&Array::of1(&language.code().into()), &Object::new());
        let category = String::from(rules.select(count as f64));
        let forms: &[&str] = match language {
            Language::English | Language::German => &["one", "other"],
            Language::Arabic => &["zero", "one", "two", "few", "many", "other"],
            Language::Japanese => &["other"],
        };
        forms.iter().position(|form| *form == category).unwrap_or(0)
    }

    /// Neither server nor browser.
    #[cfg(not(feature = "hydrate"))]
    pub fn category(_: Language, _: u64) -> usize {
        0
    }
}
#[cfg(feature = "hydrate")]
pub use of_browser::load;
#[cfg(not(feature = "ssr"))]
pub use of_browser::{category, current};
