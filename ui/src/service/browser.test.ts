// The browser's carrier against answers as the service gives them.
import { describe, expect, it } from 'vitest';

import { browserCarrier, requestOf } from './browser.ts';
import { Refusal } from './carrier.ts';

const answering = (body: BodyInit, status = 200) =>
  browserCarrier(async () => new Response(body, { status }));

describe('a request', () => {
  it('has the fields of its path in the path, safely', () => {
    const { url, init } = requestOf('entries', { folder: 'a/b ?', path: 'c&d', after: null });
    expect(url).toBe('/v1/folders/a%2Fb%20%3F/entries?path=c%26d');
    expect(init.body).toBeUndefined();
  });

  it('has the others in its body if it changes something', () => {
    const { url, init } = requestOf('folder_mode', { folder: 'Photos', mode: 'clone' });
    expect(url).toBe('/v1/folders/Photos/mode');
    expect(init).toMatchObject({ method: 'PUT', body: '{"mode":"clone"}' });
  });
});

describe('an answer', () => {
  it('is the view', async () => {
    const carrier = answering('{"id":"A","name":"desk"}');
    expect(await carrier.ask('id', {})).toEqual({ id: 'A', name: 'desk' });
  });

  it('that is a refusal is thrown with its code', async () => {
    const carrier = answering('{"code":"unknown-folder","message":"…","subject":"X"}', 404);
    await expect(carrier.ask('id', {})).rejects.toMatchObject({
      code: 'unknown-folder',
      subject: 'X',
    });
  });

  it('that never comes means that there is no service', async () => {
    const carrier = browserCarrier(async () => {
      throw new TypeError('network');
    });
    await expect(carrier.ask('id', {})).rejects.toMatchObject({ code: 'no-service' });
  });
});

describe('a stream', () => {
  const follow = (body: string) =>
    new Promise<{ lines: unknown[]; end: Refusal | null }>((resolve) => {
      const lines: unknown[] = [];
      answering(body).follow(
        'events',
        {},
        (line) => lines.push(line),
        (end) => resolve({ lines, end }),
      );
    });

  it('gives its lines and skips the empty ones', async () => {
    const { lines, end } = await follow('{"seq":1}\n\n{"seq":2}\n');
    expect(lines).toEqual([{ seq: 1 }, { seq: 2 }]);
    expect(end).toBeNull();
  });

  it('ends with its error', async () => {
    const { lines, end } = await follow('{"seq":1}\n{"error":{"code":"stopping","message":""}}\n');
    expect(lines).toHaveLength(1);
    expect(end?.code).toBe('stopping');
  });

  it('that is cut in the middle of a line is no answer', async () => {
    const { end } = await follow('{"seq":1}\nnonsense\n');
    expect(end?.code).toBe('incomprehensible');
  });
});
