// Pictures of every page: `npm run pictures`. Two real services with a conflict, a held batch and a
// problem or two; each page light and dark, in English and French. They go to `results/`, which git
// does not keep; those of the README are made from the same scene.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { Album, LOOKS, OUT } from './album.ts';
import { type Device, Scene, until } from './scene.ts';

/** Whether those of the README are wanted as well: then without what only a test would show. */
const README = process.env.HOMEFOLD_README !== undefined;
const README_SIZE = { width: 1100, height: 760 };
const IN_README_LOOKS = (['light', 'dark'] as const).map((colorScheme) => ({
  colorScheme,
  locale: 'en-GB' as const,
  viewport: README_SIZE,
  mark: `${colorScheme}-en`,
}));
const IN_README = [
  'home-light-en',
  'conflict-picture-light-en',
  'holiday-dark-en',
  'invite-light-en',
];

const scene = new Scene();
const album = new Album();
const shoot = (page: Page, name: string) => album.shoot(page, name);

async function fill(device: Device) {
  const papers = join(device.home, 'Papers');
  mkdirSync(join(papers, 'Letters'), { recursive: true });
  mkdirSync(join(papers, 'Holiday in Brittany'), { recursive: true });
  for (let i = 1; i <= 40; i += 1) {
    writeFileSync(join(papers, 'Holiday in Brittany', `IMG_${1000 + i}.jpg`), 'x'.repeat(i * 9000));
  }
  writeFileSync(join(papers, 'Shopping list.txt'), 'bread\nmilk\napples\n');
  writeFileSync(join(papers, 'Letters', 'Mars.txt'), 'Dear Ada,\n');
  if (!README) writeFileSync(join(papers, 'a\u202egpj.<b>exe'), 'hostile');
  for (let i = 1; i <= 60; i += 1) writeFileSync(join(papers, `Notes ${i}.md`), `# Note ${i}\n`);
}

async function contradict(pictures: Buffer[]) {
  const list = (device: Device) => join(device.home, 'Papers', 'Shopping list.txt');
  await scene.laptop.stop();
  writeFileSync(list(scene.desk), 'bread\nmilk\napples\nflour\nwalnuts\n');
  writeFileSync(list(scene.laptop), 'rye bread\nmilk\napples\ncoffee\n');
  writeFileSync(join(scene.desk.home, 'Papers', 'Beach.png'), pictures[0] ?? '');
  writeFileSync(join(scene.laptop.home, 'Papers', 'Beach.png'), pictures[1] ?? '');
  await scene.desk.say('folder', 'rescan', 'Papers');
  await scene.laptop.start();
  await until('the conflict is known', async () => {
    const said = await scene.desk.say('--json', 'conflict', 'list');
    return JSON.parse(said).length > 1;
  });
}

/** A picture of one colour, as a browser draws it. */
async function picture(page: Page, colour: string): Promise<Buffer> {
  await page.setViewportSize({ width: 640, height: 420 });
  await page.goto('about:blank');
  await page.evaluate((value) => {
    document.body.style.background = value;
  }, colour);
  return page.screenshot();
}

const PAGES = ['', 'folders', 'conflicts', 'devices', 'activity', 'settings'];

test('every page can be shown', { timeout: 300_000 }, async () => {
  try {
    await scene.start();
    const fresh = await scene.open(scene.desk);
    await shoot(fresh, 'start-1');
    await fresh.getByRole('button', { name: 'Continue' }).click();
    await shoot(fresh, 'start-2');
    await fresh.getByRole('button', { name: /Join a home/ }).click();
    await shoot(fresh, 'start-3');
    const sky = 'linear-gradient(#9cc9e8, #f6e2b8 60%, #d9b97c)';
    const dusk = 'linear-gradient(#2d3a6b, #d98a6a 60%, #6b4a35)';
    const pictures = [await picture(fresh, sky), await picture(fresh, dusk)];
    await fresh.close();
    await fill(scene.desk);
    await scene.pair();
    await contradict(pictures);
    for (const look of README ? IN_README_LOOKS : LOOKS) {
      const { mark, ...options } = look;
      const page = await scene.open(scene.desk, options);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      for (const place of PAGES) {
        await page.evaluate((hash) => (location.hash = hash), `#/${place}`);
        await shoot(page, `${place || 'home'}-${mark}`);
      }
      await page.evaluate(() => (location.hash = '#/conflicts'));
      await page.getByRole('button', { name: /Beach/ }).click();
      await page.locator('.pictures img').first().waitFor();
      await shoot(page, `conflict-picture-${mark}`);
      await page.getByRole('button', { name: /Shopping/ }).click();
      await page.locator('.text table').waitFor();
      await shoot(page, `conflict-text-${mark}`);
      await page.evaluate(() => (location.hash = '#/folders'));
      await page.locator('article h3 a').first().click();
      await page
        .getByRole('button', { name: /Notes 1/ })
        .first()
        .waitFor();
      await shoot(page, `tree-${mark}`);
      await page
        .getByRole('button', { name: /Notes 1\.md/ })
        .first()
        .click();
      await page.locator('dialog .versions').waitFor();
      await shoot(page, `entry-${mark}`);
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Holiday in Brittany' }).click();
      await page.getByRole('button', { name: /IMG_1001/ }).waitFor();
      await shoot(page, `holiday-${mark}`);
      await page.evaluate(() => (location.hash = '#/devices'));
      await page
        .getByRole('button', { name: /What it may do|Ce qu’il peut faire/ })
        .last()
        .click();
      await page.locator('dialog fieldset').waitFor();
      await shoot(page, `role-${mark}`);
      await page.keyboard.press('Escape');
      await page.locator('main .primary').first().click();
      await page.locator('dialog .primary').click();
      await page.locator('dialog .code').waitFor();
      await shoot(page, `invite-${mark}`);
      await page.close();
    }
    const papers = join(scene.desk.home, 'Papers');
    rmSync(join(papers, 'Holiday in Brittany'), { recursive: true });
    for (let i = 1; i <= 60; i += 1) rmSync(join(papers, `Notes ${i}.md`));
    await scene.desk.say('folder', 'rescan', 'Papers').catch(() => undefined);
    await scene.laptop.stop();
    for (const [locale, colorScheme] of [
      ['en-GB', 'light'],
      ['fr-FR', 'dark'],
    ] as const) {
      const page = await scene.open(scene.desk, { locale, colorScheme });
      await page.locator('.held').first().waitFor();
      await shoot(page, `held-${locale}`);
      await page.setViewportSize({ width: 390, height: 800 });
      await shoot(page, `narrow-${locale}`);
      await page.close();
    }
  } finally {
    await scene.stop();
  }
  if (README) {
    const place = new URL('../../core/docs/pictures/', import.meta.url).pathname;
    mkdirSync(place, { recursive: true });
    for (const name of IN_README)
      copyFileSync(join(OUT, `${name}.png`), join(place, `${name}.png`));
  }
  expect([...album.problems, ...scene.complaints]).toEqual([]);
});
