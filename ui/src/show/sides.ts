// Which word of the API stands for which version of a conflict.
import type { ConflictView, Keep } from '../service/index.ts';

/**
 * The choice that leaves the version `index` at the name. The first side is the one that stands there
 * now; "mine" is the one that this device wrote, else the one that stands there.
 */
export function keepOf(conflict: ConflictView, index: number, me: string): Keep {
  const mine = conflict.sides[1]?.device === me ? 1 : 0;
  return index === mine ? 'mine' : 'theirs';
}
