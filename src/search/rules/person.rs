//! Somebody in a chat, as records name them.

use uuid::Uuid;

use super::domain_tenants::{DomainTenants, domain_of};
use super::small_set::SmallSet;
use crate::search::query::Query;
use crate::search::target::FoundBy;

/// Who somebody is, as a key: the same person may have two, until their ids show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PersonKey {
    /// By name or address, in lower case.
    Name(Box<str>),
    /// By object id, where there is no name.
    Id(Uuid),
}

/// What records say about somebody.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// The user principal name as it is written.
    pub(super) name: Option<Box<str>>,
    /// The e-mail address, from sources that have no user principal name.
    pub(super) address: Option<Box<str>>,
    /// The tenants that records put them in.
    pub(super) tenants: SmallSet<Uuid>,
    /// Their object ids, and how each was found.
    pub(super) ids: SmallSet<(Uuid, FoundBy)>,
    /// A list of members or recipients names them.
    pub(super) listed: bool,
    /// They have no account in any tenant.
    pub(super) outside: bool,
}

/// Of two spellings always the same one, whichever came first.
fn spell(known: &mut Option<Box<str>>, text: &str) {
    if known.as_deref().is_none_or(|known| text < known) {
        *known = Some(text.into());
    }
}

/// Which side of the fence somebody is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The home tenant.
    Internal,
    /// Another one, where it is known which.
    External(Option<Uuid>),
    /// The records do not say.
    Unknown,
}

impl Person {
    /// Their user principal name is `name`.
    pub(super) fn named(&mut self, name: &str) {
        spell(&mut self.name, name);
    }

    /// Their e-mail address is `address`.
    pub(super) fn addressed(&mut self, address: &str) {
        spell(&mut self.address, address);
    }

    pub(super) fn merge(&mut self, other: Self) {
        if let Some(name) = other.name {
            self.named(&name);
        }
        if let Some(address) = other.address {
            self.addressed(&address);
        }
        self.tenants.extend(other.tenants);
        self.ids.extend(other.ids);
        self.listed |= other.listed;
        self.outside |= other.outside;
    }

    /// What to call them.
    pub(super) fn display_name(&self) -> Option<&str> {
        self.name.as_deref().or(self.address.as_deref())
    }

    pub(super) fn domain(&self) -> Option<String> {
        domain_of(self.display_name()?)
    }

    /// A person without a tenant's account: Teams for personal use and Skype.
    fn is_consumer(&self) -> bool {
        self.name
            .as_deref()
            .is_some_and(|name| name.starts_with(".cid.") || name.starts_with("live:"))
    }

    /// Their side, seen from `home`: what a record says of themselves, else what their domain says.
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
                let away = home.is_some_and(|home| !self.tenants.contains(&home));
                return if away {
                    Side::External(None)
                } else {
                    Side::Unknown
                };
            }
            (None, _) => {}
        }
        if self.outside || self.is_consumer() {
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
