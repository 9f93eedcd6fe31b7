//! The chats of users, listed through Graph by an application.
//!
//! Source: the v1.0 pages on listing chats and their members. Only an application may list the
//! chats of others, and no application may remove access, so this source has its own token, which
//! is used for nothing else.

use uuid::Uuid;

use super::pages::pages;
use super::users::GraphUsers;
use super::{Sink, SourceContext, SourceError};
use crate::graph::{Call, encoded};
use crate::identity::{Account, RequestError};
use crate::input::InvalidInput;
use crate::search::query::Query;
use crate::search::record::{ConversationMember, GraphChat, ListOwner};

/// The required permissions, as the end of a sentence.
const PERMISSION: &str = "Chat.ReadBasic.All, granted to the application";
const MEMBERS_PERMISSION: &str = "ChatMember.Read.All, granted to the application";

/// The next step when Graph rejects the token, which no sign-in can renew.
pub(super) const NEW_TOKEN: &str = "Use a new DiscoveryToken.";

/// Maximum number of members that Graph returns with a chat (a documented limit).
const EXPANDED: usize = 25;

/// The users whose chats are listed, and the application that lists them.
#[derive(Debug)]
pub struct ChatList {
    /// The application.
    pub(super) account: Account,
    users: Vec<String>,
}

impl ChatList {
    /// Lists the chats of `users` (user principal names or object ids) in the tenant of `account`,
    /// an application.
    ///
    /// # Errors
    /// `users` is empty or contains a wildcard, or the token is delegated or for another cloud.
    pub fn new(account: Account, users: Vec<String>) -> Result<Self, InvalidInput> {
        let wrong = |given: &str| {
            InvalidInput::new(
                "UserPrincipalName",
                given,
                "specify the users whose chats to list, without wildcards",
            )
        };
        if users.is_empty() {
            return Err(wrong(""));
        }
        if let Some(user) = users.iter().find(|user| !is_name(user)) {
            return Err(wrong(user));
        }
        if account.is_delegated() {
            return Err(InvalidInput::new(
                "DiscoveryToken",
                "(a delegated token)",
                "a user can list only their own chats. Use the token of an application with Chat.ReadBasic.All",
            ));
        }
        if let Some(elsewhere) = account.other_audience() {
            return Err(InvalidInput::new(
                "DiscoveryToken",
                &format!("(for {elsewhere})"),
                format!(
                    "use one for {}, or connect to the other cloud first",
                    account.client().cloud().graph
                ),
            ));
        }
        Ok(Self { account, users })
    }
}

/// Returns whether `user` is a user principal name or an object id.
fn is_name(user: &str) -> bool {
    let user = user.trim();
    Uuid::try_parse(user).is_ok()
        || (user.contains('@')
            && !user.contains(['*', '?', '/'])
            && !user.contains(char::is_control))
}

/// Lists the chats of each user. If the request for one is refused, the others are still listed.
pub(super) fn search(
    list: &ChatList,
    query: &Query,
    context: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let mut lister = Lister {
        home: query.tenant.unwrap_or_default(),
        context,
        incomplete: Vec::new(),
        seem_internal: 0,
    };
    let (mut listed, mut refused) = (0, Vec::new());
    for user in list.users.iter().map(|user| user.trim()) {
        match lister.list(user, sink) {
            Ok(true) => listed += 1,
            Ok(false) => context.warn(format!(
                "The directory contains no user {user}. No chats are listed for this user."
            )),
            Err(error) if error.is_about_the_request() => refused.push((user, error)),
            Err(error) => {
                lister.warn_of_missing_members();
                return Err(error);
            }
        }
    }
    lister.warn_of_missing_members();
    if listed == 0
        && let Some((_, error)) = refused.pop()
    {
        return Err(error);
    }
    for (user, error) in refused {
        if let Some((_, why, _)) = error.report(NEW_TOKEN) {
            context.warn(format!("Not all chats of {user} are listed. {why}"));
        }
    }
    Ok(())
}

