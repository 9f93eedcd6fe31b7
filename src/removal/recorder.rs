//! Outcomes: written to the journal first, then reported.

use std::time::Duration;

use uuid::Uuid;

use super::clock::now;
use super::journal::{self, Confirmation, Journal};
use super::outcome::Conclusion;
use super::queue::Job;
use super::state::Shared;
use super::verdict::after_a_loss;
use super::{Event, Outcome, Status};
use crate::graph::Removal;

const OTHER_JOURNAL: &str =
    "Free disk space or specify another JournalPath, and run the command again.";

impl Shared {
    /// Ends a removal. `id` is the client request id of its last request.
    pub(super) fn end(&self, mut job: Job, id: Option<Uuid>, conclusion: Conclusion) {
        self.lock().look_back(&mut job);
        let conclusion = if job.lost {
            after_a_loss(conclusion)
        } else {
            conclusion
        };
        let took = job
            .started
            .map_or(Duration::ZERO, |at| now().saturating_sub(at));
        let mut outcome = Outcome::unsent(&job, conclusion);
        outcome.client_request_id = id.map(|id| id.to_string());
        outcome.account = job.lane.and_then(|lane| self.lanes[lane].account().name());
        outcome.attempts = job.attempts;
        outcome.duration_ms = milliseconds(took);
        if let Some((date, took)) = job.responded {
            outcome.service_time = date;
            outcome.request_ms = milliseconds(took);
        }
        self.report(Some(&job.removal), outcome);
    }

    /// Writes an outcome to the journal, then reports it. `removal` is `None` for a removal whose
    /// user was not found.
    pub(super) fn report(&self, removal: Option<&Removal>, outcome: Outcome) {
        let mut warning = None;
        // Without a request nothing changed, so the journal needs no record.
        if outcome.attempts > 0 {
            warning = self.journal_ended(&outcome);
        }
        let mut state = self.lock();
        if outcome.status.is_removed() {
            if let Some(removal) = removal
                && outcome.status == Status::Removed
            {
                let confirmation = Confirmation::of(&outcome);
                state.confirmed.insert(journal::key(removal), confirmation);
            }
            state.counts.removed += 1;
        } else {
            state.counts.not_removed += 1;
        }
        drop(state);
        if let Some(message) = warning {
            self.events.push(Event::Warning { message });
        }
        self.events.push(Event::Outcome(Box::new(outcome)));
    }

    /// Returns whether this run has released its journal, because its owner's lease expired.
    pub(super) fn has_released_journal(&self) -> bool {
        self.journal_path.is_some() && self.journal().is_none()
    }

    /// Opens the journal again after the owner has renewed its lease. If another run uses it now,
    /// this run stops.
    pub(super) fn reopen_journal(&self) {
        match Journal::open(self.journal_path.as_deref().unwrap_or_default()) {
            Ok((journal, confirmed, _)) => {
                let mut state = self.lock();
                state.confirmed.extend(confirmed);
                // Closing the run releases the journal for good.
                if !state.closed {
                    *self.journal() = Some(journal);
                }
            }
            Err(error) => self.stop(Conclusion::new(
                Status::Failed,
                format!("Not sent: {error}"),
                Some(OTHER_JOURNAL),
            )),
        }
    }

    /// Writes to the journal that a request goes out.
    ///
    /// # Errors
    /// How the removal ends if the journal can't be written. The run stops then.
    pub(super) fn journal_sent(&self, job: &Job, id: &str) -> Result<(), Conclusion> {
        let mut journal = self.journal();
        let Some(open) = journal.as_mut() else {
            return Ok(());
        };
        let Err(error) = open.sent(job, id) else {
            return Ok(());
        };
        let why = Conclusion::new(
            Status::Failed,
            format!(
                "Not sent: the journal '{}' can't be written ({error}).",
                open.path().display()
            ),
            Some(OTHER_JOURNAL),
        );
        drop(journal);
        self.stop(why.clone());
        Err(why)
    }

    /// Writes an outcome to the journal. Returns a warning if that fails: the outcome is reported
    /// anyway, and the run stops, because removals after it could not be resumed.
    fn journal_ended(&self, outcome: &Outcome) -> Option<String> {
        let mut journal = self.journal();
        let open = journal.as_mut()?;
        let error = open.ended(outcome).err()?;
        let message = format!(
            "The journal '{}' can't be written ({error}). It does not contain the outcome of removal {}. The run stops.",
            open.path().display(),
            outcome.item
        );
        drop(journal);
        self.stop(Conclusion::new(
            Status::Cancelled,
            "Not sent: the journal can't be written.".to_string(),
            Some(OTHER_JOURNAL),
        ));
        Some(message)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
