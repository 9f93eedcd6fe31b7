//! Looks up the object ids that no record contains in the directory, by user principal name.

use std::collections::{HashMap, HashSet};
use std::fmt;

use uuid::Uuid;

use super::target::{FoundBy, Target, Unresolved};
use crate::graph::users_of_one_to_one;
use crate::identity::{DIRECTORY_SCOPE, RequestError};

/// Why the directory did not return a user.
#[derive(Debug)]
pub(crate) enum DirectoryError {
    /// Graph rejects the token.
    Unauthorized(RequestError),
    /// The account lacks a permission.
    Denied(RequestError),
    /// The request failed for another reason.
    Failed(RequestError),
}

impl From<RequestError> for DirectoryError {
    fn from(error: RequestError) -> Self {
        match &error {
            RequestError::Refused(response) if response.status == 401 => Self::Unauthorized(error),
            RequestError::Refused(response) if response.status == 403 => Self::Denied(error),
            _ => Self::Failed(error),
        }
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized(error) => write!(f, "{error} Sign in again."),
            Self::Denied(error) => {
                write!(f, "{error} Sign in with the permission {DIRECTORY_SCOPE}.")
            }
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// The users of a tenant.
pub(crate) trait Directory {
    /// Returns the tenant.
    fn tenant(&self) -> Option<Uuid>;

    /// Returns the object id of a user, or `None` if there is no such user.
    ///
    /// # Errors
    /// The directory did not return a usable response.
    fn find(&self, name: &str) -> Result<Option<Uuid>, DirectoryError>;
}

/// Looks up the users of targets that lack only an object id. Each user is looked up once.
///
/// # Errors
/// A lookup failed. No further user is looked up, and targets resolved before it stay resolved.
pub(crate) fn resolve_users(
    targets: &mut Vec<Target>,
    directory: &dyn Directory,
) -> Result<(), DirectoryError> {
    let tenant = directory.tenant();
    let mut known: HashMap<String, Option<Uuid>> = HashMap::new();
    let mut result = Ok(());
    for target in targets
        .iter_mut()
        .filter(|target| is_resolvable(target, tenant))
    {
        let Some(name) = target.user_principal_name.clone() else {
            continue;
        };
        let id = match known.get(&name) {
            Some(id) => *id,
            None => match directory.find(&name) {
                Ok(id) => *known.entry(name).or_insert(id),
                Err(why) => {
                    result = Err(why);
                    break;
                }
            },
        };
        match id {
            Some(id) => resolve(target, id),
            None if is_unverified(target) => {}
            None => target.unresolved = Some(Unresolved::NotInDirectory),
        }
    }
    let mut seen = HashSet::new();
    // Two names in the records can be one user in the directory.
    targets.retain(|target| {
        let Some(user) = target.user_id else {
            return true;
        };
        seen.insert((target.tenant_id, target.thread_id.clone(), user))
    });
    result
}

/// Returns whether the directory of `tenant` can resolve the target.
fn is_resolvable(target: &Target, tenant: Option<Uuid>) -> bool {
    let lacks_id = matches!(
        target.unresolved,
        // Without an id, the directory can't tell a sender from a user with the same address.
        Some(
            Unresolved::NoObjectId { .. }
                | Unresolved::UnknownSide { .. }
                | Unresolved::UnverifiedSender { id: Some(_) }
        )
    );
    let named = target
        .user_principal_name
        .as_deref()
        .is_some_and(|name| name.contains('@'));
    lacks_id && named && tenant.is_some() && target.tenant_id == tenant
}

fn is_unverified(target: &Target) -> bool {
    matches!(target.unresolved, Some(Unresolved::UnverifiedSender { .. }))
}

fn resolve(target: &mut Target, id: Uuid) {
    if let Some(Unresolved::UnverifiedSender { id: Some(sender) }) = target.unresolved
        && sender != id
    {
        target.unresolved = Some(Unresolved::Contradiction(format!(
            "the sender has the object id {sender}, but the user with this address has {id} in the directory"
        )));
        return;
    }
    if users_of_one_to_one(&target.thread_id).is_some_and(|pair| !pair.contains(&id)) {
        target.unresolved = Some(Unresolved::Contradiction(format!(
            "the directory returned the object id {id} for the user, but the chat id does not contain it"
        )));
        return;
    }
    target.user_id = Some(id);
    target.found_by = Some(FoundBy::Directory);
    target.unresolved = None;
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::graph::ExchangeError;
    use crate::search::target::ChatKind;

    const HOME: Uuid = Uuid::from_u128(1);
    const ANN: Uuid = Uuid::from_u128(2);

    const NO_ID: Unresolved = Unresolved::NoObjectId { in_chat_id: false };

    /// A directory that contains Ann under two names and fails at "broken".
    #[derive(Default)]
    struct Users(RefCell<Vec<String>>);

    impl Directory for Users {
        fn tenant(&self) -> Option<Uuid> {
            Some(HOME)
        }

        fn find(&self, name: &str) -> Result<Option<Uuid>, DirectoryError> {
            self.0.borrow_mut().push(name.into());
            match name {
                "ann@contoso.com" | "ann.alias@contoso.com" => Ok(Some(ANN)),
                "broken@contoso.com" => {
                    Err(RequestError::Exchange(ExchangeError::Lost("it is closed".into())).into())
                }
                _ => Ok(None),
            }
        }
    }

    fn unresolved(name: &str, thread: &str, why: Unresolved) -> Target {
        Target {
            tenant_id: Some(HOME),
            user_id: None,
            thread_id: thread.into(),
            user_principal_name: Some(name.into()),
            chat_type: ChatKind::Group,
            external: true,
            external_tenants: [].into(),
            external_domains: [].into(),
            external_users: [].into(),
            external_names: [].into(),
            operations: [].into(),
            first_seen: None,
            last_seen: None,
            events: 1,
            first_record: None,
            last_record: None,
            sources: Vec::new(),
            found_by: None,
            unresolved: Some(why),
        }
    }

    #[test]
    fn each_user_is_looked_up_once() {
        let users = Users::default();
        let mut targets = vec![
            unresolved("ann@contoso.com", "19:a@thread.v2", NO_ID),
            unresolved(
                "ann@contoso.com",
                "19:b@thread.v2",
                Unresolved::UnknownSide { domain: None },
            ),
            unresolved("ben@contoso.com", "19:b@thread.v2", NO_ID),
        ];
        resolve_users(&mut targets, &users).unwrap();
        assert_eq!(*users.0.borrow(), ["ann@contoso.com", "ben@contoso.com"]);
        assert_eq!(targets[1].user_id, Some(ANN));
        assert_eq!(targets[1].found_by, Some(FoundBy::Directory));
        assert_eq!(targets[2].unresolved, Some(Unresolved::NotInDirectory));
    }

    #[test]
    fn targets_that_the_directory_can_not_resolve_are_not_looked_up() {
        let users = Users::default();
        let mut elsewhere = unresolved("ann@contoso.com", "19:a@thread.v2", NO_ID);
        elsewhere.tenant_id = Some(Uuid::from_u128(9));
        let mut targets = vec![
            elsewhere,
            unresolved(
                "ann@contoso.com",
                "19:a@thread.v2",
                Unresolved::Contradiction("x".into()),
            ),
            unresolved(".cid.0", "19:a@thread.v2", NO_ID),
        ];
        let before = targets.clone();
        resolve_users(&mut targets, &users).unwrap();
        assert_eq!(targets, before);
        assert!(users.0.borrow().is_empty());
    }

    #[test]
    fn a_directory_id_that_the_chat_id_does_not_contain_is_a_contradiction() {
        let thread = format!(
            "19:{}_{}@unq.gbl.spaces",
            Uuid::from_u128(7),
            Uuid::from_u128(8)
        );
        let mut targets = vec![unresolved("ann@contoso.com", &thread, NO_ID)];
        resolve_users(&mut targets, &Users::default()).unwrap();
        assert_eq!(targets[0].user_id, None);
        assert_eq!(
            targets[0].unresolved.as_ref().unwrap().code(),
            "Contradiction"
        );
    }

    #[test]
    fn a_sender_is_resolved_only_with_the_id_of_the_directory() {
        let sender = |name, id| {
            let id: Option<u128> = id;
            let id = id.map(Uuid::from_u128);
            unresolved(name, "19:a@thread.v2", Unresolved::UnverifiedSender { id })
        };
        let mut targets = vec![
            sender("ann@contoso.com", Some(2)),
            sender("ann@contoso.com", Some(7)),
            sender("ann@contoso.com", None),
            sender("nobody@contoso.com", Some(7)),
        ];
        resolve_users(&mut targets, &Users::default()).unwrap();
        let results: Vec<_> = targets
            .iter()
            .map(|target| {
                (
                    target.user_id,
                    target.unresolved.as_ref().map(Unresolved::code),
                )
            })
            .collect();
        assert_eq!(
            results,
            [
                (Some(ANN), None),
                (None, Some("Contradiction")),
                (None, Some("UnverifiedSender")),
                (None, Some("UnverifiedSender")),
            ]
        );
    }

    #[test]
    fn two_names_of_one_user_become_one_target() {
        let mut targets = vec![
            unresolved("ann.alias@contoso.com", "19:a@thread.v2", NO_ID),
            unresolved("ann@contoso.com", "19:a@thread.v2", NO_ID),
        ];
        resolve_users(&mut targets, &Users::default()).unwrap();
        assert_eq!(targets.len(), 1);
    }

    #[test]
    fn targets_resolved_before_the_directory_fails_stay_resolved() {
        let mut targets = vec![
            unresolved("ann@contoso.com", "19:a@thread.v2", NO_ID),
            unresolved("broken@contoso.com", "19:b@thread.v2", NO_ID),
            unresolved("ben@contoso.com", "19:c@thread.v2", NO_ID),
        ];
        let error = resolve_users(&mut targets, &Users::default()).unwrap_err();
        assert!(
            matches!(
                &error,
                DirectoryError::Failed(RequestError::Exchange(ExchangeError::Lost(why)))
                    if why == "it is closed"
            ),
            "{error:?}"
        );
        assert_eq!(targets[0].user_id, Some(ANN));
        assert_eq!(targets[2].unresolved, Some(NO_ID));
    }
}
