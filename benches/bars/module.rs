//! What the module costs before it does anything: importing it, and binding the library on first use.

use std::fs;

use crate::powershell::PowerShell;
use crate::{Bars, median};

const RUNS: usize = 15;

pub fn run(bars: &mut Bars) {
    let figures = [("import_ratio", "<=2"), ("bind", "<=80 ms")];
    let Some(powershell) = PowerShell::find(bars, &figures) else {
        return;
    };
    // A module with one function and a manifest, the least that a user could install.
    let one = powershell.folder().join("One");
    fs::create_dir(&one).expect("a folder");
    fs::write(
        one.join("One.psm1"),
        "function Get-One {\n    [CmdletBinding()]\n    param()\n    1\n}\n",
    )
    .expect("a file");
    let manifest = "@{\n    RootModule = 'One.psm1'\n    ModuleVersion = '1.0'\n    FunctionsToExport = @('Get-One')\n    CmdletsToExport = @()\n    VariablesToExport = @()\n    AliasesToExport = @()\n}\n";
    fs::write(one.join("One.psd1"), manifest).expect("a file");

    let one = one.to_string_lossy().into_owned();
    let module = powershell.module.to_string_lossy().into_owned();
    let (mut ones, mut ours, mut binds) = (Vec::new(), Vec::new(), Vec::new());
    // In turn, each in a process of its own, so that both meet the same machine.
    for _ in 0..RUNS {
        ones.push(powershell.measure("module.ps1", &[&one])["import"]);
        let measured = powershell.measure("module.ps1", &[&module, "bind"]);
        ours.push(measured["import"]);
        binds.push(measured["bind"]);
    }
    let (one, ours) = (median(ones), median(ours));
    println!("import: {ours:.1} ms; of a module with one function: {one:.1} ms");
    bars.at_most("import_ratio", ours / one, 2.0, "");
    bars.at_most("bind", median(binds), 80.0, " ms");
}
