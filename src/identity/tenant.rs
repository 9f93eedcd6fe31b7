//! The tenant to sign in to, as written in the path of Entra's endpoints.

use std::fmt;

use uuid::Uuid;

use crate::input::InvalidInput;

/// A tenant to sign in to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tenant {
    /// The tenant's id.
    Id(Uuid),
    /// One of the tenant's domains, in lower case.
    Domain(String),
    /// The home tenant of the user who signs in.
    #[default]
    Organizations,
}

impl Tenant {
    /// Parses a GUID, a domain or `organizations`. `common` is parsed as `organizations`, because
    /// it only adds personal accounts, which Graph doesn't support for a removal.
    ///
    /// # Errors
    /// The text is `consumers`, or none of these.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let wrong = |expected: &str| Err(InvalidInput::new("TenantId", text, expected));
        let name = text.trim().to_ascii_lowercase();
        if let Ok(id) = Uuid::try_parse(&name) {
            return Ok(Self::Id(id));
        }
        match name.as_str() {
            "organizations" | "common" => Ok(Self::Organizations),
            "consumers" => wrong(
                "a personal Microsoft account can't remove a user's access to a chat. Sign in with a work account",
            ),
            _ if is_domain(&name) => Ok(Self::Domain(name)),
            _ => wrong("use the tenant's GUID or one of its domains, such as contoso.com"),
        }
    }

    /// Returns the tenant's id, if it is known before the sign-in.
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

/// Accepts at least two labels of letters, digits and hyphens: nothing with a meaning in a path.
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
    fn guids_domains_and_organizations_are_accepted() {
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
    fn text_that_would_change_the_path_is_refused() {
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
