// A browser of another computer: it sees a warning of its own, then a password is asked for.
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findings } from './look.ts';
import { Scene } from './scene.ts';

const scene = new Scene();
const PASSWORD = 'correct horse battery';
beforeAll(() => scene.start());
afterAll(() => scene.stop());

test('a browser of another computer comes in with the password, and only as long as it may', async () => {
  await scene.desk.say('folder', 'create', 'Papers', `${scene.desk.home}/Papers`);
  const said = await scene.desk.tell(PASSWORD, '--json', 'ui', '--listen', '127.0.0.1:0');
  const { links, fingerprint } = JSON.parse(said) as { links: string[]; fingerprint: string };
  expect(fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const page = await scene.visit(links[0] ?? '');
  const field = page.getByLabel('Password');
  await field.fill('correct horse batterz');
  await page.getByRole('button', { name: 'Go in' }).click();
  await page.getByText('That is another password').waitFor();
  expect(await findings(page)).toEqual([]);
  expect(await page.getByText('Papers').count()).toBe(0);
  await field.fill(PASSWORD);
  await page.getByRole('button', { name: 'Go in' }).click();
  await page.getByText('Papers').first().waitFor();
  const cookies = await page.context().cookies();
  expect(cookies.map(({ secure, httpOnly, sameSite }) => [secure, httpOnly, sameSite])).toEqual([
    [true, true, 'Strict'],
  ]);

  // It is open again after a restart, and whoever was in shows the password again.
  await scene.desk.stop();
  await scene.desk.start();
  await field.waitFor();
  await scene.desk.say('ui', '--no-listen');
  await expect(page.reload()).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
});
