//! The filters of a search.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use uuid::Uuid;

use super::memory::Memory;
use super::record::read_time;
use super::target::ChatKind;
use crate::input::InvalidInput;

/// The filters as the caller specifies them. Each is optional. Texts can contain the wildcards `*`
/// and `?`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueryOptions {
    /// Users of the home tenant, by user principal name or object id.
    pub user_principal_name: Vec<String>,
    /// Domains of the external users. Those without wildcards do not belong to the home tenant.
    pub external_domain: Vec<String>,
    /// Tenants of the external users.
    pub external_tenant_id: Vec<String>,
    /// Operations of the audit log. Only their records count.
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
    /// All domains of the home tenant, for sources that do not assign domains to tenants. A domain
    /// that is neither in this list nor in a record is that of external users.
    pub internal_domain: Vec<String>,
}

/// A filter, in the order in which filters are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    ThreadId,
    Operation,
    /// -After and -Before.
    Period,
    ChatType,
    ExternalTenantId,
    ExternalDomain,
    UserPrincipalName,
}

impl Filter {
    pub(super) const COUNT: usize = Self::ALL.len();
    pub(super) const ALL: [Self; 7] = [
        Self::ThreadId,
        Self::Operation,
        Self::Period,
        Self::ChatType,
        Self::ExternalTenantId,
        Self::ExternalDomain,
        Self::UserPrincipalName,
    ];
}

/// Checked options.
#[derive(Debug, Clone, Default)]
pub struct Query {
    users: Patterns,
    /// Users by the part of their name before the `@`, in lower case.
    pub(super) local_parts: Vec<String>,
    external_domains: Patterns,
    external_tenants: Vec<Uuid>,
    operations: Patterns,
    /// The operations as the caller specifies them, if none contains a wildcard.
    pub(super) plain_operations: Vec<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    threads: Patterns,
    kinds: Vec<ChatKind>,
    pub(super) include_internal: bool,
    pub(super) tenant: Option<Uuid>,
    internal_domains: Vec<String>,
    /// Of the search that this query is for.
    pub(super) memory: Memory,
}

