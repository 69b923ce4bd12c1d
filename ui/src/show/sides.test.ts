// The choice that is sent is the one that was shown.
import { describe, expect, it } from 'vitest';

import type { ConflictView } from '../service/index.ts';
import { keepOf } from './sides.ts';

function between(first: string, second: string): ConflictView {
  const side = (device: string) => ({ device, name: device, kind: null, mtime: '', size: 0 });
  return { id: 'c', folder: 'f', path: 'p', sides: [side(first), side(second)] };
}

describe('the version that is to stay', () => {
  it('is mine if this device wrote it, wherever it is shown', () => {
    expect(keepOf(between('ME', 'B'), 0, 'ME')).toBe('mine');
    expect(keepOf(between('ME', 'B'), 1, 'ME')).toBe('theirs');
    expect(keepOf(between('B', 'ME'), 0, 'ME')).toBe('theirs');
    expect(keepOf(between('B', 'ME'), 1, 'ME')).toBe('mine');
  });

  it('of two that others wrote is mine if it stands at the name', () => {
    expect(keepOf(between('B', 'C'), 0, 'ME')).toBe('mine');
    expect(keepOf(between('B', 'C'), 1, 'ME')).toBe('theirs');
  });
});
