//! The devices of the home.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::api::request::{DeviceRename, DeviceRequest, DeviceRole};
use ::api::view::{DeviceView, DiskView, Done, RemovalView};
use ::api::{ApiError, ErrorCode, Role};
use engine::index::Tally;
use model::DeviceId;
use wire::DiskSpace;

use super::{Answer, place, status, words};
use crate::chronicle::timestamp;
use crate::clock;
use crate::fault::ToApi;
use crate::home::follow;
use crate::node::Node;
use crate::room;

/// Rows looked at before the engine is let do something else.
const PAGE: usize = 1024;

/// What runs here.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Every device, this one first.
pub(super) async fn list(node: &Arc<Node>) -> Answer<Vec<DeviceView>> {
    let home = node.home.get();
    let members = home.members();
    if !members.contains_key(&node.me) {
        return Ok(vec![view(node, node.me, Role::Admin, Tally::default())]);
    }
    node.contacts.sample(&node.endpoint, clock::tick());
    let mut waiting: BTreeMap<DeviceId, Tally> = BTreeMap::new();
    for folder in node.folders.ids() {
        let pods = home.pods(folder).into_keys().collect();
        for (device, tally) in status::waiting(node, folder, pods).await? {
            let sum = waiting.entry(device).or_default();
            sum.files += tally.files;
            sum.bytes += tally.bytes;
        }
    }
    let mut devices: Vec<DeviceView> = members
        .into_iter()
        .map(|(device, role)| {
            let tally = waiting.get(&device).copied().unwrap_or_default();
            view(node, device, words::role(role), tally)
        })
        .collect();
    devices.sort_by(|a, b| b.this.cmp(&a.this).then_with(|| a.name.cmp(&b.name)));
    Ok(devices)
}

/// The same, with the disks of this one.
pub(super) async fn list_with_disks(node: &Arc<Node>) -> Answer<Vec<DeviceView>> {
    let mut devices = list(node).await?;
    if let Some(this) = devices.iter_mut().find(|device| device.this) {
        this.disks = room::measure(node).await.unwrap_or_default();
    }
    Ok(devices)
}

fn view(node: &Node, device: DeviceId, role: Role, waiting: Tally) -> DeviceView {
    let this = device == node.me;
    let contact = node.contacts.view(device);
    let home = node.home.get();
    let heard = node.rooms.of(device).filter(|_| !this);
    let link = node.endpoint.links().into_iter().find(|link| link.device == device);
    let mut addresses: Vec<String> = contact.address.iter().map(ToString::to_string).collect();
    addresses.extend(home.addresses(&device).iter().cloned());
    let mut seen = std::collections::BTreeSet::new();
    addresses.retain(|address| seen.insert(address.clone()));
    DeviceView {
        id: device.to_string(),
        name: if this { node.own_name() } else { home.name(&device) },
        role,
        this,
        connected: this || contact.connected,
        paused: node.roster.is_paused(device),
        addresses,
        last_seen: if this { None } else { contact.last_seen.map(timestamp) },
        waiting_for_files: waiting.files,
        waiting_for_bytes: waiting.bytes,
        rtt_ms: link.map(|link| link.rtt.as_secs_f64() * 1000.0),
        rate_in: contact.rate_in,
        rate_out: contact.rate_out,
        disks: heard.iter().flat_map(|heard| &heard.disks).map(disk).collect(),
        disks_told: heard.map(|heard| timestamp(heard.at)),
        version: if this { Some(VERSION.to_owned()) } else { contact.version },
    }
}

/// A disk of another device.
fn disk(space: &DiskSpace) -> DiskView {
    DiskView { folders: Vec::new(), size: space.size, free: space.free }
}

/// Gives a device another name.
pub(super) async fn rename(node: &Arc<Node>, request: DeviceRename) -> Answer<DeviceView> {
    let device = place::device(node, &request.device)?;
    let name = request.name;
    if node.has_home() {
        let given = name.clone();
        let said = node.door.ask(move |core, now| {
            core.say(now, |home, author| home.rename(author, device, &given))
        });
        said.await.to_api()?.to_api()?;
    }
    if device == node.me {
        node.set_own_name(&name).await;
    }
    one(node, device, &request.device).await
}

