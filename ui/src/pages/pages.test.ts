// The pages, each with a service that says what the test wants.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it, vi } from 'vitest';

import { aDevice, aFolder, aStatus } from '../show/samples.ts';
import { language } from '../text/language.svelte.ts';
import RemoveDevice from '../parts/RemoveDevice.svelte';
import Tree from '../parts/Tree.svelte';
import VirtualList from '../parts/VirtualList.svelte';
import { rowOf } from '../show/rows.ts';
import Activity from './Activity.svelte';
import Devices from './Devices.svelte';
import Home from './Home.svelte';
import { pretend } from './stage.ts';

describe('the first page', () => {
  it('shows the sentence, the folders and the devices', () => {
    render(Home, { status: aStatus({ folders: [aFolder({})], devices: [aDevice({})] }) });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/Everything is here/);
    expect(screen.getByText('Photos')).toBeTruthy();
    expect(screen.getByText('laptop')).toBeTruthy();
  });

  it('draws who is there, what moves to and from it, and how much is free on each', async () => {
    const disk = (free: number) => [{ folders: [], size: 500e9, free }];
    const own = aDevice({ id: 'DESK', this: true, disks: disk(120e9) });
    pretend({ device_list: [own] });
    const on = aDevice({ rate_in: 2_500_000, rate_out: 8_000_000, disks: disk(42e9) });
    const away = aDevice({
      id: 'NAS',
      name: 'nas',
      connected: false,
      disks: disk(7e9),
      disks_told: '2020-01-02T18:04:00Z',
    });
    render(Home, { status: aStatus({ devices: [on, away] }) });
    expect(await screen.findByText(/^120.GB free of 500.GB$/)).toBeTruthy();
    expect(screen.getByText(/^42.GB free of 500.GB$/)).toBeTruthy();
    expect(screen.getByText(/^7.GB free of 500.GB, as of .*2020$/)).toBeTruthy();
    expect(screen.getByText(/^2.5.MB\/s from there$/)).toBeTruthy();
    expect(screen.getByText(/^8.MB\/s to there$/)).toBeTruthy();
    expect(screen.getByText(/^away, /)).toBeTruthy();
  });

  it('tells of a device that looks for a home, and leads to the invitation', () => {
    const seeker = { id: 'x', name: 'tablet', addresses: [], inviting: false };
    render(Home, { status: aStatus({ seeking: [seeker] }) });
    expect(screen.getByText(/tablet is nearby and looks for a home/)).toBeTruthy();
    expect(screen.getByText('Invite it').getAttribute('href')).toBe('#/devices/invite');
  });

  it('speaks the other language at once', async () => {
    render(Home, { status: aStatus({}) });
    language.choose('fr');
    await tick();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/Tout est ici/);
  });
});

describe('the devices', () => {
  it('say when a disk of this one is nearly full', async () => {
    const disks = [{ folders: ['Photos'], size: 100e9, free: 4e9 }];
    pretend({ device_list: [aDevice({ id: 'DESK', name: 'desk', this: true, disks })] });
    render(Devices, { status: aStatus({}) });
    expect(await screen.findByText(/^Nearly full/)).toBeTruthy();
  });

  it('show how full the disks of all are, what moves, and nothing invented', async () => {
    const disks = [{ folders: ['Photos', 'a\u202eb'], size: 500e9, free: 120e9 }];
    const own = aDevice({ id: 'DESK', name: 'desk', this: true, disks });
    pretend({ device_list: [own, aDevice({})] });
    const laptop = aDevice({ rate_in: 2_500_000, rate_out: 40 });
    render(Devices, { status: aStatus({ devices: [laptop] }) });
    expect(await screen.findByText('Disk with Photos, a⟨202E⟩b')).toBeTruthy();
    expect(screen.getByText(/380.GB of 500.GB used, 120.GB free/)).toBeTruthy();
    expect(screen.getAllByRole('meter').length).toBe(1);
    expect(screen.queryByText(/^Nearly full/)).toBeNull();
    expect(screen.getByText(/↓ 2.5.MB\/s, ↑ 0.bytes\/s/)).toBeTruthy();
    expect(screen.getByText(/2.5.MB\/s from it, 0.bytes\/s to it/)).toBeTruthy();
  });

  it('say since when it is known how full the disk of one that is away is', async () => {
    pretend({ device_list: [] });
    const disks = [{ folders: [], size: 500e9, free: 42e9 }];
    const told = '2020-01-02T18:04:00Z';
    const laptop = aDevice({ connected: false, disks, disks_told: told, version: '0.1.0\u202e' });
    const { rerender } = render(Devices, { status: aStatus({ devices: [laptop] }) });
    expect(screen.getByText(/458.GB of 500.GB used, 42.GB free/)).toBeTruthy();
    expect(screen.getByText(/as of .*2020/)).toBeTruthy();
    expect(screen.getByText('0.1.0⟨202E⟩')).toBeTruthy();
    await rerender({ status: aStatus({ devices: [{ ...laptop, connected: true }] }) });
    expect(screen.queryByText(/as of/)).toBeNull();
  });
});

