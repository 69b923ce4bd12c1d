//! The service's side of the API: one method for each operation, each in the room of its subject.
//!
//! Names, ids and paths are checked here, at the door; errors leave as [`ApiError`]. What must be
//! finished once begun runs as a command of the engine or as a task, because a client may go away at
//! any moment. Not here: HTTP (`::api::server`), deciding (`engine`).

mod amount;
mod browser;
pub(crate) mod compare;
mod conflict;
mod content;
mod device;
mod drive;
mod entry;
mod folder;
mod invite;
mod keeping;
mod nearby;
mod place;
mod places;
mod policy;
mod status;
mod stream;
mod support;
mod transfers;
mod version;
mod wait;
pub(crate) mod words;

use std::sync::Arc;

use ::api::ApiError;
use ::api::request::*;
use ::api::server::{ByteFeed, Feed, Service};
use ::api::view::*;

use crate::far;
use crate::node::Node;

type Answer<T> = Result<T, ApiError>;

/// What clients talk to.
pub(crate) struct Face(pub(crate) Arc<Node>);

impl Service for Face {
    async fn id(&self, _: Nothing) -> Answer<IdView> {
        Ok(status::id(&self.0))
    }

    async fn status(&self, _: Nothing) -> Answer<StatusView> {
        status::status(&self.0).await
    }

    async fn invite(&self, request: InviteRequest) -> Answer<Feed<InviteView>> {
        invite::invite(&self.0, request).await
    }

    async fn nearby(&self, _: Nothing) -> Answer<Feed<NearbyView>> {
        Ok(nearby::nearby(&self.0))
    }

    async fn join(&self, request: JoinRequest) -> Answer<JoinView> {
        invite::join(&self.0, request).await
    }

    async fn compare(&self, request: CompareRequest) -> Answer<Feed<CompareView>> {
        compare::compare(&self.0, request).await
    }

    async fn compare_answer(&self, request: CompareAnswer) -> Answer<Done> {
        compare::answer(&self.0, &request)
    }

    async fn device_list(&self, _: Nothing) -> Answer<Vec<DeviceView>> {
        device::list_with_disks(&self.0).await
    }

    async fn device_rename(&self, request: DeviceRename) -> Answer<DeviceView> {
        device::rename(&self.0, request).await
    }

    async fn device_role(&self, request: DeviceRole) -> Answer<DeviceView> {
        device::set_role(&self.0, &request).await
    }

    async fn device_removal(&self, request: DeviceRequest) -> Answer<RemovalView> {
        device::removal(&self.0, &request).await
    }

    async fn device_remove(&self, request: DeviceRequest) -> Answer<Done> {
        device::remove(&self.0, &request).await
    }

    async fn device_pause(&self, request: DeviceRequest) -> Answer<Done> {
        device::set_paused(&self.0, &request, true).await
    }

    async fn device_resume(&self, request: DeviceRequest) -> Answer<Done> {
        device::set_paused(&self.0, &request, false).await
    }

    async fn folder_list(&self, _: Nothing) -> Answer<Vec<FolderView>> {
        folder::list(&self.0).await
    }

    async fn places(&self, _: Nothing) -> Answer<Vec<PlaceView>> {
        places::places(&self.0).await
    }

    async fn folder_create(&self, request: FolderCreate) -> Answer<FolderView> {
        folder::create(&self.0, request).await
    }

    async fn folder_attach(&self, request: FolderAttach) -> Answer<FolderView> {
        folder::attach(&self.0, request).await
    }

    async fn folder_mode(&self, request: FolderMode) -> Answer<FolderView> {
        keeping::set_mode(&self.0, &request).await
    }

    async fn folder_rescan(&self, request: FolderRequest) -> Answer<Done> {
        folder::rescan(&self.0, &request).await
    }

    async fn folder_detach(&self, request: FolderRequest) -> Answer<Done> {
        folder::detach(&self.0, &request).await
    }

    async fn folder_delete(&self, request: FolderRequest) -> Answer<Done> {
        folder::delete(&self.0, &request).await
    }

