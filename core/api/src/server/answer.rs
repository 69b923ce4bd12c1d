//! From an HTTP request to a call of the service, and back.

use std::future::Future;

use axum::RequestExt;
use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::bytes::{ByteBody, ByteFeed};
use super::feed::{Feed, FeedBody};
use crate::error::{ApiError, ErrorCode};
use crate::route::Route;
use crate::{REQUEST_BYTES_MAX, carriage};

/// An array is answered as one view is.
pub(super) use one as list;

/// Answers with one view.
pub(super) async fn one<R, V, F>(
    route: &'static Route,
    request: Request,
    call: impl FnOnce(R) -> F,
) -> Response
where
    R: DeserializeOwned,
    V: Serialize,
    F: Future<Output = Result<V, ApiError>>,
{
    match run(route, request, call).await {
        Ok(view) => match serde_json::to_vec(&view) {
            Ok(body) => with(StatusCode::OK, "application/json", Body::from(body)),
            Err(cause) => error(&ApiError::new(ErrorCode::Internal).because(cause)),
        },
        Err(refusal) => error(&refusal),
    }
}

/// Answers with a stream of views, one a line.
pub(super) async fn many<R, V, F>(
    route: &'static Route,
    request: Request,
    call: impl FnOnce(R) -> F,
) -> Response
where
    R: DeserializeOwned,
    V: Serialize + Send + 'static,
    F: Future<Output = Result<Feed<V>, ApiError>>,
{
    match run(route, request, call).await {
        Ok(feed) => with(StatusCode::OK, "application/x-ndjson", Body::new(FeedBody::new(feed))),
        Err(refusal) => error(&refusal),
    }
}

/// Answers with bytes.
pub(super) async fn bytes<R, F>(
    route: &'static Route,
    request: Request,
    call: impl FnOnce(R) -> F,
) -> Response
where
    R: DeserializeOwned,
    F: Future<Output = Result<ByteFeed, ApiError>>,
{
    match run(route, request, call).await {
        Ok(feed) => {
            with(StatusCode::OK, "application/octet-stream", Body::new(ByteBody::new(feed)))
        }
        Err(refusal) => error(&refusal),
    }
}

async fn run<R, V, F>(
    route: &'static Route,
    request: Request,
    call: impl FnOnce(R) -> F,
) -> Result<V, ApiError>
where
    R: DeserializeOwned,
    F: Future<Output = Result<V, ApiError>>,
{
    let answered = async { call(question(route, request).await?).await };
    tokio::time::timeout(route.deadline, answered)
        .await
        .unwrap_or_else(|_| Err(ApiError::about(ErrorCode::TimedOut, route.name)))
}

/// Reads the request's type out of path, query and body.
async fn question<R: DeserializeOwned>(
    route: &'static Route,
    mut request: Request,
) -> Result<R, ApiError> {
    let segments: Vec<(String, String)> = request
        .extract_parts::<RawPathParams>()
        .await
        .map_err(|cause| ApiError::new(ErrorCode::BadRequest).because(cause))?
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = to_bytes(request.into_body(), REQUEST_BYTES_MAX)
        .await
        .map_err(|cause| ApiError::new(ErrorCode::BadRequest).because(cause))?;
    carriage::unpack(route, &segments, &query, &body)
        .map_err(|cause| ApiError::about(ErrorCode::BadRequest, cause.to_string()))
}

/// An error as it is answered, with the status of its code.
#[must_use]
pub fn error(refusal: &ApiError) -> Response {
    let status = StatusCode::from_u16(refusal.code.http_status())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    error_with_status(status, refusal)
}

/// An error with another status.
pub(super) fn error_with_status(status: StatusCode, refusal: &ApiError) -> Response {
    let body = serde_json::to_vec(refusal).unwrap_or_default();
    with(status, "application/json", Body::from(body))
}

fn with(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}
