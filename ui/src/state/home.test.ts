// How the page stays up to date.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Refusal, setService } from '../service/index.ts';
import { Pretend, refuse } from '../service/pretend.ts';
import { aDevice, aStatus } from '../show/samples.ts';
import { home } from './home.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  home.stop();
  vi.useRealTimers();
});

const changed = (seq: number) =>
  ({ seq, time: '2026-11-22T12:00:00Z', kind: 'changed', folder: null }) as never;

describe('how things are', () => {
  it('is read at the start and after an event, and not without one', async () => {
    const service = new Pretend({ status: aStatus({}) });
    setService(service);
    home.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(service.requests('status')).toHaveLength(1);
    service.followed.get('events')?.line(changed(1));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(service.requests('status')).toHaveLength(2);
  });

  it('is read while events never end, but not for each of them', async () => {
    const service = new Pretend({ status: aStatus({}) });
    setService(service);
    home.start();
    for (let seq = 1; seq <= 100; seq += 1) {
      service.followed.get('events')?.line(changed(seq));
      await vi.advanceTimersByTimeAsync(50);
    }
    const count = service.requests('status').length;
    expect(count).toBeGreaterThan(20);
    expect(count).toBeLessThan(60);
  });

  it('is read again and again while something goes to another device', async () => {
    let rate_out = 50_000;
    const service = new Pretend({ status: () => aStatus({ devices: [aDevice({ rate_out })] }) });
    setService(service);
    home.start();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(service.requests('status')).toHaveLength(5);
    rate_out = 100;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(service.requests('status')).toHaveLength(6);
  });

  it('is missed in words while the service is gone, and found again by itself', async () => {
    let gone = true;
    setService(new Pretend({ status: () => (gone ? refuse('no-service') : aStatus({})) }));
    home.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(home.trouble?.code).toBe('no-service');
    gone = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(home.trouble).toBeNull();
  });

  it('is asked for again when the stream of events ends', async () => {
    const service = new Pretend({ status: aStatus({}) });
    setService(service);
    home.start();
    await vi.advanceTimersByTimeAsync(10);
    service.followed.get('events')?.end(new Refusal({ code: 'stopping' }));
    expect(home.trouble?.code).toBe('stopping');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(home.trouble).toBeNull();
    expect(service.requests('status').length).toBeGreaterThan(1);
  });
});
