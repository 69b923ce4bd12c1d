// Two devices of one network find each other: one shows a code, the other is picked and types it.
import { expect, test } from 'vitest';

import { findings } from './look.ts';
import { Network } from './network.ts';
import { Scene } from './scene.ts';

test('a person picks the device that shows a code, and types nothing but the code', async () => {
  const network = await Network.up();
  if (!network) return;
  const scene = new Scene(network);
  try {
    await scene.start();
    await scene.desk.say('folder', 'create', 'Papers', `${scene.desk.home}/Papers`);
    const [desk, laptop] = [await scene.open(scene.desk), await scene.open(scene.laptop)];

    await laptop.getByRole('button', { name: 'Continue' }).click();
    await laptop.getByRole('button', { name: /Join a home/ }).click();

    // The newcomer is seen at the desk; picking it shows the code.
    await desk.getByRole('link', { name: 'Devices' }).first().click();
    await desk.getByRole('button', { name: 'Invite a device' }).click();
    await desk.locator('dialog').getByRole('button', { name: 'laptop' }).click();
    const code = (await desk.locator('dialog .code').textContent()) ?? '';
    await desk.getByText('On laptop, pick this device').waitFor();

    await laptop.getByRole('button', { name: 'desk shows a code' }).click();
    expect(await findings(laptop)).toEqual([]);
    expect(await laptop.getByLabel('Its address').count()).toBe(0);
    const field = laptop.getByLabel('The eight digits that desk shows');
    await field.fill(code.replace(/.$/, (d) => `${9 - Number(d)}`));
    await laptop.getByRole('button', { name: 'Join', exact: true }).click();
    await laptop.getByText('That is not the code').waitFor();
    await field.fill(code);
    await laptop.getByRole('button', { name: 'Join', exact: true }).click();
    await desk.getByText('laptop belongs to your home.').waitFor();
    await laptop.getByRole('heading', { name: 'Folders' }).waitFor();
    const others = scene.complaints.filter((text) => !/Failed to load resource/.test(text));
    expect(others).toEqual([]);
  } finally {
    await scene.stop();
    network.down();
  }
});