    async fn folder_release(&self, request: FolderRequest) -> Answer<HeldOutcome> {
        folder::decide_held(&self.0, &request, true).await
    }

    async fn folder_undo(&self, request: FolderRequest) -> Answer<HeldOutcome> {
        folder::decide_held(&self.0, &request, false).await
    }

    async fn keep(&self, request: SubtreeRequest) -> Answer<Done> {
        keeping::keep(&self.0, &request).await
    }

    async fn free(&self, request: SubtreeRequest) -> Answer<FreedView> {
        keeping::free(&self.0, &request).await
    }

    async fn amount(&self, request: SubtreeRequest) -> Answer<AmountView> {
        amount::amount(&self.0, &request).await
    }

    async fn entries(&self, request: EntriesRequest) -> Answer<EntriesView> {
        entry::entries(&self.0, request).await
    }

    async fn content(&self, request: ContentRequest) -> Answer<ByteFeed> {
        content::content(&self.0, request).await
    }

    async fn pulls(&self, _: Nothing) -> Answer<Vec<PullView>> {
        Ok(content::pulls(&self.0))
    }

    async fn holders(&self, request: EntryRequest) -> Answer<Vec<HolderView>> {
        entry::holders(&self.0, &request).await
    }

    async fn history(&self, request: EntryRequest) -> Answer<Vec<VersionView>> {
        version::history(&self.0, &request).await
    }

    async fn restore(&self, request: RestoreRequest) -> Answer<RestoreView> {
        version::restore(&self.0, request).await
    }

    async fn conflict_list(&self, _: Nothing) -> Answer<Vec<ConflictView>> {
        conflict::list(&self.0).await
    }

    async fn conflict_content(&self, request: ConflictContent) -> Answer<SideContentView> {
        conflict::content(&self.0, request).await
    }

    async fn conflict_resolve(&self, request: ConflictResolve) -> Answer<Done> {
        conflict::resolve(&self.0, request).await
    }

    async fn conflict_undo(&self, request: ConflictUndo) -> Answer<Done> {
        conflict::undo(&self.0, request).await
    }

    async fn wait(&self, request: WaitRequest) -> Answer<WaitView> {
        wait::wait(&self.0, request).await
    }

    async fn plan(&self, request: PlanRequest) -> Answer<PlanView> {
        status::plan(&self.0, request).await
    }

    async fn policy_show(&self, request: PolicyRequest) -> Answer<Vec<PolicyView>> {
        policy::show(&self.0, &request)
    }

    async fn policy_set(&self, request: PolicySet) -> Answer<Done> {
        policy::set(&self.0, &request.target, request.key, Some(request.value)).await
    }

    async fn policy_unset(&self, request: PolicyUnset) -> Answer<Done> {
        policy::set(&self.0, &request.target, request.key, None).await
    }

    async fn drive_mount(&self, request: DriveMount) -> Answer<DriveView> {
        drive::mount(&self.0, request).await
    }

    async fn drive_unmount(&self, _: Nothing) -> Answer<Done> {
        drive::unmount(&self.0).await
    }

    async fn pause(&self, request: PauseRequest) -> Answer<Done> {
        status::pause(&self.0, &request).await
    }

    async fn resume(&self, _: Nothing) -> Answer<Done> {
        status::resume(&self.0).await
    }

    async fn browser(&self, _: Nothing) -> Answer<BrowserView> {
        browser::open(&self.0).await
    }

    async fn door_show(&self, _: Nothing) -> Answer<DoorView> {
        far::show(&self.0).await
    }

    async fn door_open(&self, request: DoorOpen) -> Answer<DoorView> {
        far::open(&self.0, request).await
    }

    async fn door_close(&self, _: Nothing) -> Answer<Done> {
        far::close(&self.0).await
    }

    async fn support(&self, request: SupportRequest) -> Answer<SupportView> {
        support::support(&self.0, request).await
    }

    async fn events(&self, request: EventsRequest) -> Answer<Feed<EventView>> {
        Ok(stream::events(&self.0, &request))
    }

    async fn logs(&self, request: LogsRequest) -> Answer<Feed<LogView>> {
        Ok(stream::logs(&self.0, &request))
    }
}
