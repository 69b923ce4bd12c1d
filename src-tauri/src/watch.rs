//! Looks at the service for as long as the app runs, and hands on what it sees.
//!
//! One task. It looks when the service says that something happened, once a minute for the sake of the
//! clock, and every few seconds while there is no service. Disks are read once a minute: how full they are is
//! no event. Not here: what is made of it.

use std::time::Duration;

use api::ApiError;
use api::client::{Client, Lines};
use api::request::{EventsRequest, Nothing, PolicyRequest};
use api::view::{DiskView, EventView};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::sight::Sight;

/// How long a burst of events may last before it is looked at.
const BURST: Duration = Duration::from_millis(400);
/// Without events: spans like "last seen" grow by themselves.
const ROUND: Duration = Duration::from_secs(60);
/// The rule by which a person wants the desktop told.
const NOTICES: &str = "notices.on";
/// How often disks are read, and that rule.
const SELDOM: Duration = Duration::from_secs(60);
/// While the service does not answer.
const RETRY: Duration = Duration::from_secs(2);

/// Hands every sight to `publish`. Ends only with the task.
pub(crate) async fn watch(client: Client, publish: impl Fn(Sight) + Send) {
    loop {
        // Opened before looking, so that nothing happens in between unseen.
        let events = client.events(&EventsRequest { after: None, follow: true }).await;
        match events {
            Ok(events) => publish(Sight::Unreached(follow(&client, events, &publish).await)),
            Err(error) => publish(Sight::Unreached(error)),
        }
        sleep(RETRY).await;
    }
}

/// Looks after each burst of events, until the service can't be asked any more; then why.
async fn follow(
    client: &Client,
    mut events: Lines<EventView>,
    publish: &(impl Fn(Sight) + Send),
) -> ApiError {
    let mut seldom = Seldom::default();
    loop {
        match look(client, &mut seldom).await {
            Ok(sight) => publish(sight),
            Err(error) => return error,
        }
        match timeout(ROUND, events.next()).await {
            Ok(Ok(Some(_))) => {
                let end = Instant::now() + BURST;
                while let Ok(next) = timeout_at(end, events.next()).await {
                    match next {
                        Ok(Some(_)) => {}
                        Ok(None) => return gone(),
                        Err(error) => return error,
                    }
                }
            }
            Ok(Ok(None)) => return gone(),
            Ok(Err(error)) => return error,
            Err(_) => {}
        }
    }
}

fn gone() -> ApiError {
    ApiError::new(api::ErrorCode::Stopping)
}

async fn look(client: &Client, seldom: &mut Seldom) -> Result<Sight, ApiError> {
    let status = client.status(&Nothing {}).await?;
    let conflicts = client.conflict_list(&Nothing {}).await?;
    seldom.read(client, &status.device.id).await?;
    let (disks, quiet) = (seldom.disks.clone(), seldom.quiet);
    Ok(Sight::Here { status: Box::new(status), conflicts, disks, quiet })
}

/// What is read from time to time only: the disks of this computer, and whether its desktop is told things.
#[derive(Default)]
struct Seldom {
    at: Option<Instant>,
    disks: Vec<DiskView>,
    quiet: bool,
}

impl Seldom {
    async fn read(&mut self, client: &Client, device: &str) -> Result<(), ApiError> {
        if self.at.is_some_and(|at| at.elapsed() < SELDOM) {
            return Ok(());
        }
        let devices = client.device_list(&Nothing {}).await?;
        let this = devices.into_iter().find(|device| device.this);
        self.disks = this.map(|device| device.disks).unwrap_or_default();
        let target = Some(format!("device:{device}"));
        let policies = client.policy_show(&PolicyRequest { target }).await?;
        self.quiet = policies.iter().any(|one| one.key == NOTICES && one.value == "off");
        self.at = Some(Instant::now());
        Ok(())
    }
}
