// Reads the picture of a code out of what a camera sees. Loaded when somebody scans, not before.
import decode, { type Image } from 'qr/decode.js';

/** What the picture says; null if nothing in it can be read. */
export function read(image: Image): string | null {
  try {
    return decode(image);
  } catch {
    return null;
  }
}
