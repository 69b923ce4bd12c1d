// What a person who has never seen a terminal reads: no command, no option, no word of the code.
import { describe, expect, it } from 'vitest';

import * as sentences from '../service/sentences.gen.ts';
import { Refusal, type ErrorCode } from '../service/index.ts';
import { language, refusalText } from './language.svelte.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

/** Every text that stands in a catalogue, with what its functions are given left as dots. */
function texts(part: unknown): string[] {
  if (typeof part === 'string') return [part];
  if (typeof part === 'function') {
    try {
      return texts((part as (...given: string[]) => unknown)('…', '…', '…'));
    } catch {
      return [];
    }
  }
  return part && typeof part === 'object' ? Object.values(part).flatMap(texts) : [];
}

describe('the pages', () => {
  it('refuse nothing in words that belong into a terminal', () => {
    for (const code of ['en', 'fr'] as const) {
      language.choose(code);
      for (const error of Object.keys(sentences[code].errors) as ErrorCode[]) {
        for (const subject of [null, 'x']) {
          const said = refusalText(new Refusal({ code: error, subject }));
          expect(said, error).not.toMatch(/`| --/);
          expect(said.length, error).toBeGreaterThan(10);
        }
      }
    }
  });

  it('use one plain word for one thing', () => {
    const english = texts(en).filter((text) =>
      /\b(attach|detach|mount|clone|stream|portal|peer|chunk|daemon|pod|node|socket|token)/i.test(
        text,
      ),
    );
    expect(english).toEqual([]);
    const french = texts(fr).filter((text) =>
      /(attach[eé]|mont[eé]r?\b|clone|flux|portail|nœud|jeton|démon)/i.test(text),
    );
    expect(french).toEqual([]);
  });
});
