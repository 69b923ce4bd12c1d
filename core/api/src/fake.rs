//! A service that makes everything up: always the same home, and nothing that is asked of it lasts.
//!
//! It is what the command line's and the pages' tests talk to. It answers every operation with
//! something of the right shape, refuses names that it does not know, and gives each way to fail a
//! trigger: the code `00000000` is wrong, an invitation of less than two seconds expires, a wait of
//! less than two seconds times out. Its names hold control characters on purpose. Not here: any real
//! behaviour.

pub(crate) mod sample;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::error::{ApiError, ErrorCode};
use crate::request::*;
use crate::server::{ByteFeed, Door, DoorError, FEED_MAX, Feed, Service, router};
use crate::view::*;
use crate::words::Role;

/// The fake.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fake;

/// Answers at the socket of `data_dir` until the future is dropped.
///
/// # Errors
/// The socket can't be made.
pub async fn serve(data_dir: &Path) -> Result<(), DoorError> {
    let door = Door::unix(&data_dir.join(crate::SOCKET_NAME)).await?;
    door.serve(router(&Arc::new(Fake)), std::future::pending()).await;
    Ok(())
}

type Answer<T> = Result<T, ApiError>;

fn folder(name: &str) -> Answer<FolderView> {
    let found =
        sample::folders().into_iter().find(|folder| folder.name == name || folder.id == name);
    found.ok_or_else(|| ApiError::about(ErrorCode::UnknownFolder, name))
}

fn device(name: &str) -> Answer<DeviceView> {
    let mut fitting = sample::devices()
        .into_iter()
        .filter(|device| device.name == name || device.id.starts_with(&name.to_uppercase()));
    match (fitting.next(), fitting.next()) {
        (Some(device), None) => Ok(device),
        (None, _) => Err(ApiError::about(ErrorCode::UnknownDevice, name)),
        (Some(_), Some(_)) => Err(ApiError::about(ErrorCode::AmbiguousDevice, name)),
    }
}

/// An operation that needs a folder it takes part in and has nothing to say.
fn done_in(name: &str) -> Answer<Done> {
    match folder(name)?.path {
        Some(_) => Ok(Done {}),
        None => Err(ApiError::about(ErrorCode::NotAttached, name)),
    }
}

fn held_in(name: &str) -> Answer<HeldOutcome> {
    let held = folder(name)?.held.ok_or_else(|| ApiError::about(ErrorCode::NothingHeld, name))?;
    Ok(HeldOutcome { paths: held.deletes })
}

fn entry(folder_name: &str, path: &str) -> Answer<EntryView> {
    folder(folder_name)?;
    let found = sample::entries().into_iter().find(|entry| entry.path == path);
    found.ok_or_else(|| ApiError::about(ErrorCode::UnknownEntry, path))
}

/// A feed of these views that ends after them.
fn feed<T: Send + 'static>(views: Vec<Answer<T>>, between: Duration) -> Feed<T> {
    let (sender, feed) = mpsc::channel(FEED_MAX);
    tokio::spawn(async move {
        for view in views {
            if sender.send(view).await.is_err() {
                return;
            }
            sleep(between).await;
        }
    });
    feed
}

impl Service for Fake {
    async fn id(&self, _: Nothing) -> Answer<IdView> {
        Ok(sample::id())
    }

    async fn status(&self, _: Nothing) -> Answer<StatusView> {
        Ok(sample::status())
    }

    async fn invite(&self, request: InviteRequest) -> Answer<Feed<InviteView>> {
        let waiting = InviteView::Waiting {
            code: "12345678".to_owned(),
            expires: sample::moment(600),
            addresses: vec!["192.168.1.10:22700".to_owned()],
        };
        let tablet = IdView { id: sample::LAPTOP.to_owned(), name: "tablet".to_owned() };
        let end = match request.expires_seconds {
            0..2 => Err(ApiError::new(ErrorCode::InvitationExpired)),
            _ => Ok(InviteView::Joined { device: tablet, role: request.role }),
        };
        Ok(feed(vec![Ok(waiting), end], Duration::from_millis(20)))
    }

