//! The tenant of each domain, according to the records.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::claims::{Claims, only_tenant};
use crate::input::visible;

/// Domains in lower case, each with the tenants that records name for it.
#[derive(Debug, Default)]
pub(super) struct DomainTenants(HashMap<Box<str>, Claims>);

/// The tenant of a domain, according to the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DomainTenant {
    /// The home tenant.
    Home,
    /// The home tenant and others: the records contradict each other, because a domain belongs to
    /// one tenant.
    Contradiction,
    /// Another tenant, or one of several others.
    Other(Option<Uuid>),
    /// No record names a tenant.
    Unknown,
}

impl DomainTenants {
    /// Adds a record's statement that `domain` belongs to `tenant`.
    pub(super) fn add(&mut self, domain: &str, tenant: Uuid, record: Uuid) {
        let domain = domain.trim();
        if domain.is_empty() {
            return;
        }
        // Nearly every record repeats a known domain, mostly in lower case. This lookup avoids an
        // allocation.
        if let Some(tenants) = self.0.get_mut(domain) {
            tenants.insert(tenant, record);
        } else {
            let domain = visible(&domain.to_lowercase()).into();
            self.0.entry(domain).or_default().insert(tenant, record);
        }
    }

    /// Returns the only tenant of a domain in lower case.
    pub(super) fn tenant(&self, domain: &str) -> Option<Uuid> {
        only_tenant(self.0.get(domain)?.iter()).flatten()
    }

    /// Returns the tenant of a domain in lower case, as users of `home` see it.
    ///
    /// A record that assigns a subdomain of the home tenant to another tenant is as doubtful as one
    /// that assigns the domain itself.
    pub(super) fn tenant_for(&self, domain: &str, home: Uuid) -> DomainTenant {
        let Some(claims) = self.0.get(domain) else {
            return DomainTenant::Unknown;
        };
        match only_tenant(claims.other_than(home)) {
            None => DomainTenant::Home,
            Some(_) if claims.contains(home) || self.has_home_parent(domain, home) => {
                DomainTenant::Contradiction
            }
            Some(other) => DomainTenant::Other(other),
        }
    }

    fn has_home_parent(&self, domain: &str, home: Uuid) -> bool {
        let mut rest = domain;
        while let Some((_, parent)) = rest.split_once('.') {
            if self
                .0
                .get(parent)
                .is_some_and(|tenants| tenants.contains(home))
            {
                return true;
            }
            rest = parent;
        }
        false
    }

    /// Returns the records that assign a domain of the home tenant to another tenant: the domain,
    /// the other tenant and the id of a record. `is_stated` returns whether the caller states that
    /// a domain belongs to the home tenant.
    pub(super) fn contradictions(
        &self,
        homes: &BTreeSet<Uuid>,
        is_stated: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&str, Uuid, Uuid)> {
        self.0.iter().flat_map(move |(domain, claims)| {
            let home = homes.iter().find(|home| {
                is_stated(domain) || self.tenant_for(domain, **home) == DomainTenant::Contradiction
            });
            let others = home.map(|home| claims.other_than(*home));
            others
                .into_iter()
                .flatten()
                .map(move |(tenant, record)| (&**domain, tenant, record))
        })
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
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
    fn a_domain_with_two_tenants_is_a_contradiction_for_both() {
        let [home, away, other] = [1, 2, 3].map(Uuid::from_u128);
        let mut domain_tenants = DomainTenants::default();
        let mut add = |domain, tenant| domain_tenants.add(domain, tenant, Uuid::nil());
        add("Contoso.com", home);
        add("contoso.com", home);
        add("evil.example", away);
        add("sub.contoso.com", away);
        add("both.example", home);
        add("both.example", away);
        add("two.example", away);
        add("two.example", other);
        for (domain, tenant, for_home) in [
            ("contoso.com", Some(home), DomainTenant::Home),
            ("evil.example", Some(away), DomainTenant::Other(Some(away))),
            ("sub.contoso.com", Some(away), DomainTenant::Contradiction),
            ("both.example", None, DomainTenant::Contradiction),
            ("two.example", None, DomainTenant::Other(None)),
            ("fabrikam.com", None, DomainTenant::Unknown),
        ] {
            assert_eq!(domain_tenants.tenant(domain), tenant, "{domain}");
            assert_eq!(
                domain_tenants.tenant_for(domain, home),
                for_home,
                "{domain}"
            );
        }
        assert_eq!(
            domain_tenants.tenant_for("both.example", away),
            DomainTenant::Contradiction
        );
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
