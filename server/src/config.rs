//! The configuration: every flag has an environment variable, a default and a line of help.

use crate::{
    auth::audit::Kept,
    boards::clock::Clock,
    cli::Tool,
    connections::HEAD,
    demo::Demo,
    live::Limits,
    valkey::{embedded::Durability, pool::Address},
    webhooks::schedule::Schedule,
};
use axum::http::{Uri, uri::Authority};
use clap::{Arg, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, parser::ValueSource};
use ipnet::IpNet;
use serde::Serialize;
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

/// The program's command line.
#[derive(Debug, Parser)]
#[command(
    name = "leaderport",
    version,
    about = "A real-time leaderboard: scores in over HTTP, ranks live on every screen",
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Config,
}

/// What the program is to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the boards (what happens without a subcommand, too)
    Serve(Box<Config>),
    /// Serve boards that play by themselves, with months behind them, so that there is something to see
    Demo(Box<DemoArguments>),
    /// Do something with a LeaderPort that runs
    #[command(flatten)]
    Tool(Tool),
}

/// A setting, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Setting {
    /// Its flag, like `--listen`.
    pub flag: String,
    /// The environment variable that says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// What it is; left out: nothing. Of secrets only that there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `flag`, `environment` or `default`.
    pub source: &'static str,
}

/// Reads the command line and the environment; ends the program where they make no sense.
pub fn parse() -> Command {
    let matches = Cli::command().get_matches();
    let settings = settings(&matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.into_command() {
        Command::Serve(config) => Command::Serve(Box::new(Config { settings, ..*config })),
        Command::Demo(demo) => Command::Demo(Box::new(DemoArguments { serve: Config { settings, ..demo.serve }, ..*demo })),
        tool @ Command::Tool(_) => tool,
    }
}

/// Every setting of the subcommand that was asked for.
fn settings(matches: &ArgMatches) -> Vec<Setting> {
    let (command, matches) = match matches.subcommand() {
        Some((name, of)) => (Cli::command().find_subcommand(name).cloned().unwrap_or_else(Cli::command), of),
        None => (Cli::command(), matches),
    };
    let setting = |argument: &Arg| {
        let flag = format!("--{}", argument.get_long()?);
        let id = argument.get_id().as_str();
        let source = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => "flag",
            Some(ValueSource::EnvVariable) => "environment",
            _ => "default",
        };
        let raw = matches.try_get_raw(id).ok().flatten();
        let value = raw.map(|values| values.map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(","));
        let value = value.map(|value| if argument.is_hide_env_values_set() { "…".to_owned() } else { value });
        Some(Setting { flag, variable: argument.get_env().map(|name| name.to_string_lossy().into_owned()), value, source })
    };
    command.get_arguments().filter(|argument| !matches!(argument.get_id().as_str(), "help" | "version")).filter_map(setting).collect()
}

impl Cli {
    /// What to do.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or_else(|| Command::Serve(Box::new(self.serve)))
    }
}

/// How to serve the demo.
#[derive(Clone, Debug, Args)]
pub struct DemoArguments {
    #[command(flatten)]
    demo: Demo,
    #[command(flatten)]
    serve: Config,
}

impl DemoArguments {
    /// How to serve it: with data apart from those of boards that somebody needs.
    pub fn into_config(self) -> Config {
        let Self { demo, serve } = self;
        let is_default = serve.data_dir == Path::new(DATA_DIR);
        let data_dir = if is_default { serve.data_dir.join("demo") } else { serve.data_dir.clone() };
        Config { demo: Some(demo), data_dir, ..serve }
    }
}

