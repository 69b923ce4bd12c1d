//! Who may come in: a browser that names exactly this address and, for the API, has a cookie of this
//! door and asks from a page of this door (against DNS rebinding and cross-site requests).
//!
//! A door for other computers has more than one address: there a browser may name any address in digits, which
//! nobody can make lead elsewhere, and the names that the door was given.

use std::net::{IpAddr, SocketAddr};

use api::{ApiError, ErrorCode};
use axum::http::Method;
use axum::http::header::{COOKIE, HOST, HeaderMap, HeaderName, ORIGIN};

use super::Keys;

/// The port that browsers leave out.
const HTTPS_PORT: u16 = 443;

/// The rules at one door.
pub(super) struct Guard {
    hosts: Hosts,
    cookie: String,
}

/// What a browser may call the door.
enum Hosts {
    /// Exactly this, without TLS.
    One(String),
    /// Any address in digits, or one of the names, each with this port; with TLS.
    Far { port: u16, names: Vec<String> },
}

impl Guard {
    /// For one address of this computer.
    pub(super) fn near(address: SocketAddr) -> Self {
        let cookie = format!("homefold-{}", address.port());
        Self { hosts: Hosts::One(address.to_string()), cookie }
    }

    /// For a port that other computers reach.
    pub(super) fn far(port: u16, names: Vec<String>) -> Self {
        // The prefix makes browsers refuse a cookie of this name that came without TLS.
        Self { hosts: Hosts::Far { port, names }, cookie: format!("__Host-homefold-{port}") }
    }

    /// The cookie that a browser is to keep.
    pub(super) fn cookie(&self, secret: &str) -> String {
        let secure = match &self.hosts {
            Hosts::One(_) => "",
            Hosts::Far { .. } => "; Secure",
        };
        let kept = "Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000";
        format!("{}={secret}; {kept}{secure}", self.cookie)
    }

    /// Whether the request was made for exactly this address, by no page of another origin.
    pub(super) fn check_address(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let host = one_value(headers, &HOST)?.unwrap_or_default();
        if !self.is_called(host) {
            return Err(forbidden("the Host header is not this address"));
        }
        if let Some(origin) = one_value(headers, &ORIGIN)?
            && origin.strip_prefix(self.scheme()) != Some(host)
        {
            return Err(forbidden("the request comes from another origin"));
        }
        match one_value(headers, &HeaderName::from_static("sec-fetch-site"))? {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) => Err(forbidden("the request comes from another site")),
        }
    }

    fn scheme(&self) -> &'static str {
        match &self.hosts {
            Hosts::One(_) => "http://",
            Hosts::Far { .. } => "https://",
        }
    }

    fn is_called(&self, host: &str) -> bool {
        match &self.hosts {
            Hosts::One(only) => host == only,
            Hosts::Far { port, names } => {
                let usual = *port == HTTPS_PORT;
                let digits = host.parse::<SocketAddr>().is_ok_and(|named| named.port() == *port);
                let address = host.trim_start_matches('[').trim_end_matches(']');
                let end = format!(":{port}");
                let name = host.strip_suffix(end.as_str()).or(usual.then_some(host));
                digits
                    || (usual && address.parse::<IpAddr>().is_ok())
                    || name
                        .is_some_and(|name| names.iter().any(|one| one.eq_ignore_ascii_case(name)))
            }
        }
    }

    /// Whether a request that changes something says from which page it comes.
    pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), ApiError> {
        match one_value(headers, &ORIGIN)? {
            Some(_) => Ok(()),
            None => Err(forbidden("the request does not say from which page it comes")),
        }
    }

    /// Whether it comes from a page of this door, in a browser that was let in.
    pub(super) fn check_session(
        &self,
        method: &Method,
        headers: &HeaderMap,
        keys: &Keys,
    ) -> Result<(), ApiError> {
        // Every browser says where anything but a GET comes from.
        if method != Method::GET {
            Self::check_origin(headers)?;
        }
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut secrets = cookies
            .flat_map(|all| all.split(';'))
            .filter_map(|one| one.trim().strip_prefix(self.cookie.as_str())?.strip_prefix('='));
        match secrets.next() {
            Some(secret) if keys.knows(secret) => Ok(()),
            Some(_) | None => Err(ApiError::new(ErrorCode::Unauthorized)),
        }
    }
}

fn forbidden(cause: &str) -> ApiError {
    ApiError::new(ErrorCode::Forbidden).because(cause)
}

/// The only value of a header; twice the same header is a trick.
fn one_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(forbidden("a header comes twice"));
    }
    first.map(|value| value.to_str()).transpose().map_err(|_| forbidden("a header is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_door_is_called_by_its_names_or_by_digits_and_by_its_port() {
        let called = |port, host: &str| Guard::far(port, vec!["nas".to_owned()]).is_called(host);
        for host in ["192.168.1.2:8443", "[fe80::1]:8443", "nas:8443", "NAS:8443"] {
            assert!(called(8443, host), "{host}");
        }
        for host in ["192.168.1.2", "192.168.1.2:8444", "evil.example:8443", "nas", "", "nas:84430"]
        {
            assert!(!called(8443, host), "{host}");
        }
        for host in ["192.168.1.2", "[fe80::1]", "nas", "nas:443", "192.168.1.2:443"] {
            assert!(called(443, host), "{host}");
        }
        assert!(!called(443, "evil.example") && !called(443, "192.168.1.2:80"));
    }
}
