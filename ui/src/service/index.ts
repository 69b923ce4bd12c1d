// The carrier that this page has.
import { browserCarrier } from './browser.ts';
import type { Carrier } from './carrier.ts';
import { isWindow, windowCarrier } from './window.ts';

let carrier: Carrier | null = null;

export function service(): Carrier {
  carrier ??= isWindow() ? windowCarrier() : browserCarrier();
  return carrier;
}

/** For tests: what answers instead. */
export function setService(other: Carrier | null): void {
  carrier = other;
}

export { asksForPassword, signIn, type SignedIn } from './browser.ts';
export { desktop, type Desktop } from './window.ts';
export { Refusal, refusalOf, type Carrier } from './carrier.ts';
export type * from './api.gen.ts';
