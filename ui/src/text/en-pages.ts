// The English texts of the first start, the first page, and folders.
import type { ErrorCode, PlaceKind } from '../service/index.ts';

const many = (count: number, one: string, more = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

export const pages = {
  start: {
    welcome: 'Welcome to Homefold',
    lead: 'Your folders on all your devices: directly, encrypted, with no one in between.',
    name: 'What is this device called?',
    nameHint: 'The other devices will show it under this name.',
    next: 'Continue',
    which: 'Is this your first device?',
    fresh: 'Start a new home',
    freshMeans: 'This is the first one. The others join it later.',
    join: 'Join a home',
    joinMeans: 'Another device of yours already has Homefold.',
    code: 'Or the eight digits that the other device shows',
    codeOf: (device: string) => `The eight digits that ${device} shows`,
    codeHint: 'There, choose Devices, then “Invite a device”.',
    notFound: 'It is not found by itself',
    addressNeeded: 'Its address',
    addressNeededHint: 'Like 192.168.1.10:22700. The other device shows it below its code.',
    joining: 'Looking for the device that shows this code…',
    doJoin: 'Join',
    joined: (home: string) => `This device now belongs to “${home}”.`,
  },
  nearby: {
    homes: 'Your devices nearby: pick one',
    inviting: 'shows a code',
    seeking: 'Nearby, and looking for a home: pick one to show it a code',
    looking: 'Looking for your devices on this network. They appear here by themselves.',
    none: 'None of your devices was seen on this network.',
    off: 'This device does not look for others on the network: type the address of the other one as well.',
    leftOut: (count: number) =>
      `${count.toLocaleString('en')} more are not shown. If yours is missing, type its code and its address.`,
    again: 'Look again',
    nameless: 'A device without a name',
  },
  compare: {
    joining: (device: string) => `Joining with ${device}`,
    asking: (device: string) => `Asking ${device}…`,
    compareThere: (device: string) =>
      `Look at the screen of ${device}: choose “Compare the digits” there. Does it show these?`,
    compareHere: (device: string) =>
      `Look at the screen of ${device}. Say yes only if it shows exactly these digits.`,
    same: 'Yes, the same digits',
    differ: 'No',
    nowThere: (device: string) => `Now say yes on ${device} too.`,
    left: (time: string) => `There is time for another ${time}.`,
    wants: (device: string) => `${device} asks to be let into this home.`,
    isIt: (device: string) => `Is it really ${device}?`,
    look: 'Compare the digits',
    notMine: 'Turn it away',
    notJoined: (device: string) =>
      `${device} was not let in: nobody said yes there in time. Nothing was shared.`,
    refusals: {
      declined: (device: string) =>
        `On ${device}, or here, somebody said no. Nothing was shared. You can ask again, or type a code.`,
      'comparison-over': () =>
        'Nobody said yes on both screens in time. Nothing was shared. You can ask again, or type a code.',
      busy: (device: string) =>
        `${device} is being asked by another device, or was asked too often. Wait a few minutes, or type a code.`,
      'inviter-not-found': (device: string) =>
        `${device} can’t be asked now. Check that it is on and in the same network, or type a code.`,
      unreachable: (device: string) =>
        `The connection with ${device} broke. Nothing was shared. You can ask again.`,
    } as Partial<Record<ErrorCode, (device: string) => string>>,
  },
  home: {
    allHere: (count: number) =>
      count === 0
        ? 'Everything is here, and only here'
        : `Everything is here and on ${many(count, 'other device')}`,
    noFolder: 'No folder is shared yet',
    noFolderMeans: 'Choose a folder, and Homefold keeps it the same on all your devices.',
    conflicts: (count: number) => `${many(count, 'conflict')} to look at`,
    held: (what: string, folder: string) => `${what} in “${folder}” on hold`,
    heldMeans: 'Nothing was deleted on the other devices. Let it through, or put the files back.',
    paused: 'Everything is paused',
    pausedUntil: (time: string) => `Paused until ${time}`,
    pausedMeans: 'Changes made meanwhile go out afterwards.',
    coming: (files: string, size: string) => `${files} on the way here, ${size}`,
    going: (device: string, files: string, size: string) =>
      `${files} on the way to ${device}, ${size}`,
    scanning: 'Looking through your files',
    waiting: (device: string, files: string, size: string) =>
      `Waiting for ${device}: ${files}, ${size}`,
    lastSeen: (time: string) => `last seen ${time}`,
    neverSeen: 'not seen yet',
    missingHere: (files: string) => `${files} are on no device in reach`,
    safe: 'This computer can be switched off: everything on it is on another device too.',
    unsafe: (files: string, size: string) =>
      `Better leave this computer on: ${files} (${size}) are not yet on another device.`,
    alone: 'This computer holds the only copy. Invite a second device to have one elsewhere.',
    devices: 'Devices',
    here: 'this device',
    connected: 'connected',
    away: 'away',
    paused1: 'paused',
    waits: (files: string, size: string) => `waits for ${files}, ${size}`,
    complete: 'has all it keeps',
    seeking: (device: string) => `${device} is nearby and looks for a home. Is it yours?`,
    seekingMany: (count: number) =>
      `${count} devices nearby look for a home. Is one of them yours?`,
    letIn: 'Invite it',
    pause: 'Pause',
    resume: 'Resume',
    pauseFor: 'Pause for',
    untilResumed: 'until I resume',
    tomorrow: 'until tomorrow',
  },
  folders: {
    add: 'Share a folder',
    none: 'No folder is shared in this home yet.',
    elsewhere: 'Not on this device',
    attach: 'Have it here too',
    empty: 'empty',
    size: (files: string, size: string) => `${files}, ${size}`,
    missing: (files: string, size: string) => `${files} to come, ${size}`,
    addTitle: 'Share a folder',
    addMeans:
      'What is in it now becomes the shared content. Nothing is moved or deleted. Other devices get it when they choose to.',
    places: {
      documents: 'Documents',
      pictures: 'Pictures',
      music: 'Music',
      videos: 'Videos',
    } as Record<PlaceKind, string>,
    counting: 'Looking at your folders…',
    atLeast: (size: string) => `more than ${size}`,
    becomes: (size: string) =>
      `${size} become the first content of the folder, and stay where they are.`,
    name: 'Name in the home',
    path: 'Where it is on this computer',
    pathHint: 'Leave empty for the folder of that name among your own, made if there is none.',
    doAdd: 'Share it',
    attachTitle: (name: string) => `Have “${name}” on this device`,
    attachMeans: 'What is there already is merged with it; nothing is deleted.',
    keep: 'Always keep on this device',
    kept: 'It stays on this device; what is missing is fetched now.',
    free: 'Free up space',
    freed: (files: string, size: string) =>
      `${files}, ${size} freed. They stay in the folder, on the other devices.`,
    freeMeans: 'Gives up the bytes here. Nothing is deleted: the files stay in the folder.',
    doAttach: 'Have it here',
    mode: 'How much of it stays here',
    open: 'Browse',
    browse: 'Open in the file manager',
    rescan: 'Look through it again',
    rescanned: 'Looked through; changes that were found go out now.',
    detach: 'No longer have it here',
    detachMeans: (name: string) =>
      `This device takes no part in “${name}” any more. The files stay where they are on its disk, and on the other devices.`,
    doDetach: 'Stop syncing it here',
    remove: 'End it for everyone',
    removeMeans: (name: string) =>
      `“${name}” ends in the whole home. Every device keeps the files it has; they are just no longer kept the same.`,
    doRemove: 'End the folder',
    held: (what: string) => `${what} on hold`,
    heldTitle: (folder: string, why: string) => `${folder}: ${why}`,
    release: 'Let it through',
    undo: 'Put the files back',
    released: (count: number) => `${many(count, 'change')} let through.`,
    undone: (count: number) => `${many(count, 'file')} put back.`,
  },
  tree: {
    top: 'Folder',
    name: 'Name',
    size: 'Size',
    changed: 'Changed',
    where: 'Where',
    empty: 'Nothing in here.',
    loadingMore: (count: number) => `${count.toLocaleString('en')} entries so far…`,
    directory: 'directory',
    link: 'link',
    only: 'only here',
    copies: (count: number) => `on ${many(count, 'device')}`,
    holders: 'Who has it',
    partial: 'partly',
    noHolder: 'No device in reach has it.',
    history: 'Earlier versions',
    noHistory: 'There is no earlier version.',
    now: 'now',
    by: (device: string) => `from ${device}`,
    restore: 'Put this one back',
    restored: (path: string) =>
      `“${path}” is as it was. What stood there is among the earlier versions.`,
    deleted: 'Look for a deleted file',
    deletedHint: 'Path in the folder, like Letters/March.odt',
    look: 'Look',
  },
};
