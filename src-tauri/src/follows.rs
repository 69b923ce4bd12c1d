//! The streams that the page follows.
//!
//! Each is a task that sends what comes; it ends with its stream, when the page says so, and with the page.
//! There is a limit, so that a page that forgets them cannot fill the service.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api::client::Lines;
use api::{ApiError, ErrorCode};
use serde::Serialize;
use serde_json::Value;
use tokio::task::AbortHandle;

/// Streams that may be open at once.
const FOLLOWS_MAX: usize = 32;

/// What the page is sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Message {
    /// The next view.
    Line(Value),
    /// There are no more, and why if that was not meant.
    End(Option<ApiError>),
}

/// The open streams.
#[derive(Debug, Clone, Default)]
pub(crate) struct Follows {
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    last: u32,
    tasks: HashMap<u32, AbortHandle>,
}

impl Follows {
    /// Follows `lines` until they end or `send` says that nobody listens. Its number ends it earlier.
    ///
    /// # Errors
    /// `busy` beyond the limit.
    pub(crate) fn begin(
        &self,
        mut lines: Lines<Value>,
        mut send: impl FnMut(Message) -> bool + Send + 'static,
    ) -> Result<u32, ApiError> {
        let mut open = self.lock();
        if open.tasks.len() >= FOLLOWS_MAX {
            return Err(ApiError::new(ErrorCode::Busy));
        }
        open.last = open.last.wrapping_add(1);
        let number = open.last;
        let here = self.clone();
        let task = tokio::spawn(async move {
            let end = loop {
                match lines.next().await {
                    Ok(Some(line)) => {
                        if !send(Message::Line(line)) {
                            break None;
                        }
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            send(Message::End(end));
            here.lock().tasks.remove(&number);
        });
        open.tasks.insert(number, task.abort_handle());
        Ok(number)
    }

    /// Ends one; nothing if it has ended already.
    pub(crate) fn end(&self, number: u32) {
        if let Some(task) = self.lock().tasks.remove(&number) {
            task.abort();
        }
    }

    /// Ends all of them: the page is gone or another one.
    pub(crate) fn end_all(&self) {
        for (_, task) in self.lock().tasks.drain() {
            task.abort();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::client::Client;
    use serde_json::json;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    struct Bed {
        client: Client,
        follows: Follows,
        _dir: tempfile::TempDir,
    }

    /// The fake service of the API, at a socket of its own.
    async fn bed() -> Bed {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("data");
        let door = api::server::Door::unix(&data_dir.join(api::SOCKET_NAME)).await.unwrap();
        let router = api::server::router(&Arc::new(api::fake::Fake));
        tokio::spawn(door.serve(router, std::future::pending()));
        Bed { client: Client::new(&data_dir), follows: Follows::default(), _dir: dir }
    }

    impl Bed {
        async fn follow(
            &self,
            expires: u64,
        ) -> Result<(u32, UnboundedReceiver<Message>), ApiError> {
            let request = json!({ "role": "member", "expires_seconds": expires });
            let lines = self.client.follow_by_name("invite", &request).await.unwrap();
            let (sender, messages) = unbounded_channel();
            let number = self.follows.begin(lines, move |message| sender.send(message).is_ok())?;
            Ok((number, messages))
        }
    }

    #[tokio::test]
    async fn the_page_gets_every_line_and_the_end() {
        let bed = bed().await;
        let (_, mut messages) = bed.follow(600).await.unwrap();
        let mut words = Vec::new();
        while let Some(Message::Line(line)) = messages.recv().await {
            words.push(line["state"].as_str().unwrap().to_owned());
        }
        assert_eq!(words, ["waiting", "joined"]);
    }

    #[tokio::test]
    async fn an_error_is_the_end_and_has_the_form_that_pages_read() {
        let bed = bed().await;
        let (_, mut messages) = bed.follow(1).await.unwrap();
        assert!(matches!(messages.recv().await, Some(Message::Line(_))));
        let end = serde_json::to_value(messages.recv().await.unwrap()).unwrap();
        assert_eq!(end["end"]["code"], "invitation-expired");
        assert_eq!(serde_json::to_value(Message::End(None)).unwrap(), json!({ "end": null }));
    }

    /// A service whose streams never say anything; the number of those that are still open.
    fn silent(dir: &std::path::Path) -> Arc<AtomicUsize> {
        let listener = tokio::net::UnixListener::bind(dir.join(api::SOCKET_NAME)).unwrap();
        let open = Arc::new(AtomicUsize::new(0));
        let count = open.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let count = count.clone();
                tokio::spawn(async move {
                    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                    stream.write_all(head).await.unwrap();
                    while stream.read(&mut [0; 1_024]).await.is_ok_and(|bytes| bytes > 0) {}
                    count.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        open
    }

    #[tokio::test]
    async fn there_is_a_limit_and_nothing_stays_open_behind_a_page_that_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let open = silent(dir.path());
        let (client, follows) = (Client::new(dir.path()), Follows::default());
        let begin = async || {
            let lines = client.follow_by_name("events", &json!({})).await.unwrap();
            follows.begin(lines, |_| true)
        };
        for _ in 0..FOLLOWS_MAX {
            begin().await.unwrap();
        }
        assert_eq!(begin().await.map_err(|error| error.code), Err(ErrorCode::Busy));
        follows.end(1);
        begin().await.unwrap();
        follows.end_all();
        let closed = async {
            while open.load(Ordering::SeqCst) > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), closed).await.unwrap();
    }
}
