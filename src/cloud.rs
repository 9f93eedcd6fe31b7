//! The Microsoft clouds that have the removal, and who may be talked to in each.

use reqwest::Url;

use crate::input::InvalidInput;

/// Where requests of one session go. Made once, from names or addresses that were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// `Global`, `USGov`, `USGovDoD` or `Custom`.
    pub environment: &'static str,
    /// Root of Microsoft Graph, without a slash at the end: `https://graph.microsoft.com`.
    pub graph: String,
    /// Root of the Entra login service, without a slash at the end.
    pub authority: String,
}

/// Environment, Graph root, Entra authority. The source of the hosts is the Graph page on national
/// cloud deployments; GCC tenants use the worldwide ones.
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
    /// The cloud of that name (`Global` where there is none), or a custom one where an address
    /// replaces its Graph root or its authority.
    ///
    /// # Errors
    /// An unknown name; `China`, whose Graph has no such action; an address that is neither https
    /// nor http on a loopback address, or that is more than a scheme, a host and a port.
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
        "give Global, USGov (GCC High) or USGovDoD"
    };
    InvalidInput::new("Environment", name, expected)
}

fn root(parameter: &'static str, address: &str) -> Result<Url, InvalidInput> {
    let wrong = |expected: &str| InvalidInput::new(parameter, address, expected);
    let url = Url::parse(address.trim())
        .map_err(|_| wrong("give an address such as https://graph.microsoft.com"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidInput::new(
            parameter,
            "(an address with a name or password in it)",
            "give it without them",
        ));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(wrong(
                "it must be https; http is for an address on this computer, such as http://127.0.0.1:8080",
            ));
        }
        _ => return Err(wrong("it must begin with https://")),
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(
            "give only scheme, host and port; the version and the path are added",
        ));
    }
    Ok(url)
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_string()
}

/// `localhost`, 127.0.0.0/8 or ::1. A name that merely resolves to one of them does not count.
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
    fn each_cloud_has_its_own_hosts() {
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
    fn china_is_told_why_and_a_wrong_name_what_to_give() {
        let china = Cloud::new(Some("China"), None, None).unwrap_err();
        assert!(china.to_string().contains("21Vianet"), "{china}");
        let wrong = Cloud::new(Some("Mars"), None, None).unwrap_err();
        assert_eq!(wrong.parameter, "Environment");
        assert!(wrong.to_string().contains("USGovDoD"), "{wrong}");
    }

    #[test]
    fn custom_addresses_are_https_or_http_on_loopback() {
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
}
