// How things are, kept fresh: the service's status, read again whenever an event says that something
// changed, and the events themselves.
import { refusalOf, Refusal, service } from '../service/index.ts';
import { moves } from '../show/rates.ts';
import type { EventView, StatusView } from '../service/index.ts';

/** Events that are remembered for the page. */
const EVENTS_MAX = 500;
/** Changes that come close together are looked at once. */
const GATHER_MS = 150;
/** How often status is read while something moves: rates are no events. */
const MOVING_MS = 2_000;
/** How long to wait before asking again a service that did not answer. */
const AGAIN_MS = [500, 1_000, 2_000, 4_000];

class Home {
  /** Null until the service has answered for the first time. */
  status = $state.raw<StatusView | null>(null);
  /** Why the service does not answer; null while it does. */
  trouble = $state.raw<Refusal | null>(null);
  /** The newest first. */
  events = $state.raw<EventView[]>([]);

  #unfollow: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer rings. */
  #due = Infinity;
  #asking = false;
  #askAgain = false;
  #failures = 0;
  #running = false;

  /** Begins; the returned function ends it. */
  start(): () => void {
    this.#running = true;
    this.#connect();
    return () => this.stop();
  }

  /** Begins anew at once: what was refused is allowed from here on. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    this.#failures = 0;
    this.#connect();
  }

  stop(): void {
    this.#running = false;
    this.#unfollow?.();
    clearTimeout(this.#timer);
    this.#due = Infinity;
  }

  /** Reads the status now: after something was done, nobody wants to wait for the event. */
  async refresh(): Promise<void> {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    try {
      this.status = await service().ask('status', {});
      this.trouble = null;
      this.#failures = 0;
      const { progress, state, devices } = this.status;
      if (progress || state === 'syncing' || moves(devices)) this.#later(MOVING_MS);
    } catch (thrown) {
      this.#fail(refusalOf(thrown));
    } finally {
      this.#asking = false;
    }
    if (this.#askAgain) {
      this.#askAgain = false;
      await this.refresh();
    }
  }

  #connect(): void {
    if (!this.#running) return;
    this.#unfollow?.();
    let fresh = true;
    this.#unfollow = service().follow(
      'events',
      { follow: true },
      (event) => {
        // A new stream tells again what is remembered.
        this.events = [event, ...(fresh ? [] : this.events)].slice(0, EVENTS_MAX);
        fresh = false;
        this.#later(GATHER_MS);
      },
      (end) => this.#fail(end ?? new Refusal({ code: 'no-service' })),
    );
    void this.refresh();
  }

  #fail(refusal: Refusal): void {
    if (!this.#running) return;
    this.trouble = refusal;
    this.#unfollow?.();
    this.#unfollow = null;
    const wait = AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length - 1)] ?? 4_000;
    this.#failures += 1;
    this.#schedule(Date.now() + wait, () => this.#connect());
  }

  /** Reads the status soon. What is due earlier stays due: events that never end must not put it off. */
  #later(milliseconds: number): void {
    const due = Date.now() + milliseconds;
    if (due >= this.#due) return;
    this.#schedule(due, () => void this.refresh());
  }

  #schedule(due: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      act();
    }, due - Date.now());
  }
}

export const home = new Home();
