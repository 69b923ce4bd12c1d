// Room as a person writes it.
import { expect, it } from 'vitest';

import { givenRoom, shownRoom } from './room.ts';

it('bytes are shown with the largest unit that leaves no rest', () => {
  expect(shownRoom('21474836480')).toBe('20 GiB');
  expect(shownRoom('3000000000')).toBe('3 GB');
  expect(shownRoom('1234567')).toBe('1234567');
  expect(shownRoom('0')).toBe('0');
  expect(shownRoom('21474836480', 'o')).toBe('20 Gio');
  expect(givenRoom(shownRoom('3000000000', 'o'))).toBe('3 GB');
  expect(shownRoom('10%')).toBe('10%');
});

it('what a French person writes is taken as well', () => {
  expect(givenRoom(' 20 Go ')).toBe('20 GB');
  expect(givenRoom('20Gio')).toBe('20GiB');
  expect(givenRoom('500 ko')).toBe('500 kB');
  expect(givenRoom('10 %')).toBe('10%');
  expect(givenRoom('20 GiB')).toBe('20 GiB');
});
