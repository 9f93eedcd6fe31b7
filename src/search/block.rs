//! The commands that block external users, with the real values, for an administrator to check and
//! run. Nothing is blocked here.
//!
//! Sources: the pages of Set-CsTeamsExternalAccessConfiguration and
//! Set-CsTenantFederationConfiguration, and that of the Teams tab of the Tenant Allow/Block List,
//! for which there is no cmdlet.

use serde_json::{Value, json};

use super::query::folded;
use crate::input::visible;

/// One way to block external users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockCommand {
    /// `User`, `Domain` or `AllowBlockList`.
    pub way: &'static str,
    /// What it does, and where it works.
    pub condition: &'static str,
    /// The commands, a line each; for the portal, the values to paste, a line each.
    pub command: String,
    /// Number of users and domains in it.
    pub count: usize,
    /// Values that are not in it, because they are not addresses or domains, or belong to your
    /// tenant.
    pub left_out: Vec<String>,
}

impl BlockCommand {
    /// Returns it as JSON, with its fields by name.
    pub fn to_json(&self) -> Value {
        json!({
            "way": self.way,
            "condition": self.condition,
            "command": self.command,
            "count": self.count,
            "left_out": self.left_out,
        })
    }
}

const USER: &str = "Run it in Teams PowerShell as a Teams administrator. It removes the users from existing chats and \
    stops new ones. -BlockedUsers is the whole list: add the users that Get-CsTeamsExternalAccessConfiguration \
    shows as BlockedUsers.";
const DOMAIN: &str = "Run it in Teams PowerShell as a Teams administrator. It blocks everybody of the domain, and works \
    only while your tenant allows all domains except blocked ones (AllowAllKnownDomains). A tenant can block \
    4,000 domains. Subdomains are blocked with -BlockAllSubdomains $true.";
const ALLOW_BLOCK_LIST: &str = "Paste the lines into the Teams tab of the Tenant Allow/Block List in the Defender portal. It \
    deletes existing chats within 24 hours, and accepts 4,000 domains and 200 addresses. It needs \
    SecurityTeamAllowBlockListDelegation set to Enabled, and an external access policy can override it.";

/// Returns the three ways to block `users` and `domains`. `own` are names of users of the home
/// tenant: their domains are never in a command.
///
/// External users choose their addresses. Only plain addresses and domains are used, in quotes that
/// PowerShell does not interpret.
pub fn block_commands(users: &[String], domains: &[String], own: &[String]) -> Vec<BlockCommand> {
    let domain_of = |text: &str| folded(text.rsplit('@').next().unwrap_or_default());
    let own: Vec<String> = own
        .iter()
        .filter(|name| name.contains('@'))
        .map(|name| domain_of(name))
        .collect();
    let is_own = |domain: &str| own.iter().any(|own| own == domain);
    let (users, no_users) = sorted(users, |text| is_address(text) && !is_own(&domain_of(text)));
    let (domains, no_domains) = sorted(domains, |text| is_domain(text) && !is_own(text));
    let quoted: Vec<String> = users.iter().map(|text| quoted(text)).collect();
    let user = if users.is_empty() {
        String::new()
    } else {
        format!(
            "Set-CsTeamsExternalAccessConfiguration -Identity Global -BlockExternalAccessUserAccess $true -BlockedUsers @({})",
            quoted.join(", ")
        )
    };
    let domain: Vec<String> = domains
        .iter()
        .map(|text| {
            let domain = self::quoted(text);
            format!(
                "Set-CsTenantFederationConfiguration -BlockedDomains @{{ Add = (New-CsEdgeDomainPattern -Domain {domain}) }}"
            )
        })
        .collect();
    let both: Vec<String> = domains.iter().chain(&users).cloned().collect();
    let all_left_out = no_domains.iter().chain(&no_users).cloned().collect();
    let ways = [
        ("User", USER, user, users.len(), no_users),
        (
            "Domain",
            DOMAIN,
            domain.join("\n"),
            domains.len(),
            no_domains,
        ),
        (
            "AllowBlockList",
            ALLOW_BLOCK_LIST,
            both.join("\n"),
            both.len(),
            all_left_out,
        ),
    ];
    ways.into_iter()
        .map(|(way, condition, command, count, left_out)| BlockCommand {
            way,
            condition,
            command,
            count,
            left_out,
        })
        .collect()
}

