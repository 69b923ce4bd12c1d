// The picture of an invitation.
import { expect, it } from 'vitest';

import { invitationLink, invitationOf, squares } from './invitation.ts';

it('an invitation says the code and the first addresses', () => {
  const addresses = ['192.168.1.10:22700', '[fe80::1]:22700', '10.0.0.1:22700'];
  expect(invitationLink('12345678', addresses)).toBe(
    'homefold:join?code=12345678&address=192.168.1.10:22700&address=[fe80::1]:22700',
  );
  expect(invitationLink('12345678', [])).toBe('homefold:join?code=12345678');
});

it('what it says is read back, and nothing that is no invitation', () => {
  const addresses = ['[fe80::1%25eth0]:22700', '10.0.0.1:22700'];
  const link = invitationLink('12345678', addresses);
  expect(invitationOf(link)).toEqual({ code: '12345678', address: addresses[0] });
  expect(invitationOf('homefold:join?code=12345678')).toEqual({ code: '12345678', address: '' });
  const hostile = 'homefold:join?code=12345678&address=<script>&other=1';
  expect(invitationOf(hostile)).toEqual({ code: '12345678', address: '' });
  for (const none of [
    '',
    'x',
    'homefold:join',
    'homefold:join?code=1234567',
    'https://a/?code=12345678',
  ])
    expect(invitationOf(none)).toBeNull();
});

it('its picture is square, has the three corners that readers look for, and a light margin', () => {
  const { path, side } = squares(invitationLink('12345678', ['192.168.1.10:22700']));
  const dark = new Set(
    path
      .split('M')
      .slice(1)
      .map((one) => one.split('h')[0]),
  );
  const [start, end] = [4, side - 5];
  for (const corner of [`${start} ${start}`, `${end} ${start}`, `${start} ${end}`]) {
    expect(dark).toContain(corner);
  }
  const margin = [...dark].filter((one) => one!.split(' ').some((n) => +n < start || +n > end));
  expect(margin).toEqual([]);
});
