//! The parts of the directory that registering an application uses: applications, service
//! principals and permission grants.

use serde_json::{Map, Value, json};

use super::{Refusal, Request, json_object};
use crate::guid;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The application id of Microsoft Graph, whose service principal exists in every tenant.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// The objects of the directory.
#[derive(Debug)]
pub(crate) struct Directory {
    applications: Vec<Value>,
    principals: Vec<Value>,
    grants: Vec<Value>,
    /// Number of requests for which each new application is still unknown.
    unknown: Vec<(String, u32)>,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            applications: Vec::new(),
            principals: vec![json!({"id": guid::random(), "appId": GRAPH})],
            grants: Vec::new(),
            unknown: Vec::new(),
        }
    }
}

/// An object or a list of the directory that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Applications,
    Application(String),
    Principals,
    /// A service principal, by the id of its application.
    Principal(String),
    Grants,
    Grant(String),
}

impl Entry {
    /// Parses the segments after the version.
    pub(crate) fn parse(segments: &[&str]) -> Option<Self> {
        Some(match segments {
            ["applications"] => Self::Applications,
            ["applications", id] => Self::Application((*id).into()),
            ["servicePrincipals"] => Self::Principals,
            ["oauth2PermissionGrants"] => Self::Grants,
            ["oauth2PermissionGrants", id] => Self::Grant((*id).into()),
            [key] => {
                let id = key.strip_prefix("servicePrincipals(appId='")?;
                Self::Principal(id.strip_suffix("')")?.into())
            }
            _ => return None,
        })
    }
}

impl Directory {
    /// Returns whether Entra knows an application yet. A new one takes some time to replicate.
    pub(crate) fn is_known(&mut self, app_id: &str) -> bool {
        let unknown = self.unknown.iter_mut().find(|(id, _)| id == app_id);
        match unknown {
            Some((_, left)) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        }
    }

    fn list(&self, entry: &Entry, member: &str, value: &str) -> Value {
        let all = match entry {
            Entry::Applications => &self.applications,
            Entry::Grants => &self.grants,
            _ => &self.principals,
        };
        let found = all.iter().filter(|one| {
            let is = one[member].as_str().unwrap_or_default();
            is.eq_ignore_ascii_case(value)
        });
        json!({"value": found.collect::<Vec<_>>()})
    }
}

/// Serves a request about the directory.
pub(super) fn serve(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    entry: &Entry,
) -> Result<Response, Refusal> {
    let scope = match entry {
        Entry::Grants | Entry::Grant(_) => "DelegatedPermissionGrant.ReadWrite.All",
        _ => "Application.ReadWrite.All",
    };
    if !claims.has_scope(scope) {
        return Err(Refusal::insufficient_privileges());
    }
    let mut directory = service.directory();
    match (request.method.as_str(), entry) {
        ("GET", Entry::Applications | Entry::Grants) => {
            let (member, value) = filter(&request.query)?;
            Ok(Response::json(200, &directory.list(entry, &member, &value)))
        }
        ("GET", Entry::Principal(app_id)) => {
            let found = directory
                .principals
                .iter()
                .find(|one| one["appId"].as_str() == Some(app_id));
            match found {
                Some(found) => Ok(Response::json(200, found)),
                None => Err(Refusal::resource_not_found(app_id)),
            }
        }
        ("POST", Entry::Applications) => {
            let mut app = json_object(request)?;
            require(&app, "displayName")?;
            let app_id = guid::random();
            app.insert("id".into(), guid::random().into());
            app.insert("appId".into(), app_id.clone().into());
            let app = Value::Object(app);
            directory.applications.push(app.clone());
            let late = service.options().application_delay;
            directory.unknown.push((app_id, late));
            Ok(Response::json(201, &app))
        }
        ("PATCH", Entry::Application(id)) => {
            change(&mut directory.applications, id, json_object(request)?)
        }
        ("POST", Entry::Principals) => {
            let requested = json_object(request)?;
            let app_id = require(&requested, "appId")?;
            let known =
                |all: &[Value]| all.iter().any(|one| one["appId"].as_str() == Some(&app_id));
            if !known(&directory.applications) || !directory.is_known(&app_id) {
                return Err(Refusal::new(
                    400,
                    "Request_BadRequest",
                    format!(
                        "The appId '{app_id}' of the service principal does not reference a valid application object."
                    ),
                ));
            }
            if known(&directory.principals) {
                return Err(Refusal::new(
                    409,
                    "Request_MultipleObjectsWithSameKeyValue",
                    "The service principal cannot be created because it is already in use.",
                ));
            }
            let principal = json!({"id": guid::random(), "appId": app_id});
            directory.principals.push(principal.clone());
            Ok(Response::json(201, &principal))
        }
        ("POST", Entry::Grants) => {
            let mut grant = json_object(request)?;
            for member in ["clientId", "consentType", "resourceId", "scope"] {
                require(&grant, member)?;
            }
            let tenant = grant["consentType"] == "AllPrincipals";
            if tenant != grant.get("principalId").is_none_or(Value::is_null) {
                return Err(Refusal::bad_request("Invalid principalId."));
            }
            grant.insert("id".into(), guid::random().into());
            let grant = Value::Object(grant);
            directory.grants.push(grant.clone());
            Ok(Response::json(201, &grant))
        }
        ("PATCH", Entry::Grant(id)) => change(&mut directory.grants, id, json_object(request)?),
        _ => Err(Refusal::new(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        )),
    }
}

fn change(all: &mut [Value], id: &str, change: Map<String, Value>) -> Result<Response, Refusal> {
    let found = all.iter_mut().find(|one| one["id"].as_str() == Some(id));
    let found = found
        .and_then(Value::as_object_mut)
        .ok_or_else(|| Refusal::resource_not_found(id))?;
    found.extend(change);
    Ok(Response::empty(204))
}

fn require(body: &Map<String, Value>, member: &str) -> Result<String, Refusal> {
    match body.get(member).and_then(Value::as_str) {
        Some(value) if !value.is_empty() => Ok(value.into()),
        _ => Err(Refusal::bad_request(format!(
            "A value is required for property '{member}'."
        ))),
    }
}

/// Parses a `$filter`. The only supported form compares a member with a string.
fn filter(query: &str) -> Result<(String, String), Refusal> {
    let filter = query
        .split('&')
        .find_map(|part| part.strip_prefix("$filter="))
        .unwrap_or_default();
    let filter = percent_encoding::percent_decode_str(filter).decode_utf8_lossy();
    let parsed = filter.split_once(" eq '").and_then(|(member, value)| {
        Some((
            member.to_string(),
            value.strip_suffix('\'')?.replace("''", "'"),
        ))
    });
    parsed.ok_or_else(|| Refusal::bad_request(format!("Invalid filter clause: '{filter}'.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_objects_and_lists() {
        let parse = |segments: &[&str]| Entry::parse(segments);
        assert_eq!(parse(&["applications"]), Some(Entry::Applications));
        assert_eq!(
            parse(&["servicePrincipals(appId='a')"]),
            Some(Entry::Principal("a".into()))
        );
        assert_eq!(
            parse(&["applications", "b"]),
            Some(Entry::Application("b".into()))
        );
        assert_eq!(parse(&["groups"]), None);
    }

    #[test]
    fn a_filter_is_one_comparison_with_doubled_quotes() {
        let read = filter("$select=id&$filter=displayName%20eq%20%27O%27%27Hara%27").unwrap();
        assert_eq!(read, ("displayName".into(), "O'Hara".into()));
        assert!(filter("$filter=startswith(displayName,'a')").is_err());
        assert!(filter("").is_err());
    }
}
