//! The tables that contain Teams chats, and their queries.

use super::hunt::Slice;

/// A table, the filters for its rows, and its columns. The schema page lacks columns that tenants
/// have and vice versa, so optional columns use `column_ifexists`. The filter for external users
/// drops only rows that say that their chat is internal.
pub(super) struct Table {
    pub(super) name: &'static str,
    chats: &'static str,
    external: &'static str,
    pub(super) columns: &'static str,
}

pub(super) const TABLES: [Table; 2] = [
    Table {
        name: "MessageEvents",
        chats: "",
        external: "| where coalesce(column_ifexists(\"IsExternalThread\", true), true)\n",
        columns: "| project Timestamp, \
            TeamsMessageId = column_ifexists(\"TeamsMessageId\", \"\"), \
            SenderEmailAddress = column_ifexists(\"SenderEmailAddress\", \"\"), \
            SenderDisplayName = column_ifexists(\"SenderDisplayName\", \"\"), \
            SenderObjectId = column_ifexists(\"SenderObjectId\", \"\"), \
            ThreadId, \
            ThreadType = column_ifexists(\"ThreadType\", \"\"), \
            IsExternalThread = column_ifexists(\"IsExternalThread\", true), \
            RecipientDetails",
    },
    Table {
        name: "CloudAppEvents",
        chats: "| where Application == \"Microsoft Teams\"\n\
            | where isnotempty(RawEventData.ChatThreadId)\n",
        external: "| where tostring(RawEventData.ParticipantInfo.HasForeignTenantUsers) !in~ (\"false\", \"0\") \
            or array_length(RawEventData.ParticipantInfo.ParticipatingTenantIds) > 1 \
            or column_ifexists(\"IsExternalUser\", false) == true\n",
        columns: "| project Timestamp, RawEventData",
    },
];

impl Table {
    /// Returns the query for the rows of a period.
    pub(super) fn rows(&self, (start, end): Slice, include_internal: bool) -> String {
        let Self {
            name,
            chats,
            external,
            ..
        } = self;
        let external = if include_internal { "" } else { external };
        format!(
            "{name}\n| where Timestamp >= datetime({start}) and Timestamp < datetime({end})\n{chats}{external}"
        )
    }
}
