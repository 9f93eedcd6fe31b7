//! The record of requests and removals, and the counts.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use serde::{Serialize, Serializer};

/// A received request and its result.
#[derive(Clone, Debug, Serialize)]
pub struct RecordedRequest {
    /// Number of the request, from 1, in order of arrival.
    pub number: u64,
    /// Number of its connection, from 1.
    pub connection: u64,
    /// Time since the start of the sandbox at which its head had arrived.
    #[serde(rename = "arrived_seconds", serialize_with = "seconds")]
    pub arrived: Duration,
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Headers, with names in lower case. Bytes that are not UTF-8 are replaced in values.
    pub headers: Vec<(String, String)>,
    /// The bytes of the head: request line, headers, empty line.
    #[serde(serialize_with = "text")]
    pub head: Vec<u8>,
    /// The body, without chunk headers.
    #[serde(serialize_with = "text")]
    pub body: Vec<u8>,
    /// The account (`oid`) of its token, if the sandbox issued the token.
    pub account: Option<String>,
    /// The kind of the fault that applied.
    pub fault: Option<&'static str>,
    /// The status of the response. `None` before the response, and without a valid one.
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// Returns the first header called `name` (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(one, _)| one == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A removal that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedRemoval {
    /// The ids in lower case, because GUIDs are compared without regard to case.
    pub tenant: String,
    pub user: String,
    pub thread: String,
    /// Number of times it was applied, including those whose response a fault replaced.
    pub count: u64,
    /// Number of times the chat was visible again, because somebody wrote after a removal.
    pub returned: u64,
    /// Whether it is visible now.
    pub visible: bool,
    /// Time since the start of the sandbox at which it was first applied.
    #[serde(rename = "first_seconds", serialize_with = "seconds")]
    pub first: Duration,
    /// Time since the start of the sandbox at which it was last applied.
    #[serde(rename = "last_seconds", serialize_with = "seconds")]
    pub last: Duration,
}

/// The counts of a sandbox. Requests to the controls are not counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stats {
    pub connections: u64,
    pub requests: u64,
    /// Requests that were dropped from the full record.
    pub unrecorded: u64,
    /// Responses by status. Requests without a response are not counted.
    pub by_status: BTreeMap<u16, u64>,
    /// Applied faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Requests that a limit throttled, without the 429 responses of faults.
    pub throttled: u64,
    /// Throttled requests that arrived before the Retry-After of an earlier 429 was over, for the
    /// same user, chat, or app and tenant.
    pub avoidable_429: u64,
    /// Different removals applied.
    pub removed: u64,
    /// Repetitions of applied removals that had no effect.
    pub repeated: u64,
    /// Removals of chats that were visible again.
    pub removed_again: u64,
    /// Time since the start of the sandbox at which the first request arrived.
    pub first_request_seconds: Option<f64>,
    /// Time since the start of the sandbox at which the last request arrived.
    pub last_request_seconds: Option<f64>,
}

/// The record, with the latest `keep` requests.
pub(crate) struct Ledger {
    keep: usize,
    requests: VecDeque<RecordedRequest>,
    applied: Vec<AppliedRemoval>,
    by_key: HashMap<[String; 3], usize>,
    stats: Stats,
}

impl Ledger {
    pub(crate) fn new(keep: usize) -> Self {
        Self {
            keep,
            requests: VecDeque::new(),
            applied: Vec::new(),
            by_key: HashMap::new(),
            stats: Stats::default(),
        }
    }

    pub(crate) fn count_connection(&mut self) -> u64 {
        self.stats.connections += 1;
        self.stats.connections
    }

    /// Records a request and returns its number.
    pub(crate) fn record_request(&mut self, mut request: RecordedRequest) -> u64 {
        let stats = &mut self.stats;
        stats.requests += 1;
        request.number = stats.requests;
        let arrived = request.arrived.as_secs_f64();
        stats.first_request_seconds.get_or_insert(arrived);
        stats.last_request_seconds = Some(arrived);
        if let Some(fault) = request.fault {
            *stats.faults.entry(fault).or_default() += 1;
        }
        self.requests.push_back(request);
        if self.requests.len() > self.keep {
            self.requests.pop_front();
            stats.unrecorded += 1;
        }
        stats.requests
    }

    /// Records the status of the response to the request with this number.
    pub(crate) fn record_status(&mut self, number: u64, status: u16) {
        *self.stats.by_status.entry(status).or_default() += 1;
        // The numbers in the record are consecutive, so the first one determines the index.
        let first = self.requests.front().map_or(u64::MAX, |first| first.number);
        if let Some(at) = number.checked_sub(first)
            && let Some(request) = self.requests.get_mut(at as usize)
        {
            request.status = Some(status);
        }
    }

