//! From what administrators have to what can be removed: audit exports and hunting results in, one
//! [`Target`] per chat and user of the own tenant out.
//!
//! [`search()`] goes through files: [`read`] finds out what each is and cuts it into blocks of whole records,
//! a [`worker`] per core picks the records that speak of a chat, [`record`] gives them types, and [`rules`]
//! decide who loses access, by which id, and where that can't be said. [`directory`] looks up what no record
//! holds, and [`online`] asks Graph for records in place of files. [`RunningSearch`] does it all in the background,
//! for records that come one by one too. [`Query`] says what
//! to look for, [`damage`] what was lost on the way, and [`report`] shows a person what was found.

mod damage;
mod directory;
mod event;
mod findings;
mod gather;
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
