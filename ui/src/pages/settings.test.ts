// The settings, with a service that says what the test wants.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { refuse } from '../service/pretend.ts';
import { aStatus } from '../show/samples.ts';
import Settings from './Settings.svelte';
import { pretend, said } from './stage.ts';

it('the room for what is not kept is set for this device, and given back to the rule of the home', async () => {
  let source = 'home';
  let value = '10%';
  const cache = (of: string) => ({ key: 'cache', value, source: of, meaning: 'the room' });
  const service = pretend({
    policy_show: ({ target }) => [cache(target === 'home' ? 'home' : source)],
    policy_set: (request) => {
      [source, value] = ['device:desk', request.value === '20 GB' ? '20000000000' : '?'];
      return {};
    },
    policy_unset: () => {
      [source, value] = ['home', '10%'];
      return {};
    },
  });
  render(Settings, { status: aStatus({}) });
  const own = within(await screen.findByRole('region', { name: 'This device' }));
  const field = own.getByRole('textbox');
  expect(own.getByText('as in the home')).toBeTruthy();
  await fireEvent.input(field, { target: { value: '20 Go' } });
  await fireEvent.click(own.getByText('Save'));
  await fireEvent.click(await own.findByText('As in the home'));
  await waitFor(() => expect((own.getByRole('textbox') as HTMLInputElement).value).toBe('10%'));
  const key = 'cache';
  const target = 'device:DESK';
  expect(service.requests('policy_set')).toEqual([{ target, key, value: '20 GB' }]);
  expect(service.requests('policy_unset')).toEqual([{ target, key }]);
});

it('a support file is written where the page then says, or not, and why', async () => {
  let full = true;
  const path = '/home/ada/homefold-support-\u202e1.tar.gz';
  pretend({
    policy_show: () => [],
    support: () => (full ? refuse('disk-full', path) : { path, size: 2_300 }),
  });
  render(Settings, { status: aStatus({}) });
  await fireEvent.click(await screen.findByText('Write a support file'));
  await waitFor(() => expect(said().at(-1)).toMatch(/no room on the disk/));
  full = false;
  await waitFor(() =>
    expect(screen.getByText<HTMLButtonElement>('Write a support file').disabled).toBe(false),
  );
  await fireEvent.click(screen.getByText('Write a support file'));
  expect(await screen.findByText('/home/ada/homefold-support-⟨202E⟩1.tar.gz')).toBeTruthy();
});
