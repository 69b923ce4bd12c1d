// What the first page says, case by case.
import { describe, expect, it } from 'vitest';

import { language } from '../text/language.svelte.ts';
import { aDevice, aFolder, aStatus } from './samples.ts';
import { howThingsAre, switchOff } from './summary.ts';

const said = (changes: Parameters<typeof aStatus>[0]) => howThingsAre(aStatus(changes));

describe('the first sentence', () => {
  it('says that everything is where it should be', () => {
    expect(said({ devices: [aDevice({}), aDevice({})] })).toMatchObject({
      mood: 'fine',
      text: 'Everything is here and on 2 other devices',
    });
  });

  it('says whom it waits for, and since when', () => {
    const papa = aDevice({
      name: 'Laptop of Papa',
      connected: false,
      waiting_for_files: 3,
      waiting_for_bytes: 2_100_000_000,
      last_seen: '2020-01-02T18:04:00Z',
    });
    expect(said({ devices: [papa] })).toMatchObject({
      mood: 'waiting',
      text: 'Waiting for Laptop of Papa: 3 files, 2.1\u00a0GB',
      more: 'last seen January 2, 2020',
    });
  });

  it('puts what needs a person before what moves', () => {
    const held = {
      deletes: 312,
      overwrites: 0,
      since: '',
      cause: 'mass-delete' as const,
      reason: '',
    };
    const progress = { files: 1, bytes: 1, rate: 1, seconds_left: 1 };
    expect(said({ progress, folders: [aFolder({ conflicts: 2 })] }).text).toBe(
      '2 conflicts to look at',
    );
    expect(said({ progress, folders: [aFolder({ held, conflicts: 2 })] }).text).toBe(
      '312 deletions in “Photos” on hold',
    );
  });

  it('does not call it progress when nobody is there to send', () => {
    const progress = { files: 4, bytes: 1, rate: 0, seconds_left: null };
    expect(said({ progress, devices: [aDevice({ connected: false })] }).mood).toBe('offline');
  });

  it('shows a hostile name harmlessly, in French too', () => {
    language.choose('fr');
    const device = aDevice({ name: '\u202e<b>x', connected: false, waiting_for_files: 1 });
    expect(said({ devices: [device] }).text).toBe(
      'En attente de ⟨202E⟩<b>x\u00a0: 1 fichier, 0\u00a0octets',
    );
  });
});

describe('the second sentence', () => {
  it('warns as long as this computer holds the only copy', () => {
    expect(switchOff(aStatus({ devices: [] }))).toMatchObject({ safe: false });
  });

  it('says nothing where there is nothing', () => {
    expect(switchOff(aStatus({ folders: [] }))).toBeNull();
  });

  it('counts what is nowhere else', () => {
    const folders = [aFolder({ unsafe_files: 4, unsafe_bytes: 1000 }), aFolder({})];
    expect(switchOff(aStatus({ folders }))).toEqual({
      safe: false,
      text: 'Better leave this computer on: 4 files (1\u00a0kB) are not yet on another device.',
    });
  });

  it('lets it be switched off when all is elsewhere, whoever else still waits', () => {
    const devices = [aDevice({}), aDevice({ connected: false, waiting_for_files: 3 })];
    expect(switchOff(aStatus({ devices }))).toMatchObject({ safe: true });
  });
});
