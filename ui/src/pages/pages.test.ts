// The pages, each with a service that says what the test wants.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it, vi } from 'vitest';

import { setService } from '../service/index.ts';
import type { ConflictView } from '../service/index.ts';
import { Pretend, refuse } from '../service/pretend.ts';
import { aDevice, aFolder, aStatus } from '../show/samples.ts';
import { notices } from '../state/notices.svelte.ts';
import { language } from '../text/language.svelte.ts';
import Invite from '../parts/Invite.svelte';
import RemoveDevice from '../parts/RemoveDevice.svelte';
import Tree from '../parts/Tree.svelte';
import VirtualList from '../parts/VirtualList.svelte';
import { rowOf } from '../show/rows.ts';
import Conflicts from './Conflicts.svelte';
import Devices from './Devices.svelte';
import Home from './Home.svelte';
import Start from './Start.svelte';

// What jsdom lacks: sizes that change, and dialogs.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};

function pretend(answers: ConstructorParameters<typeof Pretend>[0]): Pretend {
  const service = new Pretend(answers);
  setService(service);
  return service;
}

const said = () => notices.all.map((notice) => notice.text);

describe('the first page', () => {
  it('shows the sentence, the folders and the devices', () => {
    render(Home, { status: aStatus({ folders: [aFolder({})], devices: [aDevice({})] }) });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/Everything is here/);
    expect(screen.getByText('Photos')).toBeTruthy();
    expect(screen.getByText('laptop')).toBeTruthy();
  });

  it('speaks the other language at once', async () => {
    render(Home, { status: aStatus({}) });
    language.choose('fr');
    await tick();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/Tout est ici/);
  });
});

describe('the first start', () => {
  it('says in words that a code is wrong, and keeps what was typed', async () => {
    const service = pretend({ join: () => refuse('wrong-code') });
    render(Start, { status: aStatus({ home: null, folders: [], devices: [] }) });
    await fireEvent.click(screen.getByText('Continue'));
    await fireEvent.click(await screen.findByText('Join a home'));
    const field = screen.getByLabelText(/eight digits/);
    await fireEvent.input(field, { target: { value: '1234 5678' } });
    await fireEvent.click(screen.getByText('Join'));
    await waitFor(() => expect(said().at(-1)).toMatch(/not the code/));
    expect(service.requests('join')).toEqual([{ code: '12345678', address: null, nearby: null }]);
    expect((field as HTMLInputElement).value).toBe('1234 5678');
  });

  it('has a sentence of its own for a code that is over and for one nobody shows', async () => {
    for (const [code, words] of [
      ['invitation-over', /no longer works/],
      ['inviter-not-found', /was found nearby/],
    ] as const) {
      pretend({ join: () => refuse(code) });
      const { unmount } = render(Start, { status: aStatus({ home: null }) });
      await fireEvent.click(screen.getByText('Continue'));
      await fireEvent.click(await screen.findByText('Join a home'));
      const field = screen.getByLabelText(/eight digits/);
      await fireEvent.input(field, { target: { value: '12345678' } });
      await fireEvent.click(screen.getByText('Join'));
      await waitFor(() => expect(said().at(-1)).toMatch(words));
      unmount();
    }
  });
});

describe('devices nearby', () => {
  const device = (id: string, name: string, inviting: boolean) => ({
    id,
    name,
    inviting,
    addresses: ['10.0.0.9:22700'],
  });

  it('are cards: one is picked, only the code is typed, and who left is picked no more', async () => {
    const service = pretend({ join: () => refuse('wrong-code') });
    render(Start, { status: aStatus({ home: null, folders: [], devices: [] }) });
    await fireEvent.click(screen.getByText('Continue'));
    await fireEvent.click(await screen.findByText('Join a home'));
    const feed = service.followed.get('nearby');
    const desk = device('d1', 'de\u202esk', true);
    feed?.line({ searching: true, devices: [desk, device('p', 'phone', false)] } as never);
    await fireEvent.click(await screen.findByRole('button', { name: 'de⟨202E⟩sk' }));
    expect(screen.queryByText('phone')).toBeNull();
    expect(screen.queryByLabelText(/Its address/)).toBeNull();
    const field = screen.getByLabelText('The eight digits that de⟨202E⟩sk shows');
    await fireEvent.input(field, { target: { value: '12345678' } });
    await fireEvent.click(screen.getByText('Join'));
    await waitFor(() => expect(service.requests('join').length).toBe(1));
    expect(service.requests('join')).toEqual([{ code: '12345678', address: null, nearby: 'd1' }]);
    feed?.line({ searching: true, devices: [] } as never);
    expect(await screen.findByLabelText(/Its address/)).toBeTruthy();
    feed?.end(null);
    await fireEvent.click(await screen.findByText('Look again'));
    expect(service.followed.get('nearby')).not.toBe(feed);
  });

  it('that look for a home are shown a code by picking them', async () => {
    const service = pretend({});
    render(Invite, { onclose: () => undefined });
    const around = service.followed.get('nearby');
    around?.line({ searching: true, devices: [device('p', 'phone', false)] } as never);
    await fireEvent.click(await screen.findByRole('button', { name: 'phone' }));
    const expires = new Date(Date.now() + 90_000).toISOString();
    const view = { state: 'waiting', code: '12345678', expires, addresses: [] };
    service.followed.get('invite')?.line(view as never);
    expect(await screen.findByText('On phone, pick this device and type this code.')).toBeTruthy();
    expect(around?.over).toBe(true);
  });
});

