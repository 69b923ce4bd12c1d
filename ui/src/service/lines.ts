// A stream of bytes as JSON documents, one a line; empty lines only say that the other side lives.
import { Refusal } from './carrier.ts';

/** Characters of one line, as the service bounds it. */
const LINE_MAX = 64 << 20;

export async function* linesOf(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<unknown> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), silenceMs);
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) yield JSON.parse(line);
      if (rest.length > LINE_MAX) throw new Refusal({ code: 'incomprehensible' });
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Refusal({ code: 'no-service' })), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
