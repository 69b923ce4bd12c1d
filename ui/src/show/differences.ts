// Two texts side by side: which lines are in both, and which only in one. Pure.
import { diffArrays } from 'diff';

export interface Row {
  kind: 'same' | 'changed' | 'gap';
  /** The line on each side; null where that side has none. Of a gap: how many lines are left out. */
  left: string | null;
  right: string | null;
  skipped: number;
}

/** Unchanged lines that are shown around a change. */
const AROUND = 2;
/** Lines of one text that are compared; more would be no help. */
const LINES_MAX = 4_000;
/** Work that a comparison may take, so that two unlike texts don't stop the page. */
const EFFORT_MS = 300;

/** The text that bytes hold; null if they hold none. */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The rows to show; null where the texts are too long to be compared. */
export function differences(left: string, right: string): Row[] | null {
  const [a, b] = [linesOf(left), linesOf(right)];
  if (a.length > LINES_MAX || b.length > LINES_MAX) return null;
  const changes = diffArrays(a, b, { timeout: EFFORT_MS });
  if (!changes) return null;
  const rows: Row[] = [];
  let removed: string[] = [];
  const flush = (added: string[]) => {
    for (let i = 0; i < Math.max(removed.length, added.length); i += 1) {
      const [was, is] = [removed[i] ?? null, added[i] ?? null];
      rows.push({ kind: 'changed', left: was, right: is, skipped: 0 });
    }
    removed = [];
  };
  for (const change of changes) {
    if (change.removed) {
      removed = change.value;
      continue;
    }
    flush(change.added ? change.value : []);
    if (change.added) continue;
    for (const line of change.value)
      rows.push({ kind: 'same', left: line, right: line, skipped: 0 });
  }
  flush([]);
  return folded(rows);
}

/** Leaves out what is the same and far from any change. */
function folded(rows: Row[]): Row[] {
  const near = rows.map((_, at) =>
    rows.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((row) => row.kind === 'changed'),
  );
  const shown: Row[] = [];
  rows.forEach((row, at) => {
    const last = shown.at(-1);
    if (near[at]) shown.push(row);
    else if (last?.kind === 'gap') last.skipped += 1;
    else shown.push({ kind: 'gap', left: null, right: null, skipped: 1 });
  });
  return shown;
}
