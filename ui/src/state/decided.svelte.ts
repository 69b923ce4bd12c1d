// The last choice that a person made in a conflict, as long as the page is open, and taking it back:
// what had to go is in the archive, and comes back from there.
import { refusalOf, service, type ConflictView } from '../service/index.ts';

/** A moment may pass until the other version has gone to the archive. */
const TRIES_MAX = 10;
const AGAIN_MS = 500;

export interface Decision {
  folder: string;
  path: string;
  /** The version that had to go. */
  version: string;
}

class Decided {
  last = $state.raw<Decision | null>(null);

  /** A choice was made; null for a choice that let nothing go. */
  note(conflict: ConflictView, kept: number | null): void {
    const gone = kept === null ? undefined : conflict.sides[1 - kept];
    const { folder, path } = conflict;
    // What was deleted has no bytes that could come back.
    this.last =
      gone?.kind === 'file' && gone.version ? { folder, path, version: gone.version } : null;
  }

  /** Puts back what had to go. */
  async undo(): Promise<void> {
    const decision = this.last;
    if (!decision) return;
    for (let tries = 1; ; tries += 1) {
      try {
        await service().ask('restore', { ...decision });
        break;
      } catch (thrown) {
        if (refusalOf(thrown).code !== 'unknown-version' || tries === TRIES_MAX) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    if (this.last === decision) this.last = null;
  }
}

export const decided = new Decided();
