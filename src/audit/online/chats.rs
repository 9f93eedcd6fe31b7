//! The chats of users, as Graph lists them for an application.
//!
//! Source: the v1.0 pages of listing chats and their members. Only an application may list what is not its own,
//! and no application may remove: so this has a token of its own, which is used for nothing else.

use uuid::Uuid;

use super::pages::pages;
use super::users::GraphUsers;
use super::{Graph, Sink, Trouble};
use crate::audit::record::{GraphChat, Owner};
use crate::graph::{Call, encoded};
use crate::identity::{AccessToken, Account, NoAnswer};
use crate::input::InvalidInput;

/// The permissions that it takes.
const PERMISSION: &str = "Chat.ReadBasic.All, as an application";
const MEMBERS_PERMISSION: &str = "ChatMember.Read.All, as an application";

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
    /// The chats of `users`, by user principal name or object id, in the tenant of the application that `token`
    /// is of.
    ///
    /// # Errors
    /// Nobody, or everybody, is to be listed; the token is a person's.
    pub fn new(
        cloud: crate::graph::Cloud,
        token: AccessToken,
        users: Vec<String>,
    ) -> Result<Self, InvalidInput> {
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
        let account = Account::with_token(cloud, token).map_err(|why| {
            InvalidInput::new(
                "Environment",
                &why,
                "the system's certificates must be readable",
            )
        })?;
        if account.is_delegated() {
            return Err(InvalidInput::new(
                "DiscoveryToken",
                "(the token of a person)",
                "a person can list their own chats only; give the token of an application with Chat.ReadBasic.All",
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

/// Lists the chats of each user.
pub(super) fn search(
    list: &ChatList,
    graph: &Graph<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Trouble> {
    for user in list.users.iter().map(|user| user.trim()) {
        let listed = match owner(user, graph)? {
            Some(owner) => match of_user(user, &owner, graph, sink) {
                Err(Trouble::NoAnswer(NoAnswer::Refused(answer), _)) if answer.status == 404 => {
                    false
                }
                listed => {
                    listed?;
                    true
                }
            },
            None => false,
        };
        if !listed {
            graph.warn(format!(
                "The directory knows no user {user}: no chats are listed."
            ));
        }
    }
    Ok(())
}

/// The user, with the object id, where the directory may be asked for it; `None` where there is no such user.
fn owner(user: &str, graph: &Graph<'_>) -> Result<Option<Owner>, Trouble> {
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
        Err(NoAnswer::Refused(answer)) if answer.status == 403 => {
            Ok(Some(Owner { name, id: None }))
        }
        Err(why) => Err(Trouble::NoAnswer(
            why,
            "User.ReadBasic.All, as an application",
        )),
    }
}

fn of_user(
    user: &str,
    owner: &Owner,
    graph: &Graph<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Trouble> {
    let segment = encoded(user);
    let first = Call::get(format!("users/{segment}/chats?$top=50&$expand=members"));
    pages(first, graph, PERMISSION, &mut |chats| {
        for chat in chats {
            match serde_json::from_str::<GraphChat>(chat.get()) {
                Ok(mut chat) => {
                    if chat.members.len() >= EXPANDED {
                        add_members(&mut chat, graph)?;
                    }
                    sink.chat(&chat, owner);
                }
                Err(error) => sink.bad(error.to_string()),
            }
        }
        graph.tell(format!("of {user}"), sink.records);
        Ok(())
    })
}

/// Takes the whole list of members in place of the beginning that came with the chat. Graph does not give it for
/// every chat: then the beginning is what is known.
fn add_members(chat: &mut GraphChat, graph: &Graph<'_>) -> Result<(), Trouble> {
    let segment = encoded(&chat.id);
    let first = Call::get(format!("chats/{segment}/members"));
    let mut members = Vec::new();
    let listed = pages(first, graph, MEMBERS_PERMISSION, &mut |page| {
        for member in page {
            members.push(
                serde_json::from_str(member.get())
                    .map_err(|_| Trouble::unreadable("a member of a chat is not as it must be"))?,
            );
        }
        Ok(())
    });
    match listed {
        Ok(()) => chat.members = members,
        Err(Trouble::NoAnswer(NoAnswer::Refused(answer), _))
            if matches!(answer.status, 403 | 404) =>
        {
            graph.warn(format!(
                "Only the first {EXPANDED} members of the chat {} are known (Microsoft Graph answered {}). \
                 It takes the permission {MEMBERS_PERMISSION}, and a chat that began in your tenant.",
                chat.id, answer.status
            ));
        }
        Err(trouble) => return Err(trouble),
    }
    Ok(())
}
