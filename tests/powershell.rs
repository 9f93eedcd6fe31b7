//! Runs the Pester files of `tests/powershell` in PowerShell, each against its own sandbox, and
//! PSScriptAnalyzer over all scripts.
//!
//! Without PowerShell, this passes and prints how many tests did not run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use sandbox::{Fault, FaultScript, Peer, Rule, Sandbox, SandboxOptions};

fn main() {
    let files = test_files();
    let pwsh = stage::pwsh();
    let missing = match &pwsh {
        None => Some("there is no PowerShell 7 (install pwsh, or set PWSH to its path)"),
        Some(pwsh) if !has_module(pwsh, "Pester") => {
            Some("PowerShell has no Pester 5 (Install-PSResource Pester)")
        }
        Some(_) => None,
    };
    if let Some(why) = missing {
        let count: usize = files.iter().map(|file| tests_in(file)).sum();
        eprintln!("\nNOT RUN: {count} PowerShell tests, because {why}.\n");
    }
    let ignored = missing.is_some();
    let pwsh = pwsh.unwrap_or_default();
    let mut trials: Vec<Trial> = files
        .into_iter()
        .map(|file| {
            let pwsh = pwsh.clone();
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            Trial::test(name, move || pester(&pwsh, &file)).with_ignored_flag(ignored)
        })
        .collect();
    #[cfg(unix)]
    {
        let pwsh = pwsh.clone();
        trials.push(Trial::test("Ctrl+C", move || ctrl_c(&pwsh)).with_ignored_flag(ignored));
    }
    let no_analyzer = ignored || !has_module(&pwsh, "PSScriptAnalyzer");
    if no_analyzer {
        eprintln!("\nNOT RUN: PSScriptAnalyzer, because it is not installed.\n");
    }
    trials.push(
        Trial::test("PSScriptAnalyzer", move || analyze(&pwsh)).with_ignored_flag(no_analyzer),
    );
    let mut arguments = Arguments::from_args();
    // The tests measure how fast a command stops, so they must not run in parallel.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials).exit();
}

fn test_files() -> Vec<PathBuf> {
    let folder = stage::root().join("tests/powershell");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("tests/powershell is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".Tests.ps1"))
        .collect();
    files.sort();
    files
}

/// Number of tests in a file, not counting the cases of a `-ForEach`.
fn tests_in(file: &Path) -> usize {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter(|line| line.trim_start().starts_with("It '"))
        .count()
}

fn has_module(pwsh: &Path, name: &str) -> bool {
    let script = format!("exit [int] -not (Get-Module -ListAvailable {name})");
    let mut command = stage::pwsh_command(pwsh);
    command
        .args(["-Command", &script])
        .output()
        .is_ok_and(|output| output.status.success())
}

fn pester(pwsh: &Path, file: &Path) -> Result<(), Failed> {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let untrusted = Peer::untrusted_server();
    let proxy = Peer::proxy_with_authentication();
    let staged = tempfile::tempdir()?;
    // The release tests the package that it publishes.
    let module = match std::env::var_os("CHATACCESS_PACKAGE") {
        Some(package) => PathBuf::from(package),
        None => stage::module(staged.path())?,
    };
    let mut command = stage::pwsh_command(pwsh);
    command
        .arg("-File")
        .arg(stage::root().join("tests/powershell/run.ps1"))
        .arg(file)
        .env("CHATACCESS_TEST_MODULE", &module)
        .env("CHATACCESS_TEST_SANDBOX", sandbox.url())
        .env("CHATACCESS_TEST_UNTRUSTED", untrusted.address().to_string())
        .env("CHATACCESS_TEST_PROXY", proxy.address().to_string());
    let summary = run(&mut command)?;
    let summary = summary
        .lines()
        .rfind(|line| line.starts_with("Pester: "))
        .unwrap_or_default();
    eprintln!(
        "{} {summary}",
        file.file_name().unwrap_or_default().to_string_lossy()
    );
    Ok(())
}

/// Sends Ctrl+C to a session while the service does not respond: the `finally` block of its script
/// must run within half a second.
#[cfg(unix)]
fn ctrl_c(pwsh: &Path) -> Result<(), Failed> {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let sandbox = Sandbox::start(SandboxOptions::default());
    sandbox.script(FaultScript::new([Rule::new(Fault::Hang { seconds: 20.0 })]));
    let staged = tempfile::tempdir()?;
    let script = staged.path().join("session.ps1");
    fs::write(
        &script,
        "$ErrorActionPreference = 'Stop'
        . $args[0]
        Connect-Sandbox
        try { 1..100 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser } finally { [Console]::WriteLine('finally') }",
    )?;
    let mut session = stage::pwsh_command(pwsh);
    // A shell starts a background job with Ctrl+C ignored, and every child inherits that.
    // SAFETY: between fork and exec, signal is safe to call.
    unsafe {
        session.pre_exec(|| {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        });
    }
    let mut session = session
        .arg("-File")
        .arg(&script)
        .arg(stage::root().join("tests/powershell/common.ps1"))
        .env("CHATACCESS_TEST_MODULE", stage::module(staged.path())?)
        .env("CHATACCESS_TEST_SANDBOX", sandbox.url())
        .stdout(Stdio::piped())
        .spawn()?;
    let began = Instant::now();
    while sandbox.stats().requests == 0 {
        if began.elapsed() > Duration::from_secs(60) {
            session.kill()?;
            return Err("no removal was sent within a minute".into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let stopped = Instant::now();
    // SAFETY: `kill` only sends a signal, to the child process that this function started.
    unsafe { libc::kill(i32::try_from(session.id())?, libc::SIGINT) };
    let output = session
        .stdout
        .take()
        .ok_or("the session's standard output")?;
    let finished = BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .any(|line| line == "finally");
    let took = stopped.elapsed();
    session.wait()?;
    if !finished || took > Duration::from_millis(500) {
        return Err(format!("'finally' ran: {finished}, after {took:?}").into());
    }
    Ok(())
}

fn analyze(pwsh: &Path) -> Result<(), Failed> {
    let script = "
        $found = foreach ($path in 'powershell', 'benches', 'examples') {
            Invoke-ScriptAnalyzer -Path $path -Recurse -Settings ./PSScriptAnalyzerSettings.psd1
        }
        $found | Format-List RuleName, Severity, ScriptName, Line, Message
        exit [int] [bool] $found";
    let mut command = stage::pwsh_command(pwsh);
    run(command
        .args(["-Command", script])
        .current_dir(stage::root()))
    .map(drop)
}

fn run(command: &mut Command) -> Result<String, Failed> {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output()?;
    let printed = String::from_utf8_lossy(&stdout).into_owned();
    if status.success() {
        Ok(printed)
    } else {
        Err(format!("{printed}\n{}", String::from_utf8_lossy(&stderr)).into())
    }
}
