//! What a warm removal costs on top of the server's own answer, side by side with `Invoke-RestMethod`.

use sandbox::{Sandbox, SandboxOptions, TokenClaims};

use crate::Bars;
use crate::powershell::PowerShell;

pub fn run(bars: &mut Bars) {
    let figures = [("overhead", "<=1 ms"), ("rest_method_ratio", "<=0.33")];
    let Some(powershell) = PowerShell::find(bars, &figures) else {
        return;
    };
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(token.path(), sandbox.token(TokenClaims::default())).expect("a file");
    let module = powershell.module.to_string_lossy().into_owned();
    let path = token.path().to_string_lossy().into_owned();
    let measured = powershell.measure("removal.ps1", &[&module, &sandbox.url(), &path]);
    println!(
        "a removal: {:.2} ms; the server's answer alone: {:.2} ms; Invoke-RestMethod: {:.2} ms",
        measured["removal"], measured["answer"], measured["rest"]
    );
    bars.at_most(
        "overhead",
        measured["removal"] - measured["answer"],
        1.0,
        " ms",
    );
    bars.at_most(
        "rest_method_ratio",
        measured["removal"] / measured["rest"],
        1.0 / 3.0,
        "",
    );
}
