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

  it('show how full the disks of this one are, what moves, and nothing invented of others', async () => {
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

describe('a list of 100,000 entries', () => {
  it('has only the rows in sight in the page', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => `entry ${i}`);
    render(VirtualList, { items, label: 'all', key: (item: unknown) => String(item), row: rowOf });
    expect(screen.getAllByRole('listitem').length).toBeLessThan(60);
    expect(screen.getByText('entry 0')).toBeTruthy();
  });
});
