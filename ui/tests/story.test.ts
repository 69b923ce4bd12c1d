// What a person does, from the first start on, in the pages of two real services.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findings } from './look.ts';
import { type Device, Scene, until } from './scene.ts';

const scene = new Scene();
let desk: Page;
let laptop: Page;

beforeAll(async () => {
  await scene.start();
  desk = await scene.open(scene.desk);
  laptop = await scene.open(scene.laptop);
});
afterAll(() => scene.stop());

const file = (device: Device, name: string) => join(device.home, 'Papers', name);
const read = (device: Device, name: string) => {
  try {
    return readFileSync(file(device, name), 'utf8');
  } catch {
    return null;
  }
};
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const page = (of: Page, name: string) =>
  of.getByRole('link', { name, exact: false }).first().click();

test('a first device starts a home and a second one joins it with the right code', async () => {
  await button(desk, 'Continue').click();
  mkdirSync(join(scene.desk.home, 'Documents'));
  writeFileSync(join(scene.desk.home, 'Documents', 'letter.txt'), 'Dear Ada');
  await button(desk, /Start a new home/).click();
  await button(desk, /Documents 1 file/).click();
  await desk.getByText('1 file, 8 bytes become the first content').waitFor();
  expect(await findings(desk)).toEqual([]);
  await desk.getByLabel('Name in the home').fill('Papers');
  await desk.getByLabel('Where it is on this computer').fill(join(scene.desk.home, 'Papers'));
  await button(desk, 'Share it').click();
  await desk.getByRole('heading', { name: 'Folders' }).waitFor();

  await page(desk, 'Devices');
  await button(desk, 'Invite a device').click();
  await button(desk, 'Show a code').click();
  const code = (await desk.locator('dialog .code').textContent()) ?? '';
  const where = (await desk.locator('dialog').textContent()) ?? '';
  const address = /127\.0\.0\.1:\d+/.exec(where)?.[0] ?? '';

  await button(laptop, 'Continue').click();
  await button(laptop, /Join a home/).click();
  await laptop.getByLabel('The eight digits').fill(code.replace(/.$/, (d) => `${9 - Number(d)}`));
  await laptop.getByLabel('Its address').fill(address);
  await button(laptop, 'Join').click();
  await laptop.getByText('That is not the code').waitFor();
  await laptop.getByLabel('The eight digits').fill(code);
  await button(laptop, 'Join').click();
  await desk.getByText('laptop belongs to your home.').waitFor();

  await button(laptop, 'Have it here too').click();
  await laptop.getByLabel('Where it is on this computer').fill(join(scene.laptop.home, 'Papers'));
  await button(laptop, 'Have it here').last().click();
  await laptop.getByRole('link', { name: 'Papers' }).waitFor();
});

test('an earlier version is put back', async () => {
  writeFileSync(file(scene.desk, 'list.txt'), 'bread\n');
  await scene.settle();
  writeFileSync(file(scene.desk, 'list.txt'), 'bread and milk\n');
  await scene.settle();
  await page(desk, 'Folders');
  await desk.getByRole('link', { name: 'Papers' }).click();
  await button(desk, /list\.txt/).click();
  await button(desk, 'Put this one back').first().waitFor();
  const before = read(scene.desk, 'list.txt');
  await button(desk, 'Put this one back').first().click();
  await desk.getByText('is as it was').waitFor();
  await until('another version stands there', () => read(scene.desk, 'list.txt') !== before);
  await desk.keyboard.press('Escape');
});

test('an address that names a file leads to its earlier versions', async () => {
  const [folder] = JSON.parse(await scene.desk.say('--json', 'folder', 'list')) as { id: string }[];
  await desk.evaluate((to) => (location.hash = to), `#/file/${folder?.id}/list.txt`);
  await desk.getByRole('dialog').getByText('Earlier versions').waitFor();
  await desk.keyboard.press('Escape');
  await until('the address names the folder alone', () =>
    desk.url().endsWith(`/folder/${folder?.id}`),
  );
});

test('what a device may do is changed, and the last admin stays', async () => {
  await page(desk, 'Devices');
  await button(desk, 'What it may do').last().click();
  await desk.getByRole('radio', { name: /Reader/ }).check();
  expect(await findings(desk)).toEqual([]);
  await button(desk, 'Change it').click();
  await until('the laptop knows it', async () =>
    (await scene.laptop.say('--json', 'device', 'list')).includes('"role":"reader"'),
  );
  await button(desk, 'What it may do').first().click();
  await desk.getByText('It is the only admin').waitFor();
  expect(await desk.getByRole('radio', { name: /Member/ }).isDisabled()).toBe(true);
  await desk.keyboard.press('Escape');
  await scene.desk.say('device', 'role', 'laptop', 'admin');
});

