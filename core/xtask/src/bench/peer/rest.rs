//! A few words of HTTP over a Unix socket: what is needed to ask Syncthing without a byte on the measured wire.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// One request and its answer; `null` when the answer is empty.
///
/// # Errors
/// When nobody answers in time, or not with a status below 300.
pub(super) fn ask(
    socket: &Path,
    (method, path): (&str, &str),
    body: Option<&Value>,
    limit: Duration,
) -> Result<Value> {
    let mut stream = UnixStream::connect(socket).context("connecting to Syncthing")?;
    stream.set_read_timeout(Some(limit))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    // HTTP/1.0: the answer comes in one piece and ends with the connection.
    write!(
        stream,
        "{method} /rest/{path} HTTP/1.0\r\nHost: localhost\r\nX-API-Key: k\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).with_context(|| format!("{method} {path}"))?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").context("reading Syncthing's answer")?;
    let status: u16 =
        head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    if !(200..300).contains(&status) {
        bail!("{method} {path}: {status} {body}");
    }
    match body.trim() {
        "" => Ok(Value::Null),
        body => serde_json::from_str(body).with_context(|| format!("{method} {path}")),
    }
}
