// The carrier of a browser: HTTP at the address that the page came from. The cookie that the door
// gave travels by itself; no script sees it.
import { operations } from './api.gen.ts';
import type { ApiError } from './api.gen.ts';
import {
  isApiError,
  Refusal,
  refusalOf,
  type Carrier,
  type Name,
  type Request,
  type View,
} from './carrier.ts';
import { linesOf } from './lines.ts';

/** How long a stream may say nothing: the service sends an empty line every 15 seconds. */
const SILENCE_MAX_MS = 40_000;

export function browserCarrier(fetcher: typeof fetch = fetch.bind(globalThis)): Carrier {
  async function send(operation: Name, request: object, signal?: AbortSignal) {
    const { url, init } = requestOf(operation, request);
    let response: Response;
    try {
      response = await fetcher(url, signal ? { ...init, signal } : init);
    } catch (thrown) {
      throw new Refusal({ code: 'no-service', cause: String(thrown) });
    }
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => null);
    throw isApiError(body) ? new Refusal(body) : new Refusal({ code: 'incomprehensible' });
  }

  return {
    async ask<N extends Name>(operation: N, request: Request<N>): Promise<View<N>> {
      const response = await send(operation, request);
      try {
        if (operations[operation].shape === 'one' || operations[operation].shape === 'list') {
          return (await response.json()) as View<N>;
        }
        return new Uint8Array(await response.arrayBuffer()) as unknown as View<N>;
      } catch (thrown) {
        throw refusalOf(thrown);
      }
    },

    follow(operation, request, onLine, onEnd) {
      const stop = new AbortController();
      const read = async () => {
        const response = await send(operation, request, stop.signal);
        if (!response.body) throw new Refusal({ code: 'incomprehensible' });
        for await (const line of linesOf(response.body, SILENCE_MAX_MS)) {
          if (stop.signal.aborted) return;
          if (isEnd(line)) throw new Refusal(line.error);
          onLine(line as Parameters<typeof onLine>[0]);
        }
      };
      const end = (refusal: Refusal | null) => {
        if (!stop.signal.aborted) onEnd(refusal);
        stop.abort();
      };
      read().then(
        () => end(null),
        (thrown: unknown) => end(refusalOf(thrown)),
      );
      return () => stop.abort();
    },
  };
}

function isEnd(line: unknown): line is { error: ApiError } {
  return typeof line === 'object' && line !== null && 'error' in line && isApiError(line.error);
}

/** The request's fields, spread over path, query and body as the table says. */
export function requestOf(operation: Name, request: object): { url: string; init: RequestInit } {
  const { method, path } = operations[operation];
  const fields = new Map(Object.entries(request).filter(([, value]) => value !== undefined));
  let url = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = fields.get(name);
    fields.delete(name);
    return encodeURIComponent(String(value));
  });
  const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store' };
  if (method === 'GET' || method === 'DELETE') {
    const query = new URLSearchParams();
    for (const [name, value] of fields) if (value !== null) query.set(name, String(value));
    if (query.size > 0) url += `?${query}`;
  } else if (fields.size > 0) {
    init.body = JSON.stringify(Object.fromEntries(fields));
    init.headers = { 'content-type': 'application/json' };
  }
  return { url, init };
}

/** What became of a password that a person typed. */
export type SignedIn = 'in' | 'wrong' | 'often';

/** Whether this page came through the door for other computers, which asks for a password. */
export const asksForPassword = () => location.protocol === 'https:';

/** Shows the password; whoever is in has a cookie from then on. */
export async function signIn(password: string): Promise<SignedIn> {
  const response = await fetch('/sign-in', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });
  if (response.ok) return 'in';
  return response.status === 401 || response.status === 400 ? 'wrong' : 'often';
}
