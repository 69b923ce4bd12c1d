// How French is written: nothing of a double sign stands alone on the next line.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('a sign of two parts is held to its word', () => {
  for (const file of ['fr.ts', 'fr-pages.ts', 'fr-work.ts', 'fr-refusals.ts']) {
    const texts = readFileSync(`src/text/${file}`, 'utf8').match(/'[^'\n]*'|`[^`]*`/g) ?? [];
    const loose = texts.filter((text) =>
      / [;?!»]|« |[\p{L}»)] :/u.test(text.replace(/\$\{[^}]*\}/g, 'x')),
    );
    expect(loose).toEqual([]);
  }
});
