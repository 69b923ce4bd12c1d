// The settings, with a service that says what the test wants.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { aStatus } from '../show/samples.ts';
import Settings from './Settings.svelte';
import { pretend } from './stage.ts';

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
