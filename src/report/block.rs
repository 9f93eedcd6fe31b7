//! The external users and domains to block, and the commands for it.

use serde_json::Value;

use super::fields::{Fields, join, list, listed, set};

/// Maximum number of values in a command.
const MOST: usize = 200;

/// Returns the users and the domains, and a command for each. External users choose their names, so
/// only names that are plainly an address or a domain are in a command.
pub(super) fn block(accesses: &[Fields]) -> Fields {
    let mut sets = Fields::new();
    for access in accesses {
        for user in list(access, "external_users").filter(|name| is_plain(name, true)) {
            join(&mut sets, "users", user);
        }
        for domain in list(access, "external_domains").filter(|name| is_plain(name, false)) {
            join(&mut sets, "domains", domain);
        }
    }
    let mut commands = Vec::new();
    let mut block = Fields::new();
    for (name, before, after) in [
        (
            "users",
            "Set-CsTeamsExternalAccessConfiguration -Identity Global -BlockExternalAccessUserAccess $true -BlockedUsers @(",
            ")",
        ),
        (
            "domains",
            "Set-CsTenantFederationConfiguration -BlockedDomains @{Add = ",
            "}",
        ),
    ] {
        let values = sets.remove(name);
        set(&mut block, name, listed(values));
        let mut command = String::from(before);
        for (at, value) in list(&block, name).take(MOST).enumerate() {
            command.push_str(if at == 0 { "'" } else { ", '" });
            command.push_str(value);
            command.push('\'');
        }
        if command.len() > before.len() {
            command.push_str(after);
            commands.push(Value::from(command));
        }
    }
    set(&mut block, "commands", commands);
    block
}

/// Returns whether an address or a domain has only characters that mean nothing to PowerShell in
/// quotes.
fn is_plain(name: &str, is_address: bool) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    name.len() <= 256
        && name.contains('.')
        && name.contains('@') == is_address
        && name.chars().all(plain)
}
