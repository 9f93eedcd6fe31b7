//! A person in a chat, as the records name them.

use uuid::Uuid;

use super::domain_tenants::{DomainTenants, domain_of};
use super::small_set::SmallSet;
use crate::search::query::{Query, folded};
use crate::search::target::FoundBy;

/// The key of a person. One person can have two keys until a common object id joins them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PersonKey {
    /// A name or address, in lower case.
    Name(Box<str>),
    /// An object id, if there is no name.
    Id(Uuid),
}

/// The facts about a person.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// The user principal name in its original case.
    pub(super) name: Option<Box<str>>,
    /// The e-mail address, from sources that have no user principal name.
    pub(super) address: Option<Box<str>>,
    /// The tenants that records name for them.
    pub(super) tenants: SmallSet<Uuid>,
    /// Their object ids, and the source of each.
    pub(super) ids: SmallSet<(Uuid, FoundBy)>,
    /// Whether a list of members or recipients contains them.
    pub(super) listed: bool,
    /// Whether they have no account in any tenant.
    pub(super) without_tenant: bool,
}

/// Keeps the spelling that sorts first, so that the result does not depend on the order of records.
fn keep_first_spelling(known: &mut Option<Box<str>>, text: &str) {
    if known.as_deref().is_none_or(|known| text < known) {
        *known = Some(text.into());
    }
}

/// Whether a person belongs to the home tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The home tenant.
    Internal,
    /// Another tenant, if it is known, or none.
    External(Option<Uuid>),
    /// No record says.
    Unknown,
}

/// Returns whether a user principal name is that of a guest.
pub(crate) fn is_guest(name: &str) -> bool {
    name.contains("#EXT#") || name.contains("#ext#")
}

impl PersonKey {
    /// Returns the key of a name or address.
    pub(super) fn of_name(name: &str) -> Self {
        Self::Name(folded(name).into())
    }
}

impl Side {
    pub(super) fn is_internal(self) -> bool {
        self == Self::Internal
    }

    pub(super) fn is_external(self) -> bool {
        matches!(self, Self::External(_))
    }

    pub(super) fn is_unknown(self) -> bool {
        self == Self::Unknown
    }
}

impl Person {
    /// Adds a user principal name.
    pub(super) fn add_name(&mut self, name: &str) {
        keep_first_spelling(&mut self.name, name);
    }

    /// Adds an e-mail address.
    pub(super) fn add_address(&mut self, address: &str) {
        keep_first_spelling(&mut self.address, address);
    }

    pub(super) fn merge(&mut self, other: Self) {
        if let Some(name) = other.name {
            self.add_name(&name);
        }
        if let Some(address) = other.address {
            self.add_address(&address);
        }
        self.tenants.extend(other.tenants);
        self.ids.extend(other.ids);
        self.listed |= other.listed;
        self.without_tenant |= other.without_tenant;
    }

    /// Returns the user principal name, or else the address.
    pub(super) fn display_name(&self) -> Option<&str> {
        self.name.as_deref().or(self.address.as_deref())
    }

    pub(super) fn domain(&self) -> Option<String> {
        domain_of(self.display_name()?)
    }

    /// Returns whether the account belongs to no tenant: Teams for personal use, or Skype.
    fn is_consumer(&self) -> bool {
        self.name
            .as_deref()
            .is_some_and(|name| name.starts_with(".cid.") || name.starts_with("live:"))
    }

    /// Returns their side by the tenants in the records, or else by their domain.
    pub(super) fn side(
        &self,
        home: Option<Uuid>,
        domain_tenants: &DomainTenants,
        query: &Query,
    ) -> Side {
        let of_tenant = |tenant| match home {
            Some(home) if home == tenant => Side::Internal,
            Some(_) => Side::External(Some(tenant)),
            None => Side::Unknown,
        };
        let mut tenants = self.tenants.iter();
        match (tenants.next(), tenants.next()) {
            (Some(tenant), None) => return of_tenant(*tenant),
            (Some(_), Some(_)) => {
                let elsewhere = home.is_some_and(|home| !self.tenants.contains(&home));
                return if elsewhere {
                    Side::External(None)
                } else {
                    Side::Unknown
                };
            }
            (None, _) => {}
        }
        if self.without_tenant || self.is_consumer() {
            return Side::External(None);
        }
        let Some(domain) = self.domain() else {
            return Side::Unknown;
        };
        match (
            domain_tenants.tenant(&domain),
            query.domain_is_internal(&domain),
        ) {
            (Some(tenant), _) => of_tenant(tenant),
            (None, Some(true)) => Side::Internal,
            (None, Some(false)) => Side::External(None),
            (None, None) => Side::Unknown,
        }
    }
}
