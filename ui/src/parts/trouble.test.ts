// A service that does not answer: what the window offers, which a browser can't.
import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { Refusal, type ErrorCode } from '../service/index.ts';
import Trouble from './Trouble.svelte';

const calls: string[] = [];

function inWindow(): void {
  const invoke = (command: string) => {
    calls.push(command);
    return Promise.resolve();
  };
  vi.stubGlobal('__TAURI_INTERNALS__', { invoke, transformCallback: () => 0 });
}
afterEach(() => {
  calls.length = 0;
  vi.unstubAllGlobals();
});

describe('a service that does not answer', () => {
  it('is started from the window, or started anew if it is of another version', async () => {
    inWindow();
    for (const [code, words] of [
      ['no-service', 'Start Homefold'],
      ['incomprehensible', 'Restart Homefold'],
    ] as [ErrorCode, string][]) {
      const { unmount } = render(Trouble, { refusal: new Refusal({ code }) });
      await fireEvent.click(screen.getByText(words));
      expect(calls[0]).toBe('start_service');
      calls.length = 0;
      unmount();
    }
  });

  it('can only be waited for in a browser', () => {
    render(Trouble, { refusal: new Refusal({ code: 'no-service' }) });
    expect(screen.getAllByRole('button').map((one) => one.textContent)).toEqual(['Try again']);
  });
});
