//! Searches through files: every format, every packing, damage, and any split of the work.

mod cases;
mod damage;
mod evidence;
mod formats;
mod splits;
pub(crate) mod support;