describe('an invitation', () => {
  it('shows the code with the time that is left, and is withdrawn with its dialog', async () => {
    const service = pretend({});
    const { unmount } = render(Invite, { onclose: () => undefined });
    await fireEvent.click(screen.getByText('Show a code'));
    const expires = new Date(Date.now() + 90_000).toISOString();
    const feed = service.followed.get('invite');
    feed?.line({ state: 'waiting', code: '12345678', expires, addresses: ['10.0.0.2:1'] } as never);
    expect(await screen.findByText('1234 5678')).toBeTruthy();
    expect(screen.getByRole('timer').textContent).toMatch(/another 1:(29|30)/);
    unmount();
    expect(feed?.over).toBe(true);
  });
});

describe('the devices', () => {
  it('show how full the disks of this one are, what moves, and nothing invented of others', async () => {
    const disks = [{ folders: ['Photos', 'a\u202eb'], size: 500e9, free: 120e9 }];
    const own = aDevice({ id: 'DESK', name: 'desk', this: true, disks });
    pretend({ device_list: [own, aDevice({})] });
    const laptop = aDevice({ rate_in: 2_500_000, rate_out: 40 });
    render(Devices, { status: aStatus({ devices: [laptop] }) });
    expect(await screen.findByText('Disk with Photos, a⟨202E⟩b')).toBeTruthy();
    expect(screen.getByText(/380.GB of 500.GB used, 120.GB free/)).toBeTruthy();
    expect(screen.getAllByRole('meter').length).toBe(1);
    expect(screen.getByText(/↓ 2.5.MB\/s, ↑ 0.bytes\/s/)).toBeTruthy();
    expect(screen.getByText(/2.5.MB\/s from it, 0.bytes\/s to it/)).toBeTruthy();
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

describe('conflicts', () => {
  const side = (device: string) => ({
    device,
    name: device,
    kind: 'file' as const,
    mtime: '2026-11-22T12:00:00Z',
    size: 9_000_000,
  });
  const conflict = (id: string): ConflictView => ({
    id,
    folder: 'Papers',
    path: `Letters/${id}.txt`,
    sides: [side('laptop'), side('DESK')],
  });

  it('are decided by keys, and what is sent is what was shown', async () => {
    let open = [conflict('one'), conflict('two')];
    const service = pretend({
      conflict_list: () => open,
      conflict_resolve: ({ id }) => {
        open = open.filter((one) => one.id !== id);
        return {};
      },
    });
    render(Conflicts, { status: aStatus({}) });
    await screen.findByRole('heading', { name: 'one.txt' });
    await fireEvent.keyDown(window, { key: 'ArrowDown' });
    await screen.findByRole('heading', { name: 'two.txt' });
    // The right one was written by this device: the API calls it mine.
    await fireEvent.keyDown(document.body, { key: '2' });
    await screen.findByRole('heading', { name: 'one.txt' });
    // While a choice is on its way, keys do nothing.
    const both = screen.getByText<HTMLButtonElement>('Keep both');
    await waitFor(() => expect(both.disabled).toBe(false));
    await fireEvent.keyDown(document.body, { key: '3' });
    await screen.findByText('No conflicts.');
    expect(service.requests('conflict_resolve')).toEqual([
      { id: 'two', keep: 'mine' },
      { id: 'one', keep: 'both' },
    ]);
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
