// Every text of the pages in English, but the sentences for errors and problems (`service/sentences.gen`).
import type { ErrorCode } from '../service/api.gen.ts';
import { pages } from './en-pages.ts';
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
    copy: 'Copy',
    copied: 'Copied',
  },

  /** Said instead of the service's own sentence where the page can offer something better. */
  refusals: {
    'no-service':
      'Homefold is not answering. Your files are where they were; nothing syncs until it runs again.',
    unauthorized:
      'This browser has not been let in, or Homefold was restarted. Run “homefold ui” in a terminal on this computer: it opens this page again.',
    incomprehensible:
      'Homefold runs in another version than this page. Reload the page, or restart Homefold. Your files are safe.',
    'wrong-code':
      'That is not the code the other device shows. Nothing was changed; look again and retype it.',
    'invitation-over':
      'That code no longer works: it was used, withdrawn or tried too often. Ask for a new one on the other device.',
    'invitation-expired':
      'The code ran out before anyone used it. Show a new one when the other device is ready.',
    'inviter-not-found':
      'No device that shows a code was found nearby. Check that it is on, in the same network, and still shows the code.',
    'no-home': 'This device belongs to no home yet.',
  } as Partial<Record<ErrorCode, string>>,

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
    stream: 'On demand',
    storage: 'Sealed storage',
    portal: 'Nothing kept here',
  },

  viewed: {
    drive: 'Not attached; shown in the drive',
    leaving: 'Not attached; keeps what is not safe on another device yet',
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
