//! The tenants that records name for a person or a domain.

use uuid::Uuid;

/// Tenants in sorted order, each with the id of one of the records that name it (nil if none has an
/// id that is a GUID). The smallest id is kept, so that the order of the records does not matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims(Vec<(Uuid, Uuid)>);

impl Claims {
    pub(super) fn insert(&mut self, tenant: Uuid, record: Uuid) {
        match self.0.binary_search_by_key(&tenant, |(tenant, _)| *tenant) {
            Ok(at) => {
                let known = &mut self.0[at].1;
                if known.is_nil() || (record < *known && !record.is_nil()) {
                    *known = record;
                }
            }
            Err(at) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (tenant, record));
            }
        }
    }

    pub(super) fn contains(&self, tenant: Uuid) -> bool {
        self.0.iter().any(|(claimed, _)| *claimed == tenant)
    }

    /// Returns the tenants other than `home`, each with the id of a record.
    pub(super) fn other_than(&self, home: Uuid) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.iter().filter(move |(tenant, _)| *tenant != home)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.0.iter().copied()
    }

    pub(super) fn extend(&mut self, other: Self) {
        for (tenant, record) in other.0 {
            self.insert(tenant, record);
        }
    }
}

/// Returns the only tenant, or `None` if there are several. The outer `None` means that there is
/// none.
pub(super) fn only_tenant(mut tenants: impl Iterator<Item = (Uuid, Uuid)>) -> Option<Option<Uuid>> {
    let (first, _) = tenants.next()?;
    Some(tenants.next().is_none().then_some(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_record_of_each_tenant_is_kept() {
        let [home, away, early, late] = [1, 2, 3, 4].map(Uuid::from_u128);
        let mut claims = Claims::default();
        for (tenant, record) in [
            (away, Uuid::nil()),
            (away, late),
            (home, early),
            (away, early),
            (away, Uuid::nil()),
        ] {
            claims.insert(tenant, record);
        }
        assert!(claims.contains(home));
        assert_eq!(claims.other_than(home).collect::<Vec<_>>(), [(away, early)]);
        assert_eq!(only_tenant(claims.iter()), Some(None));
        assert_eq!(only_tenant(claims.other_than(home)), Some(Some(away)));
        assert_eq!(only_tenant(Claims::default().iter()), None);
    }
}
