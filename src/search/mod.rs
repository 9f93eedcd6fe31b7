//! Searches audit exports, hunting results and chat lists for access to remove. Returns one
//! [`Target`] per chat and user of the home tenant.
//!
//! [`search_sources`] reads files: [`read`] recognises their format and splits them into blocks of
//! whole records, a [`worker`] per thread selects the records about chats, [`record`] parses these,
//! and [`rules`] decide who loses access and by which object id. [`directory`] looks up the ids
//! that no record contains, and [`online`] reads records from Graph. [`RunningSearch`] does all of
//! this in the background and also accepts records one by one. [`Query`] contains the filters,
//! and [`damage`] lists files and rows that could not be read.

mod block;
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
mod rules;
mod running_search;
mod search_options;
mod search_source;
mod target;
mod worker;

pub use self::block::{BlockCommand, block_commands};
pub use self::damage::Damage;
pub use self::event::Event;
pub use self::findings::Findings;
pub use self::gather::{Effort, search_sources};
pub(crate) use self::left_out::counted;
pub use self::online::{AlertIds, ChatList, Online, Span, SpanOptions};
pub use self::query::{Query, QueryOptions};
pub use self::read::{FormatError, ReadError, Source};
pub use self::record::{Origin, RecordError};
pub use self::running_search::{RunningSearch, StartError};
pub use self::search_options::{ReportFile, SearchOptions};
pub use self::search_source::{SearchSource, SourceFile};
pub use self::target::{ChatKind, FoundBy, Target, Unresolved};
