//! The Microsoft clouds that support the removal, and their endpoints.

use reqwest::Url;

use crate::input::InvalidInput;

/// The endpoints of one session. Names and addresses are checked on creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// `Global`, `USGov`, `USGovDoD` or `Custom`.
    pub environment: &'static str,
    /// Root of Microsoft Graph, without a trailing slash: `https://graph.microsoft.com`.
    pub graph: String,
    /// Root of the Entra login service, without a trailing slash.
    pub authority: String,
    /// How the caller's system reaches Microsoft Graph, if the caller has asked it.
    pub graph_route: Option<Route>,
    /// The same for the Entra login service.
    pub authority_route: Option<Route>,
}

/// How requests reach a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Without a proxy.
    Direct,
    /// Through this proxy, which is addressed over http or https. Contains no credentials.
    Proxy(Url),
}

impl Route {
    /// Parses the address of a proxy; an empty text means that there is none. `parameter` is the
    /// name of the address for an error.
    ///
    /// # Errors
    /// The text is not an http or https address, or it contains credentials.
    pub fn parse(parameter: &'static str, text: &str) -> Result<Self, InvalidInput> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Direct);
        }
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        match url {
            Some(url) if url.username().is_empty() && url.password().is_none() => {
                Ok(Self::Proxy(url))
            }
            Some(_) => Err(credentials(parameter)),
            // An address with credentials may be malformed.
            None if text.contains('@') => Err(credentials(parameter)),
            None => Err(InvalidInput::new(
                parameter,
                text,
                "a proxy needs an address such as http://proxy.contoso.com:8080. Set HTTPS_PROXY to such an address",
            )),
        }
    }
}

/// The error for an address that contains credentials, which it does not repeat.
fn credentials(parameter: &'static str) -> InvalidInput {
    InvalidInput::new(
        parameter,
        "(an address that contains a user name or password)",
        "use the address without them",
    )
}

/// Environment, Graph root and Entra authority of each cloud. Source: the Graph page on national
/// cloud deployments. GCC tenants use the worldwide cloud.
const CLOUDS: [(&str, &str, &str); 3] = [
    (
        "Global",
        "https://graph.microsoft.com",
        "https://login.microsoftonline.com",
    ),
    (
        "USGov",
        "https://graph.microsoft.us",
        "https://login.microsoftonline.us",
    ),
    (
        "USGovDoD",
        "https://dod-graph.microsoft.us",
        "https://login.microsoftonline.us",
    ),
];

impl Cloud {
    /// Returns the cloud with the given name (default: `Global`), or a custom cloud if an address
    /// replaces its Graph root or its authority.
    ///
    /// # Errors
    /// The name is unknown or `China`, whose Graph lacks the action; or an address is neither https
    /// nor http on a loopback address, or contains more than a scheme, a host and a port.
    pub fn new(
        environment: Option<&str>,
        graph_endpoint: Option<&str>,
        authority_host: Option<&str>,
    ) -> Result<Self, InvalidInput> {
        let name = environment.unwrap_or("Global").trim();
        let (known, graph, authority) = *CLOUDS
            .iter()
            .find(|cloud| cloud.0.eq_ignore_ascii_case(name))
            .ok_or_else(|| unknown_environment(name))?;
        let mut cloud = Self {
            environment: known,
            graph: graph.into(),
            authority: authority.into(),
            graph_route: None,
            authority_route: None,
        };
        if let Some(address) = graph_endpoint {
            let url = root("GraphEndpoint", address)?;
            cloud.graph = without_slash(&url);
            cloud.environment = "Custom";
        }
        if let Some(address) = authority_host {
            cloud.authority = without_slash(&root("AuthorityHost", address)?);
            cloud.environment = "Custom";
        }
        Ok(cloud)
    }
}

fn unknown_environment(name: &str) -> InvalidInput {
    let expected = if name.to_ascii_lowercase().contains("china") {
        "Microsoft Graph in China (operated by 21Vianet) has no removeAllAccessForUser action"
    } else {
        "use Global, USGov (GCC High) or USGovDoD"
    };
    InvalidInput::new("Environment", name, expected)
}

fn root(parameter: &'static str, address: &str) -> Result<Url, InvalidInput> {
    let invalid = |expected: &str| InvalidInput::new(parameter, address, expected);
    let url = Url::parse(address.trim())
        .map_err(|_| invalid("use an address such as https://graph.microsoft.com"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(credentials(parameter));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(invalid(
                "it must begin with https://; http:// is only allowed for this computer, such as http://127.0.0.1:8080",
            ));
        }
        _ => return Err(invalid("it must begin with https://")),
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(
            "use only the scheme, host and port. The version and the path are added automatically",
        ));
    }
    Ok(url)
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_string()
}

/// Returns whether the host is `localhost`, in 127.0.0.0/8 or ::1. Other names that resolve to one
/// of them are not accepted.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custom(address: &str) -> Result<Cloud, InvalidInput> {
        Cloud::new(None, Some(address), None)
    }

    #[test]
    fn each_cloud_has_its_own_endpoints() {
        let graph = |name| Cloud::new(Some(name), None, None).unwrap().graph;
        assert_eq!(graph("Global"), "https://graph.microsoft.com");
        assert_eq!(graph("usgov"), "https://graph.microsoft.us");
        assert_eq!(graph("USGovDoD"), "https://dod-graph.microsoft.us");
        assert_eq!(
            Cloud::new(None, None, None).unwrap().authority,
            "https://login.microsoftonline.com"
        );
    }

    #[test]
    fn china_and_unknown_names_are_refused_with_a_reason() {
        let china = Cloud::new(Some("China"), None, None).unwrap_err();
        assert!(china.to_string().contains("21Vianet"), "{china}");
        let wrong = Cloud::new(Some("Mars"), None, None).unwrap_err();
        assert_eq!(wrong.parameter, "Environment");
        assert!(wrong.to_string().contains("USGovDoD"), "{wrong}");
    }

    #[test]
    fn custom_addresses_use_https_or_loopback_http() {
        for good in [
            "https://graph.example.test",
            "https://graph.example.test:8443/",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:9000/",
            "http://localhost:1",
        ] {
            assert!(custom(good).is_ok(), "{good}");
        }
        for bad in [
            "http://graph.microsoft.com",
            "http://127.0.0.1.example.test",
            "http://localhost.example.test",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "graph.microsoft.com",
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com?x=1",
            "",
        ] {
            assert!(custom(bad).is_err(), "{bad}");
        }
        let cloud = custom("http://127.0.0.1:8080/").unwrap();
        assert_eq!(
            (cloud.graph.as_str(), cloud.environment),
            ("http://127.0.0.1:8080", "Custom")
        );
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let error = custom("https://admin:hunter2@graph.example.test").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn a_route_is_a_proxy_or_direct_and_contains_no_credentials() {
        let route = |text| Route::parse("GraphProxy", text);
        assert_eq!(route(" ").unwrap(), Route::Direct);
        let Route::Proxy(url) = route("http://proxy.contoso.com:8080/").unwrap() else {
            panic!("a proxy");
        };
        assert_eq!(url.host_str(), Some("proxy.contoso.com"));
        for bad in [
            "socks5://proxy:1080",
            "proxy",
            "http://",
            "http://user:hunter2@proxy:8080",
            "http://user:hunter2@:8080",
            "user:hunter2@proxy:8080",
        ] {
            let error = route(bad).unwrap_err().to_string();
            assert!(error.starts_with("GraphProxy '"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
