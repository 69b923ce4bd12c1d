// Six digits on two screens: the one that asks, and the one that is asked.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { Refusal, type NewcomerView } from '../service/index.ts';
import { refuse } from '../service/pretend.ts';
import { aDevice, aStatus } from '../show/samples.ts';
import { here } from '../state/place.svelte.ts';
import Newcomer from '../parts/Newcomer.svelte';
import Start from './Start.svelte';
import { pretend, said } from './stage.ts';

const expires = () => new Date(Date.now() + 90_000).toISOString();
const desk = { id: 'd1', name: 'desk', inviting: false, offering: true, addresses: [] };

/** The join page, where the device `desk` was picked. */
async function asked(answers: Parameters<typeof pretend>[0] = {}) {
  const service = pretend(answers);
  render(Start, { status: aStatus({ home: null, folders: [], devices: [] }) });
  await fireEvent.click(screen.getByText('Continue'));
  await fireEvent.click(await screen.findByText('Join a home'));
  const view = { searching: true, devices: [desk], left_out: 0 };
  service.followed.get('nearby')?.line(view as never);
  await fireEvent.click(await screen.findByRole('button', { name: 'desk' }));
  return service;
}

const digits = () => ({ state: 'digits', id: 'c1', digits: '012345', expires: expires() });

describe('a device that asks to be let in', () => {
  it('shows the digits only once they are known, and says yes for the person', async () => {
    const service = await asked({ compare_answer: {} });
    expect(screen.getByText('Asking desk…')).toBeTruthy();
    expect(screen.queryByText('Yes, the same digits')).toBeNull();
    service.followed.get('compare')?.line(digits() as never);
    expect(await screen.findByText('012 345')).toBeTruthy();
    await fireEvent.click(screen.getByText('Yes, the same digits'));
    expect(await screen.findByText('Now say yes on desk too.')).toBeTruthy();
    expect(service.requests('compare_answer')).toEqual([{ id: 'c1', same: true }]);
    // It still looks around: that is how the other device knows that somebody is there.
    expect(service.followed.get('nearby')?.over).toBe(false);
  });

  it('takes its question back by a no', async () => {
    const service = await asked();
    service.followed.get('compare')?.line(digits() as never);
    await fireEvent.click(await screen.findByText('No'));
    await waitFor(() => expect(service.followed.get('compare')?.over).toBe(true));
    expect(screen.queryByText('012 345')).toBeNull();
  });

  it('has a sentence of its own for each way in which it comes to nothing', async () => {
    for (const [code, words] of [
      ['declined', /somebody said no/],
      ['comparison-over', /in time/],
      ['busy', /another device/],
      ['inviter-not-found', /can’t be asked now/],
      ['unreachable', /broke/],
    ] as const) {
      const service = await asked();
      service.followed.get('compare')?.end(new Refusal({ code }));
      expect((await screen.findByRole('alert')).textContent).toMatch(words);
      document.body.replaceChildren();
    }
  });
});

describe('a device that is asked', () => {
  const one: NewcomerView = {
    id: 'c1',
    device: 'LAPTOP2',
    name: 'lap\u202etop',
    digits: '012345',
    expires: expires(),
    confirmed: false,
  };

  it('shows a line, and the digits only when the person wants to compare', async () => {
    location.hash = '';
    const service = pretend({ compare_answer: {}, status: aStatus({}) });
    render(Newcomer, { status: aStatus({ newcomer: one }) });
    expect(screen.getByText('lap⟨202E⟩top asks to be let into this home.')).toBeTruthy();
    expect(screen.queryByText('Yes, the same digits')).toBeNull();
    await fireEvent.click(screen.getByText('Compare the digits'));
    dispatchEvent(new HashChangeEvent('hashchange'));
    expect(location.hash).toBe('#/devices/compare');
    expect(service.requests('compare_answer')).toEqual([]);
  });

  it('turns a device away with one click, and says what came of a yes', async () => {
    const service = pretend({ compare_answer: {}, status: aStatus({}) });
    const { rerender } = render(Newcomer, { status: aStatus({ newcomer: one }) });
    await fireEvent.click(screen.getByText('Turn it away'));
    await waitFor(() =>
      expect(service.requests('compare_answer')).toEqual([{ id: 'c1', same: false, role: null }]),
    );
    await rerender({ status: aStatus({ newcomer: { ...one, confirmed: true } }) });
    expect(screen.getByText('Now say yes on lap⟨202E⟩top too.')).toBeTruthy();
    await rerender({ status: aStatus({ newcomer: null }) });
    expect(said().at(-1)).toMatch(/was not let in/);
    const confirmed = { ...one, id: 'c2', confirmed: true };
    await rerender({ status: aStatus({ newcomer: confirmed }) });
    const devices = [aDevice({ id: 'LAPTOP2' })];
    await rerender({ status: aStatus({ newcomer: null, devices }) });
    expect(said().at(-1)).toMatch(/belongs to your home/);
  });

  it('says that a device is in, even if it was so before the page had heard of the yes', async () => {
    const service = pretend({ compare_answer: {}, status: aStatus({}) });
    location.hash = '#/devices/compare';
    const stop = here.start();
    const { rerender } = render(Newcomer, { status: aStatus({ newcomer: one }) });
    await fireEvent.click(await screen.findByText('Yes, the same digits'));
    const yes = { id: 'c1', same: true, role: 'admin' };
    await waitFor(() => expect(service.requests('compare_answer')).toEqual([yes]));
    const before = said().length;
    const devices = [aDevice({ id: 'LAPTOP2' })];
    await rerender({ status: aStatus({ newcomer: null, devices }) });
    expect(said().length).toBe(before + 1);
    expect(location.hash).toBe('#/devices');
    stop();
  });

  it('says in words that it is too late', async () => {
    pretend({ compare_answer: () => refuse('comparison-over'), status: aStatus({}) });
    render(Newcomer, { status: aStatus({ newcomer: one }) });
    await fireEvent.click(screen.getByText('Turn it away'));
    await waitFor(() => expect(said().at(-1)).toMatch(/not confirmed/));
  });
});
