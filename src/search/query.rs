//! What to look for.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::record::read_time;
use super::target::ChatKind;
use crate::input::InvalidInput;

/// Which chats and users a search is for, as the caller writes it. Everything is optional; texts
/// may hold the wildcards `*` and `?`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueryOptions {
    /// Users of the home tenant, by user principal name or object id.
    pub user_principal_name: Vec<String>,
    /// Domains of the external users. Those without wildcards are known not to be the home
    /// tenant's.
    pub external_domain: Vec<String>,
    /// Tenants of the external users.
    pub external_tenant_id: Vec<String>,
    /// Operations of the audit log; only their records count.
    pub operation: Vec<String>,
    /// Records of this time and later.
    pub after: Option<String>,
    /// Records before this time.
    pub before: Option<String>,
    /// Chats.
    pub thread_id: Vec<String>,
    /// Kinds of chat.
    pub chat_type: Vec<ChatKind>,
    /// Whether to include chats without external users.
    pub include_internal: bool,
    /// The home tenant, for sources that do not name it.
    pub tenant_id: Option<String>,
    /// All domains of the home tenant, for sources that do not tie them to it: what is not among
    /// them and in no record is an external user's.
    pub internal_domain: Vec<String>,
}

/// Checked options.
#[derive(Debug, Clone, Default)]
pub struct Query {
    users: Patterns,
    external_domains: Patterns,
    external_tenants: Vec<Uuid>,
    operations: Patterns,
    /// The operations as the caller writes them, where none has a wildcard.
    pub(super) plain_operations: Vec<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    threads: Patterns,
    kinds: Vec<ChatKind>,
    pub(super) include_internal: bool,
    pub(super) tenant: Option<Uuid>,
    internal_domains: Vec<String>,
}

impl Query {
    /// Checks what the caller asks for.
    ///
    /// # Errors
    /// A GUID or a time that is none.
    pub fn new(options: QueryOptions) -> Result<Self, InvalidInput> {
        let guid = |parameter, text: &str| {
            Uuid::try_parse(text.trim())
                .map_err(|_| InvalidInput::new(parameter, text, "give the tenant's GUID"))
        };
        let time = |parameter, text: Option<&str>| {
            text.map(|text| {
                read_time(text).ok_or_else(|| {
                    InvalidInput::new(parameter, text, "give a time such as 2026-08-31T10:00:00Z")
                })
            })
            .transpose()
        };
        Ok(Self {
            external_tenants: options
                .external_tenant_id
                .iter()
                .map(|text| guid("ExternalTenantId", text))
                .collect::<Result<_, _>>()?,
            after: time("After", options.after.as_deref())?,
            before: time("Before", options.before.as_deref())?,
            tenant: options
                .tenant_id
                .as_deref()
                .map(|text| guid("TenantId", text))
                .transpose()?,
            users: Patterns::new(
                options
                    .user_principal_name
                    .iter()
                    .flat_map(|text| users(text)),
            ),
            external_domains: Patterns::new(
                options.external_domain.iter().map(|text| domain(text)),
            ),
            plain_operations: if options.operation.iter().any(|one| one.contains(['*', '?'])) {
                Vec::new()
            } else {
                options.operation.clone()
            },
            operations: Patterns::new(options.operation.iter().map(String::as_str)),
            threads: Patterns::new(options.thread_id.iter().map(|text| decoded(text))),
            kinds: options.chat_type,
            include_internal: options.include_internal,
            internal_domains: options
                .internal_domain
                .iter()
                .map(|text| folded(domain(text)))
                .collect(),
        })
    }

    pub(super) fn matches_thread(&self, thread: &str) -> bool {
        self.threads.take(thread)
    }

    /// Whether only some time is searched.
    pub(super) fn has_period(&self) -> bool {
        self.after.is_some() || self.before.is_some()
    }

    /// Whether a record counts. One whose time is unknown may be of any time, so it counts.
    pub(super) fn matches_record(&self, operation: &str, time: Option<Timestamp>) -> bool {
        self.matches_period(operation, time, time)
    }

    /// The same for what lasted from `first` to `last`.
    pub(super) fn matches_period(
        &self,
        operation: &str,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    ) -> bool {
        self.operations.take(operation)
            && self
                .after
                .is_none_or(|after| last.is_none_or(|last| last >= after))
            && self
                .before
                .is_none_or(|before| first.is_none_or(|first| first < before))
    }

    pub(super) fn matches_kind(&self, kind: ChatKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// By any of a user's names: the user principal name and the object id.
    pub(super) fn matches_user(&self, names: &[&str]) -> bool {
        self.users.take_any(names.iter().copied())
    }

    /// By the external users' domains.
    pub(super) fn matches_domains<'a>(&self, domains: impl IntoIterator<Item = &'a str>) -> bool {
        self.external_domains.take_any(domains)
    }

