// What counts as moving.
import { expect, it } from 'vitest';

import { moves, ratesOf, ratesOfAll } from './rates.ts';
import { aDevice } from './samples.ts';

it('signs of life are no transfer', () => {
  const idle = aDevice({ rate_in: 40, rate_out: 999 });
  expect(ratesOf(idle)).toEqual({ down: 0, up: 0 });
  expect(moves([idle])).toBe(false);
});

it('this device moves what it moves with all others', () => {
  const devices = [
    aDevice({ rate_in: 3_000, rate_out: 10 }),
    aDevice({ rate_in: 1_000_000, rate_out: 5_000 }),
  ];
  expect(ratesOfAll(devices)).toEqual({ down: 1_003_000, up: 5_000 });
  expect(moves(devices)).toBe(true);
});

it('what a device in reach waits for is about to move, and no other', () => {
  expect(moves([aDevice({ waiting_for_files: 1 })])).toBe(true);
  expect(moves([aDevice({ waiting_for_files: 1, connected: false })])).toBe(false);
});
