//! Searches audit exports, hunting results and chat lists for access to remove. Returns one
//! [`Target`] per chat and user of the home tenant.
//!
//! [`search_sources`] reads files: [`read`] recognises their format and splits them into blocks of
//! whole records, a [`worker`] per thread selects the records about chats, [`record`] parses these,
//! and [`rules`] decide who loses access and by which object id. [`directory`] looks up the ids
//! that no record contains, and [`online`] reads records from Graph. [`RunningSearch`] does all of
//! this in the background and also accepts records one by one. [`Query`] contains the filters,
//! [`damage`] lists files and rows that could not be read, and [`report`] writes the results as an
//! HTML page.

mod damage;
mod directory;
mod event;
mod findings;
mod gather;
mod left_out;
mod memory;
mod online;
mod pre_filter;
mod query;
mod read;
mod record;
mod report;
mod rules;
mod running_search;
mod search_options;
mod target;
mod worker;

pub use self::damage::Damage;
pub use self::event::Event;
pub use self::findings::Findings;
pub use self::gather::{Effort, search_sources};
pub use self::online::{ChatList, Online, Span, SpanOptions};
pub use self::query::{Query, QueryOptions};
pub use self::read::{FormatError, ReadError, Source};
pub use self::record::{Origin, RecordError};
pub use self::report::page as report_page;
pub use self::running_search::{RunningSearch, StartError};
pub use self::search_options::SearchOptions;
pub use self::target::{ChatKind, FoundBy, Target, Unresolved};