    /// By the external users' tenants.
    pub(super) fn matches_tenants(&self, tenants: &[Uuid]) -> bool {
        self.external_tenants.is_empty()
            || tenants
                .iter()
                .any(|tenant| self.external_tenants.contains(tenant))
    }

    /// Whether the caller says that this domain is the home tenant's (`true`) or not.
    pub(super) fn domain_is_internal(&self, domain: &str) -> Option<bool> {
        if self.internal_domains.iter().any(|own| own == domain) {
            Some(true)
        } else if self.external_domains.name(domain) || !self.internal_domains.is_empty() {
            Some(false)
        } else {
            None
        }
    }
}

/// Texts with wildcards, in lower case. None at all take everything.
#[derive(Debug, Clone, Default)]
struct Patterns(Vec<String>);

impl Patterns {
    fn new(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let texts = texts.into_iter();
        Self(texts.map(|text| folded(text.as_ref())).collect())
    }

    fn take(&self, text: &str) -> bool {
        self.take_any(Some(text))
    }

    fn take_any<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        self.0.is_empty()
            || texts.into_iter().any(|text| {
                let text = folded(text);
                self.0
                    .iter()
                    .any(|pattern| matches(pattern.as_bytes(), text.as_bytes()))
            })
    }

    /// Whether one of them is just this text.
    fn name(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern == text)
    }
}

/// The domain in `contoso.com`, `@contoso.com` or `ann@contoso.com`.
fn domain(text: &str) -> &str {
    text.rsplit('@').next().unwrap_or_default()
}

/// What `text` may name: a user principal name, an object id, or the part before the `@`.
fn users(text: &str) -> Vec<String> {
    let mut names = vec![text.to_string()];
    let text = text.trim();
    if !text.contains(['@', '*', '?']) && Uuid::try_parse(text).is_err() {
        names.push(format!("{text}@*"));
    }
    names
}

/// A chat id that may be encoded as in a link: `19%3Ax%40thread.v2`.
fn decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(value) if *byte == b'%' => {
                decoded.push(value);
                rest = &after[2..];
            }
            _ => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// A text for comparing: names of users, domains and operations are the same in any case.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// `*` is any text, `?` any one byte. It goes back to the last `*` only, so it takes at most the
/// product of the lengths.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_in_a_shell() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*@contoso.com", "ann@contoso.com", true),
            ("*@contoso.com", "ann@contoso.com.evil.example", false),
            ("a*n?", "annn", true),
            ("a*n", "annb", false),
            ("evil.example", "evil.example", true),
            ("*evil*", "x.evil.example", true),
            ("?", "", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn a_filter_accepts_what_is_plainly_meant() {
        let query = Query::new(QueryOptions {
            user_principal_name: vec!["ann".into()],
            external_domain: vec!["it@Evil.example".into(), "@bad.example".into()],
            thread_id: vec!["19%3aX_y%40unq.gbl.spaces".into()],
            ..Default::default()
        })
        .unwrap();
        assert!(query.matches_user(&["Ann@contoso.com"]));
        assert!(!query.matches_user(&["anna@contoso.com"]));
        for domain in ["evil.example", "bad.example"] {
            assert!(query.matches_domains([domain]));
            assert_eq!(query.domain_is_internal(domain), Some(false));
        }
        assert!(!query.matches_domains(["contoso.com"]));
        assert!(query.matches_thread("19:x_y@unq.gbl.spaces"));
    }

    #[test]
    fn what_is_no_guid_or_time_is_named() {
        let error = |options| Query::new(options).unwrap_err().to_string();
        let tenant = QueryOptions {
            tenant_id: Some("contoso".into()),
            ..Default::default()
        };
        assert_eq!(
            error(tenant),
            "TenantId 'contoso' can't be used: give the tenant's GUID."
        );
        let after = QueryOptions {
            after: Some("soon".into()),
            ..Default::default()
        };
        assert!(error(after).starts_with("After 'soon' can't be used"));
    }

    #[test]
    fn a_record_without_a_time_counts_for_every_period() {
        let options = QueryOptions {
            after: Some("2026-01-01T00:00:00Z".into()),
            ..Default::default()
        };
        let query = Query::new(options).unwrap();
        assert!(query.matches_record("x", None));
        assert!(!query.matches_record("x", read_time("2025-12-31T23:59:59")));
        assert!(query.matches_record("x", read_time("2026-01-01T00:00:00")));
        assert!(Query::default().matches_record("x", None));
    }
}
