//! The service's side: one method per operation, and HTTP around them.
//!
//! [`Service`] is what the running device implements; [`router`] turns it into HTTP, and a
//! [`Door`] lets clients in: this user through a Unix socket, web clients with a token on loopback.
//! Every request has a bounded body and a deadline. Not here: what the operations do.

mod answer;
mod bytes;
mod door;
mod feed;
mod guard;

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, Uri, header};
use axum::routing::{MethodFilter, get, on};

use crate::error::{ApiError, ErrorCode};
use crate::request::*;
use crate::route::{self, Method, for_each_operation};
use crate::view::*;

pub use answer::error as refusal;
pub use bytes::ByteFeed;
pub use door::{Door, DoorError, Listen, accept};
pub use feed::{FEED_MAX, Feed};
pub use guard::{TOKEN_NAME, Token};

macro_rules! answered {
    (one, $view:ty) => { $view };
    (list, $view:ty) => { Vec<$view> };
    (many, $view:ty) => { Feed<$view> };
    (bytes, $view:ty) => { ByteFeed };
}

macro_rules! service {
    ($(#[doc = $summary:literal] $shape:ident $constant:ident $name:ident: $method:ident $path:literal, $request:ty => $view:ty, $seconds:literal;)+) => {
        /// What a running device can be asked: one method per operation of the table in
        /// [`crate::route`]. Write each as `async fn name(&self, request: …) -> Result<…, ApiError>`.
        ///
        /// A method's future is dropped when its client goes away or its deadline is over, so what
        /// must be finished once begun belongs into a task or the run loop. An operation that answers
        /// with a [`Feed`] learns that its client is gone by `Sender::closed`.
        pub trait Service: Send + Sync + 'static {
            $(
                #[doc = $summary]
                fn $name(
                    &self,
                    request: $request,
                ) -> impl Future<Output = Result<answered!($shape, $view), ApiError>> + Send;
            )+
        }

        fn routes<S: Service>(service: &Arc<S>) -> Router {
            let mut router = Router::new();
            $(
                let each = Arc::clone(service);
                router = router.route($path, on(filter(Method::$method), move |request: Request| {
                    let service = Arc::clone(&each);
                    answer::$shape(&route::$constant, request, move |question: $request| async move {
                        service.$name(question).await
                    })
                }));
            )+
            router
        }
    };
}
for_each_operation!(service);

const fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// Everything under `/v1`, the OpenAPI document included.
pub fn router<S: Service>(service: &Arc<S>) -> Router {
    let document: Arc<str> = crate::openapi::json().into();
    routes(service)
        .route(
            route::OPENAPI_PATH,
            get(move || async move {
                ([(header::CONTENT_TYPE, "application/json")], document.to_string())
            }),
        )
        .fallback(unknown_address)
        .method_not_allowed_fallback(unknown_address)
}

async fn unknown_address(uri: Uri) -> axum::response::Response {
    let error = ApiError::about(ErrorCode::BadRequest, format!("no operation at {}", uri.path()));
    answer::error_with_status(StatusCode::NOT_FOUND, &error)
}
