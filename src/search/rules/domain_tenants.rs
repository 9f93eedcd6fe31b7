//! Which tenant a domain belongs to, as far as records say so.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

/// Domains in lower case, each with the tenants that records tie it to. A domain belongs to one tenant, so
/// more than one means that nothing is known.
#[derive(Debug, Default)]
pub(super) struct DomainTenants(HashMap<Box<str>, BTreeSet<Uuid>>);

impl DomainTenants {
    /// A record says that `domain` belongs to `tenant`.
    pub(super) fn add(&mut self, domain: &str, tenant: Uuid) {
        let domain = domain.trim();
        if domain.is_empty() {
            return;
        }
        // Nearly every record repeats what is known, and mostly in lower case: look before allocating.
        if let Some(tenants) = self.0.get_mut(domain) {
            tenants.insert(tenant);
        } else {
            let domain = domain.to_lowercase().into_boxed_str();
            self.0.entry(domain).or_default().insert(tenant);
        }
    }

    /// The tenant of a domain in lower case.
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

/// The domain of a user principal name or an address, in lower case.
pub(super) fn domain_of(name: &str) -> Option<String> {
    let (_, domain) = name.trim().rsplit_once('@')?;
    let sensible = domain.contains('.') && !domain.contains(char::is_whitespace);
    sensible.then(|| domain.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_of_two_tenants_is_of_none() {
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
    fn a_name_without_a_domain_has_none() {
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