    async fn nearby(&self, _: Nothing) -> Answer<Feed<NearbyView>> {
        let searching = true;
        let views = [Vec::new(), sample::nearby()];
        let views = views.map(|devices| Ok(NearbyView { searching, devices, left_out: 0 }));
        Ok(feed(views.into(), Duration::from_millis(20)))
    }

    async fn join(&self, request: JoinRequest) -> Answer<JoinView> {
        if request.code == "00000000" {
            return Err(ApiError::new(ErrorCode::WrongCode));
        }
        let inviter = IdView { id: sample::LAPTOP.to_owned(), name: "laptop".to_owned() };
        Ok(JoinView { home: sample::home(), inviter, role: Role::Admin })
    }

    async fn compare(&self, request: CompareRequest) -> Answer<Feed<CompareView>> {
        if !sample::nearby().iter().any(|one| one.id == request.nearby) {
            return Err(ApiError::new(ErrorCode::InviterNotFound));
        }
        let digits = CompareView::Digits {
            id: sample::COMPARISON.to_owned(),
            digits: "012345".to_owned(),
            expires: sample::moment(120),
        };
        let inviter = IdView { id: sample::LAPTOP.to_owned(), name: "laptop".to_owned() };
        let joined = CompareView::Joined { home: sample::home(), inviter, role: Role::Admin };
        Ok(feed(vec![Ok(digits), Ok(joined)], Duration::from_millis(20)))
    }

    async fn compare_answer(&self, request: CompareAnswer) -> Answer<Done> {
        let known = request.id == sample::COMPARISON;
        known.then_some(Done {}).ok_or_else(|| ApiError::new(ErrorCode::ComparisonOver))
    }

    async fn device_list(&self, _: Nothing) -> Answer<Vec<DeviceView>> {
        Ok(sample::devices())
    }

    async fn device_rename(&self, request: DeviceRename) -> Answer<DeviceView> {
        Ok(DeviceView { name: request.name, ..device(&request.device)? })
    }

    async fn device_role(&self, request: DeviceRole) -> Answer<DeviceView> {
        let found = device(&request.device)?;
        if found.this && request.role != Role::Admin {
            return Err(ApiError::about(ErrorCode::LastAdmin, found.name));
        }
        Ok(DeviceView { role: request.role, ..found })
    }

    async fn device_removal(&self, request: DeviceRequest) -> Answer<RemovalView> {
        let DeviceView { id, name, .. } = device(&request.device)?;
        Ok(RemovalView { id, name, only_there_files: 4, only_there_bytes: 12_582_912 })
    }

    async fn device_remove(&self, request: DeviceRequest) -> Answer<Done> {
        let found = device(&request.device)?;
        if found.this {
            return Err(ApiError::about(ErrorCode::LastAdmin, found.name));
        }
        Ok(Done {})
    }

    async fn device_pause(&self, request: DeviceRequest) -> Answer<Done> {
        device(&request.device).map(|_| Done {})
    }

    async fn device_resume(&self, request: DeviceRequest) -> Answer<Done> {
        device(&request.device).map(|_| Done {})
    }

    async fn folder_list(&self, _: Nothing) -> Answer<Vec<FolderView>> {
        Ok(sample::folders())
    }

    async fn places(&self, _: Nothing) -> Answer<Vec<PlaceView>> {
        Ok(sample::places())
    }

    async fn folder_create(&self, request: FolderCreate) -> Answer<FolderView> {
        if folder(&request.name).is_ok() {
            return Err(ApiError::about(ErrorCode::FolderExists, request.name));
        }
        let mut made = folder("Music")?;
        made.path = Some(request.path.unwrap_or_else(|| format!("/home/ada/{}", request.name)));
        made.name = request.name;
        Ok(made)
    }

    async fn folder_attach(&self, request: FolderAttach) -> Answer<FolderView> {
        let mut found = folder(&request.folder)?;
        if found.path.is_some() {
            return Err(ApiError::about(ErrorCode::AlreadyAttached, request.folder));
        }
        found.path = Some(request.path.unwrap_or_else(|| format!("/home/ada/{}", found.name)));
        (found.mode, found.viewed) = (Some(request.mode), None);
        Ok(found)
    }

    async fn folder_mode(&self, request: FolderMode) -> Answer<FolderView> {
        done_in(&request.folder)?;
        Ok(FolderView { mode: Some(request.mode), ..folder(&request.folder)? })
    }

