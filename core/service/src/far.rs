//! The door for browsers on other computers: opened when a person asks for it, and at each start after that.
//!
//! Certificate and password are this device's alone: the first in a file, of the second only its hash. Not here:
//! TLS, cookies and passwords (`gateway::far`).

use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::time::Duration;

use ::api::request::DoorOpen;
use ::api::server::{accept, router};
use ::api::view::{Done, DoorView};
use ::api::{ApiError, ErrorCode};
use anyhow::Context;
use gateway::far::{Certificate, Gate, Listener, Password};
use gateway::web::{self, Keys};
use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;

use crate::api::Face;
use crate::clock;
use crate::home::addresses;
use crate::node::Node;

/// The open door, if it is; held while that changes.
#[derive(Default)]
pub(crate) struct Far(Mutex<Option<Open>>);

struct Open {
    address: SocketAddr,
    /// Shuts it when it is dropped.
    _shut: watch::Sender<()>,
}

/// Opens the door where it was open before.
pub(crate) async fn start(node: Arc<Node>) {
    let Some(address) = node.book.door() else { return };
    let mut door = node.far.0.lock().await;
    match open_at(&node, &address).await {
        Ok(open) => *door = Some(open),
        Err(error) => tracing::error!("the door for other computers stays shut: {error}"),
    }
}

/// Where it is, and what to compare.
pub(crate) async fn show(node: &Arc<Node>) -> Result<DoorView, ApiError> {
    let address = node.far.0.lock().await.as_ref().map(|open| open.address);
    let keeper = Arc::clone(node);
    let kept = spawn_blocking(move || std::fs::read(keeper.place.certificate())).await;
    let certificate = kept.ok().and_then(Result::ok).and_then(|kept| Certificate::read(kept).ok());
    Ok(DoorView {
        address: address.map(|address| address.to_string()),
        links: address.map(links).unwrap_or_default(),
        fingerprint: certificate.and_then(|certificate| certificate.fingerprint().ok()),
    })
}

fn links(address: SocketAddr) -> Vec<String> {
    addresses::own(address).into_iter().map(|own| format!("https://{own}")).collect()
}

/// Opens it from now on, at another address or with another password than before.
pub(crate) async fn open(node: &Arc<Node>, request: DoorOpen) -> Result<DoorView, ApiError> {
    if !web::has_pages() {
        return Err(ApiError::new(ErrorCode::NoPages));
    }
    let mut door = node.far.0.lock().await;
    if let Some(text) = request.password {
        let keeper = Arc::clone(node);
        let set = spawn_blocking(move || {
            Password::new(&text).map(|password| keeper.book.set_door_password(&password.kept()))
        });
        match set.await {
            Ok(Some(true)) => {}
            Ok(None) => return Err(ApiError::new(ErrorCode::WeakPassword)),
            Ok(Some(false)) | Err(_) => return Err(ApiError::new(ErrorCode::DiskError)),
        }
    }
    // The port may be the same one.
    *door = None;
    let opened = open_at(node, &request.address).await?;
    // Its port stays the same, also one that was picked.
    let address = opened.address.to_string();
    *door = Some(opened);
    keep(node, Some(address)).await?;
    drop(door);
    show(node).await
}

/// Shuts it.
pub(crate) async fn close(node: &Arc<Node>) -> Result<Done, ApiError> {
    *node.far.0.lock().await = None;
    keep(node, None).await?;
    Ok(Done {})
}

async fn keep(node: &Arc<Node>, address: Option<String>) -> Result<(), ApiError> {
    let keeper = Arc::clone(node);
    let kept = spawn_blocking(move || keeper.book.set_door(address.as_deref())).await;
    matches!(kept, Ok(true)).then_some(()).ok_or_else(|| ApiError::new(ErrorCode::DiskError))
}

async fn open_at(node: &Arc<Node>, address: &str) -> Result<Open, ApiError> {
    let unusable = || ApiError::about(ErrorCode::AddressUnusable, address);
    let wanted: SocketAddr = address.parse().map_err(|_| unusable())?;
    let keeper = Arc::clone(node);
    let read = spawn_blocking(move || {
        let password = keeper.book.door_password().and_then(|kept| Password::read(&kept));
        (password, certificate(&keeper, wanted))
    });
    let (password, certificate) =
        read.await.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?;
    let password = password.ok_or_else(|| ApiError::new(ErrorCode::WeakPassword))?;
    let certificate = certificate
        .map_err(|error| ApiError::new(ErrorCode::DiskError).because(format!("{error:#}")))?;
    let bound = Listener::bind(wanted, &certificate).await;
    let (listener, address) = bound.map_err(|error| unusable().because(error))?;
    let clock = || Duration::from_nanos(clock::tick().0);
    let (keys, gate) = (Arc::new(Keys::new(clock)), Gate::new(password, clock));
    let routes = router(&Arc::new(Face(Arc::clone(node))));
    let routes = web::far_router(routes, address.port(), names(), keys, gate);
    let (shut, mut shuts) = watch::channel(());
    let keeper = Arc::clone(node);
    node.runtime.spawn(async move {
        let stop = async {
            tokio::select! {
                // Nothing is sent: it is dropped.
                _ = shuts.changed() => {}
                () = keeper.left() => {}
            }
        };
        accept(&listener, routes, stop).await;
    });
    tracing::info!(%address, "browsers on other computers may come in");
    Ok(Open { address, _shut: shut })
}

/// What this computer is called.
fn names() -> Vec<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let short = name.split('.').next().unwrap_or_default().to_owned();
    let local = format!("{short}.local");
    [name, short, local].into_iter().filter(|name| name.len() > 1 && name != ".local").collect()
}

/// The certificate that was kept, or a new one.
fn certificate(node: &Node, address: SocketAddr) -> anyhow::Result<Certificate> {
    let place = node.place.certificate();
    match std::fs::read(&place) {
        Ok(kept) => return Certificate::read(kept).context("reading the door's certificate"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).context("reading the door's certificate"),
    }
    let own = addresses::own(address).into_iter().map(|own| own.ip().to_string());
    let made = Certificate::make(names().into_iter().chain(own).collect())?;
    // Whole or not at all: a part of it would keep the door shut for ever.
    let draft = place.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(made.kept())?;
    file.sync_all()?;
    std::fs::rename(&draft, &place).context("keeping the door's certificate")?;
    Ok(made)
}
