// Pictures of how a device comes into a home, from its first page on: two real services of one network.
import { expect, test } from 'vitest';

import { Album, LOOKS } from './album.ts';
import { Network } from './network.ts';
import { Scene } from './scene.ts';

test('every step of letting a device in can be shown', { timeout: 300_000 }, async () => {
  const network = await Network.up();
  if (!network) return;
  const scene = new Scene(network);
  const album = new Album();
  try {
    await scene.start();
    await scene.desk.say('folder', 'create', 'Papers', `${scene.desk.home}/Papers`);
    // A few each minute are as many as a device lets itself be asked.
    const looks = LOOKS.filter(({ locale, viewport, colorScheme }) =>
      locale === 'fr-FR'
        ? viewport.width === 900
        : viewport.width === 1280 || colorScheme === 'light',
    );
    for (const { mark, ...look } of looks) {
      const laptop = await scene.open(scene.laptop, look);
      const desk = await scene.open(scene.desk, look);
      await laptop.locator('form .primary').waitFor();
      await album.shoot(laptop, `start-name-${mark}`);
      await laptop.locator('form .primary').click();
      await album.shoot(laptop, `start-which-${mark}`);
      await laptop.locator('.way').last().click();
      await album.shoot(laptop, `join-${mark}`);
      await laptop.getByRole('button', { name: 'desk' }).click();
      await laptop.locator('dialog .code').waitFor();
      await album.shoot(laptop, `compare-there-${mark}`);
      await desk.locator('section[role=status]').waitFor();
      await album.shoot(desk, `newcomer-${mark}`);
      await desk.locator('section[role=status] .primary').click();
      await desk.locator('dialog .code').waitFor();
      await album.shoot(desk, `compare-here-${mark}`);
      await laptop.locator('dialog .primary').click();
      await laptop.locator('dialog strong').waitFor();
      await album.shoot(laptop, `compare-said-${mark}`);
      await laptop.keyboard.press('Escape');
      await laptop.close();
      await desk.close();
    }
    expect([...album.problems, ...scene.complaints]).toEqual([]);
  } finally {
    await scene.stop();
    network.down();
  }
});
