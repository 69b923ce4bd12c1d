// Sharing a folder: what is suggested, and what is said before it is done.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import type { PlaceView } from '../service/index.ts';
import { refuse } from '../service/pretend.ts';
import { aFolder } from '../show/samples.ts';
import AddFolder from '../parts/AddFolder.svelte';
import { pretend } from './stage.ts';

const place = (changes: Partial<PlaceView>): PlaceView => ({
  kind: 'documents',
  path: '/home/ada/Documents',
  files: 30,
  bytes: 3_000_000,
  counted: true,
  ...changes,
});

it('a directory of the person is picked with its size, and what becomes of it is said first', async () => {
  const pictures = place({ kind: 'pictures', path: '/home/ada/Bilder', counted: false });
  const service = pretend({ places: [place({}), pictures], folder_create: aFolder({}) });
  render(AddFolder, { taken: [], onclose: () => undefined });
  expect(screen.getByText('Looking at your folders…')).toBeTruthy();
  await fireEvent.click(await screen.findByRole('button', { name: /Pictures more than 30 files/ }));
  expect(screen.getByText(/become the first content/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>('Name in the home').value).toBe('Bilder');
  await fireEvent.click(screen.getByText('Share it'));
  const request = { name: 'Bilder', path: '/home/ada/Bilder' };
  await waitFor(() => expect(service.requests('folder_create')).toEqual([request]));
});

it('a folder is shared by typing where nothing can be suggested', async () => {
  const service = pretend({ places: () => refuse('internal'), folder_create: aFolder({}) });
  render(AddFolder, { taken: [], onclose: () => undefined });
  await waitFor(() => expect(screen.queryByText('Looking at your folders…')).toBeNull());
  await fireEvent.input(screen.getByLabelText('Name in the home'), { target: { value: 'Notes' } });
  await fireEvent.click(screen.getByText('Share it'));
  const request = { name: 'Notes', path: null };
  await waitFor(() => expect(service.requests('folder_create')).toEqual([request]));
});
