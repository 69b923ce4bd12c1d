// Room on a disk as a person writes it, and as the service takes it: a percentage, or bytes with a unit.
import type { DiskView } from '../service/index.ts';

/** Little is left, as part of the disk and in bytes. The app's notice has the same limits. */
export function isNearlyFull({ size, free }: DiskView): boolean {
  return free < size / 20 && free < 10e9;
}

const UNITS: [number, string][] = [
  [2 ** 40, 'TiB'],
  [1e12, 'TB'],
  [2 ** 30, 'GiB'],
  [1e9, 'GB'],
  [2 ** 20, 'MiB'],
  [1e6, 'MB'],
];

/** What the languages write in other ways. */
export interface RoomWords {
  byte: string;
  percent: string;
  noLimit: string;
}

/** As the service writes it. */
const PLAIN: RoomWords = { byte: 'B', percent: '%', noLimit: 'none' };

/** Bytes with the largest unit that leaves no rest; all else as it is. */
export function shownRoom(value: string, words = PLAIN): string {
  if (value === PLAIN.noLimit) return words.noLimit;
  if (!/^\d+$/.test(value)) return value.replace('%', words.percent);
  const bytes = Number(value);
  const fitting = UNITS.find(([unit]) => bytes > 0 && bytes % unit === 0);
  return fitting ? `${bytes / fitting[0]} ${fitting[1].replace('B', words.byte)}` : value;
}

/** What the service takes: the units of other languages are its own. */
export function givenRoom(text: string, words = PLAIN): string {
  const given = text.trim();
  if (given.toLowerCase() === words.noLimit) return PLAIN.noLimit;
  return given
    .replace(/\s*%$/, '%')
    .replace(/([kmgt])(i?)o$/i, (_, unit: string, binary: string) =>
      binary ? `${unit.toUpperCase()}iB` : `${unit === 'k' ? 'k' : unit.toUpperCase()}B`,
    );
}
