//! The time of a removal in a warm session, compared with the server's response time and with
//! `Invoke-RestMethod`.

use sandbox::{Sandbox, SandboxOptions, TokenClaims};

use crate::powershell::PowerShell;
use crate::{Bar, Bars};

/// The time of a removal minus the response time of the server.
const OVERHEAD: Bar = Bar::at_most("overhead", 0.3, "ms");
/// The time of a removal divided by that of `Invoke-RestMethod`.
const RATIO: Bar = Bar::at_most("rest_method_ratio", 0.5, "times Invoke-RestMethod");

pub fn run(bars: &mut Bars) {
    let Some(powershell) = PowerShell::find(bars, &[OVERHEAD, RATIO]) else {
        return;
    };
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(token.path(), sandbox.token(TokenClaims::default())).expect("a file");
    let module = powershell.module.to_string_lossy().into_owned();
    let path = token.path().to_string_lossy().into_owned();
    let before = powershell.slowness();
    let measured = powershell.measure("removal.ps1", &[&module, &sandbox.url(), &path]);
    let slowness = f64::midpoint(before, powershell.slowness());
    println!(
        "a removal: {:.2} ms; the response of the server: {:.2} ms; Invoke-RestMethod: {:.2} ms",
        measured["removal"], measured["response"], measured["rest"]
    );
    bars.report_time(
        &OVERHEAD,
        measured["removal"] - measured["response"],
        slowness,
    );
    bars.report(&RATIO, measured["removal"] / measured["rest"]);
}
