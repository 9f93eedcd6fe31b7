//! The size of the release library.

use std::fs;

use crate::{Bar, Bars};

const LIBRARY: Bar = Bar::at_most("library", 3.5, "MB");

pub fn run(bars: &mut Bars) {
    let bytes = fs::metadata(stage::library()).expect("a library").len();
    bars.report(&LIBRARY, bytes as f64 / 1e6);
}
