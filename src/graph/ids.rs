//! Ids that Microsoft assigned, which are the same in every tenant.

use uuid::{Uuid, uuid};

/// The application id of Microsoft Graph. Some tokens contain it as their audience in place of
/// Graph's address.
pub(crate) const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// The application id of Microsoft Graph Command Line Tools: a public client of Microsoft's which
/// exists in every tenant and which Connect-MgGraph uses too.
pub(crate) const COMMAND_LINE_TOOLS_APP_ID: Uuid = uuid!("14d82eec-204b-4c2f-b7e8-296a70dab67e");

/// The delegated permission that a removal needs.
pub const REMOVAL_SCOPE: &str = "Chat.ReadWrite.All";

/// The id of [`REMOVAL_SCOPE`] among Graph's permissions.
pub(crate) const REMOVAL_SCOPE_ID: &str = "7e9a077b-3711-42b9-b7cb-5fa5f3f7fea7";
