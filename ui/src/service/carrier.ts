// How the pages ask the service: by a carrier, of which there are two (`browser`, `window`).
// The pages know operations and views; where they travel is said nowhere else.
import { operations, type ApiError, type ErrorCode, type Operations } from './api.gen.ts';

export type Name = keyof Operations;
export type Request<N extends Name> = Operations[N]['request'];
export type View<N extends Name> = Operations[N]['view'];

/** Operations that answer bit by bit. */
export type Streamed = {
  [N in Name]: (typeof operations)[N]['shape'] extends 'many' ? N : never;
}[Name];

/** Ends what is followed; nothing more arrives. */
export type Unfollow = () => void;

export interface Carrier {
  /** Asks once. Throws a `Refusal` and nothing else. */
  ask<N extends Name>(operation: N, request: Request<N>): Promise<View<N>>;
  /** Follows a stream; `onEnd` is called once, with what ended it. */
  follow<N extends Streamed>(
    operation: N,
    request: Request<N>,
    onLine: (view: View<N>) => void,
    onEnd: (end: Refusal | null) => void,
  ): Unfollow;
}

/** Why something was not done. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly subject: string | null;
  readonly reason: string | null;

  constructor(error: Partial<ApiError> & { code: ErrorCode }) {
    super(error.message ?? error.code);
    this.code = error.code;
    this.subject = error.subject ?? null;
    this.reason = error.cause ?? null;
  }
}

/** What came instead of an answer, as a refusal. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (isApiError(thrown)) return new Refusal(thrown);
  return new Refusal({ code: 'incomprehensible', cause: String(thrown) });
}

export function isApiError(value: unknown): value is ApiError {
  return typeof value === 'object' && value !== null && 'code' in value;
}
