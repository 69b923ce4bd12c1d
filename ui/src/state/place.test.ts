// What stands in the address, and where it leads.
import { expect, it } from 'vitest';

import { hashOf, placeOf } from './place.svelte.ts';

it('a place comes back from its address', () => {
  const hash = hashOf('folder', 'F1', 'a b/ü#%.txt');
  expect(placeOf(hash)).toMatchObject({ page: 'folder', subject: 'F1', path: 'a b/ü#%.txt' });
  expect(placeOf(hashOf('home'))).toMatchObject({ page: 'home', subject: '' });
});

it('a file is shown in its directory', () => {
  expect(placeOf('#/file/F1/a/%C3%A9%27%2E.txt')).toEqual({
    page: 'folder',
    subject: 'F1',
    path: 'a',
    file: "a/é'..txt",
  });
});

it('an address that means nothing is the first page', () => {
  for (const hash of ['#/nowhere', '#/folder/%zz', '#']) {
    expect(placeOf(hash).subject).toBe('');
  }
});
