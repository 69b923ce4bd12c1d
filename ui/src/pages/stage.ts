// For the tests of pages: what jsdom lacks, and a service that says what the test wants.
import { setService } from '../service/index.ts';
import { Pretend } from '../service/pretend.ts';
import { notices } from '../state/notices.svelte.ts';

// What jsdom lacks: sizes that change, and dialogs.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};

/** Puts a service behind the page that answers this. */
export function pretend(answers: ConstructorParameters<typeof Pretend>[0]): Pretend {
  const service = new Pretend(answers);
  setService(service);
  return service;
}

/** What the page has said to the person, in order. */
export const said = () => notices.all.map((notice) => notice.text);