impl Query {
    /// Checks the filters of the caller.
    ///
    /// # Errors
    /// A text is not a GUID or not a time.
    pub fn new(options: QueryOptions) -> Result<Self, InvalidInput> {
        let guid = |parameter, text: &str| {
            Uuid::try_parse(text.trim())
                .map_err(|_| InvalidInput::new(parameter, text, "use the tenant's GUID"))
        };
        let time = |parameter, text: Option<&str>| {
            text.map(|text| {
                read_time(text).ok_or_else(|| {
                    InvalidInput::new(parameter, text, "use a time such as 2026-08-31T10:00:00Z")
                })
            })
            .transpose()
        };
        let (local_parts, names): (Vec<&str>, Vec<&str>) = options
            .user_principal_name
            .iter()
            .map(String::as_str)
            .partition(|text| is_local_part(text));
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
            local_parts: local_parts.iter().map(|text| folded(text)).collect(),
            users: Patterns::new(names),
            external_domains: Patterns::new(
                options.external_domain.iter().map(|text| domain(text)),
            ),
            plain_operations: if options.operation.iter().any(|one| one.contains(['*', '?'])) {
                Vec::new()
            } else {
                options.operation.clone()
            },
            operations: Patterns::new(options.operation.iter().map(String::as_str)),
            threads: Patterns::new(options.thread_id.iter().map(|text| chat_id(text))),
            kinds: options.chat_type,
            include_internal: options.include_internal,
            internal_domains: options
                .internal_domain
                .iter()
                .map(|text| folded(domain(text)))
                .collect(),
            memory: Memory::default(),
        })
    }

    pub(super) fn matches_thread(&self, thread: &str) -> bool {
        self.threads.match_text(thread)
    }

    /// Returns whether the query limits the time of the records.
    pub(super) fn has_period(&self) -> bool {
        self.after.is_some() || self.before.is_some()
    }

    /// Returns the parameters that limit the time of the records.
    pub(super) fn period(&self) -> &'static str {
        match (self.after, self.before) {
            (Some(_), Some(_)) => "-After and -Before",
            (Some(_), None) => "-After",
            (None, _) => "-Before",
        }
    }

    /// Returns the filter that excludes a record. A record whose time can't be read can be of any
    /// time, so no period excludes it.
    pub(super) fn excludes_record(
        &self,
        operation: &str,
        time: Option<Timestamp>,
    ) -> Option<Filter> {
        self.excludes_span(operation, time, time)
    }

    /// Returns the filter that excludes an activity from `first` to `last`.
    pub(super) fn excludes_span(
        &self,
        operation: &str,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    ) -> Option<Filter> {
        if !self.operations.match_text(operation) {
            return Some(Filter::Operation);
        }
        let too_early = self
            .after
            .is_some_and(|after| last.is_some_and(|last| last < after));
        let too_late = self
            .before
            .is_some_and(|before| first.is_some_and(|first| first >= before));
        (too_early || too_late).then_some(Filter::Period)
    }

    pub(super) fn matches_kind(&self, kind: ChatKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Returns whether the query filters by user.
    pub(super) fn has_users(&self) -> bool {
        !self.users.0.is_empty() || !self.local_parts.is_empty()
    }

    /// Returns whether the query names a user by one of `names`: the user principal name and the
    /// object id.
    pub(super) fn names_user(&self, names: &[&str]) -> bool {
        !self.users.0.is_empty() && self.users.match_any(names.iter().copied())
    }

    /// Returns the local part by which the query names a user.
    pub(super) fn local_part_of(&self, name: &str) -> Option<&str> {
        if self.local_parts.is_empty() {
            return None;
        }
        let name = folded(name);
        let (local, _) = name.rsplit_once('@')?;
        let mut parts = self.local_parts.iter().map(String::as_str);
        parts.find(|part| *part == local)
    }

    /// Returns whether a chat matches by the domains of its external users.
    pub(super) fn matches_domains<'a>(&self, domains: impl IntoIterator<Item = &'a str>) -> bool {
        self.external_domains.match_any(domains)
    }

    /// Returns whether a chat matches by the tenants of its external users.
    pub(super) fn matches_tenants(&self, tenants: &[Uuid]) -> bool {
        self.external_tenants.is_empty()
            || tenants
                .iter()
                .any(|tenant| self.external_tenants.contains(tenant))
    }

    /// Returns whether this domain belongs to the home tenant, if the caller states it.
    pub(super) fn domain_is_internal(&self, domain: &str) -> Option<bool> {
        if self.internal_domains.iter().any(|own| own == domain) {
            Some(true)
        } else if self.external_domains.contain(domain) {
            Some(false)
        } else {
            None
        }
    }

    /// Returns the query with the domains of the home tenant, which its directory lists. The caller's
    /// list is kept, because it can be about another tenant.
    pub(super) fn with_verified_domains(&self, domains: Vec<String>) -> Self {
        let mut query = self.clone();
        query.internal_domains.extend(domains);
        query
    }

    /// Returns whether the caller lists all domains of the home tenant, so that any other domain
    /// belongs to another one unless a record assigns it to the home tenant.
    pub(super) fn lists_internal_domains(&self) -> bool {
        !self.internal_domains.is_empty()
    }
}

/// Texts with wildcards, in lower case. An empty list matches everything.
#[derive(Debug, Clone, Default)]
struct Patterns(Vec<String>);

impl Patterns {
    fn new(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let texts = texts.into_iter();
        Self(texts.map(|text| folded(text.as_ref())).collect())
    }

    fn match_text(&self, text: &str) -> bool {
        self.match_any(Some(text))
    }

    fn match_any<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        self.0.is_empty()
            || texts.into_iter().any(|text| {
                let text = folded(text);
                self.0
                    .iter()
                    .any(|pattern| matches(pattern.as_bytes(), text.as_bytes()))
            })
    }

    /// Returns whether one of them is this text, without a wildcard.
    fn contain(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern == text)
    }
}

/// Returns the domain in `contoso.com`, `@contoso.com` or `ann@contoso.com`.
fn domain(text: &str) -> &str {
    text.rsplit('@').next().unwrap_or_default()
}