describe('what a device may do', () => {
  const own = (role: 'admin' | 'reader') => aDevice({ id: 'DESK', name: 'desk', this: true, role });

  it('is changed by an admin, who reads first what it means', async () => {
    const service = pretend({ device_list: [own('admin')], device_role: aDevice({}) });
    render(Devices, { status: aStatus({ devices: [aDevice({ role: 'member' })] }) });
    const buttons = await screen.findAllByText('What it may do');
    await fireEvent.click(buttons[1]!);
    await fireEvent.click(screen.getByLabelText(/^Reader/));
    expect(screen.getByText(/stays on it, and is not taken over/)).toBeTruthy();
    await fireEvent.click(screen.getByText('Change it'));
    const asked = { device: aDevice({}).id, role: 'reader' };
    await waitFor(() => expect(service.requests('device_role')).toEqual([asked]));
  });

  it('stays as it is for the only admin, and is nobody else’s to change', async () => {
    pretend({ device_list: [own('admin')] });
    const page = render(Devices, { status: aStatus({ devices: [aDevice({ role: 'member' })] }) });
    await fireEvent.click((await screen.findAllByText('What it may do'))[0]!);
    expect(screen.getByText(/the only admin, and one has to stay/)).toBeTruthy();
    expect((screen.getByLabelText(/^Member/) as HTMLInputElement).disabled).toBe(true);
    page.unmount();
    pretend({ device_list: [own('reader')] });
    render(Devices, { status: aStatus({ devices: [aDevice({ role: 'admin' })] }) });
    expect(await screen.findByText('desk')).toBeTruthy();
    expect(screen.queryByText('What it may do')).toBeNull();
  });
});

describe('a device that is to be removed', () => {
  it('can be only once it is said what would be lost', async () => {
    const cost = { id: 'X', name: 'x', only_there_files: 4, only_there_bytes: 12_000_000 };
    pretend({ device_removal: cost });
    render(RemoveDevice, { device: aDevice({}), onclose: () => undefined });
    const button = screen.getByText('Remove it') as HTMLButtonElement;
    expect(button.disabled).toBe(true);
    expect(await screen.findByText(/4 files \(12.MB\) are on that device only/)).toBeTruthy();
    expect(button.disabled).toBe(false);
  });
});

describe('a directory', () => {
  it('is read once, and again only when something happened', async () => {
    const entry = {
      path: 'a.txt',
      kind: 'file' as const,
      size: 1,
      mtime: '2026-11-22T12:00:00Z',
      local: 'full' as const,
      holders: 1,
      kept: null,
    };
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const service = pretend({ entries: { entries: [entry], next: null } });
    render(Tree, { folderId: 'f1', path: '', onopen: () => undefined });
    await screen.findByText('a.txt');
    expect(screen.getByText('only here')).toBeTruthy();
    await vi.advanceTimersByTimeAsync(30_000);
    vi.useRealTimers();
    // The second time is for the events that were there when the page opened.
    expect(service.requests('entries').length).toBeLessThanOrEqual(2);
  });
});

describe('what moves now', () => {
  it('is told file by file: how much of it, how fast, how long still, and from whom', () => {
    const file = {
      folder: 'Photos',
      path: '2026/film\u202e.mp4',
      size: 98e6,
      received: 12e6,
      rate: 1e6,
      from: ['laptop', 'nas'],
    };
    const progress = { files: 3, bytes: 90e6, rate: 1e6, seconds_left: 90 };
    render(Activity, { status: aStatus({ progress, transfers: [file] }) });
    expect(screen.getByText('film⟨202E⟩.mp4')).toBeTruthy();
    const told = screen.getByText(/12.MB of 98.MB/).textContent ?? '';
    expect(told.replace(/\s/g, ' ')).toMatch(
      /^12 MB of 98 MB · 1 MB\/s · 1 minute left · from laptop, nas$/,
    );
  });
});

describe('what waits', () => {
  it('names conflicts too, and leads to them', () => {
    render(Activity, { status: aStatus({ folders: [aFolder({ conflicts: 2 })] }) });
    const link = screen.getByText('2 conflicts to look at');
    expect(link.getAttribute('href')).toBe('#/conflicts');
  });
});

describe('the boxes of a directory', () => {
  const row = (path: string, kept: 'all' | 'part') => ({
    path,
    kind: 'directory' as const,
    size: 0,
    mtime: '2026-11-22T12:00:00Z',
    local: 'part' as const,
    holders: null,
    kept,
  });

  it('say what stays here, and what a click would fetch or free before it is done', async () => {
    const entries = [row('Letters', 'part'), row('Photos', 'all')];
    const amount = { files: 12, bytes: 5e6, here_files: 8, here_bytes: 3.2e6 };
    const service = pretend({
      entries: { entries, next: null },
      amount,
      keep: {},
      free: { files: 8, bytes: 3.2e6 },
      status: aStatus({}),
    });
    render(Tree, { folderId: 'f1', path: '', onopen: () => undefined });
    const box = await screen.findByRole<HTMLInputElement>('checkbox', { name: /Keep Letters/ });
    expect(box.indeterminate).toBe(true);
    await fireEvent.click(box);
    expect(await screen.findByText(/^4 files, 1.8.MB come here now/)).toBeTruthy();
    expect(service.requests('keep')).toEqual([]);
    await fireEvent.click(screen.getByRole('button', { name: 'Always keep on this device' }));
    expect(service.requests('keep')).toEqual([{ folder: 'f1', path: 'Letters' }]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

    const kept = screen.getByRole<HTMLInputElement>('checkbox', { name: /Keep Photos/ });
    expect(kept.checked).toBe(true);
    await fireEvent.click(kept);
    expect(await screen.findByText(/frees up 3.2.MB on this device, of 8 files/)).toBeTruthy();
    expect(screen.getByText(/^Nothing is deleted/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Free up space' }));
    expect(service.requests('free')).toEqual([{ folder: 'f1', path: 'Photos' }]);
  });
});

describe('a list of 100,000 entries', () => {
  it('has only the rows in sight in the page', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => `entry ${i}`);
    render(VirtualList, { items, label: 'all', key: (item: unknown) => String(item), row: rowOf });
    expect(screen.getAllByRole('listitem').length).toBeLessThan(60);
    expect(screen.getByText('entry 0')).toBeTruthy();
  });
});
