// How numbers, times and names look.
import { describe, expect, it } from 'vitest';

import { language } from '../text/language.svelte.ts';
import { bytes, countdown, left, moment, name, parent } from './format.ts';

describe('a size', () => {
  it('has three digits at most', () => {
    expect([0, 999, 1000, 2_123_456_789, 340_400_000].map(bytes)).toEqual([
      '0\u00a0bytes',
      '999\u00a0bytes',
      '1\u00a0kB',
      '2.12\u00a0GB',
      '340\u00a0MB',
    ]);
  });

  it('is written in French with a comma', () => {
    language.choose('fr');
    expect(bytes(2_123_456_789)).toBe('2,12\u00a0Go');
  });
});

describe('a time', () => {
  const now = new Date('2026-11-22T21:00:00');
  it('of today is an hour, of this week a day, else a date', () => {
    expect(moment('2026-11-22T18:04:00', now)).toMatch(/^0?6:04|18:04/);
    expect(moment('2026-11-20T18:04:00', now)).toMatch(/^Friday/);
    expect(moment('2026-01-02T18:04:00', now)).toMatch(/January/);
    expect(moment(null, now)).toBe('never');
  });

  it('that is left is rough', () => {
    expect([3, 125, 9000].map(left)).toEqual([
      'less than a minute left',
      '2 minutes left',
      '3 hours left',
    ]);
    expect(countdown(125_000)).toBe('2:05');
  });
});

describe('a name', () => {
  it('can neither hide a part of itself nor turn the writing round', () => {
    expect(name('a\u202egpj.exe')).toBe('a⟨202E⟩gpj.exe');
    expect(name('a\nb\u001b[2J\u200b')).toBe('a␊b␛[2J⟨200B⟩');
    expect(name('Été 日本 👩‍👩‍👧')).toContain('Été 日本');
  });

  it('has the path above it', () => {
    expect([parent('a/b/c'), parent('a')]).toEqual(['a/b', '']);
  });
});
