//! Who may come in through TCP: a program of this user that knows the token, and no web page of
//! another origin (DNS rebinding, cross-site requests).

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};

use crate::error::{ApiError, ErrorCode};

/// The file in the data dir that holds the token of a running service.
pub const TOKEN_NAME: &str = "api.token";

/// A secret of 256 bits that a web client shows with each request, in hexadecimal digits.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one, kept in a file that only this user can read.
    ///
    /// # Errors
    /// The system has no random numbers, or the file can't be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(io::Error::other)?;
        let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        match fs::remove_file(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        Ok(Self(text))
    }

    /// Compares in a time that does not depend on where the texts differ.
    fn fits(&self, given: &str) -> bool {
        self.0.len() == given.len()
            && self.0.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

/// The rules at one TCP address.
pub(super) struct Guard {
    token: Token,
    /// The values of `Host` that name this address.
    hosts: [String; 2],
}

impl Guard {
    pub(super) fn new(address: SocketAddr, token: Token) -> Self {
        let hosts = [address.to_string(), format!("localhost:{}", address.port())];
        Self { token, hosts }
    }

    /// Whether a request with these headers may go on.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let forbidden = || ApiError::new(ErrorCode::Forbidden);
        let host = one_value(headers, &HOST)?.ok_or_else(forbidden)?;
        if !self.hosts.iter().any(|own| own == host) {
            return Err(forbidden().because("the Host header is not this address"));
        }
        if let Some(origin) = one_value(headers, &ORIGIN)?
            && origin.strip_prefix("http://") != Some(host)
        {
            return Err(forbidden().because("the request comes from another origin"));
        }
        let site = HeaderName::from_static("sec-fetch-site");
        match one_value(headers, &site)? {
            None | Some("same-origin" | "none") => {}
            Some(_) => return Err(forbidden().because("the request comes from another site")),
        }
        let given = one_value(headers, &AUTHORIZATION)?.and_then(|v| v.strip_prefix("Bearer "));
        match given {
            Some(given) if self.token.fits(given) => Ok(()),
            Some(_) | None => Err(ApiError::new(ErrorCode::Unauthorized)),
        }
    }
}

/// The only value of a header; twice the same header is a trick.
fn one_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(ApiError::new(ErrorCode::Forbidden).because(format!("two {name} headers")));
    }
    first
        .map(|value| value.to_str())
        .transpose()
        .map_err(|cause| ApiError::new(ErrorCode::Forbidden).because(cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &str)]) -> Option<ErrorCode> {
        let guard =
            Guard::new("127.0.0.1:4711".parse().unwrap(), Token("0123456789abcdef".to_owned()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        guard.check(&map).err().map(|error| error.code)
    }

    const HOST_OK: (&str, &str) = ("host", "127.0.0.1:4711");
    const TOKEN_OK: (&str, &str) = ("authorization", "Bearer 0123456789abcdef");

    #[test]
    fn a_client_with_the_token_comes_in() {
        assert_eq!(check(&[HOST_OK, TOKEN_OK]), None);
        assert_eq!(check(&[("host", "localhost:4711"), TOKEN_OK]), None);
        let own = [HOST_OK, TOKEN_OK, ("origin", "http://127.0.0.1:4711")];
        assert_eq!(check(&own), None);
        assert_eq!(check(&[HOST_OK, TOKEN_OK, ("sec-fetch-site", "same-origin")]), None);
    }

    #[test]
    fn a_client_without_the_right_token_is_told_so() {
        for wrong in ["Bearer ", "Bearer 0123456789abcdeX", "0123456789abcdef", "Basic x"] {
            let answer = check(&[HOST_OK, ("authorization", wrong)]);
            assert_eq!(answer, Some(ErrorCode::Unauthorized), "{wrong}");
        }
        assert_eq!(check(&[HOST_OK]), Some(ErrorCode::Unauthorized));
    }

    #[test]
    fn a_page_from_elsewhere_is_refused_even_with_the_token() {
        for headers in [
            &[TOKEN_OK][..],
            &[("host", "evil.example"), TOKEN_OK],
            &[("host", "127.0.0.1:80"), TOKEN_OK],
            &[("host", "127.0.0.1"), TOKEN_OK],
            &[HOST_OK, HOST_OK, TOKEN_OK],
            &[HOST_OK, TOKEN_OK, ("origin", "http://evil.example")],
            &[HOST_OK, TOKEN_OK, ("origin", "https://127.0.0.1:4711")],
            &[HOST_OK, TOKEN_OK, ("origin", "http://localhost:4711")],
            &[HOST_OK, TOKEN_OK, ("origin", "null")],
            &[HOST_OK, TOKEN_OK, ("sec-fetch-site", "cross-site")],
            &[HOST_OK, TOKEN_OK, ("sec-fetch-site", "same-site")],
        ] {
            assert_eq!(check(headers), Some(ErrorCode::Forbidden), "{headers:?}");
        }
    }

    #[test]
    fn the_token_is_new_each_time_and_only_its_user_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(TOKEN_NAME);
        let first = Token::create(&path).unwrap();
        let second = Token::create(&path).unwrap();
        assert!(!first.fits(&second.0) && second.fits(&fs::read_to_string(&path).unwrap()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
