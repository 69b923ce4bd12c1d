//! The browser's door: the pages and the API at one loopback address, or for other computers (`far`).
//!
//! A key that works once, in an address that this user's own program printed, is exchanged for a cookie
//! that scripts can't read; only with it the API answers. Nothing that comes from another origin gets
//! in (`guard`), and no page may load, run or send anything elsewhere (`pages`). A browser sends the
//! cookies of a host to all its ports: the cookie's name carries the port, and its value is worth
//! nothing at another door.

mod guard;
mod keys;
mod pages;

use std::net::SocketAddr;
use std::sync::Arc;

use api::{ApiError, ErrorCode};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

pub use keys::{Clock, Keys};
pub use pages::has_pages;

use crate::far::{Denied, Gate};
use guard::Guard;

/// What an address begins with that lets a browser in, before its key.
const OPEN: &str = "/open/";

/// Where a browser of another computer shows the password.
const SIGN_IN: &str = "/sign-in";
/// Bytes of what it shows.
const SIGN_IN_MAX: usize = 4096;

/// What a browser shows that was not let in by an address.
#[derive(serde::Deserialize)]
struct SignIn {
    password: String,
}

/// The address that lets one browser in.
#[must_use]
pub fn address_of(door: SocketAddr, key: &str) -> String {
    format!("http://{door}{OPEN}{key}")
}

/// Everything that a browser finds at `address`, around the routes of the API.
pub fn router(api: Router, address: SocketAddr, keys: Arc<Keys>) -> Router {
    let door = Arc::new(Door { guard: Guard::near(address), keys, gate: None });
    api.layer(from_fn_with_state(door, enter))
}

/// The same for browsers of other computers, who show a password; `names` are what this computer is called.
pub fn far_router(
    api: Router,
    port: u16,
    names: Vec<String>,
    keys: Arc<Keys>,
    gate: Gate,
) -> Router {
    let door = Arc::new(Door { guard: Guard::far(port, names), keys, gate: Some(gate) });
    api.layer(from_fn_with_state(door, enter))
}

struct Door {
    guard: Guard,
    keys: Arc<Keys>,
    /// Asked for passwords, where browsers come in by one.
    gate: Option<Gate>,
}

async fn enter(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let entered = match door.guard.check_address(request.headers()) {
        Ok(()) => door.let_in(request, next).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = entered.unwrap_or_else(|refusal| refused(&refusal));
    pages::protect(response.headers_mut());
    response
}

impl Door {
    async fn let_in(&self, request: Request, next: Next) -> Result<Response, ApiError> {
        let path = request.uri().path();
        if path.starts_with("/v1/") {
            let headers = request.headers();
            self.guard.check_session(request.method(), headers, &self.keys)?;
            return Ok(next.run(request).await);
        }
        if let (Some(gate), SIGN_IN, &Method::POST) = (&self.gate, path, request.method()) {
            return self.sign_in(gate, request).await;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(plain(StatusCode::METHOD_NOT_ALLOWED, "There is nothing to send here.\n"));
        }
        Ok(match path.strip_prefix(OPEN) {
            Some(key) if self.gate.is_none() => self.open(key),
            Some(_) | None => pages::page(path),
        })
    }

    /// Takes a password for a cookie.
    async fn sign_in(&self, gate: &Gate, request: Request) -> Result<Response, ApiError> {
        Guard::check_origin(request.headers())?;
        let unread = |_| ApiError::new(ErrorCode::BadRequest);
        let body = axum::body::to_bytes(request.into_body(), SIGN_IN_MAX).await.map_err(unread)?;
        let given: SignIn =
            serde_json::from_slice(&body).map_err(|_| ApiError::new(ErrorCode::BadRequest))?;
        gate.check(given.password).await.map_err(|denied| match denied {
            Denied::Wrong => ApiError::new(ErrorCode::Unauthorized).because("another password"),
            Denied::TooOften => ApiError::new(ErrorCode::Busy).because("too many wrong passwords"),
        })?;
        let cookie = self.keys.admit().map(|secret| self.guard.cookie(&secret));
        let value = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok());
        let value = value.ok_or_else(|| ApiError::new(ErrorCode::Internal))?;
        let mut response = plain(StatusCode::OK, "");
        response.headers_mut().insert(header::SET_COOKIE, value);
        Ok(response)
    }

    /// Takes a key for a cookie; one that is no good leads to the page that says how to get another.
    fn open(&self, key: &str) -> Response {
        let mut response = plain(StatusCode::SEE_OTHER, "");
        let headers = response.headers_mut();
        headers.insert(header::LOCATION, HeaderValue::from_static("/"));
        let cookie = self.keys.redeem(key).map(|secret| self.guard.cookie(&secret));
        if let Some(value) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
            headers.insert(header::SET_COOKIE, value);
        }
        response
    }
}

/// A refusal in the API's words.
fn refused(refusal: &ApiError) -> Response {
    api::server::refusal(refusal)
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
