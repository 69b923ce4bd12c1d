// Where pictures of pages go, and what was wrong with the pages when they were taken.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { cutOff, findings } from './look.ts';

export const OUT = new URL('../results/pictures/', import.meta.url).pathname;

export class Album {
  readonly problems: string[] = [];

  constructor() {
    mkdirSync(OUT, { recursive: true });
  }

  async shoot(page: Page, name: string): Promise<void> {
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(OUT, `${name}.png`) });
    const cut = await cutOff(page);
    for (const one of [...(await findings(page)), ...cut.map((text) => `cut off: ${text}`)]) {
      this.problems.push(`${name}: ${one}`);
    }
  }
}

/** What each page is looked at in: both themes, languages and sizes. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  (['en-GB', 'fr-FR'] as const).flatMap((locale) =>
    [
      { width: 900, height: 600 },
      { width: 1280, height: 800 },
    ].map((viewport) => ({
      colorScheme,
      locale,
      viewport,
      mark: `${colorScheme}-${locale.slice(0, 2)}-${viewport.width}`,
    })),
  ),
);
