// This device as the list of devices tells it: its role, and how full its disks are, which the status leaves out
// because it takes a look at the disks.
import { service, type DeviceView } from '../service/index.ts';

class Own {
  /** Null until the service has told it. */
  device = $state.raw<DeviceView | null>(null);
  #asking = false;

  /** Asks, unless that is under way; without an answer all else is shown all the same. */
  async look(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const all = await service().ask('device_list', {});
      this.device = all.find((one) => one.this) ?? null;
    } catch {
      // The status says why the service does not answer.
    } finally {
      this.#asking = false;
    }
  }
}

export const own = new Own();
