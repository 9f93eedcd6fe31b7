//! A person in a chat, as the records name them.

use uuid::Uuid;

use super::actors::Actors;
use super::claims::{Claims, only_tenant};
use super::domain_tenants::{DomainTenant, DomainTenants, domain_of};
use super::small_set::SmallSet;
use crate::input::visible;
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
    /// The address of a sender in a chat with external users, who can choose it. It identifies
    /// nobody.
    pub(super) claimed_address: Option<Box<str>>,
    /// The names that others saw, of users who may be external.
    pub(super) display_names: SmallSet<Box<str>>,
    /// The tenants that records name for them.
    pub(super) tenants: Claims,
    /// Whether a record names them without another tenant.
    pub(super) may_be_internal: bool,
    /// Their object ids, and the source of each.
    pub(super) ids: SmallSet<KnownId>,
    /// Whether a list of members or recipients contains them.
    pub(super) listed: bool,
    /// Whether they have no account in any tenant.
    pub(super) without_tenant: bool,
}

/// An object id of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KnownId {
    pub(super) id: Uuid,
    pub(super) by: FoundBy,
    /// Whether it is the id of an actor of another tenant, so that it is not the id of a user of
    /// the home tenant, whatever the actor's name.
    pub(super) is_external: bool,
}

impl KnownId {
    pub(super) fn new(id: Uuid, by: FoundBy) -> Self {
        Self {
            id,
            by,
            is_external: false,
        }
    }
}

