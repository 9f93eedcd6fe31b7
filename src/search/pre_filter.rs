//! Recognises rows about internal chats, which most chats are, by their bytes in the CSV file. That
//! takes a tenth of the time of parsing them. If anything is uncertain, the row is parsed.

use memchr::memmem::Finder;

use super::rules::is_guest;

/// A row about an internal chat: the domains that it assigns to the home tenant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InternalChat<'r> {
    /// The home tenant, as the row writes it.
    pub(crate) tenant: &'r str,
    /// The user principal names of its users.
    pub(crate) names: Vec<&'r str>,
}

/// The flags of a chat without external users and guests, from the end of the first one's name.
const NO_GUESTS: &[u8] = b"\"\":false,\"\"HasGuestUsers\"\":false,\
    \"\"HasOtherGuestUsers\"\":false,\"\"HasUnauthenticatedUsers\"\":false";

/// The texts to search for. A quote in a value is escaped and the quotes here are not, so no value,
/// such as a display name, can be mistaken for a field.
pub(crate) struct PreFilter {
    flag: Finder<'static>,
    flags: Finder<'static>,
    organization: Finder<'static>,
    tenant: Finder<'static>,
    participating: Finder<'static>,
    sip: Finder<'static>,
    upn: Finder<'static>,
    actor_tenant: Finder<'static>,
    actor: Finder<'static>,
}

impl PreFilter {
    pub(crate) fn new() -> Self {
        Self {
            flag: Finder::new("HasForeignTenantUsers"),
            flags: Finder::new("Users\"\""),
            organization: Finder::new("OrganizationId\"\":\"\""),
            tenant: Finder::new("TenantId\"\":\"\""),
            participating: Finder::new("ParticipatingTenantIds"),
            sip: Finder::new("DomainName"),
            upn: Finder::new("\"\"UPN\"\":\"\""),
            actor_tenant: Finder::new("UserTenantId"),
            actor: Finder::new("\"\"UserId\"\":\"\""),
        }
    }

    /// Returns the facts of a row that certainly has no external users and no guests: the flags are
    /// false, it names one tenant only, and every member has that tenant.
    pub(crate) fn internal_chat<'r>(&self, row: &'r [u8]) -> Option<InternalChat<'r>> {
        let flag = self.only(&self.flag, row)?;
        let flags = &row[flag..];
        if !flags.starts_with(b"\"\":false") || self.sip.find(row).is_some() {
            return None;
        }
        // The service writes them in this order.
        if !flags.starts_with(NO_GUESTS) {
            let end = self.flags.needle().len();
            let mut others = self.flags.find_iter(row);
            if !others.all(|at| row[at + end..].starts_with(b":false")) {
                return None;
            }
        }
        let mut organizations = self.organization.find_iter(row);
        let first = organizations.next()? + self.organization.needle().len();
        let tenant = value(row, first).filter(|tenant| tenant.len() == 36)?;
        let same = |finder: &Finder<'_>, at: usize| {
            let found = &row[at + finder.needle().len()..];
            found.starts_with(tenant.as_bytes()) && found.get(tenant.len()) == Some(&b'"')
        };
        let mut members = 0;
        for at in organizations {
            if !same(&self.organization, at) {
                return None;
            }
            members += 1;
        }
        if !self.tenant.find_iter(row).all(|at| same(&self.tenant, at)) {
            return None;
        }
        if self.participating.find(row).is_some() {
            let list = self.only(&self.participating, row)?;
            let list = row[list..].strip_prefix(b"\"\":[")?;
            let one = list
                .strip_prefix(b"\"\"")
                .and_then(|rest| rest.strip_prefix(tenant.as_bytes())?.strip_prefix(b"\"\"]"));
            if one.is_none() && !list.starts_with(b"]") {
                return None;
            }
        }
        let mut names = Vec::new();
        for at in self.upn.find_iter(row) {
            let name = value(row, at + self.upn.needle().len())?;
            if is_guest(name) {
                return None;
            }
            names.push(name);
        }
        if names.len() != members {
            return None;
        }
        if self.actor_tenant.find(row).is_some() {
            let at = self.actor.find(row)? + self.actor.needle().len();
            names.push(value(row, at)?);
        }
        Some(InternalChat { tenant, names })
    }

    /// Returns the end of the only occurrence.
    fn only(&self, finder: &Finder<'_>, row: &[u8]) -> Option<usize> {
        let mut found = finder.find_iter(row);
        let end = found.next()? + finder.needle().len();
        found.next().is_none().then_some(end)
    }
}

