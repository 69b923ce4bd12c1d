// Made by `cargo xtask ui types` from the OpenAPI document; not to be edited.
/** How much stands at and below a path. */
export interface AmountView {
  /** Their bytes. */
  bytes: number;
  /** Files and links. */
  files: number;
  /** Their bytes. */
  here_bytes: number;
  /** Of these, those that are on this device. */
  here_files: number;
}
/** The answer to an operation that was not done. */
export interface ApiError {
  /** The technical reason beneath, for a person who looks deeper. */
  cause: string | null;
  /** Why, for programs. */
  code: ErrorCode;
  /** Why, for people, in English: what happened, what is safe, what to do. */
  message: string;
  /** What it is about: the name, path or id that was given. */
  subject: string | null;
}
/** Where a browser comes in. */
export interface BrowserView {
  /** The address; it works once. */
  address: string;
  /** Until when it works. */
  expires: string;
}
/** What becomes of a comparison at the device that asked: the digits, then that it belongs to the home, or an error (`declined`, `comparison-over`, `busy`). Closing the stream takes the question back. */
export type CompareView = {
  /** Six digits. */
  digits: string;
  /** Until when it can be answered. */
  expires: string;
  /** The comparison, for `compare_answer`. */
  id: string;
  state: 'digits';
} | {
  /** The home. */
  home: HomeView;
  /** The device that let it in. */
  inviter: IdView;
  /** What this device may do there. */
  role: Role;
  state: 'joined';
};
/** One version of a conflict. */
export interface ConflictSide {
  /** Id of the device that made it. */
  device: string;
  kind: Kind | null;
  /** When its content was last changed, by that device's clock. */
  mtime: string;
  /** Its name. */
  name: string;
  /** Bytes. */
  size: number;
  /** What `restore` calls it once another version stands at the path and this one is in the archive. */
  version?: string;
}
/** Versions of one entry that were made without knowing of each other. */
export interface ConflictView {
  /** The folder's name. */
  folder: string;
  /** Its id: the same on every device. */
  id: string;
  /** The path. */
  path: string;
  /** The version at the path first, then the one that lost it. */
  sides: ConflictSide[];
}
/** A device of the home. */
export interface DeviceView {
  /** Where it was last reached, and what was typed in, as `IP:PORT`. */
  addresses: string[];
  /** Whether it is connected with this one. */
  connected: boolean;
  /** The disks that hold its folders. Those of the device that answers are told by `device_list` alone. */
  disks?: DiskView[];
  /** When another device told how full its disks are; null for the device that answers, and as long as nothing was told since the service started. */
  disks_told: string | null;
  /** Its id in full. */
  id: string;
  /** When it was last connected with this one; null if never. */
  last_seen: string | null;
  /** Its name in the home. */
  name: string;
  /** Whether traffic with it is paused by a person. */
  paused: boolean;
  /** Bytes a second that come from it. */
  rate_in: number;
  /** Bytes a second that go to it. */
  rate_out: number;
  /** What it may do. */
  role: Role;
  /** Round trip, in milliseconds; null if not connected. */
  rtt_ms: number | null;
  /** Whether it is the device that answers. */
  this: boolean;
  /** Which Homefold runs there; null if it was not connected since the service started. */
  version: string | null;
  /** Their bytes. */
  waiting_for_bytes: number;
  /** Files that it should have and does not have yet. */
  waiting_for_files: number;
}
/** A disk that holds folders. */
export interface DiskView {
  /** The names of the folders, sorted; none for the disk of another device, which tells sizes alone. */
  folders: string[];
  /** Bytes that may still be written. */
  free: number;
  /** Its bytes in all. */
  size: number;
}
/** The operation is done; there is nothing more to say. */
export type Done = Record<string, never>;
/** Where browsers on other computers come in. */
export interface DoorView {
  /** As `IP:PORT`; null if they don't. */
  address: string | null;
  /** The SHA-256 fingerprint of the certificate that it shows; null if it was never open. */
  fingerprint: string | null;
  /** What to type into such a browser, most likely first. */
  links: string[];
}
/** The mounted drive. */
export interface DriveView {
  /** The directory on which it is mounted. */
  path: string;
}
/** A page of a directory. */
export interface EntriesView {
  /** The entries, in the order of their paths. */
  entries: EntryView[];
  /** The `after` of the next page; null on the last. */
  next: string | null;
}
/** An entry. */
export interface EntryView {
  /** How many devices are known to hold all of it; null for a directory, of which nobody counts. */
  holders: number | null;
  kept: Kept | null;
  /** What stands there. */
  kind: Kind;
  /** How much of it is on this device; of a directory: of the files below it, counted whole. */
  local: Local;
  /** When its content was last changed. */
  mtime: string;
  /** Its path in the folder. */
  path: string;
  /** Bytes; 0 for what is no file. */
  size: number;
}
/** Why an operation was not done. */
export type ErrorCode = 'bad-request' | 'unauthorized' | 'forbidden' | 'not-allowed' | 'no-home' | 'already-in-home' | 'unknown-folder' | 'folder-exists' | 'bad-name' | 'already-attached' | 'not-attached' | 'not-safe-yet' | 'directory-unusable' | 'directory-taken' | 'no-fuse' | 'drive-mounted' | 'unknown-device' | 'ambiguous-device' | 'last-admin' | 'unknown-entry' | 'unknown-conflict' | 'unknown-version' | 'entry-exists' | 'unknown-policy' | 'bad-policy-value' | 'nothing-held' | 'wrong-code' | 'invitation-over' | 'weak-password' | 'address-unusable' | 'code-expired' | 'code-tried-out' | 'turned-away' | 'declined' | 'comparison-over' | 'inviter-not-found' | 'unreachable' | 'content-unavailable' | 'copies-needed' | 'files-in-use' | 'disk-full' | 'disk-error' | 'unsupported' | 'no-pages' | 'busy' | 'timed-out' | 'invitation-expired' | 'stopping' | 'internal' | 'no-service' | 'incomprehensible';
/** What happened. */
export type Event = {
  kind: 'started';
} | {
  /** How many. */
  events: number;
  kind: 'missed';
} | {
  /** The folder's name; null for the home or its devices. */
  folder: string | null;
  kind: 'changed';
} | {
  /** The folder's name; null for the service. */
  folder: string | null;
  kind: 'state-changed';
  /** What it does. */
  state: State;
} | {
  /** The names of the devices that were waited for. */
  devices: string[];
  /** The folder's name. */
  folder: string;
  kind: 'read-failed';
  /** The file. */
  path: string;
} | {
  /** Where it was reached. */
  address: string;
  /** Its id. */
  device: string;
  kind: 'device-connected';
  /** Its name. */
  name: string;
} | {
  /** Its id. */
  device: string;
  kind: 'device-disconnected';
  /** Its name. */
  name: string;
  /** Why, in a few words. */
  reason: string;
} | {
  /** Its id. */
  device: string;
  kind: 'device-joined';
  /** Its name. */
  name: string;
} | {
  /** Its id. */
  device: string;
  kind: 'device-removed';
  /** Its name. */
  name: string;
} | {
  /** Its id. */
  device: string;
  kind: 'device-changed';
  /** Its name. */
  name: string;
} | {
  /** Its name. */
  folder: string;
  kind: 'folder-changed';
} | {
  /** How many entries. */
  entries: number;
  /** The folder's name. */
  folder: string;
  kind: 'local-changes';
} | {
  /** How many entries. */
  entries: number;
  /** The folder's name. */
  folder: string;
  kind: 'remote-changes';
} | {
  /** The folder's name. */
  folder: string;
  /** The conflict's id. */
  id: string;
  kind: 'conflict-found';
  /** The path. */
  path: string;
} | {
  /** The folder's name. */
  folder: string;
  /** The conflict's id. */
  id: string;
  kind: 'conflict-resolved';
} | {
  /** Deletes in it. */
  deletes: number;
  /** The folder's name. */
  folder: string;
  kind: 'held';
  /** Overwritten files in it. */
  overwrites: number;
} | {
  /** The folder's name. */
  folder: string;
  kind: 'held-decided';
  /** Whether it was let through. */
  released: boolean;
} | {
  /** The folder's name. */
  folder: string;
  kind: 'problem-found';
  /** The entry's path; empty for the folder as a whole. */
  path: string;
  /** Why. */
  reason: Problem;
} | {
  /** The folder's name. */
  folder: string;
  kind: 'problem-solved';
  /** The entry's path; empty for the folder as a whole. */
  path: string;
} | {
  kind: 'stopping';
};
/** An event, with its place in the sequence. */
export type EventView = (Event) & ({
  /** Its number. */
  seq: number;
  /** When. */
  time: string;
});
/** A folder of the home, as this device sees it. */
export interface FolderView {
  /** Their bytes. */
  bytes: number;
  /** Conflicts that wait for a person. */
  conflicts: number;
  /** Files and links in it. */
  files: number;
  held: HeldView | null;
  /** Its id. */
  id: string;
  /** Their bytes. */
  missing_bytes: number;
  /** Of these, those that this device should have and does not have yet. */
  missing_files: number;
  mode: Mode | null;
  /** Its name. */
  name: string;
  /** Absolute path of its directory here; null if this device takes no part in it. */
  path: string | null;
  /** Entries that wait with a reason. */
  problems: number;
  /** What goes on in it. */
  state: State;
  /** Their bytes. */
  unsafe_bytes: number;
  /** Files of this device that are not yet on another one that should have them. */
  unsafe_files: number;
  viewed: Viewed | null;
}
/** Files whose bytes a device gave up. */
export interface FreedView {
  /** Their bytes. */
  bytes: number;
  /** How many. */
  files: number;
}
/** Why a batch of changes is held. */
export type HeldCause = 'mass-delete' | 'root-missing' | 'root-emptied' | 'root-elsewhere' | 'root-denied';
/** What became of a held batch. */
export interface HeldOutcome {
  /** Paths that were let through or put back. */
  paths: number;
}
/** A batch of changes that is held until a person decides. */
export interface HeldView {
  /** Why, for programs. */
  cause: HeldCause;
  /** Deletes in it. */
  deletes: number;
  /** Overwritten files in it. */
  overwrites: number;
  /** Why, in plain English words. */
  reason: string;
  /** Since when. */
  since: string;
}
/** A device that holds an entry's content. */
export interface HolderView {
  /** Whether it holds all of it. */
  complete: boolean;
  /** Whether it can be asked for it at once; true for this device. */
  connected: boolean;
  /** Its id in full. */
  device: string;
  /** Its name. */
  name: string;
  /** Bytes a second that it was last seen to send; null if not known. */
  rate: number | null;
  /** Round trip, in milliseconds; null if not connected. */
  rtt_ms: number | null;
}
/** A home: the devices that trust each other. */
export interface HomeView {
  /** Its id. */
  id: string;
  /** Its name. */
  name: string;
}
/** This device. */
export interface IdView {
  /** Its id in full. */
  id: string;
  /** Its name in the home. */
  name: string;
}
/** What becomes of an invitation: first `Waiting`, then one `Joined`, or an error (`invitation-expired`, `invitation-over`). Closing the stream withdraws it. */
export type InviteView = {
  /** Where this device can be reached, as `IP:PORT`. */
  addresses: string[];
  /** The code. */
  code: string;
  /** Until when. */
  expires: string;
  state: 'waiting';
} | {
  /** Which one. */
  device: IdView;
  /** What it may do. */
  role: Role;
  state: 'joined';
};
/** This device has joined a home. */
export interface JoinView {
  /** The home. */
  home: HomeView;
  /** The device that let it in. */
  inviter: IdView;
  /** What this device may do there. */
  role: Role;
}
/** A person's choice between the sides of a conflict. */
export type Keep = 'mine' | 'theirs' | 'both';
/** Whether what stands at and below a path stays on a device, as its rules say. */
export type Kept = 'all' | 'part' | 'none';
/** What stands at a path. */
export type Kind = 'file' | 'directory' | 'symlink';
/** How much of an entry's content is on this device. */
export type Local = 'full' | 'part' | 'none';
/** One line of the service's log. */
export interface LogView {
  /** The line, without its end. */
  line: string;
}
/** How much of a folder a device holds. */
export type Mode = 'clone' | 'stream' | 'storage' | 'portal';
/** What one device is to get of one folder. */
export interface MoveView {
  /** Bytes. */
  bytes: number;
  /** Id of the device that is to get it. */
  device: string;
  /** Files. */
  files: number;
  /** The folder's name. */
  folder: string;
  /** Its name. */
  name: string;
  /** Seconds that it takes at the present rate; null if that is not known. */
  seconds: number | null;
}
/** A device on this network. All of it is what the device says of itself: only the code, or the digits that a person compares, prove it. */
export interface NearbyDevice {
  /** Where it is, as `IP:PORT`. */
  addresses: string[];
  /** What `join` and `compare` call it; another after each start of it. */
  id: string;
  /** Whether it shows a code. */
  inviting: boolean;
  /** Its name; may be empty. */
  name: string;
  /** Whether it takes devices in by digits that are compared. One that is neither inviting nor offering looks for a home. */
  offering?: boolean;
}
/** The devices on this network with which this one could be paired now. */
export interface NearbyView {
  /** Those that were seen first, by name; at most 32. */
  devices: NearbyDevice[];
  /** How many more there are: anybody on the network can claim to be some. */
  left_out?: number;
  /** Whether any are looked for: discovery may be off. */
  searching: boolean;
}
/** A device that asks to be let in. Its name is what it says of itself: only the digits, the same on both screens, prove that it is the one in front of the person. */
export interface NewcomerView {
  /** Whether a person here has said yes; what is missing is the yes over there. */
  confirmed: boolean;
  /** The device's id. */
  device: string;
  /** Six digits. */
  digits: string;
  /** Until when it can be answered. */
  expires: string;
  /** The comparison, for `compare_answer`. */
  id: string;
  /** Its name; may be empty. */
  name: string;
}
/** Directories that a user has by custom. */
export type PlaceKind = 'documents' | 'pictures' | 'music' | 'videos';
/** A directory of the user that may be worth sharing. */
export interface PlaceView {
  /** Their bytes. */
  bytes: number;
  /** Whether that is all: a very large one is not counted to its end. */
  counted: boolean;
  /** The files in it, as far as they were counted. */
  files: number;
  /** Which. */
  kind: PlaceKind;
  /** Its absolute path. */
  path: string;
}
/** What the home is about to move. */
export interface PlanView {
  /** Bytes in all. */
  bytes: number;
  /** Files in all. */
  files: number;
  /** The moves, by folder and device. */
  moves: MoveView[];
  /** Seconds that it takes at the present rates; null where one is not known. */
  seconds: number | null;
}
/** A policy and where its value comes from. */
export interface PolicyView {
  /** The policy. */
  key: string;
  /** What it does, in one plain sentence. */
  meaning: string;
  /** The target where it is set: `home`, `device:D`, … or `default` if it is set nowhere. */
  source: string;
  /** The value that holds. */
  value: string;
}
/** Why something waits. It is tried again by itself; the rest of the folder goes on. */
export type Problem = 'disk-full' | 'read-only' | 'denied' | 'disk-error' | 'name' | 'collision' | 'obstructed' | 'unsupported' | 'busy' | 'refused' | 'corrupt' | 'root-missing' | 'watch-limit' | 'no-watch';
/** Something that waits with a reason. */
export interface ProblemView {
  /** The folder's name. */
  folder: string;
  /** Why, in plain English words, and what ends it. */
  message: string;
  /** The entry's path; empty for the folder as a whole. */
  path: string;
  /** Why. */
  reason: Problem;
}
/** How far a transfer is. */
export interface ProgressView {
  /** Bytes still to come. */
  bytes: number;
  /** Files still to come. */
  files: number;
  /** Bytes a second, over the last few. */
  rate: number;
  /** Seconds left at that rate; null if nothing arrives. */
  seconds_left: number | null;
}
/** What a program made this device fetch. */
export interface PullView {
  /** Bytes that came. */
  bytes: number;
  /** When it began. */
  first: string;
  /** The folder's name. */
  folder: string;
  /** When anything last came. */
  last: string;
  /** The file. */
  path: string;
  /** Its process; null if that is not known. */
  process: number | null;
  /** The program's name. */
  program: string;
  /** How often it was refused what is not here (policies `read.spared` and `read.budget`). */
  refused: number;
}
/** What it would cost to remove a device. */
export interface RemovalView {
  /** Its id in full. */
  id: string;
  /** Its name. */
  name: string;
  /** Their bytes. */
  only_there_bytes: number;
  /** Files whose only known holder it is. */
  only_there_files: number;
}
/** A version was put back. */
export interface RestoreView {
  /** Where it stands, in the folder. */
  path: string;
}
/** What a device may do in the home, from most to least trusted. */
export type Role = 'admin' | 'member' | 'reader' | 'storage' | 'portal';
/** The beginning of one version of a conflict, or all of it. */
export interface SideContentView {
  /** Whether they are all there are. */
  complete: boolean;
  /** The bytes in Base64, with padding. */
  data: string;
}
/** What a folder, or the whole service, is doing. */
export type State = 'idle' | 'scanning' | 'syncing' | 'paused' | 'isolated' | 'crisis';
/** How things are. */
export interface StatusView {
  /** This device. */
  device: IdView;
  /** The other devices of the home. */
  devices: DeviceView[];
  drive: DriveView | null;
  /** The folders of the home. Those that this device takes no part in have no `path` and no `mode`. */
  folders: FolderView[];
  home: HomeView | null;
  /** Whether most of the home can't be reached. */
  isolated: boolean;
  newcomer: NewcomerView | null;
  /** When a pause with an end is over. */
  paused_until: string | null;
  /** What waits and why, in all folders, the first 1,000. */
  problems: ProblemView[];
  /** How many there are in all. */
  problems_total: number;
  progress: ProgressView | null;
  /** Devices on this network that look for a home, if this one may let them in. What they say of themselves proves nothing. */
  seeking?: NearbyDevice[];
  /** What the service is doing; the folders say it each for themselves. */
  state: State;
  /** The files whose bytes come now, a few of them. */
  transfers?: TransferView[];
}
/** The support bundle was written. */
export interface SupportView {
  /** Where it stands. */
  path: string;
  /** Its bytes. */
  size: number;
}
/** A file whose bytes come now. */
export interface TransferView {
  /** The folder's name. */
  folder: string;
  /** The names of the devices that send them. */
  from: string[];
  /** The file. */
  path: string;
  /** Bytes a second. */
  rate: number;
  /** Those that have come in one go; not those from before an interruption. */
  received: number;
  /** Its bytes. */
  size: number;
}
/** A version in the archive. */
export interface VersionView {
  /** When it was replaced or deleted; null for what stands at the path now. */
  archived: string | null;
  /** Id of the device that made it. */
  device: string;
  /** When its content was last changed. */
  mtime: string;
  /** Its name. */
  name: string;
  /** Bytes. */
  size: number;
  /** What `restore` calls it. */
  version: string;
}
/** How a folder shows on a device that takes no part in it. */
export type Viewed = 'drive' | 'leaving';
/** The barrier was reached. */
export interface WaitView {
  /** How long it took, in milliseconds. */
  waited_ms: number;
}

