//! The pages that this build carries, and what a browser may do with them.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

/// Path and bytes of every file of `ui/dist`.
const PAGES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Nothing but what comes from this address, nothing written into the page itself, in no frame.
/// Pictures of a conflict are shown from memory (`blob:`).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether this build carries pages.
#[must_use]
pub fn has_pages() -> bool {
    file("/index.html").is_some()
}

fn file(path: &str) -> Option<&'static [u8]> {
    PAGES.iter().find(|(place, _)| *place == path).map(|(_, bytes)| *bytes)
}

/// The page at a path.
pub(super) fn page(path: &str) -> Response {
    let path = if path == "/" { "/index.html" } else { path };
    let (status, bytes) = match file(path) {
        Some(bytes) => (StatusCode::OK, bytes),
        None => (StatusCode::NOT_FOUND, b"There is nothing here.\n".as_slice()),
    };
    let kind = if status == StatusCode::OK { kind_of(path) } else { "text/plain; charset=utf-8" };
    // A file whose name holds a hash of its content never changes.
    let cache = match path.starts_with("/assets/") && status == StatusCode::OK {
        true => "private, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Adds to an answer what keeps it where it belongs.
pub(super) fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(self), geolocation=(), microphone=()"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}
