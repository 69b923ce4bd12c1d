// The carrier of the app's window: two commands of the shell, which asks the service at its socket.
import { Channel, invoke } from '@tauri-apps/api/core';

import { Refusal, refusalOf, isApiError, type Carrier } from './carrier.ts';

/** What arrives on a channel: a line, or the end with or without an error. */
type Message = { line: unknown } | { end: unknown };

export function windowCarrier(): Carrier {
  return {
    async ask(operation, request) {
      try {
        return await invoke('ask', { operation, request });
      } catch (thrown) {
        throw refusalOf(thrown);
      }
    },

    follow(operation, request, onLine, onEnd) {
      let over = false;
      const end = (refusal: Refusal | null) => {
        if (!over) onEnd(refusal);
        over = true;
      };
      const channel = new Channel<Message>();
      channel.onmessage = (message) => {
        if (over) return;
        if ('line' in message) onLine(message.line as Parameters<typeof onLine>[0]);
        else end(isApiError(message.end) ? new Refusal(message.end) : null);
      };
      const started = invoke<number>('follow', { operation, request, channel });
      started.catch((thrown: unknown) => end(refusalOf(thrown)));
      return () => {
        if (over) return;
        over = true;
        // What can't be ended ends with the window.
        started.then((id) => invoke('unfollow', { id })).catch(() => undefined);
      };
    },
  };
}

/** Whether the page stands in the app's window. */
export function isWindow(): boolean {
  return '__TAURI_INTERNALS__' in globalThis;
}
