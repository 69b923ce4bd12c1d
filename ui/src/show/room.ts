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

/** Bytes with the largest unit that leaves no rest; all else as it is. `letter` is what the language calls a byte. */
export function shownRoom(value: string, letter = 'B'): string {
  if (!/^\d+$/.test(value)) return value;
  const bytes = Number(value);
  const fitting = UNITS.find(([unit]) => bytes > 0 && bytes % unit === 0);
  return fitting ? `${bytes / fitting[0]} ${fitting[1].replace('B', letter)}` : value;
}

/** What the service takes: the units of other languages are its own. */
export function givenRoom(text: string): string {
  return text
    .trim()
    .replace(/\s*%$/, '%')
    .replace(/([kmgt])(i?)o$/i, (_, unit: string, binary: string) =>
      binary ? `${unit.toUpperCase()}iB` : `${unit === 'k' ? 'k' : unit.toUpperCase()}B`,
    );
}
