//! The tenant of each domain, according to the records.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

/// Domains in lower case, each with the tenants that records name for it. A domain belongs to one
/// tenant, so more than one tenant means that its tenant is unknown.
#[derive(Debug, Default)]
pub(super) struct DomainTenants(HashMap<Box<str>, BTreeSet<Uuid>>);

impl DomainTenants {
    /// Adds a record's statement that `domain` belongs to `tenant`.
    pub(super) fn add(&mut self, domain: &str, tenant: Uuid) {
        let domain = domain.trim();
        if domain.is_empty() {
            return;
        }
        // Nearly every record repeats a known domain, mostly in lower case. This lookup avoids an
        // allocation.
        if let Some(tenants) = self.0.get_mut(domain) {
            tenants.insert(tenant);
        } else {
            let domain = domain.to_lowercase().into_boxed_str();
            self.0.entry(domain).or_default().insert(tenant);
        }
    }

    /// Returns the tenant of a domain in lower case, or `None` if it is unknown.
    pub(super) fn tenant(&self, domain: &str) -> Option<Uuid> {
        let mut tenants = self.0.get(domain)?.iter();
        tenants.next().copied().filter(|_| tenants.next().is_none())
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (domain, tenants) in other.0 {
            self.0.entry(domain).or_default().extend(tenants);
        }
    }
}

/// Returns the domain of a user principal name or address, in lower case.
pub(super) fn domain_of(name: &str) -> Option<String> {
    let (_, domain) = name.trim().rsplit_once('@')?;
    let is_valid = domain.contains('.') && !domain.contains(char::is_whitespace);
    is_valid.then(|| domain.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_with_two_tenants_has_an_unknown_tenant() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut domain_tenants = DomainTenants::default();
        domain_tenants.add("Contoso.com", a);
        domain_tenants.add("contoso.com", a);
        assert_eq!(domain_tenants.tenant("contoso.com"), Some(a));
        domain_tenants.add("contoso.com", b);
        assert_eq!(domain_tenants.tenant("contoso.com"), None);
        assert_eq!(domain_tenants.tenant("fabrikam.com"), None);
    }

    #[test]
    fn a_name_without_a_valid_domain_has_no_domain() {
        assert_eq!(domain_of("Ann@Contoso.COM").as_deref(), Some("contoso.com"));
        assert_eq!(domain_of("a@b@contoso.com").as_deref(), Some("contoso.com"));
        for name in [
            "ann",
            ".cid.2640d6262885f83e",
            "ann@",
            "ann@localhost",
            "a@b c.d",
        ] {
            assert_eq!(domain_of(name), None, "{name}");
        }
    }
}
