//! The one table of operations: name, method, path, request, answer and deadline.
//!
//! `for_each_operation!` hands it to a macro; the trait [`crate::server::Service`], the HTTP router,
//! [`crate::client::Client`] and the OpenAPI document are each made from it, so a new line here turns
//! red what else there is to do. `{name}` in a path is the request's field of that name. A `one`
//! answers with one view, a `list` with an array of them, a `many` with a stream of them, one JSON
//! document a line, and `bytes` with bytes.

use std::time::Duration;

/// What the request does, as HTTP says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Changes nothing.
    Get,
    /// Makes or does something.
    Post,
    /// Sets something; twice is as good as once.
    Put,
    /// Ends something.
    Delete,
}

impl Method {
    /// The word in the request line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the fields that are not in the path travel in the query instead of a body.
    #[must_use]
    pub const fn has_query(self) -> bool {
        match self {
            Self::Get | Self::Delete => true,
            Self::Post | Self::Put => false,
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The operation's name, as in [`crate::client::Client`].
    pub name: &'static str,
    /// How it is asked for.
    pub method: Method,
    /// Where, with `{field}` for fields of the request.
    pub path: &'static str,
    /// When the server gives up with `timed-out`; for a stream, until its first line.
    pub deadline: Duration,
    /// In what form the answer comes.
    pub shape: Shape,
    /// What it does, in a sentence or two.
    pub summary: &'static str,
}

/// In what form an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One view.
    One,
    /// An array of views.
    List,
    /// Views as they come, one a line.
    Many,
    /// Bytes as they are.
    Bytes,
}

/// The names of the fields that stand in `path`.
pub fn path_fields(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// Where the OpenAPI document is served.
pub const OPENAPI_PATH: &str = "/v1/openapi.json";

/// Hands every operation to `$callback!`.
macro_rules! for_each_operation {
    ($callback:ident) => {
        $callback! {
            /// Id and name of this device.
            one ID id: Get "/v1/id", Nothing => IdView, 30;
            /// How things are: this device, its home, the folders, the other devices, what moves and what waits.
            one STATUS status: Get "/v1/status", Nothing => StatusView, 30;
            /// Invites one device to the home, which is started if there is none: the code first, then who joined. Closing the stream withdraws the invitation.
            many INVITE invite: Post "/v1/invite", InviteRequest => InviteView, 30;
            /// Devices on this network that show a code or look for a home: the list, and again whenever it changes, for ten minutes at most. As long as the stream is open, a device without a home shows to others that it looks for one.
            many NEARBY nearby: Post "/v1/nearby", Nothing => NearbyView, 30;
            /// Joins the home of the device that shows the code.
            one JOIN join: Post "/v1/join", JoinRequest => JoinView, 60;
            /// Asks a device nearby to be let into its home: the digits to compare, then that this device belongs to it. Closing the stream takes the question back.
            many COMPARE compare: Post "/v1/compare", CompareRequest => CompareView, 60;
            /// Says whether both screens show the same digits, at either device. A no ends the comparison on both.
            one COMPARE_ANSWER compare_answer: Post "/v1/compare/{id}", CompareAnswer => Done, 30;

            /// Every device of the home, this one first.
            list DEVICE_LIST device_list: Get "/v1/devices", Nothing => DeviceView, 30;
            /// Gives a device another name.
            one DEVICE_RENAME device_rename: Put "/v1/devices/{device}/name", DeviceRename => DeviceView, 30;
            /// Changes what a device may do in the home, from now on. Only admins do that, and one of them stays.
            one DEVICE_ROLE device_role: Put "/v1/devices/{device}/role", DeviceRole => DeviceView, 30;
            /// What removing a device would cost. Changes nothing.
            one DEVICE_REMOVAL device_removal: Get "/v1/devices/{device}/removal", DeviceRequest => RemovalView, 60;
            /// Removes a device from the home: it is cut off everywhere and learns nothing more; what it has already stays with it.
            one DEVICE_REMOVE device_remove: Delete "/v1/devices/{device}", DeviceRequest => Done, 30;
            /// Stops traffic between this device and another until it is resumed.
            one DEVICE_PAUSE device_pause: Post "/v1/devices/{device}/pause", DeviceRequest => Done, 30;
            /// Lets traffic with a device go on.
            one DEVICE_RESUME device_resume: Post "/v1/devices/{device}/resume", DeviceRequest => Done, 30;

            /// The folders of the home; those that this device takes no part in have no path.
            list FOLDER_LIST folder_list: Get "/v1/folders", Nothing => FolderView, 30;
            /// The user's own directories for documents, pictures, music and videos that are not shared yet, and how much is in them.
            list PLACES places: Get "/v1/places", Nothing => PlaceView, 30;
            /// Shares a directory: its content becomes the new folder's first. Starts a home if there is none. Answers before the content is read.
            one FOLDER_CREATE folder_create: Post "/v1/folders", FolderCreate => FolderView, 30;
            /// Lets this device take part in a folder. Answers before the content has arrived.
            one FOLDER_ATTACH folder_attach: Post "/v1/folders/{folder}/attach", FolderAttach => FolderView, 30;
            /// Changes how much of a folder this device holds.
            one FOLDER_MODE folder_mode: Put "/v1/folders/{folder}/mode", FolderMode => FolderView, 30;
            /// Looks at the whole directory again; answers when that is done.
            one FOLDER_RESCAN folder_rescan: Post "/v1/folders/{folder}/rescan", FolderRequest => Done, 3600;
            /// Takes no part in the folder any more; the local files stay in place.
            one FOLDER_DETACH folder_detach: Post "/v1/folders/{folder}/detach", FolderRequest => Done, 30;
            /// Ends the folder for the whole home; every device keeps the files that it has.
            one FOLDER_DELETE folder_delete: Delete "/v1/folders/{folder}", FolderRequest => Done, 30;
            /// Lets the held batch of changes through.
            one FOLDER_RELEASE folder_release: Post "/v1/folders/{folder}/release", FolderRequest => HeldOutcome, 600;
            /// Puts the files of the held batch back.
            one FOLDER_UNDO folder_undo: Post "/v1/folders/{folder}/undo", FolderRequest => HeldOutcome, 600;

            /// Keeps a subtree on this device: what is missing is fetched, and what is new there too.
            one KEEP keep: Post "/v1/folders/{folder}/keep", SubtreeRequest => Done, 30;
            /// Gives up the bytes of a subtree on this device; the files stay in the folder. Refused for what too few other devices have.
            one FREE free: Post "/v1/folders/{folder}/free", SubtreeRequest => FreedView, 60;

            /// How much stands at and below a path, and how much of it is on this device: what keeping it would fetch, and giving it up would free. Changes nothing.
            one AMOUNT amount: Get "/v1/folders/{folder}/amount", SubtreeRequest => AmountView, 60;
            /// A page of a directory.
            one ENTRIES entries: Get "/v1/folders/{folder}/entries", EntriesRequest => EntriesView, 30;
            /// The bytes of a file, or a part of them, wherever they are. Ends early if they can't be had; asking again from there says why.
            bytes CONTENT content: Get "/v1/folders/{folder}/content", ContentRequest => Vec<u8>, 660;
            /// Which devices hold the content of an entry.
            list HOLDERS holders: Get "/v1/folders/{folder}/holders", EntryRequest => HolderView, 30;
            /// The versions of an entry: what stands there now, then the archive, newest first.
            list HISTORY history: Get "/v1/folders/{folder}/history", EntryRequest => VersionView, 30;
            /// Puts a version from the archive back, fetching it if another device has it.
            one RESTORE restore: Post "/v1/folders/{folder}/restore", RestoreRequest => RestoreView, 600;

            /// The conflicts that wait for a person.
            list CONFLICT_LIST conflict_list: Get "/v1/conflicts", Nothing => ConflictView, 30;
            /// The bytes of one version of a conflict, from its beginning, wherever they are.
            one CONFLICT_CONTENT conflict_content: Get "/v1/conflicts/{id}/content", ConflictContent => SideContentView, 60;
            /// Decides a conflict.
            one CONFLICT_RESOLVE conflict_resolve: Post "/v1/conflicts/{id}/resolve", ConflictResolve => Done, 600;
            /// Takes back that both sides of a conflict were kept: the second copy goes to the archive, if nothing was written to it since; `unknown-conflict` otherwise.
            one CONFLICT_UNDO conflict_undo: Post "/v1/conflicts/{id}/undo", ConflictUndo => Done, 60;

            /// Answers once every change made on this device's disk before the call is on every connected device that keeps it, and this device has all that it keeps; `timed-out` otherwise.
            one WAIT wait: Post "/v1/wait", WaitRequest => WaitView, 86_460;
            /// What the home is about to move, in files, bytes and time.
            one PLAN plan: Get "/v1/plan", PlanRequest => PlanView, 30;

            /// The policies that hold for a target, and where each value comes from.
            list POLICY_SHOW policy_show: Get "/v1/policy", PolicyRequest => PolicyView, 30;
            /// Sets a policy.
            one POLICY_SET policy_set: Put "/v1/policy", PolicySet => Done, 30;
            /// Takes a policy away.
            one POLICY_UNSET policy_unset: Delete "/v1/policy", PolicyUnset => Done, 30;

            /// Mounts the virtual drive: one directory for each folder that this device takes part in. It is mounted again at every start of the service.
            one DRIVE_MOUNT drive_mount: Put "/v1/drive", DriveMount => DriveView, 30;
            /// Unmounts the virtual drive.
            one DRIVE_UNMOUNT drive_unmount: Delete "/v1/drive", Nothing => Done, 30;

            /// Pauses all traffic of this device, for a while or until it is resumed.
            one PAUSE pause: Post "/v1/pause", PauseRequest => Done, 30;
            /// Ends the pause.
            one RESUME resume: Post "/v1/resume", Nothing => Done, 30;

            /// Opens the browser's door: an address on this computer that lets one browser in, once. `no-pages` if this build carries none.
            one BROWSER browser: Post "/v1/browser", Nothing => BrowserView, 30;

            /// Whether browsers on other computers may come in, and where.
            one DOOR_SHOW door_show: Get "/v1/door", Nothing => DoorView, 30;
            /// Lets browsers on other computers in at an address, with TLS and a password, from now on and after each start. What was open before is shut.
            one DOOR_OPEN door_open: Put "/v1/door", DoorOpen => DoorView, 30;
            /// Lets no browser of another computer in any more; those that are in are out.
            one DOOR_CLOSE door_close: Delete "/v1/door", Nothing => Done, 30;

            /// Writes a file for those who help: versions, numbers and the end of the log, without names, contents or keys.
            one SUPPORT support: Post "/v1/support", SupportRequest => SupportView, 60;
            /// What happened, oldest first, and on request what happens from now on.
            many EVENTS events: Get "/v1/events", EventsRequest => EventView, 30;
            /// Which programs made this device fetch what, the newest first.
            list PULLS pulls: Get "/v1/pulls", Nothing => PullView, 30;
            /// The last lines of the service's log, and on request what is logged from now on.
            many LOGS logs: Get "/v1/logs", LogsRequest => LogView, 30;
        }
    };
}
pub(crate) use for_each_operation;

macro_rules! shape {
    (one) => {
        Shape::One
    };
    (list) => {
        Shape::List
    };
    (many) => {
        Shape::Many
    };
    (bytes) => {
        Shape::Bytes
    };
}

macro_rules! table {
    ($(#[doc = $summary:literal] $shape:ident $constant:ident $name:ident: $method:ident $path:literal, $request:ty => $view:ty, $seconds:literal;)+) => {
        $(
            #[doc = $summary]
            pub const $constant: Route = Route {
                name: stringify!($name),
                method: Method::$method,
                path: $path,
                deadline: Duration::from_secs($seconds),
                shape: shape!($shape),
                summary: $summary.trim_ascii(),
            };
        )+

        /// Every route, in the order of the table.
        pub const ALL: &[Route] = &[$($constant,)+];
    };
}
for_each_operation!(table);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_operations_have_one_name_or_one_address() {
        let names: BTreeSet<_> = ALL.iter().map(|route| route.name).collect();
        let addresses: BTreeSet<_> =
            ALL.iter().map(|route| (route.method.word(), route.path)).collect();
        assert_eq!((names.len(), addresses.len()), (ALL.len(), ALL.len()));
    }

    #[test]
    fn every_path_belongs_to_version_one_and_names_its_fields() {
        for route in ALL {
            assert!(route.path.starts_with("/v1/") && route.path != OPENAPI_PATH, "{}", route.path);
            assert!(!route.summary.is_empty() && route.summary.ends_with('.'), "{}", route.name);
        }
        assert_eq!(path_fields(CONFLICT_RESOLVE.path).collect::<Vec<_>>(), ["id"]);
    }
}
