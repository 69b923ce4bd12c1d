//! The sleep of the system, as logind tells it over the system bus.
//!
//! Before the system sleeps, reads that wait for other devices are answered: a program that waits in a file
//! system can keep the whole system from falling asleep. A lock of the kind "delay" gives the time for that. When
//! it wakes, connections are looked at and made anew at once. Where no system bus or no logind is, nothing of
//! this happens, and a sleep is noticed by the clocks alone (`transport`). Not here: what a mount does with
//! the reads (`::drive::fuse`).

use std::sync::Arc;
use std::time::Duration;

use zbus::export::ordered_stream::OrderedStreamExt;
use zbus::zvariant::OwnedFd;
use zbus::{Connection, Proxy};

use crate::node::Node;

const LOGIND: &str = "org.freedesktop.login1";
const OBJECT: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
/// How long connecting to the bus, or a question to logind, may take.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// How long it takes until every read that waits has been answered; logind gives 5 s.
const ANSWERED: Duration = Duration::from_millis(500);
/// When it is tried again after the bus or logind was not there.
const AGAIN: Duration = Duration::from_secs(60);

/// Why nothing is heard of logind.
#[derive(Debug, thiserror::Error)]
enum SleepError {
    #[error("asking the system bus")]
    Bus(#[from] zbus::Error),
    #[error("the system bus does not answer")]
    Late(#[from] tokio::time::error::Elapsed),
    #[error("logind tells nothing any more")]
    Over,
}

/// Follows the system's sleep as long as the service runs.
pub(crate) async fn follow(node: Arc<Node>) {
    loop {
        if let Err(error) = listen(&node).await {
            let error = anyhow::Error::from(error);
            tracing::debug!("the system's sleep is not told by logind: {error:#}");
        }
        // Nobody would say when it is over.
        node.drives.sleep(false);
        tokio::time::sleep(AGAIN).await;
    }
}

async fn listen(node: &Arc<Node>) -> Result<(), SleepError> {
    let connection = tokio::time::timeout(ANSWER_MAX, Connection::system()).await??;
    let logind = Proxy::new(&connection, LOGIND, OBJECT, MANAGER).await?;
    let mut news = logind.receive_signal("PrepareForSleep").await?;
    let mut lock = Some(delay(&logind).await?);
    while let Some(message) = news.next().await {
        let asleep: bool = message.body().deserialize()?;
        tracing::info!(asleep, "the system sleeps or wakes");
        node.drives.sleep(asleep);
        if asleep {
            tokio::time::sleep(ANSWERED).await;
            drop(lock.take());
        } else {
            node.endpoint.woke();
            lock = Some(delay(&logind).await?);
        }
    }
    Err(SleepError::Over)
}

/// The system does not sleep before this is dropped, or logind has waited long enough.
async fn delay(logind: &Proxy<'_>) -> Result<OwnedFd, SleepError> {
    let what = ("sleep", "Homefold", "Reads from other devices are answered", "delay");
    Ok(tokio::time::timeout(ANSWER_MAX, logind.call("Inhibit", &what)).await??)
}
