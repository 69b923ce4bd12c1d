// Every text of the pages in English, but the sentences for errors and problems (`service/sentences.gen`).
import { pages } from './en-pages.ts';
import { refusals } from './en-refusals.ts';
import { work } from './en-work.ts';

const many = (count: number, one: string, more = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

const files = (count: number) => many(count, 'file');
const devices = (count: number) => many(count, 'device');

export const en = {
  files,
  devices,
  conflictCount: (count: number) => many(count, 'conflict'),
  deletions: (count: number) => many(count, 'deletion'),
  overwrites: (count: number) => many(count, 'overwritten file'),
  problems: (count: number) => many(count, 'thing needs a look', 'things need a look'),
  entries: (count: number) => many(count, 'change'),
  room: { byte: 'B', percent: '%', noLimit: 'none' },
  units: ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'],
  rate: (size: string) => `${size}/s`,
  and: (a: string, b: string) => `${a} and ${b}`,
  minutes: (count: number) => many(count, 'minute'),
  hours: (count: number) => many(count, 'hour'),
  about: (time: string) => `${time} left`,
  lessThanAMinute: 'less than a minute',

  nav: {
    label: 'Pages',
    skip: 'Skip to the content',
    home: 'Home',
    folders: 'Folders',
    conflicts: 'Conflicts',
    devices: 'Devices',
    activity: 'Activity',
    settings: 'Settings',
  },

  words: {
    cancel: 'Cancel',
    close: 'Close',
    back: 'Back',
    tryAgain: 'Try again',
    more: 'Show more',
    details: 'Details',
    loading: 'One moment…',
    deviceGone: 'a device that left',
    never: 'never',
    thisDevice: 'this device',
    startService: 'Start Homefold',
    restartService: 'Restart Homefold',
    copy: 'Copy',
    copied: 'Copied',
  },

  refusals,

  state: {
    idle: 'Up to date',
    scanning: 'Looking through the files',
    syncing: 'Syncing',
    paused: 'Paused',
    isolated: 'No other device in reach',
    crisis: 'Content in danger',
  },

  mode: {
    clone: 'Keep everything here',
    stream: 'Keep what I use',
    storage: 'Sealed storage',
    portal: 'Keep nothing here',
  },

  viewed: {
    drive: 'Not kept on this device; to be seen in the drive',
    leaving: 'Not kept on this device, but for what is not yet on another one',
  },

  modeMeans: {
    clone: (size: string) =>
      `Every file is on this device and opens without any other device.${size && ` Takes ${size}.`}`,
    stream:
      'Files come when they are opened, and stay for a while. The device that has them must be on.',
    storage: 'Holds sealed copies for the other devices.',
    portal: 'Files come when they are opened and are not kept.',
  },

  role: { admin: 'Admin', member: 'Member', reader: 'Reader', storage: 'Storage', portal: 'Guest' },
  roleMeans: {
    admin: 'Changes files, and invites or removes devices.',
    member: 'Changes files.',
    reader: 'Sees files; what it changes stays on it.',
    storage: 'Holds copies for the others and changes nothing.',
    portal: 'Uses the files and keeps none.',
  },

  local: { full: 'here', part: 'partly here', none: 'elsewhere' },

  ...pages,
  ...work,
};
