// Views for tests: what is not given is as plain as can be.
import type { DeviceView, FolderView, StatusView } from '../service/index.ts';

export function aDevice(changes: Partial<DeviceView>): DeviceView {
  return {
    id: 'LAPTOPX',
    name: 'laptop',
    role: 'member',
    this: false,
    connected: true,
    paused: false,
    addresses: [],
    last_seen: null,
    waiting_for_files: 0,
    waiting_for_bytes: 0,
    rtt_ms: null,
    rate_in: 0,
    rate_out: 0,
    disks: [],
    disks_told: null,
    version: null,
    ...changes,
  };
}

export function aFolder(changes: Partial<FolderView>): FolderView {
  return {
    id: 'f1',
    name: 'Photos',
    path: '/home/ada/Photos',
    mode: 'clone',
    viewed: null,
    state: 'idle',
    files: 12,
    bytes: 3_000_000,
    missing_files: 0,
    missing_bytes: 0,
    unsafe_files: 0,
    unsafe_bytes: 0,
    conflicts: 0,
    problems: 0,
    held: null,
    ...changes,
  };
}

export function aStatus(changes: Partial<StatusView>): StatusView {
  return {
    device: { id: 'DESK', name: 'desk' },
    home: { id: 'h', name: 'Home' },
    state: 'idle',
    isolated: false,
    paused_until: null,
    folders: [aFolder({})],
    devices: [aDevice({})],
    drive: null,
    progress: null,
    transfers: [],
    problems: [],
    problems_total: 0,
    seeking: [],
    newcomer: null,
    ...changes,
  };
}
