//! The tenant that a sign-in is for, as it stands in the path of Entra's endpoints.

use std::fmt;

use uuid::Uuid;

use crate::input::InvalidInput;

/// A tenant to sign in to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tenant {
    /// Its id.
    Id(Uuid),
    /// One of its domains, in lower case.
    Domain(String),
    /// The home tenant of whoever signs in.
    #[default]
    Organizations,
}

impl Tenant {
    /// A GUID, a domain, or `organizations`. `common` is read as `organizations`: it would add the
    /// personal accounts, for which Graph has no such removal.
    ///
    /// # Errors
    /// `consumers`, and what is none of these.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let wrong = |expected: &str| Err(InvalidInput::new("TenantId", text, expected));
        let name = text.trim().to_ascii_lowercase();
        if let Ok(id) = Uuid::try_parse(&name) {
            return Ok(Self::Id(id));
        }
        match name.as_str() {
            "organizations" | "common" => Ok(Self::Organizations),
            "consumers" => wrong(
                "a personal Microsoft account can't remove anybody from a chat; sign in with a work account",
            ),
            _ if is_domain(&name) => Ok(Self::Domain(name)),
            _ => wrong("give the tenant's GUID or one of its domains, such as contoso.com"),
        }
    }

    /// The id, where it is known before the sign-in.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            _ => None,
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Domain(name) => f.write_str(name),
            Self::Organizations => f.write_str("organizations"),
        }
    }
}

/// At least two labels of letters, digits and hyphens: nothing that means something in a path.
fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_a_guid_a_domain_or_whoever_signs_in() {
        for (text, segment) in [
            (
                "2A690434-97D9-4EED-83A6-F5F13600199A",
                "2a690434-97d9-4eed-83a6-f5f13600199a",
            ),
            (" Contoso.onmicrosoft.com ", "contoso.onmicrosoft.com"),
            ("organizations", "organizations"),
            ("common", "organizations"),
        ] {
            assert_eq!(Tenant::parse(text).unwrap().to_string(), segment);
        }
    }

    #[test]
    fn nothing_that_changes_the_path_is_a_tenant() {
        for text in [
            "",
            "contoso",
            "consumers",
            "../x.y",
            "a.b/c",
            "a.b?c",
            "a..b",
            "-a.b",
            "a.b#",
            "a@b.c",
            "a%2fb.c",
        ] {
            assert!(Tenant::parse(text).is_err(), "{text}");
        }
    }
}