/// Where LeaderPort's own Valkey has its data.
const DATA_DIR: &str = "./data";

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Address to listen on [default: LEPTOS_SITE_ADDR, else 127.0.0.1:3000]
    #[arg(long, env = "LEADERPORT_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Folder for the data of LeaderPort's own Valkey
    #[arg(long, env = "LEADERPORT_DATA_DIR", value_name = "FOLDER", default_value = DATA_DIR)]
    pub data_dir: PathBuf,

    /// A Valkey that runs already: redis://, rediss://, redis-cluster://, redis-sentinel:// or redis+unix:// [default: VALKEY_URL, else LeaderPort starts its own]
    #[arg(long, env = "LEADERPORT_VALKEY_URL", value_name = "URL", hide_env_values = true)]
    pub valkey_url: Option<String>,

    /// What every key starts with, so that several LeaderPorts can share a Valkey
    #[arg(long, env = "LEADERPORT_VALKEY_PREFIX", value_name = "TEXT", default_value = "lp:", value_parser = prefix)]
    pub valkey_prefix: String,

    /// When LeaderPort's own Valkey has a score on disk: within a second, or before it is acknowledged
    #[arg(long, env = "LEADERPORT_DURABILITY", value_enum, default_value = "everysec")]
    pub durability: Durability,

    /// Key that operators and game servers send as `Authorization: Bearer <key>`, at least 16 characters; without one nobody can run boards
    #[arg(long, env = "LEADERPORT_ADMIN_KEY", value_name = "KEY", hide_env_values = true, value_parser = admin_key)]
    pub admin_key: Option<AdminKey>,

    /// Token that /metrics asks for, sent as `Authorization: Bearer <token>`, at least 16 characters; without one it is for whoever can reach the server
    #[arg(long, env = "LEADERPORT_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = admin_key)]
    pub metrics_token: Option<AdminKey>,

    /// Let operators who sign in by a password alone do nothing but set up a second factor
    #[arg(long, env = "LEADERPORT_REQUIRE_SECOND_FACTOR")]
    pub require_second_factor: bool,

    /// Origin whose pages may use the API and the live feed besides LeaderPort's own, like https://game.example; several by commas, * for everybody's
    #[arg(long, env = "LEADERPORT_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    pub allow_origin: Vec<String>,

    /// Refuse a name in a profile that another player has, or that looks the same
    #[arg(long, env = "LEADERPORT_UNIQUE_NAMES")]
    pub unique_names: bool,

    /// Let whoever opens an account choose its player's id; not where game servers submit for ids that somebody could guess
    #[arg(long, env = "LEADERPORT_CHOSEN_IDS")]
    pub chosen_ids: bool,

    /// Where the site is for everybody, like https://scores.example: what pictures' addresses and search engines are told [default: as whoever asks for a page calls it]
    #[arg(long, env = "LEADERPORT_PUBLIC_URL", value_name = "ORIGIN", value_parser = public_url)]
    pub public_url: Option<String>,

    /// Network of proxies that are believed when they say by X-Forwarded-For whom they speak for, like 10.0.0.0/8; several by commas
    #[arg(long, env = "LEADERPORT_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub trusted_proxy: Vec<IpNet>,

    /// Live sockets that may be open at once
    #[arg(long, env = "LEADERPORT_MAX_SOCKETS", value_name = "NUMBER", default_value_t = 10_000, value_parser = sockets)]
    pub max_sockets: u32,

    /// Live sockets that may be open at once from one address (of IPv6: from one /64)
    #[arg(long, env = "LEADERPORT_MAX_SOCKETS_PER_ADDRESS", value_name = "NUMBER", default_value_t = 1_000, value_parser = sockets)]
    pub max_sockets_per_address: u32,

    /// Network whose requests are not counted against rate limits, like that of your game servers; several by commas
    #[arg(long, env = "LEADERPORT_UNLIMITED", value_name = "NETWORK", value_delimiter = ',', default_value = "127.0.0.0/8,::1/128", value_parser = network)]
    pub unlimited: Vec<IpNet>,

    /// Network that isn't public, but that webhooks may lead to, also without TLS, like 10.0.0.0/8; several by commas
    #[arg(long, env = "LEADERPORT_WEBHOOK_ALLOW_PRIVATE", value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub webhook_allow_private: Vec<IpNet>,

    /// Folder with the built front end [default: LEPTOS_SITE_ROOT, else target/site]
    #[arg(long, env = "LEADERPORT_SITE_ROOT", value_name = "FOLDER")]
    pub site_root: Option<PathBuf>,

    /// What to log: a level, or levels by target, like info,server=debug,valkey=debug
    #[arg(long, env = "LEADERPORT_LOG", value_name = "FILTER", default_value = "info,fred=error,usvg=error")]
    pub log: String,

    /// Collector of OpenTelemetry traces, by OTLP over HTTP, like http://localhost:4318 [default: OTEL_EXPORTER_OTLP_ENDPOINT, else nothing is traced]
    #[arg(long, env = "LEADERPORT_OTLP_ENDPOINT", value_name = "URL", hide_env_values = true)]
    pub otlp_endpoint: Option<String>,

    /// Log a request that takes this many milliseconds or longer
    #[arg(long, env = "LEADERPORT_SLOW_REQUEST", value_name = "MILLISECONDS", default_value_t = 500)]
    pub slow_request: u64,

    /// All of these, as operators see them
    #[arg(skip)]
    pub settings: Vec<Setting>,

    /// What plays by itself
    #[arg(skip)]
    pub demo: Option<Demo>,

    /// What time it is
    #[arg(skip)]
    pub clock: Clock,

    /// How long the head of a request may take
    #[arg(skip = HEAD)]
    pub head_patience: Duration,

    /// How much is kept of who did what
    #[arg(skip)]
    pub kept: Kept,

    /// The numbers of the live feed, but for those that have a flag
    #[arg(skip)]
    pub live: Limits,

    /// When deliveries that don't arrive are sent again
    #[arg(skip)]
    pub webhooks: Schedule,
}