/// Returns the text at `start`, up to the quote that ends it, if it contains no escapes.
fn value(row: &[u8], start: usize) -> Option<&str> {
    let rest = row.get(start..)?;
    let text = &rest[..memchr::memchr(b'"', rest)?];
    let plain = text
        .iter()
        .all(|byte| (b' '..0x7F).contains(byte) && *byte != b'\\');
    plain.then(|| std::str::from_utf8(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "aaaaaaaa-0000-4000-8000-00000000000a";
    const AWAY: &str = "bbbbbbbb-0000-4000-8000-00000000000b";

    fn row(json: &str) -> String {
        format!("1,2,25,\"{}\",", json.replace('"', "\"\""))
    }

    fn json() -> String {
        format!(
            r#"{{"OrganizationId":"{HOME}","UserId":"ann@contoso.com","ChatThreadId":"19:x@thread.v2","Members":[{{"OrganizationId":"{HOME}","DisplayName":"\"x\"","UPN":"ben@contoso.com"}}],"ParticipantInfo":{{"HasForeignTenantUsers":false,"ParticipatingSIPDomains":[],"ParticipatingTenantIds":["{HOME}"]}},"ResourceTenantId":"{HOME}"}}"#
        )
    }

    #[test]
    fn an_internal_chat_is_recognised() {
        let row = row(&json());
        let seen = PreFilter::new().internal_chat(row.as_bytes()).unwrap();
        assert_eq!(seen.tenant, HOME);
        assert_eq!(seen.names, ["ben@contoso.com"]);
    }

    #[test]
    fn a_chat_without_guests_is_recognised_in_any_order_of_the_flags() {
        let guests = "\"HasGuestUsers\":false,\"HasOtherGuestUsers\":false";
        let others = "\"HasUnauthenticatedUsers\":false";
        for (from, to) in [
            ("Users\":false", format!("Users\":false,{guests},{others}")),
            ("{\"HasForeign", format!("{{{others},{guests},\"HasForeign")),
        ] {
            let row = row(&json().replace(from, &to));
            assert!(
                PreFilter::new().internal_chat(row.as_bytes()).is_some(),
                "{to}"
            );
        }
    }

    #[test]
    fn an_actor_with_a_tenant_is_returned_too() {
        let row = row(&json().replace("\"ResourceTenantId\"", "\"UserTenantId\""));
        let seen = PreFilter::new().internal_chat(row.as_bytes()).unwrap();
        assert_eq!(seen.names, ["ben@contoso.com", "ann@contoso.com"]);
    }

    #[test]
    fn rows_that_may_concern_an_external_user_or_a_guest_are_parsed() {
        let json = json();
        for (from, to) in [
            ("Users\":false".to_string(), "Users\":true".to_string()),
            ("Users\":false".into(), "Users\": false".into()),
            ("\"HasForeignTenantUsers\":false,".into(), String::new()),
            (
                "\"HasForeignTenantUsers\":false".into(),
                "\"HasForeignTenantUsers\":false,\"HasForeignTenantUsers\":true".into(),
            ),
            (format!("[\"{HOME}\"]"), format!("[\"{HOME}\",\"{AWAY}\"]")),
            (format!("[\"{HOME}\"]"), format!("[\"{AWAY}\"]")),
            (
                format!("\"ResourceTenantId\":\"{HOME}\""),
                format!("\"ResourceTenantId\":\"{AWAY}\""),
            ),
            (
                format!("{{\"OrganizationId\":\"{HOME}\",\"Dis"),
                format!("{{\"OrganizationId\":\"{AWAY}\",\"Dis"),
            ),
            (
                format!("{{\"OrganizationId\":\"{HOME}\",\"Dis"),
                "{\"Dis".into(),
            ),
            (
                "SIPDomains\":[]".into(),
                format!("SIPDomains\":[{{\"DomainName\":\"x.example\",\"TenantId\":\"{AWAY}\"}}]"),
            ),
            ("ben@contoso.com".into(), "b\\u0065n@contoso.com".into()),
            (
                "ben@contoso.com".into(),
                "b_evil.example#EXT#@contoso.onmicrosoft.com".into(),
            ),
            (
                "Users\":false".into(),
                "Users\":false,\"HasGuestUsers\":true".into(),
            ),
            (
                "Users\":false".into(),
                "Users\":false,\"HasGuestUsers\":false,\"HasOtherGuestUsers\":true".into(),
            ),
        ] {
            let changed = json.replace(&from, &to);
            assert_ne!(changed, json, "{from}");
            assert_eq!(
                PreFilter::new().internal_chat(row(&changed).as_bytes()),
                None,
                "{to}"
            );
        }
    }
}
