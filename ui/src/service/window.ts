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

/** What only the app's window can do: things of this computer's desktop. */
export interface Desktop {
  /** Starts the service if it does not run. */
  startService(): Promise<void>;
  startsAtLogin(): Promise<boolean>;
  startAtLogin(on: boolean): Promise<void>;
  /** Opens a directory of a folder in the file manager; the service says where that is. */
  openFolder(folder: string, path: string): Promise<void>;
}

const SHELL: Desktop = {
  startService: () => call('start_service'),
  startsAtLogin: () => call('starts_at_login'),
  startAtLogin: (on) => call('start_at_login', { on }),
  openFolder: (folder, path) => call('open_folder', { folder, path }),
};

async function call<T>(command: string, given: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, given);
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}

/** The desktop around the page; null in a browser. */
export function desktop(): Desktop | null {
  return isWindow() ? SHELL : null;
}

/** Whether the page stands in the app's window. */
export function isWindow(): boolean {
  return '__TAURI_INTERNALS__' in globalThis;
}
