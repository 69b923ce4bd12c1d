// A row for tests of lists: the item's text.
import { createRawSnippet } from 'svelte';

export const rowOf = createRawSnippet((item: () => unknown) => ({
  render: () => `<span>${String(item())}</span>`,
}));
