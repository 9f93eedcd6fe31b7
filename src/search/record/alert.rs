//! An alert of Microsoft Defender, as Microsoft Graph and its PowerShell module return it.

use serde_json::{Map, Value};

use super::error::RecordError;

/// The end of the name of the field that every alert has, in each spelling of its beginning. Types
/// of evidence end so too.
pub(super) const EVIDENCE_FIELD: &[u8] = b"vidence\"";

/// Reads an alert. The names of its fields are in lower case, and fields that the objects of the
/// PowerShell module keep in AdditionalProperties are with the others.
pub(super) fn read_alert(json: &str) -> Result<Value, RecordError> {
    Ok(plain(serde_json::from_str(json)?))
}

fn plain(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            let mut all = Map::new();
            for (name, value) in fields {
                let (name, value) = (name.to_ascii_lowercase(), plain(value));
                let more = match value {
                    Value::Object(more) if name == "additionalproperties" => more,
                    value => Map::from_iter([(name, value)]),
                };
                for (name, value) in more {
                    let known = all.entry(name).or_insert(Value::Null);
                    if known.is_null() {
                        *known = value;
                    }
                }
            }
            Value::Object(all)
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_fields_of_powershell_objects_are_those_of_graph() {
        let graph = json!({"tenantId": "t", "evidence": [
            {"@odata.type": "#x", "threadId": "19:a", "roles": []},
        ]});
        let powershell = json!({"AdditionalProperties": {}, "TenantId": "t", "Evidence": [{
            "Roles": [],
            "ThreadId": null,
            "AdditionalProperties": {"@odata.type": "#x", "threadId": "19:a"},
        }]});
        let read = |alert: &Value| read_alert(&alert.to_string()).unwrap();
        assert_eq!(read(&graph), read(&powershell));
        assert_eq!(read(&graph)["evidence"][0]["threadid"], json!("19:a"));
    }
}
