// Reading the picture of an invitation with a camera: what jsdom has none of is put in its place.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { generate } from 'lean-qr';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { invitationLink } from '../show/invitation.ts';
import { read } from '../show/scan.ts';
import Scan from '../parts/Scan.svelte';
import JoinHome from '../parts/JoinHome.svelte';
import { pretend } from './stage.ts';

/** A code as a camera sees it: grey on grey, some squares of light around. */
function seen(text: string, scale = 4) {
  const code = generate(text);
  const side = (code.size + 8) * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const dark = code.get(Math.floor(x / scale) - 4, Math.floor(y / scale) - 4);
      data.fill(dark ? 60 : 190, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return { width: side, height: side, data };
}

function camera(getUserMedia: () => Promise<MediaStream>, kinds = ['videoinput']) {
  const enumerateDevices = async () => kinds.map((kind) => ({ kind }));
  vi.stubGlobal('navigator', {
    languages: ['en'],
    mediaDevices: { getUserMedia, enumerateDevices },
  });
}
afterEach(() => vi.unstubAllGlobals());

describe('the picture of an invitation', () => {
  it('is read as it was drawn, and noise is nothing', () => {
    const link = invitationLink('12345678', ['192.168.1.10:22700', '[fe80::1]:22700']);
    expect(read(seen(link))).toBe(link);
    const noise = seen('x');
    noise.data.forEach((_, i) => (noise.data[i] = (i * 7919) % 251));
    expect(read(noise)).toBeNull();
    expect(read({ width: 0, height: 0, data: new Uint8ClampedArray() })).toBeNull();
  });
});

describe('a camera', () => {
  it('that is not there, not allowed or in use is told in words that say what to do', async () => {
    for (const [name, words] of [
      ['NotAllowedError', /may not be used/],
      ['NotFoundError', /No camera was found/],
      ['NotReadableError', /another program uses it/],
    ] as const) {
      camera(() => Promise.reject(new DOMException('', name)));
      const { unmount } = render(Scan, { onfound: vi.fn(), onclose: vi.fn() });
      expect((await screen.findByRole('alert')).textContent).toMatch(words);
      unmount();
    }
  });

  it('that opens only after the dialog was closed is closed at once', async () => {
    const stop = vi.fn();
    let open: (stream: MediaStream) => void = () => undefined;
    camera(() => new Promise((resolve) => (open = resolve)));
    const { unmount } = render(Scan, { onfound: vi.fn(), onclose: vi.fn() });
    unmount();
    open({ getTracks: () => [{ stop }] } as never);
    await waitFor(() => expect(stop).toHaveBeenCalledOnce());
  });

  it('is offered where there is one, and nowhere else', async () => {
    pretend({});
    camera(() => Promise.reject(new Error('not asked')));
    const first = render(JoinHome, { invitation: null, onback: vi.fn() });
    expect(await screen.findByText('Scan its QR code')).toBeTruthy();
    await fireEvent.click(screen.getByText('Scan its QR code'));
    expect(await screen.findByRole('dialog')).toBeTruthy();
    first.unmount();
    camera(() => Promise.reject(new Error('not asked')), ['audioinput']);
    render(JoinHome, { invitation: null, onback: vi.fn() });
    await new Promise((resolve) => setTimeout(resolve));
    expect(screen.queryByText('Scan its QR code')).toBeNull();
  });
});
