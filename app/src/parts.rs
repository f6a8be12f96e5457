//! The files of the parts that the browser's module is divided into, as the build names them. A build that is not divided has none.

use crate::{
    pages::Page,
    shell::{hash, hashes},
};
use leptos::config::LeptosOptions;
use std::{collections::BTreeMap, path::Path};

/// The parts of a build.
#[derive(Default)]
pub struct Parts {
    script: Option<String>,
    /// The addresses of what each consists of: parts have files in common.
    files: BTreeMap<String, Vec<String>>,
}

impl Parts {
    /// Reads what cargo-leptos has written of them.
    pub fn of(options: &LeptosOptions) -> Self {
        let LeptosOptions { site_root, site_pkg_dir, .. } = options;
        let hashes = hashes(options);
        let (Some(script), Some(manifest)) = (hash(&hashes, "split"), hash(&hashes, "manifest")) else { return Self::default() };
        let folder = Path::new(&**site_root).join(&**site_pkg_dir);
        let manifest = std::fs::read(folder.join(format!("__wasm_split_manifest.{manifest}.json"))).unwrap_or_default();
        let names: BTreeMap<String, Vec<String>> = serde_json::from_slice(&manifest).unwrap_or_default();
        let address = |name| format!("/{site_pkg_dir}/{name}.wasm");
        Self {
            script: Some(format!("/{site_pkg_dir}/__wasm_split.{script}.js")),
            files: names.into_iter().map(|(part, names)| (part, names.into_iter().map(address).collect())).collect(),
        }
    }

    /// What the page at this path needs besides the module.
    pub fn of_page(&self, path: &str) -> &[String] {
        Page::at(path).and_then(|page| self.files.get(page.part())).map_or(&[], Vec::as_slice)
    }

    /// The addresses of all files, and of the program that loads them.
    pub fn all(&self) -> Vec<String> {
        let mut all: Vec<String> = self.script.iter().chain(self.files.values().flatten()).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