/// The state of listing.
struct Lister<'a> {
    /// The home tenant.
    home: Uuid,
    context: &'a SourceContext<'a>,
    /// The chats of which some members are missing.
    incomplete: Vec<String>,
    /// How many of them have no known external user.
    seem_internal: usize,
}

impl Lister<'_> {
    /// Adds the chats of a user to `sink`. Returns `false` if there is no such user.
    fn list(&mut self, user: &str, sink: &mut Sink<'_>) -> Result<bool, SourceError> {
        let context = self.context;
        let Some(owner) = owner(user, context)? else {
            return Ok(false);
        };
        let segment = encoded(user);
        let first = Call::get(format!("users/{segment}/chats?$top=50&$expand=members"));
        let mut received = false;
        let listed = pages(first, context, PERMISSION, &mut |chats| {
            received = true;
            for chat in chats {
                match serde_json::from_str(chat.get()) {
                    Ok(chat) => self.add(chat, &owner, sink)?,
                    Err(error) => sink.bad_chat(error.into()),
                }
            }
            context.report_progress(format!("of {user}"), sink.records);
            Ok(())
        });
        match listed {
            Err(SourceError::Request(RequestError::Refused(response), _))
                if response.status == 404 && !received =>
            {
                Ok(false)
            }
            listed => listed.map(|()| true),
        }
    }

    /// Adds a chat, after requesting the members that were not returned with it.
    fn add(
        &mut self,
        mut chat: GraphChat,
        owner: &ListOwner,
        sink: &mut Sink<'_>,
    ) -> Result<(), SourceError> {
        let all = match &chat.members {
            Some(members) if members.len() < EXPANDED => Ok(()),
            _ => self.all_members(&chat).map(|all| chat.members = Some(all)),
        };
        sink.chat(&chat, owner);
        match all {
            Err(error) if error.is_about_the_request() => {
                self.seem_internal += usize::from(!chat.is_external(self.home));
                self.incomplete.push(chat.id);
                Ok(())
            }
            all => all,
        }
    }

    fn all_members(&self, chat: &GraphChat) -> Result<Vec<ConversationMember>, SourceError> {
        let first = Call::get(format!("chats/{}/members", encoded(&chat.id)));
        let mut members = Vec::new();
        pages(first, self.context, MEMBERS_PERMISSION, &mut |page| {
            for member in page {
                let member = serde_json::from_str(member.get());
                members.push(
                    member.map_err(|_| SourceError::unreadable("a chat member can't be read"))?,
                );
            }
            Ok(())
        })?;
        Ok(members)
    }

    /// Warns of chats of which some members are missing.
    fn warn_of_missing_members(&self) {
        if self.incomplete.is_empty() {
            return;
        }
        let first = self.incomplete.iter().take(3).cloned().collect::<Vec<_>>();
        self.context.warn(format!(
            "Some members of {} chats are missing, such as {}; {} of these chats have no known external user. \
             Listing all members requires the permission {MEMBERS_PERMISSION}, and a chat that began in your tenant.",
            self.incomplete.len(),
            first.join(", "),
            self.seem_internal,
        ));
    }
}

/// Looks up the user's object id, if the application may read the directory. Returns `None` if
/// there is no such user.
fn owner(user: &str, context: &SourceContext<'_>) -> Result<Option<ListOwner>, SourceError> {
    if let Ok(id) = Uuid::try_parse(user) {
        return Ok(Some(ListOwner {
            name: None,
            id: Some(id),
        }));
    }
    let name = Some(user.to_string());
    match (GraphUsers { context }).id_of(user) {
        Ok(Some(id)) => Ok(Some(ListOwner { name, id: Some(id) })),
        Ok(None) => Ok(None),
        // The member list usually contains the id too.
        Err(RequestError::Refused(response)) if response.status == 403 => {
            Ok(Some(ListOwner { name, id: None }))
        }
        Err(why) => Err(SourceError::Request(
            why,
            "User.ReadBasic.All, granted to the application",
        )),
    }
}