/** What each operation is asked and answers. */
export interface Operations {
/** Opens the browser's door: an address on this computer that lets one browser in, once. `no-pages` if this build carries none. */
browser: { request: Record<string, never>; view: BrowserView };
/** Asks a device nearby to be let into its home: the digits to compare, then that this device belongs to it. Closing the stream takes the question back. */
compare: { request: { nearby: string;  }; view: CompareView };
/** Says whether both screens show the same digits, at either device. A no ends the comparison on both. */
compare_answer: { request: { id: string; role?: Role | null; same: boolean;  }; view: Done };
/** The conflicts that wait for a person. */
conflict_list: { request: Record<string, never>; view: ConflictView[] };
/** The bytes of one version of a conflict, from its beginning, wherever they are. */
conflict_content: { request: { id: string; limit: number; side: number;  }; view: SideContentView };
/** Decides a conflict. */
conflict_resolve: { request: { id: string; keep: Keep;  }; view: Done };
/** Takes back that both sides of a conflict were kept: the second copy goes to the archive, if nothing was written to it since; `unknown-conflict` otherwise. */
conflict_undo: { request: { id: string; folder: string; path: string;  }; view: Done };
/** Every device of the home, this one first. */
device_list: { request: Record<string, never>; view: DeviceView[] };
/** Removes a device from the home: it is cut off everywhere and learns nothing more; what it has already stays with it. */
device_remove: { request: { device: string;  }; view: Done };
/** Gives a device another name. */
device_rename: { request: { device: string; name: string;  }; view: DeviceView };
/** Stops traffic between this device and another until it is resumed. */
device_pause: { request: { device: string;  }; view: Done };
/** What removing a device would cost. Changes nothing. */
device_removal: { request: { device: string;  }; view: RemovalView };
/** Lets traffic with a device go on. */
device_resume: { request: { device: string;  }; view: Done };
/** Changes what a device may do in the home, from now on. Only admins do that, and one of them stays. */
device_role: { request: { device: string; role: Role;  }; view: DeviceView };
/** Lets no browser of another computer in any more; those that are in are out. */
door_close: { request: Record<string, never>; view: Done };
/** Whether browsers on other computers may come in, and where. */
door_show: { request: Record<string, never>; view: DoorView };
/** Lets browsers on other computers in at an address, with TLS and a password, from now on and after each start. What was open before is shut. */
door_open: { request: { address: string; password?: string | null;  }; view: DoorView };
/** Unmounts the virtual drive. */
drive_unmount: { request: Record<string, never>; view: Done };
/** Mounts the virtual drive: one directory for each folder that this device takes part in. It is mounted again at every start of the service. */
drive_mount: { request: { path?: string | null;  }; view: DriveView };
/** What happened, oldest first, and on request what happens from now on. */
events: { request: { after?: number | null; follow?: boolean;  }; view: EventView };
/** The folders of the home; those that this device takes no part in have no path. */
folder_list: { request: Record<string, never>; view: FolderView[] };
/** Shares a directory: its content becomes the new folder's first. Starts a home if there is none. Answers before the content is read. */
folder_create: { request: { name: string; path?: string | null;  }; view: FolderView };
/** Ends the folder for the whole home; every device keeps the files that it has. */
folder_delete: { request: { folder: string;  }; view: Done };
/** How much stands at and below a path, and how much of it is on this device: what keeping it would fetch, and giving it up would free. Changes nothing. */
amount: { request: { folder: string; path?: string;  }; view: AmountView };
/** Lets this device take part in a folder. Answers before the content has arrived. */
folder_attach: { request: { folder: string; mode: Mode; path?: string | null;  }; view: FolderView };
/** The bytes of a file, or a part of them, wherever they are. Ends early if they can't be had; asking again from there says why. */
content: { request: { folder: string; length?: number | null; offset?: number | null; path: string; program?: string | null;  }; view: Uint8Array };
/** Takes no part in the folder any more; the local files stay in place. */
folder_detach: { request: { folder: string;  }; view: Done };
/** A page of a directory. */
entries: { request: { folder: string; after?: string | null; limit?: number | null; path?: string;  }; view: EntriesView };
/** Gives up the bytes of a subtree on this device; the files stay in the folder. Refused for what too few other devices have. */
free: { request: { folder: string; path?: string;  }; view: FreedView };
/** The versions of an entry: what stands there now, then the archive, newest first. */
history: { request: { folder: string; path: string;  }; view: VersionView[] };
/** Which devices hold the content of an entry. */
holders: { request: { folder: string; path: string;  }; view: HolderView[] };
/** Keeps a subtree on this device: what is missing is fetched, and what is new there too. */
keep: { request: { folder: string; path?: string;  }; view: Done };
/** Changes how much of a folder this device holds. */
folder_mode: { request: { folder: string; mode: Mode;  }; view: FolderView };
/** Lets the held batch of changes through. */
folder_release: { request: { folder: string;  }; view: HeldOutcome };
/** Looks at the whole directory again; answers when that is done. */
folder_rescan: { request: { folder: string;  }; view: Done };
/** Puts a version from the archive back, fetching it if another device has it. */
restore: { request: { folder: string; path: string; to?: string | null; version: string;  }; view: RestoreView };
/** Puts the files of the held batch back. */
folder_undo: { request: { folder: string;  }; view: HeldOutcome };
/** Id and name of this device. */
id: { request: Record<string, never>; view: IdView };
/** Invites one device to the home, which is started if there is none: the code first, then who joined. Closing the stream withdraws the invitation. */
invite: { request: { expires_seconds: number; role: Role;  }; view: InviteView };
/** Joins the home of the device that shows the code. */
join: { request: { address?: string | null; code: string; nearby?: string | null;  }; view: JoinView };
/** The last lines of the service's log, and on request what is logged from now on. */
logs: { request: { follow?: boolean; lines: number;  }; view: LogView };
/** Devices on this network that show a code or look for a home: the list, and again whenever it changes, for ten minutes at most. As long as the stream is open, a device without a home shows to others that it looks for one. */
nearby: { request: Record<string, never>; view: NearbyView };
/** Pauses all traffic of this device, for a while or until it is resumed. */
pause: { request: { seconds?: number | null;  }; view: Done };
/** The user's own directories for documents, pictures, music and videos that are not shared yet, and how much is in them. */
places: { request: Record<string, never>; view: PlaceView[] };
/** What the home is about to move, in files, bytes and time. */
plan: { request: { folder?: string | null;  }; view: PlanView };
/** Takes a policy away. */
policy_unset: { request: { key: string; target: string;  }; view: Done };
/** The policies that hold for a target, and where each value comes from. */
policy_show: { request: { target?: string | null;  }; view: PolicyView[] };
/** Sets a policy. */
policy_set: { request: { key: string; target: string; value: string;  }; view: Done };
/** Which programs made this device fetch what, the newest first. */
pulls: { request: Record<string, never>; view: PullView[] };
/** Ends the pause. */
resume: { request: Record<string, never>; view: Done };
/** How things are: this device, its home, the folders, the other devices, what moves and what waits. */
status: { request: Record<string, never>; view: StatusView };
/** Writes a file for those who help: versions, numbers and the end of the log, without names, contents or keys. */
support: { request: { path?: string | null;  }; view: SupportView };
/** Answers once every change made on this device's disk before the call is on every connected device that keeps it, and this device has all that it keeps; `timed-out` otherwise. */
wait: { request: { folder?: string | null; timeout_ms: number;  }; view: WaitView };
}

