// A carrier for tests: answers what the test says, and remembers what was asked.
import type { Carrier, Name, Request, Streamed, View } from './carrier.ts';
import { Refusal } from './carrier.ts';
import type { ErrorCode } from './api.gen.ts';

type Answers = { [N in Name]?: View<N> | ((request: Request<N>) => View<N>) };
type Ends = (end: Refusal | null) => void;

export class Pretend implements Carrier {
  readonly asked: { operation: Name; request: unknown }[] = [];
  readonly followed = new Map<Name, { line: (view: never) => void; end: Ends; over: boolean }>();

  constructor(readonly answers: Answers) {}

  async ask<N extends Name>(operation: N, request: Request<N>): Promise<View<N>> {
    this.asked.push({ operation, request });
    const answer: unknown = (this.answers as Record<string, unknown>)[operation];
    if (answer === undefined) throw new Refusal({ code: 'unsupported' });
    return (typeof answer === 'function' ? answer(request) : answer) as View<N>;
  }

  follow<N extends Streamed>(
    operation: N,
    _request: Request<N>,
    onLine: (view: View<N>) => void,
    onEnd: Ends,
  ): () => void {
    const one = { line: onLine as (view: never) => void, end: onEnd, over: false };
    this.followed.set(operation, one);
    return () => (one.over = true);
  }

  /** What was asked of an operation, in order. */
  requests(operation: Name): unknown[] {
    return this.asked.filter((one) => one.operation === operation).map((one) => one.request);
  }
}

/** For an answer: not done, and why. */
export function refuse(code: ErrorCode, subject?: string): never {
  throw new Refusal({ code, ...(subject === undefined ? {} : { subject }) });
}
