//! The application as Graph describes it, and what it lacks.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::graph::{GRAPH_APP_ID, REMOVAL_SCOPE_ID};

/// Where the browser comes back to. Entra takes any port of it.
pub(super) const REDIRECT: &str = "http://localhost";

/// The application as Graph describes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct App {
    pub(super) id: String,
    pub(super) app_id: String,
    #[serde(default)]
    is_fallback_public_client: Option<bool>,
    #[serde(default)]
    public_client: PublicClient,
    #[serde(default)]
    required_resource_access: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PublicClient {
    redirect_uris: Vec<String>,
}

impl App {
    /// What it lacks, as the body of a change that leaves all else as it is.
    pub(super) fn lacks(&self) -> Option<Value> {
        let mut change = json!({});
        if self.is_fallback_public_client != Some(true) {
            change["isFallbackPublicClient"] = json!(true);
        }
        let redirects = &self.public_client.redirect_uris;
        if !redirects.iter().any(|one| one == REDIRECT) {
            let all: Vec<&str> = redirects
                .iter()
                .map(String::as_str)
                .chain([REDIRECT])
                .collect();
            change["publicClient"] = json!({"redirectUris": all});
        }
        let mut access = self.required_resource_access.clone();
        let graph = access
            .iter_mut()
            .find(|one| one["resourceAppId"].as_str() == Some(GRAPH_APP_ID));
        let missing = match graph {
            None => {
                access.push(permission());
                true
            }
            Some(graph) => {
                let mut scopes = graph["resourceAccess"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default();
                let there = scopes
                    .iter()
                    .any(|one| one["id"].as_str() == Some(REMOVAL_SCOPE_ID));
                if !there {
                    scopes.push(json!({"id": REMOVAL_SCOPE_ID, "type": "Scope"}));
                    graph["resourceAccess"] = json!(scopes);
                }
                !there
            }
        };
        if missing {
            change["requiredResourceAccess"] = json!(access);
        }
        (change != json!({})).then_some(change)
    }
}

/// The permission for removals, as an application asks for it.
pub(super) fn permission() -> Value {
    json!({
        "resourceAppId": GRAPH_APP_ID,
        "resourceAccess": [{"id": REMOVAL_SCOPE_ID, "type": "Scope"}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(change: Value) -> App {
        let mut app = json!({
            "id": "o", "appId": "a", "isFallbackPublicClient": true,
            "publicClient": {"redirectUris": [REDIRECT]},
            "requiredResourceAccess": [permission()],
        });
        let changes = change.as_object().unwrap().clone();
        app.as_object_mut().unwrap().extend(changes);
        serde_json::from_value(app).unwrap()
    }

    #[test]
    fn an_application_that_has_all_lacks_nothing() {
        assert_eq!(app(json!({})).lacks(), None);
    }

    #[test]
    fn what_an_application_lacks_is_added_to_what_it_has() {
        let other = json!({"resourceAppId": GRAPH_APP_ID, "resourceAccess": [{"id": "x", "type": "Scope"}]});
        let change = app(json!({
            "isFallbackPublicClient": null,
            "publicClient": {"redirectUris": ["https://other"]},
            "requiredResourceAccess": [other],
        }))
        .lacks()
        .unwrap();
        assert_eq!(change["isFallbackPublicClient"], true);
        assert_eq!(
            change["publicClient"]["redirectUris"],
            json!(["https://other", REDIRECT])
        );
        let scopes = change["requiredResourceAccess"][0]["resourceAccess"].as_array();
        assert_eq!(scopes.unwrap().len(), 2);
    }
}
