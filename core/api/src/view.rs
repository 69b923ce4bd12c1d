//! What the service answers, for showing and for scripts.
//!
//! Sizes are bytes, rates bytes a second, times RFC 3339 in UTC, ids and paths text. A field is never
//! renamed or dropped; new ones may come, so readers skip those they don't know. Not here: requests,
//! errors, what a person's language makes of it.

mod device;
mod entry;
mod event;
mod folder;
mod home;
mod policy;

pub use device::{
    CompareView, DeviceView, DiskView, InviteView, JoinView, NearbyDevice, NearbyView,
    NewcomerView, RemovalView,
};
pub use entry::{
    AmountView, ConflictSide, ConflictView, EntriesView, EntryView, HolderView, RestoreView,
    SideContentView, VersionView,
};
pub use event::{Event, EventView, LogView, PullView};
pub use folder::{FolderView, FreedView, HeldOutcome, HeldView, PlaceView, ProblemView};
pub use home::{
    BrowserView, Done, DoorView, DriveView, HomeView, IdView, MoveView, PlanView, ProgressView,
    StatusView, SupportView, TransferView, WaitView,
};
pub use policy::PolicyView;

/// Derives what every view has.
macro_rules! views {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        )+
    };
}
use views;
