//! The rules that select the requests for a fault.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Fault;

/// A list of rules; see [the module](super) for the JSON form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultScript {
    pub rules: Vec<Rule>,
}

impl FaultScript {
    /// Creates a script. The first rule that matches a request applies.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        Self {
            rules: rules.into_iter().collect(),
        }
    }
}

/// A fault and the conditions under which it applies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default)]
    pub when: When,
    /// Maximum number of requests to apply the fault to. `None` is unlimited.
    #[serde(default)]
    pub times: Option<u64>,
    /// Whether the request is processed before the fault.
    #[serde(default)]
    pub processed: bool,
    pub fault: Fault,
}

impl Rule {
    /// Creates a rule that applies the fault to every request.
    pub fn new(fault: Fault) -> Self {
        Self {
            when: When::default(),
            times: None,
            processed: false,
            fault,
        }
    }

    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    pub fn processed(mut self) -> Self {
        self.processed = true;
        self
    }
}

/// Conditions on a request, all of which must hold. `nth`, `first` and `every` refer to a count,
/// from 1, of the requests that meet the condition `chat`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// The request is for this chat, compared without regard to case.
    pub chat: Option<String>,
    /// The request has exactly this number.
    pub nth: Option<u64>,
    /// The request has at most this number.
    pub first: Option<u64>,
    /// The number of the request is a multiple of this.
    pub every: Option<u64>,
    /// Whether requests are counted per chat.
    pub per_chat: bool,
    /// The probability (0 to 1) that the rule matches, drawn in order of arrival with `seed`.
    pub probability: Option<f64>,
    pub seed: u64,
    /// The request arrives at least this many seconds after the script was set.
    pub from_seconds: Option<f64>,
    /// The request arrives less than this many seconds after the script was set.
    pub until_seconds: Option<f64>,
}

impl When {
    pub fn nth(nth: u64) -> Self {
        Self {
            nth: Some(nth),
            ..Self::default()
        }
    }

    pub fn first(first: u64) -> Self {
        Self {
            first: Some(first),
            ..Self::default()
        }
    }

    pub fn every(every: u64) -> Self {
        Self {
            every: Some(every),
            ..Self::default()
        }
    }

    pub fn chat(chat: impl Into<String>) -> Self {
        Self {
            chat: Some(chat.into()),
            ..Self::default()
        }
    }

    pub fn probability(probability: f64, seed: u64) -> Self {
        Self {
            probability: Some(probability),
            seed,
            ..Self::default()
        }
    }
}

/// The fault that applies to a request.
#[derive(Debug, PartialEq)]
pub(crate) struct Hit {
    pub(crate) fault: Fault,
    pub(crate) processed: bool,
}

/// A script in use.
#[derive(Default)]
pub(crate) struct Faults {
    set_at: Duration,
    rules: Vec<ActiveRule>,
}

impl Faults {
    /// Starts a script at `now`.
    pub(crate) fn new(script: FaultScript, now: Duration) -> Self {
        Self {
            set_at: now,
            rules: script.rules.into_iter().map(ActiveRule::new).collect(),
        }
    }

    /// Returns the fault for a request that arrived at `now`, and counts the request.
    pub(crate) fn hit(&mut self, chat: Option<&str>, now: Duration) -> Option<Hit> {
        let since_set = now.saturating_sub(self.set_at).as_secs_f64();
        let mut hit = None;
        for rule in &mut self.rules {
            // Every rule counts every request, so the loop runs to its end.
            if rule.matches(chat, since_set) && hit.is_none() {
                hit = rule.apply();
            }
        }
        hit
    }
}

/// A rule in use, with its counts.
struct ActiveRule {
    rule: Rule,
    /// Number of requests seen, by chat if the rule counts per chat.
    seen: HashMap<String, u64>,
    applied: u64,
    random: fastrand::Rng,
}

impl ActiveRule {
    fn new(rule: Rule) -> Self {
        Self {
            random: fastrand::Rng::with_seed(rule.when.seed),
            rule,
            seen: HashMap::new(),
            applied: 0,
        }
    }

    fn matches(&mut self, chat: Option<&str>, since_set: f64) -> bool {
        let when = &self.rule.when;
        let chat = chat.unwrap_or_default();
        if when
            .chat
            .as_deref()
            .is_some_and(|wanted| !wanted.eq_ignore_ascii_case(chat))
        {
            return false;
        }
        let counter = if when.per_chat { chat } else { "" };
        let seen = self.seen.entry(counter.to_ascii_lowercase()).or_default();
        *seen += 1;
        let drawn = when
            .probability
            .is_none_or(|probability| self.random.f64() < probability);
        drawn
            && when.nth.is_none_or(|nth| *seen == nth)
            && when.first.is_none_or(|first| *seen <= first)
            && when
                .every
                .is_none_or(|every| every != 0 && (*seen).is_multiple_of(every))
            && when.from_seconds.is_none_or(|from| since_set >= from)
            && when.until_seconds.is_none_or(|until| since_set < until)
    }

