//! Signing in at an independent OpenID provider (the npm package `oidc-provider`), and through a
//! real browser, from Connect-ChatAccess to its last page. The sandbox alone would only test our
//! own understanding of the protocol.
//!
//! Without Node.js, npm, Chromium or PowerShell the tests pass and print what did not run.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_access::cloud::Cloud;
use chat_access::events::Taken;
use chat_access::identity::{Account, Application, Method, SignIn, SignInEvent, Stage};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

const CLIENT: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let mut arguments = Arguments::from_args();
    // One at a time: a browser and PowerShell together use enough memory.
    arguments.test_threads.get_or_insert(1);
    let provider = if arguments.list {
        Err(String::new())
    } else {
        stage::node_package(
            &stage::root().join("tests/oidc"),
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc"),
        )
    };
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(|name| which::which(name).ok());
    let pwsh = stage::pwsh();
    let terminal = which::which("script")
        .and(which::which("setsid"))
        .ok()
        .filter(|_| cfg!(target_os = "linux"));

    let why = provider.as_ref().err().cloned();
    let no_browser = why.clone().or(browser
        .is_none()
        .then(|| "Chromium is not installed".to_string()));
    let no_module = no_browser
        .clone()
        .or((pwsh.is_none() || terminal.is_none()).then(|| {
            "PowerShell 7 or the program `script`, which gives it a terminal, is not installed"
                .to_string()
        }));
    for (name, why) in [
        ("device code sign-in at oidc-provider", &why),
        ("browser sign-in at oidc-provider", &no_browser),
        ("Connect-ChatAccess with a browser", &no_module),
    ] {
        if let Some(why) = why
            && !arguments.list
        {
            eprintln!("\nNOT RUN: {name}, because {why}.\n");
        }
    }
    let package = Arc::new(provider.unwrap_or_default());
    let browser = browser.unwrap_or_default();
    let (first, second) = (Arc::clone(&package), Arc::clone(&package));
    let chromium = browser.clone();
    let trials = vec![
        Trial::test(
            "a_device_code_signs_in_and_the_session_is_renewed",
            move || device_code_sign_in(&first),
        )
        .with_ignored_flag(why.is_some()),
        Trial::test("a_browser_signs_in_and_the_session_is_renewed", move || {
            browser_sign_in(&second, &chromium)
        })
        .with_ignored_flag(no_browser.is_some()),
        Trial::test("connect_chat_access_signs_in_with_a_browser", move || {
            module_sign_in(&package, &browser, &pwsh.unwrap_or_default())
        })
        .with_ignored_flag(no_module.is_some()),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// A running provider, which is stopped on drop.
struct Provider {
    root: String,
    process: Child,
}

impl Provider {
    fn start(package: &Path) -> Result<Self, Failed> {
        let mut process = Command::new("node")
            .args(["provider.mjs", CLIENT])
            .current_dir(package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut root = String::new();
        let stdout = process.stdout.take().ok_or("a pipe")?;
        BufReader::new(stdout).read_line(&mut root)?;
        let root = root.trim().to_string();
        if root.is_empty() {
            return Err("the provider did not start".into());
        }
        Ok(Self { root, process })
    }

    fn sign_in(&self, method: Method) -> SignIn {
        let cloud = Cloud::new(None, Some(&self.root), Some(&self.root)).expect("loopback");
        let application = Application::new(None, Some(CLIENT), Vec::new()).expect("an application");
        SignIn::start(cloud, application, method).expect("the sign-in starts")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn next(sign_in: &SignIn) -> Result<Value, Failed> {
    let read = |event: &SignInEvent| serde_json::to_value(event);
    match sign_in.events().take(Some(PATIENCE), |_| true, read)? {
        Taken::Event(event) => Ok(event),
        other => Err(format!("no event: {other:?}").into()),
    }
}

/// Checks that an account is signed in, and that its session is renewed when the token of 2 s
/// expires.
fn expect_session(sign_in: &SignIn) -> Result<(), Failed> {
    let event = next(sign_in)?;
    if event["account"]["account"] != "admin@contoso.example" {
        return Err(event.to_string().into());
    }
    let Stage::SignedIn(account) = sign_in.stage() else {
        return Err("no account is signed in".into());
    };
    renew(&account)
}

fn renew(account: &Account) -> Result<(), Failed> {
    let before = account.export_refresh_token().ok_or("no refresh token")?;
    std::thread::sleep(Duration::from_millis(2_100));
    account.token().map_err(|error| error.to_string())?;
    let after = account.export_refresh_token().ok_or("no refresh token")?;
    if before == after {
        return Err("the refresh token was not rotated".into());
    }
    Ok(())
}

fn device_code_sign_in(package: &Path) -> Result<(), Failed> {
    let provider = Provider::start(package)?;
    let sign_in = provider.sign_in(Method::DeviceCode);
    let event = next(&sign_in)?;
    let code = event["user_code"].as_str().ok_or("no code")?;
    let host = provider.root.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "POST /enter?user_code={code} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    let mut entered = String::new();
    stream.read_to_string(&mut entered)?;
    if !entered.starts_with("HTTP/1.1 204") {
        return Err(entered.into());
    }
    expect_session(&sign_in)
}

/// Returns a command for a headless browser that prints its last page.
fn visit(chromium: &Path, profile: &Path) -> Command {
    let mut command = Command::new(chromium);
    command
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg("--dump-dom");
    command
}

fn browser_sign_in(package: &Path, chromium: &Path) -> Result<(), Failed> {
    let provider = Provider::start(package)?;
    let method = Method::Browser {
        login_hint: None,
        limit: PATIENCE,
    };
    let sign_in = provider.sign_in(method);
    let event = next(&sign_in)?;
    let url = event["url"].as_str().ok_or("no address")?;
    let profile = tempfile::tempdir()?;
    let page = visit(chromium, profile.path()).arg(url).output()?;
    let page = String::from_utf8_lossy(&page.stdout);
    expect_session(&sign_in)?;
    expect_page(&page)
}

fn expect_page(page: &str) -> Result<(), Failed> {
    if page.contains("You are signed in") && page.contains("You can close this page") {
        Ok(())
    } else {
        Err(format!("the last page of the browser is: {page}").into())
    }
}

/// Runs Connect-ChatAccess in a terminal, with a program of the test in place of the one that opens
/// a browser.
fn module_sign_in(package: &Path, chromium: &Path, pwsh: &Path) -> Result<(), Failed> {
    let provider = Provider::start(package)?;
    let folder = tempfile::tempdir()?;
    let module = stage::module(folder.path())?;
    let page = folder.path().join("page.html");
    let open = visit(chromium, &folder.path().join("profile"));
    let open: Vec<String> = std::iter::once(open.get_program())
        .chain(open.get_args())
        .map(|part| format!("'{}'", part.to_string_lossy()))
        .collect();
    let opener = folder.path().join("xdg-open");
    let part = page.with_extension("part");
    fs::write(
        &opener,
        format!(
            // The terminal can close before the page is loaded, which would end the browser too.
            "#!/bin/sh\ntrap '' HUP\nsetsid {} \"$1\" > '{part}' 2> /dev/null\nmv '{part}' '{}'\n",
            open.join(" "),
            page.display(),
            part = part.display(),
        ),
    )?;
    executable(&opener)?;
    let script = folder.path().join("connect.ps1");
    let root = &provider.root;
    fs::write(
        &script,
        format!(
            "$ErrorActionPreference = 'Stop'\nImport-Module '{}'\n\
             Connect-ChatAccess -GraphEndpoint {root} -AuthorityHost {root} -ClientId {CLIENT}\n\
             $context = Get-ChatAccessContext\n\
             \"connected: $($context.TokenSource) $($context.Account)\"\n",
            module.join("ChatAccess.psd1").display()
        ),
    )?;
    let path = std::env::var("PATH").unwrap_or_default();
    let connected = Command::new("script")
        .arg("-qec")
        .arg(format!(
            "'{}' -NoLogo -NoProfile -File '{}'",
            pwsh.display(),
            script.display()
        ))
        .arg("/dev/null")
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("DISPLAY", ":0")
        .env("TERM", "dumb")
        .env("POWERSHELL_TELEMETRY_OPTOUT", "1")
        .stdin(Stdio::null())
        .output()?;
    let printed = String::from_utf8_lossy(&connected.stdout);
    if !printed.contains("connected: Browser admin@contoso.example") {
        return Err(printed.into_owned().into());
    }
    let began = Instant::now();
    while !page.exists() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    expect_page(&fs::read_to_string(&page)?)
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
