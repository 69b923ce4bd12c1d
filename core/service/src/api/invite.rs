//! Inviting a device, and joining a home.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::api::request::{INVITE_SECONDS_MAX, InviteRequest, JoinRequest};
use ::api::server::{FEED_MAX, Feed};
use ::api::view::{IdView, InviteView, JoinView};
use ::api::{ApiError, ErrorCode};
use model::{DeviceId, WallTime};
use tokio::sync::mpsc;
use transport::{InviteEnd, JoinError, Welcome};

use super::{Answer, nearby, status, words};
use crate::chronicle::timestamp;
use crate::clock;
use crate::fault::Reason;
use crate::home::{addresses, found, pairing};
use crate::node::Node;

/// Wrong codes until an invitation is over.
const TRIES: u8 = 3;
/// How long a newcomer may take to connect after it was let in.
const ARRIVAL: Duration = Duration::from_secs(5);

/// Invites one device: the code first, then who joined.
pub(super) async fn invite(node: &Arc<Node>, request: InviteRequest) -> Answer<Feed<InviteView>> {
    found::ensure(node).await?;
    if !node.home.get().role(&node.me).is_some_and(model::Role::may_govern) {
        return Err(ApiError::new(ErrorCode::NotAllowed));
    }
    let lasts = Duration::from_secs(request.expires_seconds.clamp(1, INVITE_SECONDS_MAX));
    let internal = |error| ApiError::new(ErrorCode::Internal).because(error);
    let code = transport::random_code().map_err(internal)?;
    node.endpoint.set_name(&node.own_name());
    let ended = node.invitation.open(words::role_given(request.role));
    node.endpoint.invite(&code, lasts, TRIES).map_err(internal)?;
    let expires = WallTime(
        clock::wall().0.saturating_add(i64::try_from(lasts.as_nanos()).unwrap_or(i64::MAX)),
    );
    let own = addresses::own(node.endpoint.listen_address());
    let waiting = InviteView::Waiting {
        code,
        expires: timestamp(expires),
        addresses: own.iter().map(ToString::to_string).collect(),
    };
    let (views, feed) = mpsc::channel(FEED_MAX);
    // There is room: nothing was sent before.
    drop(views.try_send(Ok(waiting)));
    let node = Arc::clone(node);
    node.runtime.clone().spawn(async move {
        let end = tokio::select! {
            end = ended => end.unwrap_or(InviteEnd::Cancelled),
            () = views.closed() => return node.endpoint.cancel_invite(),
        };
        drop(views.send(outcome(&node, end).await).await);
    });
    Ok(feed)
}

async fn outcome(node: &Arc<Node>, end: InviteEnd) -> Answer<InviteView> {
    match end {
        InviteEnd::Joined(device) => {
            arrived(node, device).await;
            let home = node.home.get();
            let role = home.role(&device).unwrap_or(model::Role::Reader);
            let device = IdView { id: device.to_string(), name: home.name(&device) };
            Ok(InviteView::Joined { device, role: words::role(role) })
        }
        InviteEnd::Expired => Err(ApiError::new(ErrorCode::InvitationExpired)),
        InviteEnd::Interrupted(_) => over("the device that came could not be let in"),
        InviteEnd::NoTriesLeft => over("the code was wrong three times"),
        InviteEnd::Cancelled => over("it was withdrawn"),
        InviteEnd::Replaced => over("a newer one took its place"),
    }
}

fn over(why: &str) -> Answer<InviteView> {
    Err(ApiError::new(ErrorCode::InvitationOver).because(why))
}

/// Waits a moment for a newcomer to connect, so that what is done next reaches it.
async fn arrived(node: &Arc<Node>, device: DeviceId) {
    let mut turns = node.door.turns();
    let connected =
        async { while !node.contacts.view(device).connected && turns.changed().await.is_ok() {} };
    drop(tokio::time::timeout(ARRIVAL, connected).await);
}

/// Joins the home of the device that shows a code.
pub(super) async fn join(node: &Arc<Node>, request: JoinRequest) -> Answer<JoinView> {
    let _one = node.founding.lock().await;
    check_free(node)?;
    let addresses = match (&request.address, &request.nearby) {
        (Some(text), _) => vec![resolve(text).await?],
        (None, Some(picked)) => nearby::addresses(node, picked)?,
        (None, None) => Vec::new(),
    };
    let introduction = pairing::introduction(node).map_err(internal)?;
    let welcome = node.endpoint.join(&request.code, &addresses, introduction).await;
    let welcome = welcome.map_err(|error| refused(error, request.address))?;
    enter(node, welcome).await
}

/// Only a device that shares nothing with anybody may come into another home.
pub(super) fn check_free(node: &Node) -> Answer<()> {
    if node.has_home() && (node.home.get().members().len() > 1 || !node.folders.ids().is_empty()) {
        return Err(ApiError::new(ErrorCode::AlreadyInHome));
    }
    Ok(())
}

/// Belongs to the home that lets this device in; `founding` is held.
pub(super) async fn enter(node: &Arc<Node>, welcome: Welcome) -> Answer<JoinView> {
    let entering = Arc::clone(node);
    let inviter = welcome.device;
    // What is begun here is finished, even if the client goes away.
    let entered =
        node.runtime.spawn(async move { pairing::enter(&entering, &welcome).await }).await;
    let role = entered
        .map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?
        .map_err(internal)?;
    arrived(node, inviter).await;
    let home = status::home(node).ok_or_else(|| ApiError::new(ErrorCode::NoHome))?;
    let inviter = IdView { id: inviter.to_string(), name: node.home.device_name(inviter) };
    Ok(JoinView { home, inviter, role: words::role(role) })
}

/// Why this device was not let in; nobody at `address` is told with the address.
fn refused(error: JoinError, address: Option<String>) -> ApiError {
    match (error, address) {
        (JoinError::NotFound, Some(address)) => {
            ApiError::about(ErrorCode::InviterNotFound, address)
        }
        (error, _) => error.reason(),
    }
}

pub(super) fn internal(error: anyhow::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal).because(format!("{error:#}"))
}

async fn resolve(text: &str) -> Answer<SocketAddr> {
    let unknown = || ApiError::about(ErrorCode::InviterNotFound, text);
    let mut found =
        tokio::net::lookup_host(text).await.map_err(|error| unknown().because(error))?;
    found.next().ok_or_else(unknown)
}
