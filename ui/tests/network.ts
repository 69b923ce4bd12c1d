// A network that nobody else is on, for devices that look for each other. Needs root.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One address, and a cable that leads nowhere: what is said to all comes back to this computer. */
const SCRIPT = `
  ip link set lo up &&
  ip link add eth0 type veth peer name eth1 &&
  ip address add 10.78.0.1/24 dev eth0 &&
  ip link set eth0 up && ip link set eth1 up &&
  ip route add default dev eth0 &&
  echo up && exec cat`;

export class Network {
  private constructor(readonly keeper: ChildProcess) {}

  /** Null, with a printed reason, where none can be made. */
  static async up(): Promise<Network | null> {
    if (process.getuid?.() !== 0) {
      console.warn('left out: network namespaces need root');
      return null;
    }
    // It lives as long as its input is open, which ends with this process at the latest.
    const keeper = spawn('unshare', ['--net', 'sh', '-c', SCRIPT], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: keeper.stdout });
    await new Promise<void>((resolve, reject) => {
      lines.once('line', () => resolve());
      keeper.once('exit', (code) => reject(new Error(`no network: ${code}`)));
    });
    return new Network(keeper);
  }

  /** The words that start a program in it. */
  inside(program: string): string[] {
    return ['nsenter', `--net=/proc/${this.keeper.pid}/ns/net`, program];
  }

  down(): void {
    this.keeper.stdin?.end();
  }
}
