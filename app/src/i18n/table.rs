use super::Language;

include!(concat!(env!("OUT_DIR"), "/categories.rs"));

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

    /// A text, as it is written, in the form for a count. One that is not there is empty: the browser has its own alone.
    pub fn line(&self, id: u16, count: Option<u64>) -> &'static str {
        let line = self.lines.get(usize::from(id)).copied().unwrap_or_default();
        let Some(count) = count.filter(|_| line.contains('\t')) else { return line };
        let category = category(self.language, count);
        let form = CATEGORIES[self.language as usize].iter().position(|known| *known == category);
        form.and_then(|form| line.split('\t').nth(form)).unwrap_or_default()
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

    /// What the file is called that the browser is given of a language: the name stands for what is in it.
    pub fn file_name(language: Language) -> &'static str {
        FILES[language as usize].0
    }

    /// What is in it. The browser is given scores as they are to be written: they are arguments like others.
    pub fn file(language: Language) -> String {
        let plain = |line: &str| line.replace("{#}", "{count}").replace("{#", "{").replace("{count}", "{#}") + "\n";
        FILES[language as usize].1.lines().take(OF_BROWSER).map(plain).collect()
    }

    /// The plural category of a count in a language, by CLDR's name.
    pub fn category(language: Language, count: u64) -> &'static str {
        match RULES[language as usize].as_ref().map(|rules| rules.category_for(count)) {
            Some(PluralCategory::Zero) => "zero",
            Some(PluralCategory::One) => "one",
            Some(PluralCategory::Two) => "two",
            Some(PluralCategory::Few) => "few",
            Some(PluralCategory::Many) => "many",
            Some(PluralCategory::Other) | None => "other",
        }
    }
}
#[cfg(feature = "ssr")]
pub use of_server::{category, file, file_name, of};

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

    /// The plural category of a count in a language, by CLDR's name: browsers know.
    #[cfg(feature = "hydrate")]
    pub fn category(language: Language, count: u64) -> String {
        use js_sys::{Array, Intl::PluralRules, Object};
        PluralRules::new(&Array::of1(&language.code().into()), &Object::new()).select(count as f64).into()
    }

    /// Neither server nor browser.
    #[cfg(not(feature = "hydrate"))]
    pub fn category(_: Language, _: u64) -> &'static str {
        "other"
    }
}
#[cfg(feature = "hydrate")]
pub use of_browser::load;
#[cfg(not(feature = "ssr"))]
pub use of_browser::{category, current};
