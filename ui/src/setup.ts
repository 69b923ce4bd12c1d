// What every test has: the page's language is English, whatever the machine's is.
import { afterEach } from 'vitest';

import { setService } from './service/index.ts';
import { language } from './text/language.svelte.ts';

language.choose('en');
afterEach(() => {
  setService(null);
  language.choose('en');
});
