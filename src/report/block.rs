//! The external users and domains to block, and the commands for it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fields::{Fields, list};

/// Maximum number of values in a command.
const MOST: usize = 200;

/// Returns the users and the domains, and a command for each. External users choose their names, so
/// only names that are plainly an address or a domain are in a command.
pub(super) fn block(accesses: &[Fields]) -> Value {
    let all = |name| -> BTreeSet<&str> {
        let values = accesses.iter().flat_map(|access| list(access, name));
        values.filter(|value| is_plain(value)).collect()
    };
    let mut users = all("external_users");
    users.retain(|user| user.contains('@'));
    let mut domains = all("external_domains");
    domains.retain(|domain| domain.contains('.') && !domain.contains('@'));
    let quoted = |values: &BTreeSet<&str>| {
        let values: Vec<_> = values
            .iter()
            .take(MOST)
            .map(|one| format!("'{one}'"))
            .collect();
        values.join(", ")
    };
    let mut commands = Vec::new();
    if !users.is_empty() {
        commands.push(format!(
            "Set-CsTeamsExternalAccessConfiguration -Identity Global -BlockExternalAccessUserAccess $true -BlockedUsers @({})",
            quoted(&users)
        ));
    }
    if !domains.is_empty() {
        commands.push(format!(
            "Set-CsTenantFederationConfiguration -BlockedDomains @{{Add = {}}}",
            quoted(&domains)
        ));
    }
    json!({"users": users, "domains": domains, "commands": commands})
}

/// Returns whether a name has only characters that mean nothing to PowerShell in quotes.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    name.len() <= 256 && name.chars().all(plain)
}
