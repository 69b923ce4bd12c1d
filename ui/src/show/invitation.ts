// What an open invitation says to a device that can see: the code and where to come, in one line.
import { generate } from 'lean-qr';

/** Addresses that are told: the picture stays coarse enough to be read across a table. */
const ADDRESSES_MAX = 2;
/** Light squares around the picture; without them nothing reads it. */
const MARGIN = 4;

/** `homefold:join?code=…&address=…`, with the addresses that `join` takes. */
export function invitationLink(code: string, addresses: readonly string[]): string {
  const told = addresses.slice(0, ADDRESSES_MAX).map((address) => `&address=${address}`);
  return `homefold:join?code=${code}${told.join('')}`;
}

export interface Invitation {
  code: string;
  address: string;
}

/** What an invitation's link says, if it is one; whatever else stands in it is left out. */
export function invitationOf(link: string): Invitation | null {
  const [start, query = ''] = link.split('?', 2);
  if (start !== 'homefold:join') return null;
  const parts = query.split('&').map((part) => part.split('=', 2));
  const all = (name: string) =>
    parts.flatMap(([key, value]) => (key === name && value ? [value] : []));
  const code = all('code').find((one) => /^\d{8}$/.test(one));
  const address = all('address').find((one) => /^[\w.:%[\]-]{1,80}$/.test(one)) ?? '';
  return code ? { code, address } : null;
}

/** The dark squares of the picture of a text, as the path of an SVG, and the length of its side. */
export function squares(text: string): { path: string; side: number } {
  const code = generate(text);
  let path = '';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) path += `M${x + MARGIN} ${y + MARGIN}h1v1h-1z`;
    }
  }
  return { path, side: code.size + 2 * MARGIN };
}