/// Keeps the spelling that sorts first, so that the result does not depend on the order of records.
fn keep_first_spelling(known: &mut Option<Box<str>>, text: &str) {
    let text = visible(text);
    if known.as_deref().is_none_or(|known| *text < *known) {
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
    /// Records name the home tenant and another one.
    Contradicted,
}

/// Returns whether a user principal name is that of a guest.
pub(crate) fn is_guest(name: &str) -> bool {
    name.contains("#EXT#") || name.contains("#ext#")
}

impl PersonKey {
    /// Returns the key of a name or address.
    pub(super) fn of_name(name: &str) -> Self {
        Self::Name(visible(&folded(name)).into())
    }
}

impl Side {
    pub(super) fn is_internal(self) -> bool {
        self == Self::Internal
    }

    pub(super) fn is_external(self) -> bool {
        matches!(self, Self::External(_))
    }

    /// Returns whether they may belong to the home tenant or to another one.
    pub(super) fn is_uncertain(self) -> bool {
        matches!(self, Self::Unknown | Self::Contradicted)
    }

    pub(super) fn is_unknown(self) -> bool {
        self == Self::Unknown
    }

    pub(super) fn is_contradicted(self) -> bool {
        self == Self::Contradicted
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

    /// Adds the tenant that a record names for them, or that it names none.
    pub(super) fn add_tenant(&mut self, tenant: Option<Uuid>, home: Option<Uuid>, record: Uuid) {
        self.may_be_internal |= tenant.is_none() || tenant == home;
        if let Some(tenant) = tenant {
            self.tenants.insert(tenant, record);
        }
    }

    /// Adds the address of a sender in a chat with external users.
    pub(super) fn add_claimed_address(&mut self, address: &str) {
        keep_first_spelling(&mut self.claimed_address, address);
    }

    /// Adds a name that others saw. It identifies nobody. External users can change it at will, so
    /// only some are kept.
    pub(super) fn add_display_name(&mut self, name: &str) {
        const MOST: usize = 10;
        if name.is_empty() {
            return;
        }
        self.display_names.add(&visible(name));
        // Those that sort first, so that the order of the records does not matter.
        if self.display_names.len() > MOST {
            self.display_names.pop_last();
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for name in other.display_names {
            self.add_display_name(&name);
        }
        if let Some(name) = other.name {
            self.add_name(&name);
        }
        if let Some(address) = other.address {
            self.add_address(&address);
        }
        if let Some(address) = other.claimed_address {
            self.add_claimed_address(&address);
        }
        self.tenants.extend(other.tenants);
        self.may_be_internal |= other.may_be_internal;
        self.ids.extend(other.ids);
        self.listed |= other.listed;
        self.without_tenant |= other.without_tenant;
    }

    /// Returns the ids that can be those of a user of the home tenant.
    pub(super) fn internal_ids(&self) -> impl Iterator<Item = &KnownId> {
        self.ids.iter().filter(|id| !id.is_external)
    }

    /// Returns the user principal name, or else the address.
    pub(super) fn display_name(&self) -> Option<&str> {
        self.name
            .as_deref()
            .or(self.address.as_deref())
            .or(self.claimed_address.as_deref())
    }

    /// Returns whether only a sender's address names them.
    pub(super) fn is_only_claimed(&self) -> bool {
        self.claimed_address.is_some() && self.name.is_none() && self.address.is_none()
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

    /// Returns their side by what the caller states, by the tenants in the records, or by their
    /// domain, in this order.
    pub(super) fn side(
        &self,
        home: Option<Uuid>,
        domain_tenants: &DomainTenants,
        actors: &Actors,
        query: &Query,
    ) -> Side {
        let side = self.side_by_name(home, domain_tenants, query);
        let is_trusted = side.is_external()
            || !self.is_only_claimed()
            || (side.is_internal() && home.is_some_and(|home| self.is_actor(home, actors)));
        if is_trusted { side } else { Side::Unknown }
    }

    /// Returns whether an external user is one for certain: by what the caller states, or by records
    /// that name their tenant and that no other record can contradict. The domain alone is not
    /// enough to draw conclusions about others.
    pub(super) fn is_certainly_external(&self, query: &Query) -> bool {
        let by_caller = |domain: String| {
            let stated = query.domain_is_internal(&domain);
            stated.map_or(query.lists_internal_domains(), |internal| !internal)
        };
        self.without_tenant
            || self.is_consumer()
            || (!self.tenants.is_empty() && !self.may_be_internal)
            || self.domain().is_some_and(by_caller)
    }

    /// Returns whether the audit log contains a sender's address with the same object id.
    fn is_actor(&self, home: Uuid, actors: &Actors) -> bool {
        let address = self.claimed_address.as_deref().unwrap_or_default();
        let actor = actors.ids(home, address);
        actor.is_some_and(|ids| self.internal_ids().any(|known| ids.contains(&known.id)))
    }

    fn side_by_name(
        &self,
        home: Option<Uuid>,
        domain_tenants: &DomainTenants,
        query: &Query,
    ) -> Side {
        let domain = self.domain();
        let domain = domain.as_deref();
        let stated = domain.and_then(|domain| query.domain_is_internal(domain));
        let by_list = || match domain {
            Some(_) if query.lists_internal_domains() => Side::External(None),
            _ => Side::Unknown,
        };
        let Some(home) = home else {
            return match stated {
                Some(true) => Side::Internal,
                Some(false) => Side::External(None),
                None if self.without_tenant || self.is_consumer() => Side::External(None),
                None => by_list(),
            };
        };
        let by_domain = domain.map_or(DomainTenant::Unknown, |domain| {
            domain_tenants.tenant_for(domain, home)
        });
        let has_home = self.tenants.contains(home);
        match (has_home, only_tenant(self.tenants.other_than(home))) {
            (true, None) => Side::Internal,
            (true, Some(_)) if stated == Some(true) => Side::Internal,
            (true, Some(_)) => Side::Contradicted,
            (false, Some(other)) => match (stated, by_domain) {
                (Some(true), _) if self.may_be_internal => Side::Internal,
                (Some(true), _) | (None, DomainTenant::Home | DomainTenant::Contradiction) => {
                    Side::Contradicted
                }
                _ => Side::External(other),
            },
            (false, None) => match (stated, by_domain) {
                _ if self.without_tenant || self.is_consumer() => Side::External(None),
                (Some(true), _) => Side::Internal,
                (Some(false), _) => Side::External(None),
                (None, DomainTenant::Home) => Side::Internal,
                (None, DomainTenant::Contradiction) => Side::Contradicted,
                (None, DomainTenant::Other(tenant)) => Side::External(tenant),
                (None, DomainTenant::Unknown) => by_list(),
            },
        }
    }
}
