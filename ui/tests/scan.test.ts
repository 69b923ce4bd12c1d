// The camera of one device sees the screen of the other one, which shows an invitation.
import { writeFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { findings } from './look.ts';
import { Scene } from './scene.ts';

const scene = new Scene(null, true);
beforeAll(() => scene.start());
afterAll(() => scene.stop());

test('a person holds the other screen before the camera, and nothing is typed', async () => {
  await scene.desk.say('folder', 'create', 'Papers', `${scene.desk.home}/Papers`);
  const [desk, laptop] = [await scene.open(scene.desk), await scene.open(scene.laptop)];
  await laptop.evaluate(() => {
    const seen: MediaStreamTrack[] = [];
    Object.assign(globalThis, { seen });
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      seen.push(...stream.getTracks());
      return stream;
    };
  });
  const live = () =>
    laptop.evaluate(() => {
      const { seen } = globalThis as unknown as { seen: MediaStreamTrack[] };
      return { opened: seen.length, on: seen.filter((one) => one.readyState === 'live').length };
    });

  // Any picture but an invitation.
  writeFileSync(scene.camera, await desk.screenshot({ type: 'jpeg', quality: 95 }));
  await laptop.getByRole('button', { name: 'Continue' }).click();
  await laptop.getByRole('button', { name: /Join a home/ }).click();
  await laptop.getByRole('button', { name: 'Scan its QR code' }).click();
  await laptop.getByText('Looking for a QR code…').waitFor();
  expect(await findings(laptop)).toEqual([]);
  expect(await live()).toEqual({ opened: 1, on: 1 });
  await laptop.getByRole('button', { name: 'Close' }).click();
  // The camera is closed with the dialog, which goes a moment after the click.
  await expect.poll(live).toEqual({ opened: 1, on: 0 });

  await desk.getByRole('link', { name: 'Devices' }).first().click();
  await desk.getByRole('button', { name: 'Invite a device' }).click();
  await desk.getByRole('button', { name: 'Show a code' }).click();
  await desk.locator('dialog svg').waitFor();
  const code = (await desk.locator('dialog .code').textContent()) ?? '';
  writeFileSync(scene.camera, await desk.screenshot({ type: 'jpeg', quality: 95 }));

  await laptop.getByRole('button', { name: 'Scan its QR code' }).click();
  await laptop.getByText('Read from the picture.').waitFor();
  await expect.poll(live).toEqual({ opened: 2, on: 0 });
  const typed = await laptop.getByLabel('The eight digits').inputValue();
  expect(typed).toBe(code.replace(/\D/g, ''));
  await laptop.getByRole('button', { name: 'Join', exact: true }).click();
  await desk.getByText('laptop belongs to your home.').waitFor();
  await laptop.getByRole('heading', { name: 'Folders' }).waitFor();
  expect(scene.complaints).toEqual([]);
});
