// What is shown of two texts.
import { describe, expect, it } from 'vitest';

import { differences, textOf } from './differences.ts';

const bytes = (...numbers: number[]) => new Uint8Array(numbers);

describe('two texts side by side', () => {
  it('show what is only in one of them, and little else', () => {
    const common = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n');
    const rows = differences(`${common}\nmilk\n`, `${common}\ncoffee\ntea\n`);
    expect(rows?.map(({ kind, left, right, skipped }) => [kind, left, right, skipped])).toEqual([
      ['gap', null, null, 18],
      ['same', 'line 18', 'line 18', 0],
      ['same', 'line 19', 'line 19', 0],
      ['changed', 'milk', 'coffee', 0],
      ['changed', null, 'tea', 0],
    ]);
  });

  it('that are the same but for their ends of line have no difference', () => {
    expect(differences('a\r\nb\r\n', 'a\nb\n')?.every((row) => row.kind !== 'changed')).toBe(true);
  });

  it('that are too long are not compared', () => {
    expect(differences('x\n'.repeat(5_000), 'x')).toBeNull();
  });

  it('are texts: other bytes are none', () => {
    expect(textOf(bytes(0xc3, 0xa9))).toBe('é');
    expect([bytes(0xff, 0xfe), bytes(65, 0, 66)].map(textOf)).toEqual([null, null]);
  });
});
