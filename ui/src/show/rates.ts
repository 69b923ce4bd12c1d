// What moves between this device and the others.
import type { DeviceView } from '../service/index.ts';

/** Two devices that have nothing to do still tell each other that they are there. */
const IDLE = 1_000;

export interface Rates {
  /** Bytes a second; 0 for what is no transfer. */
  down: number;
  up: number;
}

const real = (rate: number) => (rate < IDLE ? 0 : rate);

/** What moves between this device and another. */
export function ratesOf(device: DeviceView): Rates {
  return { down: real(device.rate_in), up: real(device.rate_out) };
}

/** What moves between this device and all others. */
export function ratesOfAll(devices: readonly DeviceView[]): Rates {
  const all = devices.map(ratesOf);
  const sum = (of: (one: Rates) => number) => all.reduce((total, one) => total + of(one), 0);
  return { down: sum((one) => one.down), up: sum((one) => one.up) };
}

/** Whether anything moves, or is about to. */
export function moves(devices: readonly DeviceView[]): boolean {
  const { down, up } = ratesOfAll(devices);
  return down + up > 0 || devices.some((one) => one.connected && one.waiting_for_files > 0);
}
