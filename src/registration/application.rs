//! The application as Graph returns it, and the settings that it lacks.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::graph::{GRAPH_APP_ID, REMOVAL_SCOPE_ID};

/// The redirect URI for the browser. Entra accepts any port of it.
pub(super) const REDIRECT: &str = "http://localhost";

/// An application as Graph returns it.
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
    /// Returns the settings that the application lacks, as the body of a PATCH that keeps all
    /// others. Returns `None` if it lacks none.
    pub(super) fn missing_settings(&self) -> Option<Value> {
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
                let present = scopes
                    .iter()
                    .any(|one| one["id"].as_str() == Some(REMOVAL_SCOPE_ID));
                if !present {
                    scopes.push(json!({"id": REMOVAL_SCOPE_ID, "type": "Scope"}));
                    graph["resourceAccess"] = json!(scopes);
                }
                !present
            }
        };
        if missing {
            change["requiredResourceAccess"] = json!(access);
        }
        (change != json!({})).then_some(change)
    }
}

/// Returns the permission for removals as an entry of `requiredResourceAccess`.
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
    fn a_complete_application_needs_no_change() {
        assert_eq!(app(json!({})).missing_settings(), None);
    }

    #[test]
    fn missing_settings_are_added_to_existing_ones() {
        let other = json!({"resourceAppId": GRAPH_APP_ID, "resourceAccess": [{"id": "x", "type": "Scope"}]});
        let change = app(json!({
            "isFallbackPublicClient": null,
            "publicClient": {"redirectUris": ["https://other"]},
            "requiredResourceAccess": [other],
        }))
        .missing_settings()
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