    async fn folder_rescan(&self, request: FolderRequest) -> Answer<Done> {
        done_in(&request.folder)
    }

    async fn folder_detach(&self, request: FolderRequest) -> Answer<Done> {
        done_in(&request.folder)
    }

    async fn folder_delete(&self, request: FolderRequest) -> Answer<Done> {
        folder(&request.folder).map(|_| Done {})
    }

    async fn folder_release(&self, request: FolderRequest) -> Answer<HeldOutcome> {
        held_in(&request.folder)
    }

    async fn folder_undo(&self, request: FolderRequest) -> Answer<HeldOutcome> {
        held_in(&request.folder)
    }

    async fn keep(&self, request: SubtreeRequest) -> Answer<Done> {
        done_in(&request.folder)
    }

    async fn amount(&self, request: SubtreeRequest) -> Answer<AmountView> {
        folder(&request.folder)?;
        Ok(AmountView { files: 12, bytes: 5_000_000, here_files: 8, here_bytes: 3_200_000 })
    }

    async fn free(&self, request: SubtreeRequest) -> Answer<FreedView> {
        done_in(&request.folder)?;
        if request.path == "last" {
            return Err(ApiError::about(ErrorCode::CopiesNeeded, "3"));
        }
        Ok(FreedView { files: 2, bytes: 2_048 })
    }

    async fn entries(&self, request: EntriesRequest) -> Answer<EntriesView> {
        if !request.path.is_empty() {
            let entries = vec![entry(&request.folder, &request.path)?];
            return Ok(EntriesView { entries, next: None });
        }
        folder(&request.folder)?;
        // Pages of two, so that clients show that they turn them.
        let rest = sample::entries().into_iter().filter(|e| Some(&e.path) > request.after.as_ref());
        let mut entries: Vec<_> = rest.collect();
        let next = entries.get(2).and(entries.get(1)).map(|last| last.path.clone());
        entries.truncate(2);
        Ok(EntriesView { entries, next })
    }

    async fn holders(&self, request: EntryRequest) -> Answer<Vec<HolderView>> {
        entry(&request.folder, &request.path).map(|_| sample::holders())
    }

    async fn history(&self, request: EntryRequest) -> Answer<Vec<VersionView>> {
        entry(&request.folder, &request.path).map(|_| sample::history())
    }

    async fn restore(&self, request: RestoreRequest) -> Answer<RestoreView> {
        entry(&request.folder, &request.path)?;
        if !sample::history().iter().any(|version| version.version == request.version) {
            return Err(ApiError::about(ErrorCode::UnknownVersion, request.version));
        }
        Ok(RestoreView { path: request.to.unwrap_or(request.path) })
    }

    async fn conflict_list(&self, _: Nothing) -> Answer<Vec<ConflictView>> {
        Ok(sample::conflicts())
    }

    async fn conflict_content(&self, request: ConflictContent) -> Answer<SideContentView> {
        let found = sample::conflicts().into_iter().find(|one| one.id.starts_with(&request.id));
        if found.is_none_or(|one| one.sides.len() <= request.side as usize) {
            return Err(ApiError::about(ErrorCode::UnknownConflict, request.id));
        }
        // "bread", a line.
        Ok(SideContentView { data: "YnJlYWQK".to_owned(), complete: true })
    }

    async fn conflict_resolve(&self, request: ConflictResolve) -> Answer<Done> {
        let known = sample::conflicts().iter().any(|one| one.id.starts_with(&request.id));
        known
            .then_some(Done {})
            .ok_or_else(|| ApiError::about(ErrorCode::UnknownConflict, request.id))
    }

    async fn conflict_undo(&self, request: ConflictUndo) -> Answer<Done> {
        folder(&request.folder)?;
        let known = sample::conflicts().iter().any(|one| one.id == request.id);
        known
            .then_some(Done {})
            .ok_or_else(|| ApiError::about(ErrorCode::UnknownConflict, request.id))
    }

    async fn wait(&self, request: WaitRequest) -> Answer<WaitView> {
        if let Some(name) = &request.folder {
            folder(name)?;
        }
        if request.timeout_ms < 2_000 {
            sleep(Duration::from_millis(request.timeout_ms)).await;
            return Err(ApiError::about(ErrorCode::TimedOut, "12 files are still to come"));
        }
        Ok(WaitView { waited_ms: 42 })
    }

