// Conflicts of two real services: seen, decided by mouse and by keyboard, and taken back.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findings } from './look.ts';
import { type Device, Scene, until } from './scene.ts';

const scene = new Scene();
let desk: Page;

beforeAll(async () => {
  await scene.start();
  await scene.pair();
  desk = await scene.open(scene.desk);
});
afterAll(() => scene.stop());

const file = (device: Device, name: string) => join(device.home, 'Papers', name);
const read = (device: Device, name: string) => readFileSync(file(device, name), 'utf8');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const page = (of: Page, name: string) =>
  of.getByRole('link', { name, exact: false }).first().click();

/** Writes on both devices while they don't see each other. */
async function contradict(name: string, here: string, there: string) {
  await scene.laptop.stop();
  writeFileSync(file(scene.desk, name), here);
  writeFileSync(file(scene.laptop, name), there);
  await scene.desk.say('folder', 'rescan', 'Papers');
  await scene.laptop.start();
  await until('the conflict is known', async () =>
    (await scene.desk.say('--json', 'conflict', 'list')).includes(name),
  );
}

test('a conflict is decided by the person who sees both versions', async () => {
  writeFileSync(file(scene.desk, 'list.txt'), 'bread\n');
  await scene.settle();
  await contradict('list.txt', 'bread and milk\n', 'bread and honey\n');
  await page(desk, 'Conflicts');
  const shown = desk.getByRole('region', { name: 'What is different' });
  await shown.getByText('bread and honey').waitFor();
  await shown.getByText('bread and milk').waitFor();
  const own = desk.locator('article', { hasText: 'by desk' });
  await own.getByRole('button', { name: 'Keep this one' }).click();
  await desk.getByText('No conflicts.').waitFor();
  await until('both devices have it', () => {
    const both = [read(scene.desk, 'list.txt'), read(scene.laptop, 'list.txt')];
    return both.every((text) => text === 'bread and milk\n');
  });
});

test('a choice is undone, and the other version is on both devices', async () => {
  await desk.getByRole('group').getByRole('button', { name: 'Undo the choice' }).click();
  await desk.getByText('The other version of “list.txt” is back.').waitFor();
  expect(await findings(desk)).toEqual([]);
  await until('both devices have the other version', () => {
    const both = [read(scene.desk, 'list.txt'), read(scene.laptop, 'list.txt')];
    return both.every((text) => text === 'bread and honey\n');
  });
  expect(await button(desk, 'Undo the choice').count()).toBe(0);
});

test('keeping both is undone from another page', async () => {
  await contradict('both.txt', 'here\n', 'there\n');
  await page(desk, 'Conflicts');
  await desk.getByRole('heading', { name: 'both.txt' }).waitFor();
  await button(desk, 'Keep both').click();
  const copies = (device: Device) =>
    readdirSync(join(device.home, 'Papers')).filter((name) => name.startsWith('both (other'));
  await until('the second copy is on both', () =>
    [scene.desk, scene.laptop].every((device) => copies(device).length === 1),
  );
  await page(desk, 'Folders');
  await desk.locator('.notice').getByRole('button', { name: 'Undo the choice' }).click();
  await desk.getByText('“both.txt” stands alone again.').waitFor();
  await until('the second copy is gone from both', () =>
    [scene.desk, scene.laptop].every((device) => copies(device).length === 0),
  );
  expect(read(scene.desk, 'both.txt')).toBe(read(scene.laptop, 'both.txt'));
  await page(desk, 'Conflicts');
});

test('a conflict is decided by keyboard alone', async () => {
  await contradict('list.txt', 'tea\n', 'coffee\n');
  await desk.locator('article', { hasText: 'by laptop' }).waitFor();
  const first = (await desk.locator('article').first().textContent()) ?? '';
  await desk.keyboard.press(first.includes('by laptop') ? '1' : '2');
  await desk.getByText('No conflicts.').waitFor();
  await until('both devices have it', () =>
    [read(scene.desk, 'list.txt'), read(scene.laptop, 'list.txt')].every((t) => t === 'coffee\n'),
  );
});
