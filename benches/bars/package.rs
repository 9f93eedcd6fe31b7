//! The sizes of the release library and of the package with it.

use std::fs;
use std::path::Path;

use package_module::{Options, build};

use crate::{Bar, Bars};

const LIBRARY: Bar = Bar::at_most("library", 3.5, "MB");
/// The zip for Azure Automation with the library of this platform only.
const ZIP: Bar = Bar::at_most("zip", 2.2, "MB");

pub fn run(bars: &mut Bars) {
    let folder = tempfile::tempdir().expect("a folder");
    let package = build(&Options {
        output: folder.path().into(),
        libraries: None,
        glibc: None,
        sign: None,
    })
    .expect("a package");
    bars.report(&LIBRARY, megabytes(stage::library()));
    bars.report(&ZIP, megabytes(&package.zip));
}

fn megabytes(file: &Path) -> f64 {
    fs::metadata(file).expect("a file").len() as f64 / 1e6
}