/// Changes what a device may do.
pub(super) async fn set_role(node: &Arc<Node>, request: &DeviceRole) -> Answer<DeviceView> {
    let device = place::device(node, &request.device)?;
    let role = words::role_given(request.role);
    let said = node
        .door
        .ask(move |core, now| core.say(now, |home, author| home.set_role(author, device, role)));
    said.await.to_api()?.to_api()?;
    one(node, device, &request.device).await
}

/// A device as it is now; `called` is what the person called it.
async fn one(node: &Arc<Node>, device: DeviceId, called: &str) -> Answer<DeviceView> {
    let found = list(node).await?.into_iter().find(|view| view.id == device.to_string());
    found.ok_or_else(|| ApiError::about(ErrorCode::UnknownDevice, called))
}

/// What removing a device would cost: files that no other device is known to hold.
pub(super) async fn removal(node: &Arc<Node>, request: &DeviceRequest) -> Answer<RemovalView> {
    let device = place::device(node, &request.device)?;
    let mut only = Tally::default();
    for folder in node.folders.ids() {
        let some = only_there(node, folder, device).await?;
        only.files += some.files;
        only.bytes += some.bytes;
    }
    Ok(RemovalView {
        id: device.to_string(),
        name: node.home.device_name(device),
        only_there_files: only.files,
        only_there_bytes: only.bytes,
    })
}

async fn only_there(node: &Arc<Node>, folder: model::FolderId, device: DeviceId) -> Answer<Tally> {
    use engine::index::Index as _;
    let (mut sum, mut after) = (Tally::default(), None);
    loop {
        let from = after.take();
        let looked = node.door.look(move |engine| {
            let Some(index) = engine.index(folder) else { return Ok((Vec::new(), None)) };
            let devices = index.devices()?;
            let number = devices.iter().find(|(_, other)| *other == device).map(|(n, _)| *n);
            Ok::<_, engine::index::IndexError>((index.needed(from.as_ref(), PAGE)?, number))
        });
        let (rows, number) = looked.await.to_api()?.to_api()?;
        let (Some(last), Some(number)) = (rows.last(), number) else { return Ok(sum) };
        after = Some(last.path.clone());
        for row in &rows {
            let alone = row.holders.contains(number)
                && row.holders.with(number, false) == engine::index::Holders::default();
            if let Some(content) = row.register.winner().kind.content().filter(|_| alone) {
                sum.files += 1;
                sum.bytes += content.size;
            }
        }
    }
}

/// Removes a device from the home.
pub(super) async fn remove(node: &Arc<Node>, request: &DeviceRequest) -> Answer<Done> {
    let device = place::device(node, &request.device)?;
    let mut secret = [0; 32];
    crate::random::fill(&mut secret)
        .map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?;
    let me = node.me;
    let said = node.door.ask(move |core, now| {
        core.say(now, |home, author| home.remove(author, device))?;
        if device == me {
            return Ok(());
        }
        // From here on it recognises nobody's announcements. Only admins may say so.
        drop(core.say(now, |home, author| home.renew_secret(author, secret)));
        Ok::<_, crate::runloop::SayError>(())
    });
    said.await.to_api()?.to_api()?;
    Ok(Done {})
}

/// Stops traffic with a device, or lets it go on.
pub(super) async fn set_paused(
    node: &Arc<Node>,
    request: &DeviceRequest,
    paused: bool,
) -> Answer<Done> {
    let device = place::device(node, &request.device)?;
    if device == node.me {
        return Err(ApiError::about(ErrorCode::BadRequest, &request.device));
    }
    let keeper = Arc::clone(node);
    let kept =
        tokio::task::spawn_blocking(move || keeper.book.set_device_paused(device, paused)).await;
    if !matches!(kept, Ok(true)) {
        return Err(ApiError::new(ErrorCode::DiskError));
    }
    node.roster.set_paused(device, paused);
    if paused {
        node.endpoint.cut(device);
    }
    follow::keep_connected(node).await;
    // The other side notices by itself; what `status` says right after shall be true.
    tokio::time::sleep(Duration::from_millis(20)).await;
    Ok(Done {})
}
