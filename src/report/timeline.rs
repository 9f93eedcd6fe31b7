//! External messages and removals over time, on one axis that ends where the data ends.

use jiff::Timestamp;
use serde_json::Value;

use super::case::removed_at;
use super::fields::{Fields, text, time, widen};

/// The lengths of a step, in seconds: the shortest one with few enough steps is used.
const STEPS: [i64; 10] = [
    60,
    300,
    900,
    3_600,
    21_600,
    DAY,
    7 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
];
const DAY: i64 = 24 * 60 * 60;

/// Maximum number of steps, so that they stay distinguishable.
const MOST: i64 = 120;

/// What a lane counts.
pub(super) const LANES: [&str; 3] = ["Chats first seen", "Chats last seen", "Accesses removed"];

/// Numbers of events per step of time.
pub(super) struct Timeline {
    /// The times of the first and the last event.
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    /// The start of the first step, and the length of a step, in seconds.
    start: i64,
    step: i64,
    pub(super) lanes: [Vec<u64>; LANES.len()],
}

impl Timeline {
    /// Returns `None` if there is no time.
    pub(super) fn of<'a>(accesses: impl Iterator<Item = &'a Fields>) -> Option<Self> {
        // The accesses of a chat have the same first and last record.
        let mut chats = Fields::new();
        let mut removed = Vec::new();
        for access in accesses {
            let chat = chats.entry(text(access, "thread_id"));
            if let Value::Object(chat) = chat.or_insert_with(|| Fields::new().into()) {
                widen(chat, access);
            }
            removed.extend(removed_at(access));
        }
        let seen = |name| {
            let chats = chats.values().filter_map(Value::as_object);
            chats.filter_map(|chat| time(chat, name)).collect()
        };
        let times: [Vec<Timestamp>; 3] = [seen("first_seen"), seen("last_seen"), removed];
        let all = || times.iter().flatten().copied();
        let (first, last) = (all().min()?, all().max()?);
        let (from, to) = (first.as_second(), last.as_second());
        let steps = |step: i64| to.div_euclid(step) - from.div_euclid(step) + 1;
        let fits = |step: &i64| steps(*step) <= MOST;
        let step = STEPS
            .into_iter()
            .find(fits)
            .unwrap_or((to - from) / MOST + 1);
        let start = from.div_euclid(step) * step;
        let count = usize::try_from(steps(step)).ok()?;
        let mut lanes = [const { Vec::new() }; 3];
        for (lane, times) in lanes.iter_mut().zip(times) {
            *lane = vec![0; count];
            for time in times {
                let at = usize::try_from((time.as_second() - start) / step).ok()?;
                *lane.get_mut(at)? += 1;
            }
        }
        Some(Self {
            first,
            last,
            start,
            step,
            lanes,
        })
    }

    /// Returns when a step starts.
    pub(super) fn at(&self, step: usize) -> Timestamp {
        let step = i64::try_from(step).unwrap_or(0) * self.step;
        Timestamp::from_second(self.start + step).unwrap_or_default()
    }

    /// Returns the length of a step.
    pub(super) fn step(&self) -> String {
        let (length, unit) = match self.step {
            step if step % DAY == 0 => (step / DAY, "day"),
            step if step % 3_600 == 0 => (step / 3_600, "hour"),
            step => (step / 60, "minute"),
        };
        if length == 1 {
            unit.into()
        } else {
            format!("{length} {unit}s")
        }
    }
}