/// Returns whether `text` is the part of a user principal name before the `@`.
fn is_local_part(text: &str) -> bool {
    // The names of personal accounts have no domain.
    !text.contains(['@', '*', '?', ':'])
        && !text.trim().starts_with('.')
        && Uuid::try_parse(text.trim()).is_err()
}

/// Returns the chat id in `text`, which can be encoded as in a link (`19%3Ax%40thread.v2`), or be a
/// link to the chat.
fn chat_id(text: &str) -> String {
    let mut id = text.trim().to_string();
    // Mail filters encode links again.
    for _ in 0..3 {
        id = percent_decode_str(&id).decode_utf8_lossy().into_owned();
    }
    if id.contains("://")
        && let Some(start) = id.find("19:")
    {
        let rest = &id[start..];
        let end = rest.find(['/', '?', '&', '#', '>']);
        return rest[..end.unwrap_or(rest.len())].into();
    }
    // The browser shows the id with this at its end.
    match id.split_once("?ctx=") {
        Some((id, _)) => id.into(),
        None => id,
    }
}

/// Returns a text for comparisons. Names of users, domains and operations are not case-sensitive.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Returns whether `text` matches `pattern`, in which `*` is any text and `?` is any byte. It only
/// returns to the last `*`, so the number of steps is at most the product of the lengths.
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
        assert_eq!(query.local_part_of("Ann@contoso.com"), Some("ann"));
        assert_eq!(query.local_part_of("anna@contoso.com"), None);
        for domain in ["evil.example", "bad.example"] {
            assert!(query.matches_domains([domain]));
            assert_eq!(query.domain_is_internal(domain), Some(false));
        }
        assert!(!query.matches_domains(["contoso.com"]));
        assert!(query.matches_thread("19:x_y@unq.gbl.spaces"));
    }

    #[test]
    fn a_link_to_a_chat_means_the_chat() {
        let group = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";
        for link in [
            "https://teams.microsoft.com/l/chat/19%3Ab8577894a63548969c5c92bb9c80c5e1%40thread.v2/0?tenantId=x",
            "https://teams.microsoft.com/l/message/19:b8577894a63548969c5c92bb9c80c5e1@thread.v2/1700?context=%7B%7D",
            "https://teams.microsoft.com/v2/#/conversations/19:b8577894a63548969c5c92bb9c80c5e1@thread.v2?ctx=chat",
            "https://mail.example/?url=https%3A%2F%2Fteams.microsoft.com%2Fl%2Fchat%2F19%253Ab8577894a63548969c5c92bb9c80c5e1%2540thread.v2%2F0&x=1",
            "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2?ctx=chat",
            " 19%3Ab8577894a63548969c5c92bb9c80c5e1%40thread.v2",
        ] {
            assert_eq!(chat_id(link), group, "{link}");
        }
        assert_eq!(chat_id("19:*@thread.v?"), "19:*@thread.v?");
    }

    #[test]
    fn an_invalid_guid_or_time_is_named() {
        let error = |options| Query::new(options).unwrap_err().to_string();
        let tenant = QueryOptions {
            tenant_id: Some("contoso".into()),
            ..Default::default()
        };
        assert_eq!(
            error(tenant),
            "TenantId 'contoso' can't be used. Use the tenant's GUID."
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
        let excludes = |query: &Query, text| query.excludes_record("x", read_time(text));
        assert_eq!(query.excludes_record("x", None), None);
        assert_eq!(
            excludes(&query, "2025-12-31T23:59:59"),
            Some(Filter::Period)
        );
        assert_eq!(excludes(&query, "2026-01-01T00:00:00"), None);
        assert_eq!(Query::default().excludes_record("x", None), None);
        let options = QueryOptions {
            before: Some("2026-01-01T00:00:00Z".into()),
            ..Default::default()
        };
        let query = Query::new(options).unwrap();
        assert_eq!(query.excludes_record("x", None), None);
        assert_eq!(excludes(&query, "2025-12-31T23:59:59"), None);
        assert_eq!(
            excludes(&query, "2026-01-01T00:00:00"),
            Some(Filter::Period)
        );
    }
}
