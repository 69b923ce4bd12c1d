// What the page says after something was done, or was not. A screen reader hears it as well.
import { refusalOf } from '../service/index.ts';
import { refusalText } from '../text/language.svelte.ts';

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
}

const SHOWN_MS = 6_000;
const NOTICES_MAX = 4;

class Notices {
  all = $state.raw<Notice[]>([]);
  #last = 0;

  say(text: string, bad = false): void {
    this.#last += 1;
    const notice = { id: this.#last, text, bad };
    this.all = [...this.all, notice].slice(-NOTICES_MAX);
    // What went wrong stays until it was read.
    if (!bad) setTimeout(() => this.drop(notice.id), SHOWN_MS);
  }

  refuse(thrown: unknown): void {
    this.say(refusalText(refusalOf(thrown)), true);
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