/// Returns the distinct texts in lower case that can be used, and the others.
fn sorted(texts: &[String], is_usable: impl Fn(&str) -> bool) -> (Vec<String>, Vec<String>) {
    let mut texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
    texts.sort_unstable();
    texts.dedup();
    let (mut usable, mut others) = (Vec::new(), Vec::new());
    for text in texts {
        if is_usable(&text) {
            usable.push(text);
        } else if !text.is_empty() {
            others.push(visible(&text).into_owned());
        }
    }
    (usable, others)
}

/// Returns whether a text has the form of an address. A guest's name (`#EXT#`) is that of an account
/// in the home tenant.
fn is_address(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "'.-_!^~+&=".contains(c);
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && name.chars().all(is_plain) && is_domain(domain)
    })
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

/// Returns a text as a literal of PowerShell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(users: &[&str], domains: &[&str], own: &[&str]) -> Vec<BlockCommand> {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        block_commands(&texts(users), &texts(domains), &texts(own))
    }

    #[test]
    fn each_way_has_the_real_values_once() {
        let found = commands(
            &["Eve@evil.example", "eve@evil.example", "o'hara@bad.example"],
            &["evil.example", "EVIL.example", "bad.example"],
            &[],
        );
        let [user, domain, list] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(
            user.command,
            "Set-CsTeamsExternalAccessConfiguration -Identity Global -BlockExternalAccessUserAccess $true \
             -BlockedUsers @('eve@evil.example', 'o''hara@bad.example')"
        );
        assert_eq!(
            domain.command,
            "Set-CsTenantFederationConfiguration -BlockedDomains @{ Add = (New-CsEdgeDomainPattern -Domain 'bad.example') }\n\
             Set-CsTenantFederationConfiguration -BlockedDomains @{ Add = (New-CsEdgeDomainPattern -Domain 'evil.example') }"
        );
        assert_eq!(
            list.command,
            "bad.example\nevil.example\neve@evil.example\no'hara@bad.example"
        );
        let counts: Vec<usize> = found.iter().map(|one| one.count).collect();
        assert_eq!(counts, [2, 2, 4]);
    }

    #[test]
    fn hostile_values_are_left_out_and_shown() {
        let hostile = [
            "eve@evil.example'); Remove-Item C:\\ #",
            "eve@evil.example\u{2019}); calc #",
            "eve@evil.example\nStop-Computer",
            "$(calc)@evil.example",
            "`calc`@evil.example",
            "eve\u{202e}@evil.example",
            "eve@evil",
            "eve@evil..example",
            "eve@evil.example,ann@contoso.com",
            "eve_evil.example#EXT#@contoso.com",
            "live:eve",
            "@evil.example",
        ];
        let found = commands(&hostile, &hostile, &[]);
        for one in &found {
            assert_eq!((one.count, one.command.as_str()), (0, ""), "{one:?}");
        }
        assert_eq!(found[0].left_out.len(), hostile.len());
        assert!(
            found[0]
                .left_out
                .iter()
                .all(|text| !text.contains(['\n', '\u{202e}']))
        );
    }

    #[test]
    fn typographic_quotes_end_no_literal() {
        // PowerShell reads these as single quotes.
        for quote in ['\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'] {
            let user = format!("a{quote}b@evil.example");
            assert_eq!(commands(&[&user], &[], &[])[0].count, 0, "{user}");
        }
    }

    #[test]
    fn domains_of_own_users_are_never_blocked() {
        let found = commands(
            &["eve@evil.example", "mal@contoso.com"],
            &["evil.example", "contoso.com"],
            &["Ann@Contoso.com", "no address"],
        );
        assert_eq!(found[0].left_out, ["mal@contoso.com"]);
        assert_eq!(found[1].left_out, ["contoso.com"]);
        assert_eq!(found[2].command, "evil.example\neve@evil.example");
    }
}
