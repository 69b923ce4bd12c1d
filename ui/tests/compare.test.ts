// Six digits on both screens, with two real services of one network and a person in front of each.
import { expect, test } from 'vitest';

import { findings } from './look.ts';
import { Network } from './network.ts';
import { Scene } from './scene.ts';

test('a person picks a device, compares the digits, says yes on both, and it is in', async () => {
  const network = await Network.up();
  if (!network) return;
  const scene = new Scene(network);
  try {
    await scene.start();
    await scene.desk.say('folder', 'create', 'Papers', `${scene.desk.home}/Papers`);
    const [desk, laptop] = [await scene.open(scene.desk), await scene.open(scene.laptop)];
    const begun = Date.now();

    await laptop.getByRole('button', { name: 'Continue' }).click();
    await laptop.getByRole('button', { name: /Join a home/ }).click();
    const code = laptop.locator('dialog .code');
    const shown = desk.locator('dialog .code');

    // Another no than expected: nothing is shared, and it can be asked again.
    await laptop.getByRole('button', { name: 'desk' }).click();
    await code.waitFor();
    await desk.getByText('laptop asks to be let into this home.').waitFor();
    expect(await findings(desk)).toEqual([]);
    await desk.getByRole('button', { name: 'Turn it away' }).click();
    await laptop.getByText(/somebody said no/).waitFor();
    await laptop.getByRole('button', { name: 'Close' }).click();

    await laptop.getByRole('button', { name: 'desk' }).click();
    await code.waitFor();
    await desk.getByRole('button', { name: 'Compare the digits' }).click();
    await shown.waitFor();
    expect(await shown.textContent()).toMatch(/^\d{3} \d{3}$/);
    expect(await shown.textContent()).toBe(await code.textContent());
    expect(await findings(desk)).toEqual([]);
    expect(await findings(laptop)).toEqual([]);
    await laptop.getByRole('button', { name: 'Yes, the same digits' }).click();
    await laptop.getByText('Now say yes on desk too.').waitFor();
    await desk.getByRole('button', { name: 'Yes, the same digits' }).click();
    await desk.getByText('laptop belongs to your home.').waitFor();
    await laptop.getByRole('heading', { name: 'Folders' }).waitFor();
    console.log(`from the first page to being in: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    expect(await desk.locator('dialog').count()).toBe(0);
    expect(scene.complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([]);
  } finally {
    await scene.stop();
    network.down();
  }
});
