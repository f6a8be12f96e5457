//! Other processes on this machine, as `/proc` tells of them.

use anyhow::{Context, Result};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

/// How long a process may take to end.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

/// How a process was started, so that it can be started again.
pub struct Launch {
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
    /// Where it wrote to: standard output and standard error.
    outputs: [Option<fs::File>; 2],
}

impl Launch {
    /// Reads it off a running process.
    pub fn of(pid: i32) -> Result<Self> {
        let read = |what: &str| fs::read(format!("/proc/{pid}/{what}")).with_context(|| format!("process {pid} can't be looked at"));
        let program = fs::read_link(format!("/proc/{pid}/exe"))?.into_os_string().into_vec();
        // A program that was built anew meanwhile.
        let program = program.strip_suffix(b" (deleted)").unwrap_or(&program);
        let output = |number| fs::File::options().append(true).open(format!("/proc/{pid}/fd/{number}")).ok();
        Ok(Self {
            program: OsStr::from_bytes(program).into(),
            arguments: parts(&read("cmdline")?).skip(1).map(OsStr::to_owned).collect(),
            folder: fs::read_link(format!("/proc/{pid}/cwd"))?,
            environment: parts(&read("environ")?).filter_map(variable).collect(),
            outputs: [output(1), output(2)],
        })
    }

    /// Starts it again.
    pub fn start(self) -> Result<Child> {
        let mut command = Command::new(self.program);
        command.args(self.arguments);
        Self::dress(command, &self.folder, self.environment, self.outputs)
    }

    /// Starts something else in its place.
    pub fn start_instead(self, shell_command: &str) -> Result<Child> {
        let mut command = Command::new("sh");
        command.args(["-c", shell_command]);
        Self::dress(command, &self.folder, self.environment, self.outputs)
    }

    fn dress(
        mut command: Command,
        folder: &PathBuf,
        environment: Vec<(OsString, OsString)>,
        outputs: [Option<fs::File>; 2],
    ) -> Result<Child> {
        let [output, error] = outputs.map(|output| output.map_or_else(Stdio::null, Stdio::from));
        command.current_dir(folder).env_clear().envs(environment).stdin(Stdio::null()).stdout(output).stderr(error);
        // It outlives us, as the one before would have: also when Ctrl-C is for us.
        Ok(command.process_group(0).spawn()?)
    }
}

/// Texts that end with zeros.
fn parts(bytes: &[u8]) -> impl Iterator<Item = &OsStr> {
    bytes.strip_suffix(b"\0").unwrap_or(bytes).split(|byte| *byte == 0).map(OsStr::from_bytes)
}

fn variable(text: &OsStr) -> Option<(OsString, OsString)> {
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    Some((OsStr::from_bytes(&bytes[..at]).to_owned(), OsStr::from_bytes(&bytes[at + 1..]).to_owned()))
}

/// Ends a process, kindly or not, and waits until it is gone.
pub async fn end(pid: i32, kindly: bool) -> Result<()> {
    let signal = if kindly { Signal::TERM } else { Signal::KILL };
    kill_process(Pid::from_raw(pid).context("no process has this number")?, signal)
        .with_context(|| format!("process {pid} can't be ended"))?;
    let deadline = Instant::now() + PATIENCE;
    while runs(pid) {
        anyhow::ensure!(Instant::now() < deadline, "process {pid} does not end");
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Whether a process is there, and not only because nobody has asked yet how it ended. One that is ended goes thread by thread, and
/// holds its sockets until the last one is gone; the first may have gone before.
pub fn runs(pid: i32) -> bool {
    let Some(state) = stat(pid).and_then(|fields| fields.into_iter().next()) else { return false };
    let threads = fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    !matches!(state.as_str(), "Z" | "X") || threads > 1
}

/// The processor time that it has used, in seconds.
pub fn cpu_seconds(pid: i32) -> Option<f64> {
    let fields = stat(pid)?;
    let ticks: u64 = [11, 12].iter().map(|at| fields.get(*at)?.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The processor time that this whole machine has spent on work so far, in seconds.
pub fn machine_seconds() -> Option<f64> {
    let all = fs::read_to_string("/proc/stat").ok()?;
    let fields: Vec<u64> = all.lines().next()?.split_whitespace().skip(1).map_while(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq: all but the waiting.
    let ticks: u64 = [0, 1, 2, 5, 6].iter().filter_map(|at| fields.get(*at)).sum();
    Some(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The fields of its line, from its state on: its name comes before, and may hold anything.
fn stat(pid: i32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// The memory that it has, in bytes.
pub fn resident_bytes(pid: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// Sees to it that so many files and sockets can be open at once.
pub fn allow_files(files: u64) -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= files) {
        return Ok(());
    }
    let most = limit.maximum.map_or("no limit".to_owned(), |most| most.to_string());
    setrlimit(Resource::Nofile, Rlimit { current: Some(files), maximum: limit.maximum })
        .with_context(|| format!("so many viewers need {files} open files; this process may have {most} (see ulimit -Hn)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_itself() {
        let pid = std::process::id() as i32;
        assert!(runs(pid));
        assert!(machine_seconds().is_some_and(|seconds| seconds > 0.0));
        assert!(cpu_seconds(pid).is_some_and(|seconds| seconds >= 0.0));
        assert!(resident_bytes(pid).is_some_and(|bytes| bytes > 1024 * 1024));
        let launch = Launch::of(pid).unwrap();
        assert_eq!(launch.program, std::env::current_exe().unwrap());
        assert_eq!(launch.folder, std::env::current_dir().unwrap());
        assert_eq!(launch.arguments, std::env::args_os().skip(1).collect::<Vec<_>>());
    }

    /// How a process was launched, as soon as the system says so: for a moment after its start it has no arguments.
    async fn launched(pid: i32) -> Launch {
        let known = async {
            loop {
                match Launch::of(pid) {
                    Ok(launch) if !launch.arguments.is_empty() => return launch,
                    _ => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), known).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_ended_starts_again_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let mut first =
            Command::new("sleep").arg("600").current_dir(&folder).env("SWARM_TEST", "a=b").stdout(Stdio::null()).spawn().unwrap();
        let pid = first.id().unwrap() as i32;
        let launch = launched(pid).await;
        end(pid, false).await.unwrap();
        assert!(!runs(pid));
        first.wait().await.unwrap();
        let mut second = launch.start().unwrap();
        let again = launched(second.id().unwrap() as i32).await;
        assert_eq!(again.arguments, ["600"]);
        assert_eq!(again.folder, folder.path());
        assert!(again.environment.contains(&("SWARM_TEST".into(), "a=b".into())));
        second.kill().await.unwrap();
    }
}
