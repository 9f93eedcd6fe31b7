//! The chart of new chats over time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::search::Target;

const DAY: i64 = 24 * 60 * 60;

/// Maximum number of bars, so that they stay distinguishable.
const MOST_BARS: i64 = 120;

/// Minimum number of bars, so that they stay narrow; days after the last are empty.
const FEWEST_BARS: usize = 14;

/// Number of new chats per step of time.
pub(super) struct Days {
    /// The first step's day, counted from 1970.
    first: i64,
    /// Days per step.
    step: i64,
    /// New chats.
    pub(super) counts: Vec<u64>,
}

impl Days {
    /// Returns `None` if no chat has a time.
    pub(super) fn of(targets: &[Target]) -> Option<Self> {
        let mut chats: BTreeMap<&str, i64> = BTreeMap::new();
        for target in targets {
            if let Some(time) = target.first_seen {
                let day = time.as_second().div_euclid(DAY);
                let seen = chats.entry(&target.thread_id).or_insert(day);
                *seen = day.min(*seen);
            }
        }
        let first = *chats.values().min()?;
        let last = *chats.values().max()?;
        let step = (last - first) / MOST_BARS + 1;
        let bars = usize::try_from((last - first) / step + 1).ok()?;
        let mut counts = vec![0; bars.max(FEWEST_BARS)];
        for day in chats.values() {
            *counts.get_mut(usize::try_from((day - first) / step).ok()?)? += 1;
        }
        Some(Self {
            first,
            step,
            counts,
        })
    }

    pub(super) fn most(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(1).max(1)
    }

    /// Returns the first day of a step.
    pub(super) fn name(&self, at: usize) -> String {
        let day = self.first + self.step * i64::try_from(at).unwrap_or(0);
        Timestamp::from_second(day * DAY)
            .map(|time| Offset::UTC.to_datetime(time).date().to_string())
            .unwrap_or_default()
    }

    pub(super) fn step_name(&self) -> String {
        if self.step == 1 {
            "day".into()
        } else {
            format!("{} days", self.step)
        }
    }
}
