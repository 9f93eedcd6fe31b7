//! The time to import the module and to bind the library on first use.

use std::fs;

use crate::powershell::PowerShell;
use crate::{Bar, Bars, median};

const RUNS: usize = 15;

/// The import time divided by that of a module with one function.
const IMPORT: Bar = Bar::at_most("import_ratio", 2.0, "times a one-function module");
const BIND: Bar = Bar::at_most("bind", 80.0, "ms");

pub fn run(bars: &mut Bars) {
    let Some(powershell) = PowerShell::find(bars, &[IMPORT, BIND]) else {
        return;
    };
    // A manifest and one function are the smallest module that a user could install.
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
    // In turn, each in a new process, so that the load of the machine affects both.
    for _ in 0..RUNS {
        ones.push(powershell.measure("module.ps1", &[&one])["import"]);
        let measured = powershell.measure("module.ps1", &[&module, "bind"]);
        ours.push(measured["import"]);
        binds.push(measured["bind"]);
    }
    let (one, ours) = (median(ones), median(ours));
    println!("import: {ours:.1} ms; import of a module with one function: {one:.1} ms");
    bars.report(&IMPORT, ours / one);
    bars.report(&BIND, median(binds));
}
