/** Long work in parts, so that nothing else waits for all of it. How long a part takes, and what happens between two, is the caller's. */

/** In order; the last one may be shorter. */
export function* chunksOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
