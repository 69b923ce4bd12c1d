// What moves is told while it moves: the file, how much of it, how fast, and from whom.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { findings } from './look.ts';
import { Scene } from './scene.ts';

const scene = new Scene();
beforeAll(async () => {
  await scene.start();
  await scene.pair();
});
afterAll(() => scene.stop());

test('a file on its way is named with its rate and its source, and the link shows it', async () => {
  const [id] = JSON.parse(`[${await scene.laptop.say('--json', 'id')}]`) as { id: string }[];
  await scene.laptop.say('policy', 'set', `device:${id?.id}`, 'rate.down', '1MB');
  const laptop = await scene.open(scene.laptop);
  await laptop.getByRole('heading', { level: 1 }).first().waitFor();
  writeFileSync(join(scene.desk.home, 'Papers', 'film.bin'), randomBytes(24_000_000));
  await laptop.evaluate(() => (location.hash = '#/activity'));
  await laptop.getByText('film.bin', { exact: true }).waitFor();
  await laptop.getByText(/MB of 24.MB · .*\/s · .* left · from desk/).waitFor();
  expect(await findings(laptop)).toEqual([]);
  await laptop.evaluate(() => (location.hash = '#/'));
  await laptop.getByText(/^← .*[kM]B\/s$/).waitFor();
  await laptop
    .getByText(/free of/)
    .first()
    .waitFor();
  expect(await laptop.getByText(/free of/).count()).toBe(2);
  await scene.laptop.say('policy', 'set', `device:${id?.id}`, 'rate.down', 'none');
  await scene.settle();
  expect(scene.complaints).toEqual([]);
});
