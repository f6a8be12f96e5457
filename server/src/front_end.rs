//! Where the built front end is, and what its files are called.

use crate::config::Config;
use app::built::Built;
use leptos::config::LeptosOptions;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use tracing::error;

/// What the files in the package folder are called before their hash.
const NAME: &str = "leaderport";
/// The package folder, in the site folder and in addresses.
const PACKAGE: &str = "pkg";
/// What the file with the hashes of a build is called: cargo-leptos writes it beside the program of the same build. A front end that is
/// served by a program of another build brings its own, in the site folder.
const HASHES: &str = "hash.txt";

/// The files of the front end. `cargo leptos watch` makes others while the server runs, and writes anew what they are called.
pub struct FrontEnd {
    options: LeptosOptions,
    known: Mutex<(Option<SystemTime>, Arc<Built>)>,
}

impl FrontEnd {
    /// Those that are found by these options. Says so in the log when a page will find nothing there.
    pub fn new(options: LeptosOptions) -> Self {
        let built = Built::of(&options);
        // The style sheet's name stands for the whole build's.
        let style = built.file(&built.style);
        if !style.is_file() {
            error!(
                missing = %style.display(),
                "the front end is not there, or of another build than this program: pages will be bare. Run `make build`, or point --site-root at it"
            );
        }
        Self { known: Mutex::new((written(&options), Arc::new(built))), options }
    }

    /// The files as they are now.
    pub fn built(&self) -> Arc<Built> {
        let now = written(&self.options);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != now {
            *known = (now, Arc::new(Built::of(&self.options)));
        }
        known.1.clone()
    }
}

/// When their names were written.
fn written(options: &LeptosOptions) -> Option<SystemTime> {
    std::fs::metadata(&*options.hash_file).and_then(|file| file.modified()).ok()
}

/// What leptos must know to link the front end.
pub fn options(config: &Config) -> LeptosOptions {
    let site = config.site();
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name(HASHES));
    let own = std::path::absolute(site.join(HASHES)).ok();
    let file = own.into_iter().chain(beside).find(|file| file.is_file());
    let is_readable = file.as_ref().is_some_and(|file| std::fs::read_to_string(file).is_ok());
    // `cargo leptos watch` says by environment where its reload socket is.
    let reload_port = std::env::var("LEPTOS_RELOAD_PORT").ok().and_then(|port| port.parse().ok());
    LeptosOptions::builder()
        .output_name(NAME)
        .site_root(site.to_string_lossy().as_ref())
        .site_pkg_dir(PACKAGE)
        .site_addr(config.address())
        .reload_port(reload_port.unwrap_or(3001))
        .hash_files(is_readable)
        .hash_file(file.unwrap_or_default().to_string_lossy().into())
        .build()
}
