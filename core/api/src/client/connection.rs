//! One HTTP connection over the Unix socket.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::UnixStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::ANSWER_BYTES_MAX;
use crate::error::{ApiError, ErrorCode};
use crate::route::Method;
use crate::socket::{ShortPath, this_user};

/// How long a service may take to let a client in.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// Connects, once it is sure that the service is this user's.
pub(super) async fn open(data_dir: &Path, socket: &Path) -> Result<Connection, ApiError> {
    let refused = |cause: io::Error| not_connected(data_dir, &cause);
    let owner = std::fs::symlink_metadata(socket).map_err(refused)?.uid();
    let short = ShortPath::of(socket).map_err(refused)?;
    let connecting = timeout(CONNECT_DEADLINE, UnixStream::connect(short.as_path()));
    let stream = connecting
        .await
        .map_err(|_| ApiError::about(ErrorCode::TimedOut, "connecting to the service"))?
        .map_err(refused)?;
    let answerer = stream.peer_cred().map_err(refused)?.uid();
    if owner != this_user() || answerer != this_user() {
        return Err(ApiError::new(ErrorCode::Forbidden)
            .because(format!("{} belongs to another user", socket.display())));
    }
    let (sender, driver) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // An error of the driver shows at the sender or the body as well.
    let driver = tokio::spawn(async move { drop(driver.await) });
    Ok(Connection { sender, driver: Driver(driver) })
}

/// Why there is no connection.
fn not_connected(data_dir: &Path, cause: &io::Error) -> ApiError {
    let place = data_dir.display().to_string();
    let kind = cause.kind();
    let nobody = [ErrorKind::NotFound, ErrorKind::ConnectionRefused, ErrorKind::NotADirectory];
    if nobody.contains(&kind) {
        ApiError::about(ErrorCode::NoService, place)
    } else if kind == ErrorKind::PermissionDenied {
        ApiError::new(ErrorCode::Forbidden).because(cause)
    } else {
        ApiError::new(ErrorCode::Incomprehensible).because(cause)
    }
}

/// The service went away, or what answers is no service.
fn broken(cause: hyper::Error) -> ApiError {
    let code = if cause.is_parse() { ErrorCode::Incomprehensible } else { ErrorCode::Stopping };
    ApiError::new(code).because(cause)
}

/// Ends the connection when it is dropped.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection on which nothing was asked yet.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: Driver,
}

impl Connection {
    /// Asks, and waits for the head of the answer.
    pub(super) async fn send(
        mut self,
        method: Method,
        address: String,
        body: Vec<u8>,
    ) -> Result<Answer, ApiError> {
        let mut request =
            Request::builder().method(method.word()).uri(address).header("host", "service");
        if !method.has_query() {
            request = request.header("content-type", "application/json");
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|cause| ApiError::new(ErrorCode::BadRequest).because(cause))?;
        let response = self.sender.send_request(request).await.map_err(broken)?;
        let status = response.status();
        let mut answer = Answer { body: response.into_body(), _driver: self.driver };
        if status == StatusCode::OK {
            return Ok(answer);
        }
        let body = answer.whole().await?;
        Err(refusal(status, &body))
    }
}

/// Reads an error; one with a code that this client does not know keeps its sentence.
fn refusal(status: StatusCode, body: &[u8]) -> ApiError {
    #[derive(Deserialize)]
    struct Sentence {
        message: String,
    }
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let error = ApiError::new(ErrorCode::Incomprehensible);
        match serde_json::from_slice::<Sentence>(body) {
            Ok(sentence) => error.because(sentence.message),
            Err(_) => error.because(status),
        }
    })
}

/// An answer whose body is still to be read.
pub(super) struct Answer {
    body: Incoming,
    _driver: Driver,
}

impl Answer {
    /// The next bytes of the body; `None` at its end.
    pub(super) async fn more(&mut self) -> Result<Option<Bytes>, ApiError> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(bytes) = frame.map_err(broken)?.into_data() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// The whole body, which has a limit.
    pub(super) async fn whole(&mut self) -> Result<Vec<u8>, ApiError> {
        let mut whole = Vec::new();
        while let Some(bytes) = self.more().await? {
            if whole.len() + bytes.len() > ANSWER_BYTES_MAX {
                return Err(
                    ApiError::new(ErrorCode::Incomprehensible).because("the answer is too long")
                );
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    }
}
