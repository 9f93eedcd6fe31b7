//! The directory of an account's tenant.

use serde::Deserialize;
use uuid::Uuid;

use super::SourceContext;
use super::pages::pages;
use crate::graph::Call;
use crate::identity::{RequestError, find_user};
use crate::search::directory::{Directory, DirectoryError};
use crate::search::query::folded;

/// The directory of an account's tenant.
pub(in crate::search) struct GraphUsers<'a> {
    pub(in crate::search) context: &'a SourceContext<'a>,
}

impl Directory for GraphUsers<'_> {
    fn tenant(&self) -> Option<Uuid> {
        Uuid::try_parse(&self.context.account.tenant()?).ok()
    }

    fn find(&self, name: &str) -> Result<Option<Uuid>, DirectoryError> {
        Ok(self.id_of(name)?)
    }
}

/// The requested property of a tenant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    verified_domains: Vec<VerifiedDomain>,
}

#[derive(Deserialize)]
struct VerifiedDomain {
    name: String,
}

impl GraphUsers<'_> {
    /// Returns the verified domains of the tenant in lower case, or an empty list if they can't be
    /// read. They need a permission of their own (User.Read), and a search works without them.
    ///
    /// Source: the v1.0 page on listing organizations.
    pub(in crate::search) fn verified_domains(&self) -> Vec<String> {
        let mut domains = Vec::new();
        let call = Call::get("organization?$select=verifiedDomains".into());
        let _ = pages(call, self.context, "User.Read", &mut |organizations| {
            for organization in organizations {
                if let Ok(found) = serde_json::from_str::<Organization>(organization.get()) {
                    domains.extend(found.verified_domains.iter().map(|one| folded(&one.name)));
                }
            }
            Ok(())
        });
        domains
    }

    /// Returns the object id of the user with this name, or `None` if there is no such user.
    pub(super) fn id_of(&self, name: &str) -> Result<Option<Uuid>, RequestError> {
        find_user(name, &|call| self.context.send(call))
    }
}
