// Numbers, times and names as a person reads them, in the language that holds.
import { language, t } from '../text/language.svelte.ts';

/** A size in decimal units with three digits at most: 2.1 GB. */
export function bytes(count: number): string {
  const { units } = t();
  const { locale } = language;
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const shown = value.toLocaleString(locale, { maximumFractionDigits: digits });
  return `${shown}\u00a0${units[unit]}`;
}

export const rate = (perSecond: number) => t().rate(bytes(perSecond));

/** How long it still takes, roughly: precise numbers would only jump about. */
export function left(seconds: number): string {
  const text = t();
  if (seconds < 50) return text.about(text.lessThanAMinute);
  const minutes = Math.round(seconds / 60);
  return text.about(minutes < 90 ? text.minutes(minutes) : text.hours(Math.round(minutes / 60)));
}

/** A moment as a person says it, seen from `now`: an hour today, else the day too. */
export function moment(time: string | null, now: Date = new Date()): string {
  if (time === null) return t().words.never;
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const { locale } = language;
  const hour = date.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === now.toDateString()) return hour;
  const days = Math.abs(now.getTime() - date.getTime()) / 86_400_000;
  if (days < 6) return `${date.toLocaleDateString(locale, { weekday: 'long' })} ${hour}`;
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return date.toLocaleDateString(locale, { day: 'numeric', month: 'long', ...year });
}

/** Minutes and seconds that are left of a short time: 2:05. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const rest = String(seconds % 60).padStart(2, '0');
  return `${Math.floor(seconds / 60)}:${rest}`;
}

/** Characters that move the cursor, turn the writing round or are nothing to be seen. */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

/** A name that others gave, with what could deceive the eye spelt out. */
export function name(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return `⟨${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** The last part of a path. */
export const leaf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** The path above; empty for the top. */
export const parent = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** A collator is made once: a directory may hold 100,000 names. */
const collators = new Map<string, Intl.Collator>();

/** Compares names as a person would look for them. */
export function byName(a: string, b: string): number {
  const { code } = language;
  let collator = collators.get(code);
  if (!collator) {
    collator = new Intl.Collator(code, { numeric: true, sensitivity: 'base' });
    collators.set(code, collator);
  }
  return collator.compare(a, b);
}
