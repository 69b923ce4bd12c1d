// The language of the pages: the person's choice, else the system's, else English.
import * as sentences from '../service/sentences.gen.ts';
import type { HeldCause, Problem } from '../service/api.gen.ts';
import type { Refusal } from '../service/carrier.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

export type Language = 'en' | 'fr';
export type Catalogue = typeof en;

const CATALOGUES: Record<Language, Catalogue> = { en, fr };
const KEPT = 'homefold.language';

class Chosen {
  #code = $state<Language>(initial());
  /** What the person chose; null for the system's. */
  #choice = $state<Language | null>(kept());

  get code(): Language {
    return this.#code;
  }

  get choice(): Language | null {
    return this.#choice;
  }

  get text(): Catalogue {
    return CATALOGUES[this.#code];
  }

  /** How dates and numbers are written: as the system does it in this language. */
  get locale(): string {
    const region = navigator.languages.find((tag) => tag.toLowerCase().startsWith(this.#code));
    return region ?? this.#code;
  }

  choose(language: Language | null): void {
    this.#choice = language;
    try {
      if (language) localStorage.setItem(KEPT, language);
      else localStorage.removeItem(KEPT);
    } catch {
      // Where nothing can be kept, the choice lasts as long as the page.
    }
    this.#code = language ?? ofSystem();
    document.documentElement.lang = this.#code;
  }
}

function ofSystem(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag): tag is Language => tag === 'en' || tag === 'fr') ?? 'en';
}

function kept(): Language | null {
  try {
    const value = localStorage.getItem(KEPT);
    return value === 'en' || value === 'fr' ? value : null;
  } catch {
    return null;
  }
}

function initial(): Language {
  return kept() ?? ofSystem();
}

export const language = new Chosen();

/** The catalogue of the language that holds now. */
export function t(): Catalogue {
  return language.text;
}

/** Why something was not done, in plain words. */
export function refusalText(refusal: Refusal): string {
  const pages = t().refusals[refusal.code];
  if (pages) return pages;
  const [plain, about] = sentences[language.code].errors[refusal.code] ?? ['', ''];
  if (!plain) return refusal.message;
  return refusal.subject === null ? plain : about.replace('{}', () => refusal.subject ?? '');
}

/** Why something waits, in plain words. */
export function problemText(problem: Problem): string {
  return sentences[language.code].problems[problem];
}

/** Why a batch is held, in plain words. */
export function heldText(cause: HeldCause): string {
  return sentences[language.code].held[cause];
}

/** What a policy does; an empty text for one that this version does not know. */
export function policyText(key: string): string {
  const known: Record<string, string> = sentences[language.code].policies;
  return known[key] ?? '';
}
