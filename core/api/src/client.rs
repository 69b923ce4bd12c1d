//! Asking a running service.
//!
//! One connection for each question, over the Unix socket in the data dir, after a look at whose it
//! is. Every question has a deadline. That no service runs is told apart from every other failure
//! ([`ErrorCode::NoService`]). Not here: showing the answers.

mod connection;
mod incoming;
mod lines;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::SOCKET_NAME;
use crate::carriage;
use crate::error::{ApiError, ErrorCode};
use crate::request::*;
use crate::route::{self, Route, Shape, for_each_operation};
use crate::view::*;

pub use incoming::Incoming;
pub use lines::Lines;

/// How much longer than the service a client waits, so that the service's own words arrive.
const GRACE: Duration = Duration::from_secs(5);

/// A client of the service of one data dir.
#[derive(Debug, Clone)]
pub struct Client {
    data_dir: PathBuf,
    socket: PathBuf,
    deadline: Option<Duration>,
}

impl Client {
    /// A client of the service that runs for `data_dir`. Connects only when something is asked.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned(), socket: data_dir.join(SOCKET_NAME), deadline: None }
    }

    /// The same with another deadline than the table's, for every question.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Asks by the operation's name, for a program that hands through what another one wants. Whether the
    /// request makes sense is the service's to say.
    ///
    /// # Errors
    /// `bad-request` if no operation of that name answers at once; else as the operation itself.
    pub async fn ask_by_name(&self, operation: &str, request: &Value) -> Result<Value, ApiError> {
        let route = named(operation)?;
        match route.shape {
            Shape::One | Shape::List => self.one(route, request).await,
            Shape::Many | Shape::Bytes => Err(ApiError::about(ErrorCode::BadRequest, operation)),
        }
    }

    /// The same for an operation that answers with a stream.
    ///
    /// # Errors
    /// `bad-request` if no operation of that name does; else as the operation itself.
    pub async fn follow_by_name(
        &self,
        operation: &str,
        request: &Value,
    ) -> Result<Lines<Value>, ApiError> {
        let route = named(operation)?;
        match route.shape {
            Shape::Many => self.many(route, request).await,
            Shape::One | Shape::List | Shape::Bytes => {
                Err(ApiError::about(ErrorCode::BadRequest, operation))
            }
        }
    }

    async fn one<R: Serialize, V: DeserializeOwned>(
        &self,
        route: &'static Route,
        request: &R,
    ) -> Result<V, ApiError> {
        self.in_time(route, async {
            let mut answer = self.ask(route, request).await?;
            let body = answer.whole().await?;
            serde_json::from_slice(&body)
                .map_err(|cause| ApiError::new(ErrorCode::Incomprehensible).because(cause))
        })
        .await
    }

    async fn list<R: Serialize, V: DeserializeOwned>(
        &self,
        route: &'static Route,
        request: &R,
    ) -> Result<Vec<V>, ApiError> {
        self.one(route, request).await
    }

    async fn many<R: Serialize, V: DeserializeOwned>(
        &self,
        route: &'static Route,
        request: &R,
    ) -> Result<Lines<V>, ApiError> {
        let answer = self.in_time(route, self.ask(route, request)).await?;
        Ok(Lines::new(answer))
    }

    async fn bytes<R: Serialize>(
        &self,
        route: &'static Route,
        request: &R,
    ) -> Result<Incoming, ApiError> {
        let answer = self.in_time(route, self.ask(route, request)).await?;
        Ok(Incoming::new(answer, route.deadline + GRACE))
    }

    async fn ask<R: Serialize>(
        &self,
        route: &'static Route,
        request: &R,
    ) -> Result<connection::Answer, ApiError> {
        let (address, body) = carriage::pack(route, request)
            .map_err(|cause| ApiError::new(ErrorCode::BadRequest).because(cause))?;
        let connection = connection::open(&self.data_dir, &self.socket).await?;
        connection.send(route.method, address, body).await
    }

    async fn in_time<T>(
        &self,
        route: &'static Route,
        asking: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let deadline = self.deadline.unwrap_or(route.deadline) + GRACE;
        tokio::time::timeout(deadline, asking)
            .await
            .unwrap_or_else(|_| Err(ApiError::about(ErrorCode::TimedOut, route.name)))
    }
}

fn named(operation: &str) -> Result<&'static Route, ApiError> {
    let found = route::ALL.iter().find(|route| route.name == operation);
    found.ok_or_else(|| ApiError::about(ErrorCode::BadRequest, operation))
}

macro_rules! answered {
    (one, $view:ty) => { $view };
    (list, $view:ty) => { Vec<$view> };
    (many, $view:ty) => { Lines<$view> };
    (bytes, $view:ty) => { Incoming };
}

macro_rules! questions {
    ($(#[doc = $summary:literal] $shape:ident $constant:ident $name:ident: $method:ident $path:literal, $request:ty => $view:ty, $seconds:literal;)+) => {
        impl Client {
            $(
                #[doc = $summary]
                ///
                /// # Errors
                /// What the service answers, or why it can't be asked.
                pub async fn $name(
                    &self,
                    request: &$request,
                ) -> Result<answered!($shape, $view), ApiError> {
                    self.$shape(&route::$constant, request).await
                }
            )+
        }
    };
}
for_each_operation!(questions);