impl Config {
    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        let leptos = || std::env::var("LEPTOS_SITE_ADDR").ok()?.parse().ok();
        self.listen.or_else(leptos).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000)))
    }

    /// Where traces go, if they do.
    pub fn traces(&self) -> Option<String> {
        given(self.otlp_endpoint.as_ref(), "OTEL_EXPORTER_OTLP_ENDPOINT")
    }

    /// The Valkey to use, if not one of our own.
    pub fn valkey(&self) -> Option<Address> {
        given(self.valkey_url.as_ref(), "VALKEY_URL").map(Address::Url)
    }

    /// The numbers of the live feed.
    pub fn limits(&self) -> Limits {
        Limits { sockets: self.max_sockets as usize, sockets_per_address: self.max_sockets_per_address as usize, ..self.live.clone() }
    }

    /// Where the front end's files are.
    pub fn site(&self) -> PathBuf {
        let leptos = || std::env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from);
        self.site_root.clone().or_else(leptos).unwrap_or_else(|| PathBuf::from("target/site"))
    }
}

/// The admin key, or a token like it. It is compared in constant time, and never shown.
#[derive(Clone)]
pub struct AdminKey(String);

impl AdminKey {
    /// The header that says that one has it.
    pub fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether this is the key.
    pub fn is(&self, key: &str) -> bool {
        self.0.as_bytes().ct_eq(key.as_bytes()).into()
    }
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminKey(…)")
    }
}

/// Checks a key.
pub(crate) fn admin_key(text: &str) -> Result<AdminKey, String> {
    if !(16..=256).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("16 to 256 printable ASCII characters, without spaces".to_owned());
    }
    Ok(AdminKey(text.to_owned()))
}

/// What a flag says, or else a variable that others know too; nothing if that is empty.
fn given(flag: Option<&String>, variable: &str) -> Option<String> {
    flag.cloned().or_else(|| std::env::var(variable).ok()).filter(|value| !value.is_empty())
}

fn origin(text: &str) -> Result<String, String> {
    let host = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    if text == "*" || host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' '])) {
        return Ok(text.to_owned());
    }
    Err("an origin is like https://game.example or http://localhost:8080, without a path; * stands for all".to_owned())
}

/// An origin, without the slash that it may end with.
fn public_url(text: &str) -> Result<String, String> {
    let origin = text.strip_suffix('/').unwrap_or(text);
    let is_one = |uri: &Uri| {
        let (scheme, authority) = (uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", Authority::as_str));
        let is_host = uri.host().is_some_and(|host| !host.is_empty()) && !authority.contains('@');
        ["https", "http"].contains(&scheme) && is_host && origin == format!("{scheme}://{authority}")
    };
    match origin.parse().ok().filter(is_one) {
        Some(_) => Ok(origin.to_owned()),
        None => Err("an origin is like https://scores.example or http://localhost:8080, without a path".to_owned()),
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| "a network is like 10.0.0.0/8, an address or fd00::/8".to_owned())
}

fn sockets(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or_else(|| "a number from 1 to 1000000".to_owned())
}

/// Braces would put every key of every board into one cluster slot, or break the board's own.
fn prefix(text: &str) -> Result<String, String> {
    if text.len() > 64 || !text.bytes().all(|b| b.is_ascii_graphic() && b != b'{' && b != b'}') {
        return Err("at most 64 printable ASCII characters, without spaces and braces".to_owned());
    }
    Ok(text.to_owned())
}