/** How each operation is asked for over HTTP. */
export const operations = {
browser: { method: 'POST', path: '/v1/browser', shape: 'one' },
compare: { method: 'POST', path: '/v1/compare', shape: 'many' },
compare_answer: { method: 'POST', path: '/v1/compare/{id}', shape: 'one' },
conflict_list: { method: 'GET', path: '/v1/conflicts', shape: 'list' },
conflict_content: { method: 'GET', path: '/v1/conflicts/{id}/content', shape: 'one' },
conflict_resolve: { method: 'POST', path: '/v1/conflicts/{id}/resolve', shape: 'one' },
conflict_undo: { method: 'POST', path: '/v1/conflicts/{id}/undo', shape: 'one' },
device_list: { method: 'GET', path: '/v1/devices', shape: 'list' },
device_remove: { method: 'DELETE', path: '/v1/devices/{device}', shape: 'one' },
device_rename: { method: 'PUT', path: '/v1/devices/{device}/name', shape: 'one' },
device_pause: { method: 'POST', path: '/v1/devices/{device}/pause', shape: 'one' },
device_removal: { method: 'GET', path: '/v1/devices/{device}/removal', shape: 'one' },
device_resume: { method: 'POST', path: '/v1/devices/{device}/resume', shape: 'one' },
device_role: { method: 'PUT', path: '/v1/devices/{device}/role', shape: 'one' },
door_close: { method: 'DELETE', path: '/v1/door', shape: 'one' },
door_show: { method: 'GET', path: '/v1/door', shape: 'one' },
door_open: { method: 'PUT', path: '/v1/door', shape: 'one' },
drive_unmount: { method: 'DELETE', path: '/v1/drive', shape: 'one' },
drive_mount: { method: 'PUT', path: '/v1/drive', shape: 'one' },
events: { method: 'GET', path: '/v1/events', shape: 'many' },
folder_list: { method: 'GET', path: '/v1/folders', shape: 'list' },
folder_create: { method: 'POST', path: '/v1/folders', shape: 'one' },
folder_delete: { method: 'DELETE', path: '/v1/folders/{folder}', shape: 'one' },
amount: { method: 'GET', path: '/v1/folders/{folder}/amount', shape: 'one' },
folder_attach: { method: 'POST', path: '/v1/folders/{folder}/attach', shape: 'one' },
content: { method: 'GET', path: '/v1/folders/{folder}/content', shape: 'bytes' },
folder_detach: { method: 'POST', path: '/v1/folders/{folder}/detach', shape: 'one' },
entries: { method: 'GET', path: '/v1/folders/{folder}/entries', shape: 'one' },
free: { method: 'POST', path: '/v1/folders/{folder}/free', shape: 'one' },
history: { method: 'GET', path: '/v1/folders/{folder}/history', shape: 'list' },
holders: { method: 'GET', path: '/v1/folders/{folder}/holders', shape: 'list' },
keep: { method: 'POST', path: '/v1/folders/{folder}/keep', shape: 'one' },
folder_mode: { method: 'PUT', path: '/v1/folders/{folder}/mode', shape: 'one' },
folder_release: { method: 'POST', path: '/v1/folders/{folder}/release', shape: 'one' },
folder_rescan: { method: 'POST', path: '/v1/folders/{folder}/rescan', shape: 'one' },
restore: { method: 'POST', path: '/v1/folders/{folder}/restore', shape: 'one' },
folder_undo: { method: 'POST', path: '/v1/folders/{folder}/undo', shape: 'one' },
id: { method: 'GET', path: '/v1/id', shape: 'one' },
invite: { method: 'POST', path: '/v1/invite', shape: 'many' },
join: { method: 'POST', path: '/v1/join', shape: 'one' },
logs: { method: 'GET', path: '/v1/logs', shape: 'many' },
nearby: { method: 'POST', path: '/v1/nearby', shape: 'many' },
pause: { method: 'POST', path: '/v1/pause', shape: 'one' },
places: { method: 'GET', path: '/v1/places', shape: 'list' },
plan: { method: 'GET', path: '/v1/plan', shape: 'one' },
policy_unset: { method: 'DELETE', path: '/v1/policy', shape: 'one' },
policy_show: { method: 'GET', path: '/v1/policy', shape: 'list' },
policy_set: { method: 'PUT', path: '/v1/policy', shape: 'one' },
pulls: { method: 'GET', path: '/v1/pulls', shape: 'list' },
resume: { method: 'POST', path: '/v1/resume', shape: 'one' },
status: { method: 'GET', path: '/v1/status', shape: 'one' },
support: { method: 'POST', path: '/v1/support', shape: 'one' },
wait: { method: 'POST', path: '/v1/wait', shape: 'one' },
} as const;