test('space is freed where others have the file, and the file is kept here again', async () => {
  await laptop.goto(await scene.laptop.say('ui', '--no-open'));
  await page(laptop, 'Folders');
  await laptop.getByRole('link', { name: 'Papers' }).click();
  await button(laptop, /list\.txt/).click();
  await button(laptop, /^Free up/).click();
  await laptop.getByText(/1 file, .* freed/).waitFor();
  expect(read(scene.laptop, 'list.txt')).toBeNull();
  await button(laptop, 'Always keep on this device').click();
  await until('it is here again', () => read(scene.laptop, 'list.txt') !== null);
  await laptop.keyboard.press('Escape');
});

test('a mass delete is held, and the files are put back', async () => {
  mkdirSync(file(scene.desk, 'many'));
  const many = Array.from({ length: 120 }, (_, i) => join('many', `${i}.txt`));
  for (const name of many) writeFileSync(file(scene.desk, name), name);
  await scene.settle();
  rmSync(file(scene.desk, 'many'), { recursive: true });
  await scene.desk.say('folder', 'rescan', 'Papers');
  await page(desk, 'Home');
  await desk.getByRole('heading', { name: /on hold/ }).waitFor();
  expect(await findings(desk)).toEqual([]);
  await button(desk, 'Put the files back').click();
  await until('the files are back', () => many.every((name) => read(scene.desk, name) === name));
  expect(many.every((name) => read(scene.laptop, name) === name)).toBe(true);
});

test('a support file is written, and names nothing', async () => {
  await page(desk, 'Settings');
  await button(desk, 'Write a support file').click();
  await desk.getByText(/Written .*look through it/).waitFor();
  const [bundle = ''] = readdirSync(scene.desk.home).filter((name) => name.endsWith('.tar.gz'));
  const text = execFileSync('tar', ['-xzOf', join(scene.desk.home, bundle)], { encoding: 'utf8' });
  expect(text).toContain('"homefold"');
  expect(text).not.toMatch(/list\.txt|Papers|bread|laptop/);
});

test('hostile names are shown, and do nothing', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `${i}${HOSTILE[i % HOSTILE.length]}`);
  for (const name of names) writeFileSync(file(scene.desk, name), 'x');
  await scene.desk.say('folder', 'rescan', 'Papers');
  await scene.desk.say('device', 'rename', 'desk', '<img src=x onerror=alert(1)>');
  for (const hash of ['#/folders', '#/devices', '#/activity', '#/conflicts', '#/settings', '#/']) {
    await desk.evaluate((to) => (location.hash = to), hash);
    await desk.getByRole('heading', { level: 1 }).first().waitFor();
    expect(await findings(desk), hash).toEqual([]);
  }
  await page(desk, 'Folders');
  await desk.getByRole('link', { name: 'Papers' }).click();
  await button(desk, /script/)
    .first()
    .waitFor();
  expect(await desk.locator('.scroll img, .scroll script, .scroll b').count()).toBe(0);
  expect(await desk.locator('.scroll').textContent()).not.toMatch(/[\u202e\u2066\n\u001b]/);
});

const HOSTILE = [
  '<script>alert(1)</script>'.replaceAll('/', '\u2215'),
  '\u202egpj.exe',
  'line\nbreak',
  '\u001b[2J',
  '<b>bold',
  'a'.repeat(240),
  '&amp;"\'`${1}',
  '\u2066isolate',
];

test('a service that goes away is missed in words, and found again', async () => {
  await scene.desk.stop();
  await desk.getByRole('alert').getByText('Homefold is not answering').waitFor();
  await scene.desk.start();
  await scene.desk.say('ui', '--no-open');
  await desk
    .getByRole('alert')
    .getByText(/homefold ui/)
    .waitFor();
  await desk.goto(await scene.desk.say('ui', '--no-open'));
  await desk.getByRole('heading', { level: 1 }).first().waitFor();
  expect(await desk.getByRole('alert').count()).toBe(0);
  // A browser complains of what it could not fetch while nobody answered; of nothing else.
  const others = scene.complaints.filter((text) => !/Failed to load resource/.test(text));
  expect(others).toEqual([]);
});
