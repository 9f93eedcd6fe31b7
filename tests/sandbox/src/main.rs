//! `sandbox`: a loopback Microsoft Entra ID and Microsoft Graph, to try ChatAccess without a
//! tenant.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use lexopt::{Arg, ValueExt as _};
use sandbox::{Limits, Sandbox, SandboxOptions, TokenClaims};
use serde_json::json;

const HELP: &str = "\
A loopback Microsoft Entra ID and Microsoft Graph, to try ChatAccess without a tenant.

Usage: sandbox [OPTIONS]

Options:
  --port N              Port to listen on at 127.0.0.1 [default: a free port]
  --limits NAME         Throttling limits to enforce: 'documented' or 'none' [default: none]
  --scale X             Factor by which time runs faster for the limits [default: 1]
  --token-seconds N     Lifetime of the tokens that a sign-in issues [default: 3600]
  --latency-ms N        Delay before each response, in milliseconds [default: 0]
  --log                 Print a line to standard error for each response
  --ready-json          Print the URL and a token as one line of JSON, for programs
  --until-stdin-closes  Stop at the end of standard input, so that the sandbox ends with its parent
  -h, --help            Print help
  -V, --version         Print version
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
        // Ctrl+C ends the process. There is nothing to save.
        thread::park();
    }
}

/// Parses the arguments. Returns `None` after it has printed the help or the version.
fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    let mut arguments = Arguments::default();
    let (mut limits, mut scale) = (Limits::none(), 1.0);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => arguments.options.port = parser.value()?.parse_with(number)?,
            Arg::Long("limits") => limits = parser.value()?.parse_with(preset)?,
            Arg::Long("scale") => scale = parser.value()?.parse_with(number)?,
            Arg::Long("token-seconds") => {
                arguments.options.entra.claims.expires_in = parser.value()?.parse_with(number)?;
            }
            Arg::Long("latency-ms") => {
                arguments.options.latency =
                    Duration::from_millis(parser.value()?.parse_with(number)?);
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

fn number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "expected a number in range")
}

fn preset(name: &str) -> Result<Limits, &'static str> {
    Limits::preset(name).ok_or("expected 'documented' or 'none'")
}

fn greet(url: &str) {
    println!(
        "\
The sandbox of Microsoft Graph and Entra ID is listening on {url}. It never contacts a tenant.

In PowerShell:
  $token = (Invoke-RestMethod -Method Post {url}/sandbox/token).access_token
  $token = ConvertTo-SecureString $token -AsPlainText -Force
  Connect-ChatAccess -GraphEndpoint {url} -AccessToken $token
  # ... or sign in. The sandbox plays the user in the browser:
  Connect-ChatAccess -GraphEndpoint {url} -AuthorityHost {url}
  Remove-ChatAccessForUser -TenantId {tenant} -UserId {user} -ThreadId '19:meeting_try@thread.v2'
  (Invoke-RestMethod {url}/sandbox/applied).applied    # the removals so far

Press Ctrl+C to stop.",
        tenant = sandbox::TENANT_ID,
        user = sandbox::ADMIN_ID,
    );
}

fn wait_for_end_of_stdin() {
    let mut buffer = [0; 1024];
    let mut stdin = io::stdin().lock();
    // An error means the same as the end: the parent is gone.
    while matches!(stdin.read(&mut buffer), Ok(read) if read > 0) {}
}
