// Two real services of this computer, each with its own place, and a browser in front of each.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

import type { Network } from './network.ts';

const BINARY = process.env.HOMEFOLD_BINARY ?? '';
const CHROMIUM = process.env.HOMEFOLD_CHROMIUM ?? '/usr/bin/chromium';
/** How long a service may take to answer, or the home to agree. */
export const PATIENCE_MS = 30_000;

const run = promisify(execFile);

/** A running device. */
export class Device {
  readonly data: string;
  readonly home: string;
  #process: ChildProcess | null = null;

  constructor(
    readonly name: string,
    place: string,
    readonly network: Network | null = null,
  ) {
    this.home = join(place, name);
    this.data = join(place, `${name}-data`);
    mkdirSync(this.home, { recursive: true });
  }

  get #environment(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return { PATH, HOME: this.home, HOMEFOLD_DATA_DIR: this.data, LANG: 'C.UTF-8' };
  }

  async start(): Promise<void> {
    const words = ['service', 'run', '--name', this.name];
    const network = this.network
      ? ['--listen', '0.0.0.0:0']
      : ['--listen', '127.0.0.1:0', '--no-discovery'];
    const [program = BINARY, ...rest] = this.network?.inside(BINARY) ?? [BINARY];
    const child = spawn(program, [...rest, ...words, ...network], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => line.startsWith('ready') && resolve());
      child.once('exit', (code) => reject(new Error(`${this.name} ended with ${code}`)));
    });
    await within(ready, `${this.name} to be ready`);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await within(ended, `${this.name} to leave`);
  }

  /** What a command prints that is told something first. */
  async tell(text: string, ...words: string[]): Promise<string> {
    const running = run(BINARY, words, { env: this.#environment, timeout: PATIENCE_MS });
    running.child.stdin?.end(`${text}\n`);
    return (await running).stdout.trim();
  }

  /** What a command prints. */
  async say(...words: string[]): Promise<string> {
    const { stdout } = await run(BINARY, words, { env: this.#environment, timeout: PATIENCE_MS });
    return stdout.trim();
  }
}

/** Two devices, not yet a home, and a browser. */
export class Scene {
  readonly place = mkdtempSync(join(tmpdir(), 'homefold-pages-'));
  readonly desk: Device;
  readonly laptop: Device;
  #browser: Browser | null = null;

  /** What the browser's camera sees, frame after frame; without that it has none. */
  readonly camera = join(this.place, 'camera.mjpeg');

  /** In a network of their own the devices look for each other. */
  constructor(
    readonly network: Network | null = null,
    readonly sees = false,
  ) {
    this.desk = new Device('desk', this.place, network);
    this.laptop = new Device('laptop', this.place, network);
  }

  async start(): Promise<void> {
    await Promise.all([this.desk.start(), this.laptop.start()]);
    this.#browser = await chromium.launch({
      executablePath: this.#chromium(),
      args: ['--no-sandbox', ...(this.sees ? this.#cameraArguments() : [])],
    });
  }

  /** A camera that shows a file, and a person who allows it. */
  #cameraArguments(): string[] {
    return [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${this.camera}`,
    ];
  }

  /** The browser, where it reaches the services. */
  #chromium(): string {
    if (!this.network) return CHROMIUM;
    const script = join(this.place, 'chromium');
    const words = this.network.inside(CHROMIUM).map((word) => `'${word}'`);
    writeFileSync(script, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
    chmodSync(script, 0o755);
    return script;
  }

  /** The pages of a device, in a browser that was let in. Whatever a page complains of is an error. */
  async open(device: Device, options: BrowserContextOptions = {}): Promise<Page> {
    if (!this.#browser) throw new Error('the scene was not started');
    const context = await this.#browser.newContext({
      locale: 'en-GB',
      viewport: { width: 1100, height: 760 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    await page.goto(await device.say('ui', '--no-open'));
    return page;
  }

  /** A page of another address, whose certificate the person has compared. */
  async visit(address: string): Promise<Page> {
    if (!this.#browser) throw new Error('the scene was not started');
    const context = await this.#browser.newContext({ locale: 'en-GB', ignoreHTTPSErrors: true });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    await page.goto(address);
    return page;
  }

  readonly complaints: string[] = [];

  /** The two devices as one home, with the folder `Papers` on both. */
  async pair(): Promise<void> {
    const papers = join(this.desk.home, 'Papers');
    mkdirSync(papers, { recursive: true });
    await this.desk.say('folder', 'create', 'Papers', papers);
    await joinHome(this.desk, this.laptop);
    await this.laptop.say('folder', 'attach', 'Papers', join(this.laptop.home, 'Papers'));
    await this.settle();
  }

  async settle(): Promise<void> {
    await this.desk.say('wait', '--timeout', '25s');
    await this.laptop.say('wait', '--timeout', '25s');
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await Promise.all([this.desk.stop(), this.laptop.stop()]);
    rmSync(this.place, { recursive: true, force: true });
  }
}

/** Pairs by command, as the tests of pairing itself do by page. */
async function joinHome(inside: Device, newcomer: Device): Promise<void> {
  const child = spawn(BINARY, ['--json', 'invite'], {
    env: { PATH: process.env.PATH, HOMEFOLD_DATA_DIR: inside.data, HOME: inside.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const first = new Promise<string>((resolve) => lines.once('line', resolve));
  const { code, addresses } = JSON.parse(await within(first, 'a code')) as {
    code: string;
    addresses: string[];
  };
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await newcomer.say('join', code, '--address', addresses[0] ?? '');
  await within(ended, 'the invitation to end');
}

export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited too long for ${what}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Looks again and again until it holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited too long until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