    async fn plan(&self, request: PlanRequest) -> Answer<PlanView> {
        if let Some(name) = &request.folder {
            folder(name)?;
        }
        Ok(sample::plan())
    }

    async fn policy_show(&self, _: PolicyRequest) -> Answer<Vec<PolicyView>> {
        Ok(sample::policies())
    }

    async fn policy_set(&self, request: PolicySet) -> Answer<Done> {
        if request.value.is_empty() {
            return Err(ApiError::about(ErrorCode::BadPolicyValue, request.value));
        }
        self.policy_unset(PolicyUnset { target: request.target, key: request.key }).await
    }

    async fn policy_unset(&self, request: PolicyUnset) -> Answer<Done> {
        let known = sample::policies().iter().any(|policy| policy.key == request.key);
        known
            .then_some(Done {})
            .ok_or_else(|| ApiError::about(ErrorCode::UnknownPolicy, request.key))
    }

    async fn drive_mount(&self, request: DriveMount) -> Answer<DriveView> {
        Ok(DriveView { path: request.path.unwrap_or_else(|| "/home/ada/Homefold".to_owned()) })
    }

    async fn drive_unmount(&self, _: Nothing) -> Answer<Done> {
        Ok(Done {})
    }

    async fn pause(&self, _: PauseRequest) -> Answer<Done> {
        Ok(Done {})
    }

    async fn resume(&self, _: Nothing) -> Answer<Done> {
        Ok(Done {})
    }

    async fn browser(&self, _: Nothing) -> Answer<BrowserView> {
        let address = "http://127.0.0.1:22780/open/0123456789abcdef".to_owned();
        Ok(BrowserView { address, expires: sample::moment(120) })
    }

    async fn door_show(&self, _: Nothing) -> Answer<DoorView> {
        Ok(sample::door())
    }

    async fn door_open(&self, request: DoorOpen) -> Answer<DoorView> {
        match request.password {
            Some(short) if short.len() < 10 => Err(ApiError::new(ErrorCode::WeakPassword)),
            Some(_) | None => Ok(DoorView { address: Some(request.address), ..sample::door() }),
        }
    }

    async fn door_close(&self, _: Nothing) -> Answer<Done> {
        Ok(Done {})
    }

    async fn support(&self, request: SupportRequest) -> Answer<SupportView> {
        let usual = || "/home/ada/homefold-support-20261122-210000.tar.gz".to_owned();
        Ok(SupportView { path: request.path.unwrap_or_else(usual), size: 2_345 })
    }

    async fn events(&self, request: EventsRequest) -> Answer<Feed<EventView>> {
        let after = request.after.unwrap_or(0);
        let events = sample::events().into_iter().filter(|event| event.seq > after).map(Ok);
        Ok(feed(events.collect(), Duration::ZERO))
    }

    async fn content(&self, request: ContentRequest) -> Answer<ByteFeed> {
        let entry = entry(&request.folder, &request.path)?;
        let start = request.offset.unwrap_or(0).min(entry.size);
        let length = request.length.unwrap_or(entry.size).min(entry.size - start);
        let (sender, feed) = mpsc::channel(FEED_MAX);
        let phase = start as usize % sample::CONTENT.len();
        let mut text = sample::CONTENT.iter().copied().cycle().skip(phase);
        tokio::spawn(async move {
            let mut left = length;
            while left > 0 {
                let some = left.min(1 << 16);
                left -= some;
                let bytes: Vec<u8> = text.by_ref().take(some as usize).collect();
                if sender.send(Ok(bytes.into())).await.is_err() {
                    return;
                }
            }
        });
        Ok(ByteFeed { length, feed })
    }

    async fn pulls(&self, _: Nothing) -> Answer<Vec<PullView>> {
        Ok(sample::pulls())
    }

    async fn logs(&self, request: LogsRequest) -> Answer<Feed<LogView>> {
        let lines = (1..=request.lines.min(3)).map(|n| LogView { line: format!("line {n}") });
        Ok(feed(lines.map(Ok).collect(), Duration::ZERO))
    }
}
