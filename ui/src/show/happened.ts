// What happened, as a line of the activity page. Pure: from an event to its words.
import type { EventView } from '../service/index.ts';
import { problemText, t } from '../text/language.svelte.ts';
import { name } from './format.ts';
import { heldWhat } from './summary.ts';

/** What a person can look at alone. */
export type Topic = 'changes' | 'trouble' | 'devices' | 'other';

export interface Line {
  topic: Topic;
  text: string;
}

/** The line for an event; null for one that says nothing to a person. */
export function lineOf(event: EventView): Line | null {
  const text = t().activity;
  const line = (topic: Topic, words: string): Line => ({ topic, text: words });
  switch (event.kind) {
    case 'changed':
    case 'state-changed':
      return null;
    case 'started':
      return line('other', text.started);
    case 'stopping':
      return line('other', text.stopping);
    case 'missed':
      return line('other', text.missed(event.events));
    case 'device-connected':
      return line('devices', text.connected(name(event.name)));
    case 'device-disconnected':
      return line('devices', text.disconnected(name(event.name)));
    case 'device-joined':
      return line('devices', text.joined(name(event.name)));
    case 'device-removed':
      return line('devices', text.removed(name(event.name)));
    case 'device-changed':
      return line('devices', text.deviceChanged(name(event.name)));
    case 'folder-changed':
      return line('other', text.folderChanged(name(event.folder)));
    case 'local-changes':
      return line('changes', text.localChanges(t().entries(event.entries), name(event.folder)));
    case 'remote-changes':
      return line('changes', text.remoteChanges(t().entries(event.entries), name(event.folder)));
    case 'conflict-found':
      return line('trouble', text.conflict(name(event.path), name(event.folder)));
    case 'conflict-resolved':
      return line('trouble', text.resolved(name(event.folder)));
    case 'held':
      return line('trouble', text.held(heldWhat(event), name(event.folder)));
    case 'held-decided': {
      const words = event.released ? text.released : text.undone;
      return line('trouble', words(name(event.folder)));
    }
    case 'read-failed':
      return line('trouble', readLine(event));
    case 'problem-found':
    case 'problem-solved':
      return line('trouble', problemLine(event));
  }
}

function readLine(event: Extract<EventView, { kind: 'read-failed' }>): string {
  const devices = event.devices.map(name).join(', ');
  return t().activity.readFailed(name(event.path), name(event.folder), devices);
}

function problemLine(
  event: Extract<EventView, { kind: 'problem-found' } | { kind: 'problem-solved' }>,
): string {
  const text = t().activity;
  const [path, folder] = [event.path ? name(event.path) : text.whole, name(event.folder)];
  if (event.kind === 'problem-solved') return text.solved(path, folder);
  return text.problem(path, folder, problemText(event.reason));
}
