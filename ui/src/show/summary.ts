// The two sentences of the first page: how things are, and whether this computer may be switched off.
// Pure: from the status to what is said, so that a table of cases can judge it.
import type { DeviceView, FolderView, NearbyDevice, StatusView } from '../service/index.ts';
import { t } from '../text/language.svelte.ts';
import { bytes, left, moment, name } from './format.ts';

export type Mood = 'fine' | 'working' | 'waiting' | 'attention' | 'paused' | 'offline';

export interface Sentence {
  mood: Mood;
  text: string;
  more: string;
}

/** The one sentence that says how things are, the most pressing first. */
export function howThingsAre(status: StatusView): Sentence {
  return (
    heldSentence(status) ??
    conflictSentence(status) ??
    pausedSentence(status) ??
    emptySentence(status) ??
    problemSentence(status) ??
    comingSentence(status) ??
    goingSentence(status) ??
    waitingSentence(status) ??
    fineSentence(status)
  );
}

function heldSentence({ folders }: StatusView): Sentence | null {
  const folder = folders.find((one) => one.held);
  if (!folder?.held) return null;
  const text = t().home.held(heldWhat(folder.held), name(folder.name));
  return { mood: 'attention', text, more: '' };
}

/** What a held batch would do, in words. */
export function heldWhat(held: { deletes: number; overwrites: number }): string {
  const text = t();
  if (held.overwrites === 0) return text.deletions(held.deletes);
  if (held.deletes === 0) return text.overwrites(held.overwrites);
  return text.and(text.deletions(held.deletes), text.overwrites(held.overwrites));
}

function conflictSentence({ folders }: StatusView): Sentence | null {
  const count = sum(folders, (folder) => folder.conflicts);
  if (count === 0) return null;
  return { mood: 'attention', text: t().home.conflicts(count), more: t().conflicts.lead };
}

function pausedSentence({ state, paused_until: until }: StatusView): Sentence | null {
  if (state !== 'paused') return null;
  const text = until ? t().home.pausedUntil(moment(until)) : t().home.paused;
  return { mood: 'paused', text, more: t().home.pausedMeans };
}

function emptySentence({ folders }: StatusView): Sentence | null {
  if (folders.some((folder) => folder.mode)) return null;
  return { mood: 'fine', text: t().home.noFolder, more: t().home.noFolderMeans };
}

function problemSentence({ problems_total: count }: StatusView): Sentence | null {
  return count > 0 ? { mood: 'attention', text: t().problems(count), more: '' } : null;
}

function comingSentence({ progress, devices, folders, state }: StatusView): Sentence | null {
  const text = t();
  if (progress && progress.files > 0) {
    if (!devices.some((device) => device.connected)) {
      return {
        mood: 'offline',
        text: text.home.missingHere(text.files(progress.files)),
        more: devices.map(lastSeen).join(' · '),
      };
    }
    const sentence = text.home.coming(text.files(progress.files), bytes(progress.bytes));
    const more = progress.seconds_left === null ? '' : left(progress.seconds_left);
    return { mood: 'working', text: sentence, more };
  }
  const scanning = state === 'scanning' || folders.some((folder) => folder.state === 'scanning');
  return scanning ? { mood: 'working', text: text.home.scanning, more: '' } : null;
}

function goingSentence({ devices }: StatusView): Sentence | null {
  const to = devices.find((device) => device.connected && device.waiting_for_files > 0);
  if (!to) return null;
  const text = t();
  const size = bytes(to.waiting_for_bytes);
  const sentence = text.home.going(name(to.name), text.files(to.waiting_for_files), size);
  return { mood: 'working', text: sentence, more: '' };
}

function waitingSentence({ devices }: StatusView): Sentence | null {
  const away = devices.filter((device) => !device.connected && device.waiting_for_files > 0);
  const most = away.sort((a, b) => b.waiting_for_files - a.waiting_for_files)[0];
  if (!most) return null;
  const text = t();
  const size = bytes(most.waiting_for_bytes);
  const sentence = text.home.waiting(name(most.name), text.files(most.waiting_for_files), size);
  return { mood: 'waiting', text: sentence, more: lastSeen(most) };
}

function fineSentence({ devices }: StatusView): Sentence {
  return { mood: 'fine', text: t().home.allHere(devices.length), more: '' };
}

export function lastSeen(device: DeviceView): string {
  const text = t().home;
  return device.last_seen ? text.lastSeen(moment(device.last_seen)) : text.neverSeen;
}

/** Who looks for a home on this network, if anybody does: names are what they say themselves. */
export function seekingSentence(seeking: readonly NearbyDevice[]): string {
  const [first] = seeking;
  if (!first) return '';
  const text = t();
  return seeking.length === 1
    ? text.home.seeking(name(first.name) || text.nearby.nameless)
    : text.home.seekingMany(seeking.length);
}

/** Whether this computer may be switched off. Never says yes unless the service does. */
export function switchOff(status: StatusView): { safe: boolean; text: string } | null {
  const folders = status.folders.filter((folder) => folder.mode);
  if (folders.length === 0 || sum(folders, (folder) => folder.files) === 0) return null;
  const text = t().home;
  if (status.devices.length === 0) return { safe: false, text: text.alone };
  const files = sum(folders, (folder) => folder.unsafe_files);
  if (files === 0) return { safe: true, text: text.safe };
  const size = bytes(sum(folders, (folder) => folder.unsafe_bytes));
  return { safe: false, text: text.unsafe(t().files(files), size) };
}

export function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** What a folder holds, in words. */
export function folderSize(folder: FolderView): string {
  if (folder.files === 0) return t().folders.empty;
  return t().folders.size(t().files(folder.files), bytes(folder.bytes));
}
