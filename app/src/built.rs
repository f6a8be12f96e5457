//! The files of the built front end, by the addresses that pages have for them.

use crate::pages::Page;
use leptos::config::LeptosOptions;
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
};

/// The files of a build.
///
/// A style sheet's name says what is in it. Those of the module and its programs may not: cargo-leptos 0.3 makes them before it is done with the files. So
/// these are in a folder, in addresses alone, which does; all of a build are in the same one, because they name each other.
#[derive(Default)]
pub struct Built {
    /// The program that loads the module.
    pub script: String,
    /// The module.
    pub module: String,
    /// The style sheet.
    pub style: String,
    /// What parts are loaded by, in builds that have some.
    loader: Option<String>,
    /// What each part consists of: parts have files in common.
    parts: BTreeMap<String, Vec<String>>,
    /// The folder of addresses whose files never change, by its name alone.
    pub for_good: Option<String>,
    /// Where the files are.
    folder: PathBuf,
}

impl Built {
    /// Reads what cargo-leptos has written of them.
    pub fn of(options: &LeptosOptions) -> Self {
        let LeptosOptions { output_name, site_root, site_pkg_dir, hash_files, hash_file, .. } = options;
        let hashes = hash_files.then(|| std::fs::read_to_string(hash_file.as_ref()).ok()).flatten().unwrap_or_default();
        // A line for each kind, `kind: hash`.
        let hash = |kind| hashes.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(": ")).map(str::trim);
        let named = |kind| hash(kind).map_or_else(|| format!("{output_name}.{kind}"), |hash| format!("{output_name}.{hash}.{kind}"));
        let [script, module, style] = ["js", "wasm", "css"].map(named);
        let loader = hash("split").map(|hash| format!("__wasm_split.{hash}.js"));
        let folder = Path::new(&**site_root).join(&**site_pkg_dir);
        let parts: BTreeMap<String, Vec<String>> = hash("manifest")
            .and_then(|hash| std::fs::read(folder.join(format!("__wasm_split_manifest.{hash}.json"))).ok())
            .and_then(|manifest| serde_json::from_slice(&manifest).ok())
            .unwrap_or_default();
        let for_good = if *hash_files { tag([&script, &module].into_iter().chain(&loader).map(|name| folder.join(name))) } else { None };
        let address = |name: String| match &for_good {
            Some(tag) => format!("/{site_pkg_dir}/{tag}/{name}"),
            None => format!("/{site_pkg_dir}/{name}"),
        };
        let part = |(part, names): (String, Vec<String>)| (part, names.into_iter().map(|name| address(format!("{name}.wasm"))).collect());
        Self {
            script: address(script),
            module: address(module),
            style: format!("/{site_pkg_dir}/{style}"),
            loader: loader.map(address),
            parts: parts.into_iter().map(part).collect(),
            for_good,
            folder,
        }
    }

    /// What the page at this path needs besides the module.
    pub fn of_page(&self, path: &str) -> &[String] {
        Page::at(path).and_then(|page| self.parts.get(page.part()?)).map_or(&[], Vec::as_slice)
    }

    /// What every page is made of: program, module, style sheet.
    pub fn shell(&self) -> [&str; 3] {
        [&self.script, &self.module, &self.style]
    }

    /// The files of all parts, and what they are loaded by.
    pub fn parts(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.loader.iter().chain(self.parts.values().flatten()).map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Where the file of one of these addresses is.
    pub fn file(&self, address: &str) -> PathBuf {
        self.folder.join(address.rsplit('/').next().unwrap_or_default())
    }
}

/// What is in these files, in a word. Servers of one build have the same.
fn tag(files: impl Iterator<Item = PathBuf>) -> Option<String> {
    let mut whole = DefaultHasher::new();
    for file in files {
        whole.write(&std::fs::read(file).ok()?);
    }
    Some(format!("{:016x}", whole.finish()))
}
