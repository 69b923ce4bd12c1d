// Where in the pages a person is: the part of the address behind `#`.
export type Page =
  'home' | 'folders' | 'folder' | 'conflicts' | 'devices' | 'activity' | 'settings';

export interface Place {
  page: Page;
  /** A folder's id, or a conflict's; on the first page the link of an invitation. */
  subject: string;
  /** A path in the folder; empty for its top. */
  path: string;
  /** The file in that directory that is to be seen; empty for none. */
  file: string;
}

const PAGES: Record<string, Page> = {
  '': 'home',
  folders: 'folders',
  folder: 'folder',
  conflicts: 'conflicts',
  devices: 'devices',
  activity: 'activity',
  settings: 'settings',
};

export function placeOf(hash: string): Place {
  const [page = '', subject = '', ...path] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  if (page === 'join') return { page: 'home', subject, path: '', file: '' };
  if (page === 'file') {
    return { page: 'folder', subject, path: path.slice(0, -1).join('/'), file: path.join('/') };
  }
  return { page: PAGES[page] ?? 'home', subject, path: path.join('/'), file: '' };
}

export function hashOf(page: Page, subject = '', path = ''): string {
  const parts = [page === 'home' ? '' : page, subject, ...path.split('/')];
  return `#/${parts.filter(Boolean).map(encodeURIComponent).join('/')}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

class Here {
  place = $state.raw(placeOf(location.hash));

  start(): () => void {
    const follow = () => (this.place = placeOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }

  go(page: Page, subject = '', path = ''): void {
    location.hash = hashOf(page, subject, path);
  }
}

export const here = new Here();
