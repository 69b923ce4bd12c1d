//! The browser's door: the pages and the API at one loopback address.
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

use api::ApiError;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

pub use keys::{Clock, Keys};
pub use pages::has_pages;

use guard::Guard;

/// What an address begins with that lets a browser in, before its key.
const OPEN: &str = "/open/";

/// The address that lets one browser in.
#[must_use]
pub fn address_of(door: SocketAddr, key: &str) -> String {
    format!("http://{door}{OPEN}{key}")
}

/// Everything that a browser finds at `address`, around the routes of the API.
pub fn router(api: Router, address: SocketAddr, keys: Arc<Keys>) -> Router {
    let door = Arc::new(Door { guard: Guard::new(address), keys });
    api.layer(from_fn_with_state(door, enter))
}

struct Door {
    guard: Guard,
    keys: Arc<Keys>,
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
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(plain(StatusCode::METHOD_NOT_ALLOWED, "There is nothing to send here.\n"));
        }
        Ok(match path.strip_prefix(OPEN) {
            Some(key) => self.open(key),
            None => pages::page(path),
        })
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
