// What a browser has to fetch stays small, all of it together.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

const ASSETS = new URL('../dist/assets/', import.meta.url).pathname;
const PACKED_MAX = 200_000;

test('all pages together are smaller than 200 kB when they are packed', () => {
  const sizes = readdirSync(ASSETS).map(
    (name) => gzipSync(readFileSync(join(ASSETS, name))).length,
  );
  const all = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`${Math.round(all / 1000)} kB packed`);
  expect(all).toBeLessThan(PACKED_MAX);
});