    pub(crate) fn count_throttled(&mut self, avoidable: bool) {
        self.stats.throttled += 1;
        self.stats.avoidable_429 += u64::from(avoidable);
    }

    pub(crate) fn apply(&mut self, tenant: &str, user: &str, thread: &str, now: Duration) {
        let key = [tenant, user, thread].map(str::to_ascii_lowercase);
        if let Some(at) = self.by_key.get(&key) {
            let applied = &mut self.applied[*at];
            applied.count += 1;
            applied.last = now;
            if std::mem::take(&mut applied.visible) {
                self.stats.removed_again += 1;
            } else {
                self.stats.repeated += 1;
            }
            return;
        }
        self.by_key.insert(key.clone(), self.applied.len());
        let [tenant, user, thread] = key;
        self.applied.push(AppliedRemoval {
            tenant,
            user,
            thread,
            count: 1,
            returned: 0,
            visible: false,
            first: now,
            last: now,
        });
        self.stats.removed += 1;
    }

    /// Shows a chat again to the users who had lost access.
    pub(crate) fn show(&mut self, chat: &str) {
        let hidden =
            |one: &&mut AppliedRemoval| !one.visible && one.thread.eq_ignore_ascii_case(chat);
        for applied in self.applied.iter_mut().filter(hidden) {
            applied.visible = true;
            applied.returned += 1;
        }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.iter().cloned().collect()
    }

    pub(crate) fn applied(&self) -> Vec<AppliedRemoval> {
        self.applied.clone()
    }

    pub(crate) fn stats(&self) -> Stats {
        self.stats.clone()
    }
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

fn text<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RecordedRequest {
        RecordedRequest {
            number: 0,
            connection: 1,
            arrived: Duration::from_millis(250),
            method: "POST".into(),
            target: "/".into(),
            headers: vec![("a".into(), "b".into())],
            head: b"\xff".to_vec(),
            body: Vec::new(),
            account: None,
            fault: None,
            status: None,
        }
    }

    #[test]
    fn the_latest_requests_are_kept_and_matched_with_their_responses() {
        let mut ledger = Ledger::new(2);
        let numbers: Vec<u64> = (0..4).map(|_| ledger.record_request(request())).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
        ledger.record_status(4, 204);
        ledger.record_status(1, 429);
        let kept: Vec<_> = ledger
            .requests()
            .iter()
            .map(|one| (one.number, one.status))
            .collect();
        assert_eq!(kept, [(3, None), (4, Some(204))]);
        let stats = ledger.stats();
        assert_eq!((stats.requests, stats.unrecorded), (4, 2));
        assert_eq!(stats.by_status, BTreeMap::from([(204, 1), (429, 1)]));
        assert_eq!(stats.first_request_seconds, Some(0.25));
    }

    #[test]
    fn a_ledger_can_keep_only_the_counts() {
        let mut ledger = Ledger::new(0);
        let number = ledger.record_request(request());
        ledger.record_status(number, 204);
        assert!(ledger.requests().is_empty());
        assert_eq!(ledger.stats().by_status[&204], 1);
    }

    #[test]
    fn a_repeated_removal_is_counted_with_the_first_one() {
        let mut ledger = Ledger::new(0);
        ledger.apply("T", "u", "19:a", Duration::from_secs(1));
        ledger.apply("t", "U", "19:A", Duration::from_secs(2));
        ledger.apply("t", "u", "19:b", Duration::from_secs(3));
        let applied = ledger.applied();
        assert_eq!(applied.len(), 2);
        assert_eq!(
            (applied[0].count, applied[0].last),
            (2, Duration::from_secs(2))
        );
        assert_eq!((ledger.stats().removed, ledger.stats().repeated), (2, 1));
    }

    #[test]
    fn a_message_shows_a_chat_again_to_all_who_had_lost_access() {
        let mut ledger = Ledger::new(0);
        let at = Duration::from_secs;
        ledger.apply("t", "u", "19:a", at(1));
        ledger.apply("t", "v", "19:a", at(1));
        ledger.apply("t", "u", "19:b", at(1));
        ledger.show("19:A");
        ledger.show("19:a");
        ledger.apply("t", "u", "19:a", at(2));
        ledger.apply("t", "u", "19:a", at(3));
        let states: Vec<_> = ledger
            .applied()
            .iter()
            .map(|one| (one.count, one.returned, one.visible))
            .collect();
        assert_eq!(states, [(3, 1, false), (1, 1, true), (1, 0, false)]);
        let stats = ledger.stats();
        assert_eq!((stats.removed_again, stats.repeated), (1, 1));
    }

    #[test]
    fn a_request_that_is_not_text_is_serialized_as_json() {
        let json = serde_json::to_value(request()).unwrap();
        assert_eq!(json["head"], "\u{fffd}");
        assert_eq!(json["arrived_seconds"], 0.25);
    }
}
