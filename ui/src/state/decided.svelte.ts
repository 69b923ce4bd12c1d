// The choices that a person made in conflicts, as long as this page is open, and taking them back: what
// had to go comes back from the archive, and a second copy goes there.
import { refusalOf, service, type ConflictView } from '../service/index.ts';
import { leaf, name } from '../show/format.ts';
import { t } from '../text/language.svelte.ts';
import { home } from './home.svelte.ts';
import { notices } from './notices.svelte.ts';

/** A moment may pass until the other version has gone to the archive. */
const TRIES_MAX = 10;
const AGAIN_MS = 500;
/** Choices that are remembered. */
const DECISIONS_MAX = 20;

export interface Decision {
  conflict: string;
  folder: string;
  path: string;
  /** The version that had to go; null where both were kept. */
  version: string | null;
}

class Decided {
  /** The newest last. */
  all = $state.raw<Decision[]>([]);
  /** The one that is being taken back. */
  busy = $state.raw<Decision | null>(null);

  get last(): Decision | null {
    return this.all.at(-1) ?? null;
  }

  /** A choice was made (null for both): it is said, with the way back beside it. */
  note(conflict: ConflictView, kept: number | null): void {
    const said = t().conflicts.resolved(name(leaf(conflict.path)));
    const decision = decisionOf(conflict, kept);
    if (!decision) return notices.say(said);
    this.all = [...this.all, decision].slice(-DECISIONS_MAX);
    const run = () => this.undo(decision);
    notices.offer(said, { text: t().conflicts.undo, run }, decision);
  }

  /** Takes a choice back, and says so. */
  async undo(decision: Decision): Promise<void> {
    if (this.busy || !this.all.includes(decision)) return;
    this.busy = decision;
    notices.dropAbout(decision);
    const text = t().conflicts;
    const path = name(leaf(decision.path));
    try {
      await (decision.version === null ? takeAway(decision) : putBack(decision, decision.version));
      this.#forget(decision);
      notices.say(decision.version === null ? text.undoneBoth(path) : text.undone(path));
      void home.refresh();
    } catch (thrown) {
      const late = refusalOf(thrown).code === 'unknown-conflict';
      if (late) this.#forget(decision);
      if (late) notices.say(text.undoLate(path), true);
      else notices.refuse(thrown);
    }
    this.busy = null;
  }

  #forget(decision: Decision): void {
    this.all = this.all.filter((one) => one !== decision);
  }
}

/** What was decided, if it can be taken back. */
function decisionOf(conflict: ConflictView, kept: number | null): Decision | null {
  const { id, folder, path } = conflict;
  if (kept === null) return { conflict: id, folder, path, version: null };
  const gone = conflict.sides[1 - kept];
  // What was deleted has no bytes that could come back.
  if (gone?.kind !== 'file' || !gone.version) return null;
  return { conflict: id, folder, path, version: gone.version };
}

async function putBack({ folder, path }: Decision, version: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await service().ask('restore', { folder, path, version });
      return;
    } catch (thrown) {
      if (refusalOf(thrown).code !== 'unknown-version' || tries === TRIES_MAX) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

async function takeAway({ conflict, folder, path }: Decision): Promise<void> {
  await service().ask('conflict_undo', { id: conflict, folder, path });
}

export const decided = new Decided();