    fn apply(&mut self) -> Option<Hit> {
        if self.rule.times.is_some_and(|times| self.applied >= times) {
            return None;
        }
        self.applied += 1;
        Some(Hit {
            fault: self.rule.fault.clone(),
            processed: self.rule.processed || self.rule.fault.follows_processing(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the numbers of the requests that `rule` matches: one request per second, each for
    /// the next of `chats`.
    fn hits(rule: Rule, chats: &[&str]) -> Vec<usize> {
        let mut faults = Faults::new(FaultScript::new([rule]), Duration::ZERO);
        let hit = |at: &usize| {
            faults
                .hit(Some(chats[*at - 1]), Duration::from_secs(*at as u64))
                .is_some()
        };
        (1..=chats.len()).filter(hit).collect()
    }

    #[test]
    fn a_rule_matches_requests_by_its_conditions() {
        let rule = |when| Rule::new(Fault::Garbage).when(when);
        let same = ["a"; 6];
        assert_eq!(hits(rule(When::default()), &same), [1, 2, 3, 4, 5, 6]);
        assert_eq!(hits(rule(When::nth(2)), &same), [2]);
        assert_eq!(hits(rule(When::first(2)), &same), [1, 2]);
        assert_eq!(hits(rule(When::every(3)), &same), [3, 6]);
        assert!(hits(rule(When::every(0)), &same).is_empty());
        assert_eq!(hits(rule(When::every(2)).times(2), &same), [2, 4]);
        let window = When {
            from_seconds: Some(2.0),
            until_seconds: Some(4.0),
            ..When::default()
        };
        assert_eq!(hits(rule(window), &same), [2, 3]);
    }

    #[test]
    fn chats_are_matched_in_any_case_and_counted_separately() {
        let chats = ["a", "b", "A", "b", "a"];
        assert_eq!(
            hits(Rule::new(Fault::Garbage).when(When::chat("a")), &chats),
            [1, 3, 5]
        );
        let second_of_a = When {
            nth: Some(2),
            ..When::chat("a")
        };
        assert_eq!(
            hits(Rule::new(Fault::Garbage).when(second_of_a), &chats),
            [3]
        );
        let first_of_each = When {
            per_chat: true,
            ..When::nth(1)
        };
        assert_eq!(
            hits(Rule::new(Fault::Garbage).when(first_of_each), &chats),
            [1, 2]
        );
    }

    #[test]
    fn a_probability_matches_its_share_and_is_reproducible_by_seed() {
        let chats = ["a"; 2_000];
        let with = |seed| {
            hits(
                Rule::new(Fault::Garbage).when(When::probability(0.25, seed)),
                &chats,
            )
        };
        assert!((400..=600).contains(&with(1).len()), "{}", with(1).len());
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn the_first_match_applies_and_the_other_rules_still_count() {
        let script = FaultScript::new([
            Rule::new(Fault::Garbage).when(When::nth(1)),
            Rule::new(Fault::ResetAfter).when(When::first(2)),
        ]);
        let mut faults = Faults::new(script, Duration::ZERO);
        let mut next = || {
            faults
                .hit(None, Duration::ZERO)
                .map(|hit| (hit.fault, hit.processed))
        };
        assert_eq!(next(), Some((Fault::Garbage, false)));
        assert_eq!(next(), Some((Fault::ResetAfter, true)));
        assert_eq!(next(), None);
    }

    #[test]
    fn a_rule_without_hits_left_is_skipped() {
        let script = FaultScript::new([
            Rule::new(Fault::Garbage).times(1),
            Rule::new(Fault::CloseBefore),
        ]);
        let mut faults = Faults::new(script, Duration::ZERO);
        let mut next = || faults.hit(None, Duration::ZERO).map(|hit| hit.fault);
        assert_eq!(next(), Some(Fault::Garbage));
        assert_eq!(next(), Some(Fault::CloseBefore));
    }

    #[test]
    fn a_script_is_read_from_json() {
        let json = r#"{"rules":[{"when":{"nth":2},"times":1,"processed":true,
            "fault":{"kind":"throttle","retry_after":"0.5"}}]}"#;
        let script: FaultScript = serde_json::from_str(json).unwrap();
        let retry_after = Some("0.5".to_owned());
        let rule = Rule::new(Fault::Throttle { retry_after })
            .when(When::nth(2))
            .times(1)
            .processed();
        assert_eq!(script, FaultScript::new([rule]));
        assert!(serde_json::from_str::<FaultScript>(r#"{"rules":[{"when":{"nht":2}}]}"#).is_err());
    }
}
