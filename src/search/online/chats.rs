//! The chats of users, as Graph lists them for an application.
//!
//! Source: the v1.0 pages of listing chats and their members. Only an application may list what is not its own,
//! and no application may remove: so this has a token of its own, which is used for nothing else.

use uuid::Uuid;

use super::pages::pages;
use super::users::GraphUsers;
use super::{Sink, SourceContext, SourceError};
use crate::graph::{Call, encoded};
use crate::identity::{Account, RequestError};
use crate::input::InvalidInput;
use crate::search::query::Query;
use crate::search::record::{ConversationMember, GraphChat, Owner};

/// The permissions that it takes.
const PERMISSION: &str = "Chat.ReadBasic.All, as an application";
const MEMBERS_PERMISSION: &str = "ChatMember.Read.All, as an application";

/// What to do where its token is refused: nobody has signed in for it.
pub(super) const ANOTHER_TOKEN: &str = "Give a new DiscoveryToken.";

/// Where the members of a chat come with it, there are no more than so many (a known limit of Graph's).
const EXPANDED: usize = 25;

/// Whose chats are listed, and with what.
#[derive(Debug)]
pub struct ChatList {
    /// The application that may list them.
    pub(super) account: Account,
    users: Vec<String>,
}

impl ChatList {
    /// The chats of `users`, by user principal name or object id, in the tenant of `account`, an application.
    ///
    /// # Errors
    /// Nobody, or everybody, is to be listed; the token is a person's.
    pub fn new(account: Account, users: Vec<String>) -> Result<Self, InvalidInput> {
        let wrong = |given: &str| {
            InvalidInput::new(
                "UserPrincipalName",
                given,
                "name the users whose chats are to be listed, without wildcards",
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
                "(the token of a person)",
                "a person can list their own chats only; give the token of an application with Chat.ReadBasic.All",
            ));
        }
        if let Some(elsewhere) = account.other_audience() {
            return Err(InvalidInput::new(
                "DiscoveryToken",
                &format!("(for {elsewhere})"),
                format!(
                    "give one for {}, or connect to the other cloud first",
                    account.client().cloud().graph
                ),
            ));
        }
        Ok(Self { account, users })
    }
}

/// A user principal name or an object id.
fn is_name(user: &str) -> bool {
    let user = user.trim();
    Uuid::try_parse(user).is_ok()
        || (user.contains('@')
            && !user.contains(['*', '?', '/'])
            && !user.contains(char::is_control))
}

/// Lists the chats of each user. One whose chats are refused costs the others nothing.
pub(super) fn search(
    list: &ChatList,
    query: &Query,
    graph: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let mut lister = Lister {
        home: query.tenant.unwrap_or_default(),
        graph,
        short: Vec::new(),
        hidden: 0,
    };
    let (mut listed, mut refused) = (0, Vec::new());
    for user in list.users.iter().map(|user| user.trim()) {
        match lister.list(user, sink) {
            Ok(true) => listed += 1,
            Ok(false) => graph.warn(format!(
                "The directory knows no user {user}: no chats are listed."
            )),
            Err(trouble) if trouble.is_about_what_was_asked() => refused.push((user, trouble)),
            Err(trouble) => {
                lister.tell();
                return Err(trouble);
            }
        }
    }
    lister.tell();
    if listed == 0
        && let Some((_, trouble)) = refused.pop()
    {
        return Err(trouble);
    }
    for (user, trouble) in refused {
        if let Some((_, why, _)) = trouble.told(ANOTHER_TOKEN) {
            graph.warn(format!("Not all chats of {user} are listed: {why}"));
        }
    }
    Ok(())
}

/// What lists chats.
struct Lister<'a> {
    /// The own tenant.
    home: Uuid,
    graph: &'a SourceContext<'a>,
    /// The chats whose members are not all known.
    short: Vec<String>,
    /// How many of them show no outsider.
    hidden: usize,
}

impl Lister<'_> {
    /// Takes the chats of a user; `false` where there is no such user.
    fn list(&mut self, user: &str, sink: &mut Sink<'_>) -> Result<bool, SourceError> {
        let graph = self.graph;
        let Some(owner) = owner(user, graph)? else {
            return Ok(false);
        };
        let segment = encoded(user);
        let first = Call::get(format!("users/{segment}/chats?$top=50&$expand=members"));
        let mut came = false;
        let listed = pages(first, graph, PERMISSION, &mut |chats| {
            came = true;
            for chat in chats {
                match serde_json::from_str(chat.get()) {
                    Ok(chat) => self.take(chat, &owner, sink)?,
                    Err(error) => sink.bad(error.to_string()),
                }
            }
            graph.tell(format!("of {user}"), sink.records);
            Ok(())
        });
        match listed {
            Err(SourceError::RequestError(RequestError::Refused(answer), _))
                if answer.status == 404 && !came =>
            {
                Ok(false)
            }
            listed => listed.map(|()| true),
        }
    }

    /// Takes a chat, with the members that did not come with it.
    fn take(
        &mut self,
        mut chat: GraphChat,
        owner: &Owner,
        sink: &mut Sink<'_>,
    ) -> Result<(), SourceError> {
        let all = match &chat.members {
            Some(members) if members.len() < EXPANDED => Ok(()),
            _ => self.all_members(&chat).map(|all| chat.members = Some(all)),
        };
        sink.chat(&chat, owner);
        match all {
            Err(trouble) if trouble.is_about_what_was_asked() => {
                self.hidden += usize::from(!chat.is_external(self.home));
                self.short.push(chat.id);
                Ok(())
            }
            all => all,
        }
    }

    fn all_members(&self, chat: &GraphChat) -> Result<Vec<ConversationMember>, SourceError> {
        let first = Call::get(format!("chats/{}/members", encoded(&chat.id)));
        let mut members = Vec::new();
        pages(first, self.graph, MEMBERS_PERMISSION, &mut |page| {
            for member in page {
                let member = serde_json::from_str(member.get());
                members.push(member.map_err(|_| {
                    SourceError::unreadable("a member of a chat is not as it must be")
                })?);
            }
            Ok(())
        })?;
        Ok(members)
    }

    /// Says whose members are not all known.
    fn tell(&self) {
        if self.short.is_empty() {
            return;
        }
        let first = self.short.iter().take(3).cloned().collect::<Vec<_>>();
        self.graph.warn(format!(
            "Not all members are known of {} chats, such as {}; {} of them show no outsider so far. \
             It takes the permission {MEMBERS_PERMISSION}, and chats that began in your tenant.",
            self.short.len(),
            first.join(", "),
            self.hidden,
        ));
    }
}

/// The user, with the object id, where the directory may be asked for it; `None` where there is no such user.
fn owner(user: &str, graph: &SourceContext<'_>) -> Result<Option<Owner>, SourceError> {
    if let Ok(id) = Uuid::try_parse(user) {
        return Ok(Some(Owner {
            name: None,
            id: Some(id),
        }));
    }
    let name = Some(user.to_string());
    match (GraphUsers { graph }).id_of(user) {
        Ok(Some(id)) => Ok(Some(Owner { name, id: Some(id) })),
        Ok(None) => Ok(None),
        // The list of members has the id too, as a rule.
        Err(RequestError::Refused(answer)) if answer.status == 403 => {
            Ok(Some(Owner { name, id: None }))
        }
        Err(why) => Err(SourceError::RequestError(
            why,
            "User.ReadBasic.All, as an application",
        )),
    }
}
