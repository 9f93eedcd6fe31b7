//! Searches that ask Microsoft Graph: the audit log, Defender, and the chats of users.

mod audit_search {
    #[allow(dead_code, reason = "each test program uses its part")]
    pub(crate) mod support;
}

mod online_search {
    mod audit_query;
    mod chats;
    mod hunting;
    mod mixed;
    pub(crate) mod support;
}
