//! Who may come in: a browser that names exactly this address and, for the API, has a cookie of this
//! door and asks from a page of this door (against DNS rebinding and cross-site requests).

use std::net::SocketAddr;

use api::{ApiError, ErrorCode};
use axum::http::Method;
use axum::http::header::{COOKIE, HOST, HeaderMap, HeaderName, ORIGIN};

use super::Keys;

/// The rules at one address.
pub(super) struct Guard {
    host: String,
    cookie: String,
}

impl Guard {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { host: address.to_string(), cookie: format!("homefold-{}", address.port()) }
    }

    /// The cookie that a browser is to keep.
    pub(super) fn cookie(&self, secret: &str) -> String {
        format!("{}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000", self.cookie)
    }

    /// Whether the request was made for exactly this address, by no page of another origin.
    pub(super) fn check_address(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if one_value(headers, &HOST)? != Some(self.host.as_str()) {
            return Err(forbidden("the Host header is not this address"));
        }
        if let Some(origin) = one_value(headers, &ORIGIN)?
            && origin.strip_prefix("http://") != Some(self.host.as_str())
        {
            return Err(forbidden("the request comes from another origin"));
        }
        match one_value(headers, &HeaderName::from_static("sec-fetch-site"))? {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) => Err(forbidden("the request comes from another site")),
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
        if method != Method::GET && one_value(headers, &ORIGIN)?.is_none() {
            return Err(forbidden("the request does not say from which page it comes"));
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
