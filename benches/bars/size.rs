//! How large the library is that users get.

use std::fs;

use crate::Bars;

pub fn run(bars: &mut Bars) {
    let bytes = fs::metadata(stage::library())
        .expect("the library is there")
        .len();
    bars.at_most("library", bytes as f64 / 1e6, 3.5, " MB");
}
