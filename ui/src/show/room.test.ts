// Room as a person writes it.
import { expect, it } from 'vitest';

import { givenRoom, shownRoom } from './room.ts';

it('bytes are shown with the largest unit that leaves no rest', () => {
  expect(shownRoom('21474836480')).toBe('20 GiB');
  expect(shownRoom('3000000000')).toBe('3 GB');
  expect(shownRoom('1234567')).toBe('1234567');
  expect(shownRoom('0')).toBe('0');
  expect(shownRoom('10%')).toBe('10%');
});

it('each language writes it in its own way, and is understood', () => {
  const french = { byte: 'o', percent: '\u00a0%', noLimit: 'sans limite' };
  for (const [value, shown, given] of [
    ['21474836480', '20 Gio', '20 GiB'],
    ['3000000000', '3 Go', '3 GB'],
    ['10%', '10\u00a0%', '10%'],
    ['none', 'sans limite', 'none'],
  ] as const) {
    expect(shownRoom(value, french)).toBe(shown);
    expect(givenRoom(shown, french)).toBe(given);
  }
  expect(givenRoom('none', french)).toBe('none');
});

it('what a French person writes is taken as well', () => {
  expect(givenRoom(' 20 Go ')).toBe('20 GB');
  expect(givenRoom('20Gio')).toBe('20GiB');
  expect(givenRoom('500 ko')).toBe('500 kB');
  expect(givenRoom('10 %')).toBe('10%');
  expect(givenRoom('20 GiB')).toBe('20 GiB');
});
