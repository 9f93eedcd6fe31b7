//! The directory of an account's tenant.

use uuid::Uuid;

use super::SourceContext;
use crate::identity::{RequestError, find_user};
use crate::search::directory::{Directory, DirectoryError};

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

impl GraphUsers<'_> {
    /// Returns the object id of the user with this name, or `None` if there is no such user.
    pub(super) fn id_of(&self, name: &str) -> Result<Option<Uuid>, RequestError> {
        find_user(name, &|call| self.context.send(call))
    }
}
