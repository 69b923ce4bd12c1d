// The first start and the invitation, each with a service that says what the test wants.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { refuse } from '../service/pretend.ts';
import { invitationLink } from '../show/invitation.ts';
import { aStatus } from '../show/samples.ts';
import { here, placeOf } from '../state/place.svelte.ts';
import Invite from '../parts/Invite.svelte';
import Start from './Start.svelte';
import { pretend, said } from './stage.ts';

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

  it('is led by the picture of an invitation, and joins only when the person says so', async () => {
    const service = pretend({ join: () => refuse('wrong-code') });
    here.place = placeOf(
      `#/join/${encodeURIComponent(invitationLink('12345678', ['[fe80::1]:9']))}`,
    );
    render(Start, { status: aStatus({ home: null, folders: [], devices: [] }) });
    await fireEvent.click(screen.getByText('Continue'));
    await screen.findByText(/Join only if the device that shows it is yours/);
    expect(service.requests('join')).toEqual([]);
    await fireEvent.click(screen.getByText('Join'));
    const request = { code: '12345678', address: '[fe80::1]:9', nearby: null };
    await waitFor(() => expect(service.requests('join')).toEqual([request]));
    here.place = placeOf('');
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
    await fireEvent.click(await screen.findByRole('button', { name: 'de⟨202E⟩sk shows a code' }));
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

  it('are not looked for where discovery is off: then the address is needed', async () => {
    const service = pretend({});
    render(Start, { status: aStatus({ home: null, folders: [], devices: [] }) });
    await fireEvent.click(screen.getByText('Continue'));
    await fireEvent.click(await screen.findByText('Join a home'));
    const off = { searching: false, devices: [], left_out: 0 };
    service.followed.get('nearby')?.line(off as never);
    expect(await screen.findByLabelText('Its address')).toBeTruthy();
    expect(screen.queryByText('It is not found by itself')).toBeNull();
    const code = screen.getByLabelText(/eight digits/);
    await fireEvent.input(code, { target: { value: '12345678' } });
    const button = screen.getByText('Join') as HTMLButtonElement;
    expect(button.disabled).toBe(true);
    const address = screen.getByLabelText('Its address');
    await fireEvent.input(address, { target: { value: '10.0.0.9:22700' } });
    expect(button.disabled).toBe(false);
  });

  it('that are more than fit are told', async () => {
    const service = pretend({});
    render(Invite, { onclose: () => undefined });
    const view = { searching: true, devices: [device('p', 'phone', false)], left_out: 224 };
    service.followed.get('nearby')?.line(view as never);
    expect(await screen.findByText(/224 more are not shown/)).toBeTruthy();
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
