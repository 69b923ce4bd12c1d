// Conflicts: deciding them, and taking a choice back.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';

import type { ConflictView } from '../service/index.ts';
import { refuse } from '../service/pretend.ts';
import { aStatus } from '../show/samples.ts';
import { decided } from '../state/decided.svelte.ts';
import { notices } from '../state/notices.svelte.ts';
import NoticeList from '../parts/NoticeList.svelte';
import Conflicts from './Conflicts.svelte';
import { pretend, said } from './stage.ts';

describe('conflicts', () => {
  beforeEach(() => {
    decided.all = [];
    notices.all = [];
  });

  const side = (device: string) => ({
    device,
    name: device,
    kind: 'file' as const,
    mtime: '2026-11-22T12:00:00Z',
    size: 9_000_000,
    version: `v-${device}`,
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

  it('are taken back also from another page, each in the way of its choice', async () => {
    let open = [conflict('one'), conflict('two')];
    const service = pretend({
      conflict_list: () => open,
      conflict_resolve: ({ id }) => {
        open = open.filter((one) => one.id !== id);
        return {};
      },
      conflict_undo: () => refuse('unknown-conflict'),
      restore: { path: '' },
      status: aStatus({}),
    });
    const { unmount } = render(Conflicts, { status: aStatus({}) });
    await screen.findByRole('heading', { name: 'one.txt' });
    await fireEvent.keyDown(document.body, { key: '1' });
    await screen.findByRole('heading', { name: 'two.txt' });
    const both = screen.getByText<HTMLButtonElement>('Keep both');
    await waitFor(() => expect(both.disabled).toBe(false));
    await fireEvent.keyDown(document.body, { key: '3' });
    await screen.findByText('No conflicts.');
    unmount();

    render(NoticeList);
    const undo = (path: string) => {
      const notice = [...document.querySelectorAll<HTMLElement>('.notice')];
      const one = notice.find((each) => each.textContent?.includes(`“${path}” is decided`));
      return fireEvent.click(within(one ?? document.body).getByText('Undo the choice'));
    };
    await undo('two.txt');
    await screen.findByText(/changed or removed meanwhile/);
    const copy = { id: 'two', folder: 'Papers', path: 'Letters/two.txt' };
    expect(service.requests('conflict_undo')).toEqual([copy]);
    await undo('one.txt');
    await screen.findByText(/The other version of “one.txt” is back/);
    const gone = { folder: 'Papers', path: 'Letters/one.txt', version: 'v-DESK' };
    expect(service.requests('restore')).toEqual([gone]);
    expect(screen.queryByText('Undo the choice')).toBeNull();
  });

  it('are taken back: what had to go comes from the archive, as soon as it is there', async () => {
    let open = [conflict('one')];
    let asked = 0;
    const service = pretend({
      conflict_list: () => open,
      conflict_resolve: () => {
        open = [];
        return {};
      },
      restore: ({ path }) => {
        asked += 1;
        return asked === 1 ? refuse('unknown-version') : { path };
      },
    });
    render(Conflicts, { status: aStatus({}) });
    await screen.findByRole('heading', { name: 'one.txt' });
    await fireEvent.keyDown(document.body, { key: '2' });
    const button = await screen.findByText<HTMLButtonElement>('Undo the choice');
    await waitFor(() => expect(button.disabled).toBe(false));
    await fireEvent.click(button);
    await waitFor(() => expect(said().at(-1)).toMatch(/other version of “one.txt” is back/), {
      timeout: 3_000,
    });
    const back = { folder: 'Papers', path: 'Letters/one.txt', version: 'v-laptop' };
    expect(service.requests('restore')).toEqual([back, back]);
    expect(screen.queryByText('Undo the choice')).toBeNull();
  });
});
