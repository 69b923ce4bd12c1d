// What the page says after something was done, or was not. A screen reader hears it as well.
import { refusalOf } from '../service/index.ts';
import { refusalText } from '../text/language.svelte.ts';

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
  /** What can be done about it, here and now. */
  act?: { text: string; run: () => unknown } | undefined;
  /** What it is about, to find it again. */
  about?: unknown;
}

const SHOWN_MS = 6_000;
/** Long enough to see on another page what one did not mean. */
const OFFERED_MS = 30_000;
const NOTICES_MAX = 4;

class Notices {
  all = $state.raw<Notice[]>([]);
  #last = 0;

  say(text: string, bad = false): void {
    // What went wrong stays until it was read.
    this.#add({ text, bad }, bad ? null : SHOWN_MS);
  }

  /** Says something with a button beside it. */
  offer(text: string, act: { text: string; run: () => unknown }, about: unknown): void {
    this.#add({ text, bad: false, act, about }, OFFERED_MS);
  }

  #add(said: Omit<Notice, 'id'>, milliseconds: number | null): void {
    this.#last += 1;
    const id = this.#last;
    this.all = [...this.all, { ...said, id }].slice(-NOTICES_MAX);
    if (milliseconds !== null) setTimeout(() => this.drop(id), milliseconds);
  }

  refuse(thrown: unknown): void {
    this.say(refusalText(refusalOf(thrown)), true);
  }

  /** What is about this is over. */
  dropAbout(about: unknown): void {
    this.all = this.all.filter((notice) => notice.about !== about);
  }

  drop(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();

/** Does something and says how it went; whether it was done. */
export async function attempt(act: () => Promise<string | void>): Promise<boolean> {
  try {
    const said = await act();
    if (said) notices.say(said);
    return true;
  } catch (thrown) {
    notices.refuse(thrown);
    return false;
  }
}
