//! `sandbox`: a loopback Microsoft Graph and Entra to try ChatAccess against.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use lexopt::{Arg, ValueExt as _};
use sandbox::{Limits, Sandbox, SandboxOptions, TokenClaims};
use serde_json::json;

const HELP: &str = "\
A loopback Microsoft Graph and Entra to try ChatAccess against, without a tenant.

Usage: sandbox [OPTIONS]

  --port N                Listen on this port of 127.0.0.1 (default: any free one)
  --limits NAME           Throttle as documented, or not: documented or none (default: none)
  --scale X               Let time run X times as fast for the limits (default: 1)
  --token-seconds N       Let the tokens of a sign-in live this long (default: 3600)
  --latency-ms N          Let each response take this long (default: 0)
  --log                   Print a line on standard error for each response
  --ready-json            Print one line of JSON with url and token, for programs
  --until-stdin-closes    Stop when standard input ends, so as not to outlive a parent
  -h, --help              Print this help
  -V, --version           Print the version
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Arguments {
    options: SandboxOptions,
    ready_json: bool,
    until_stdin_closes: bool,
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let Some(arguments) = parse()? else {
        return Ok(());
    };
    let sandbox = Sandbox::try_start(arguments.options)?;
    if arguments.ready_json {
        let token = sandbox.token(TokenClaims::default());
        println!("{}", json!({"url": sandbox.url(), "token": token}));
    } else {
        greet(&sandbox.url());
    }
    io::stdout().flush()?;
    if arguments.until_stdin_closes {
        wait_for_end_of_stdin();
        return Ok(());
    }
    loop {
        // Until Ctrl+C, which needs no handling: there is nothing to save.
        thread::park();
    }
}

/// The arguments; `None` if they asked for text, which has been printed.
fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    let mut arguments = Arguments::default();
    let (mut limits, mut scale) = (Limits::none(), 1.0);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => arguments.options.port = parser.value()?.parse()?,
            Arg::Long("limits") => limits = parser.value()?.parse_with(preset)?,
            Arg::Long("scale") => scale = parser.value()?.parse()?,
            Arg::Long("token-seconds") => {
                arguments.options.entra.claims.expires_in = parser.value()?.parse()?;
            }
            Arg::Long("latency-ms") => {
                arguments.options.latency = Duration::from_millis(parser.value()?.parse()?);
            }
            Arg::Long("log") => arguments.options.log = true,
            Arg::Long("ready-json") => arguments.ready_json = true,
            Arg::Long("until-stdin-closes") => arguments.until_stdin_closes = true,
            Arg::Short('h') | Arg::Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            Arg::Short('V') | Arg::Long("version") => {
                println!("sandbox {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            _ => return Err(argument.unexpected()),
        }
    }
    arguments.options.limits = limits.scaled(scale);
    Ok(Some(arguments))
}

fn preset(name: &str) -> Result<Limits, &'static str> {
    Limits::preset(name).ok_or("it is neither documented nor none")
}

fn greet(url: &str) {
    println!(
        "\
A sandbox of Microsoft Graph and Entra listens on {url}. Nothing here reaches a tenant.

In PowerShell:
  $token = (Invoke-RestMethod -Method Post {url}/sandbox/token).access_token
  $token = ConvertTo-SecureString $token -AsPlainText -Force
  Connect-ChatAccess -GraphEndpoint {url} -AccessToken $token
  # ... or sign in; the person in the browser is the sandbox:
  Connect-ChatAccess -GraphEndpoint {url} -AuthorityHost {url}
  Remove-ChatAccessForUser -TenantId {tenant} -UserId {user} -ThreadId '19:meeting_try@thread.v2'
  (Invoke-RestMethod {url}/sandbox/applied).applied    # what was removed

Ctrl+C stops it.",
        tenant = sandbox::TENANT_ID,
        user = sandbox::ADMIN_ID,
    );
}

fn wait_for_end_of_stdin() {
    let mut buffer = [0; 1024];
    let mut stdin = io::stdin().lock();
    // An error means as much as the end: nobody is there any more.
    while matches!(stdin.read(&mut buffer), Ok(read) if read > 0) {}
}
