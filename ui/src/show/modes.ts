// The ways to take part in a folder that this version of the service has.
import type { Mode } from '../service/index.ts';

export const MODES: readonly Mode[] = ['clone', 'stream', 'portal'];
