/** What a way of sending promises the desk. */

/** `failed`: may go better another time. `refused`: never will. The sentence holds nothing that came from outside but numbers. */
export type Sent = { readonly how: 'sent' } | { readonly how: 'failed' | 'refused'; readonly sentence: string };

/** One try takes at most this. */
export const maxTryMs = 20_000;

/** Sends one, resolves within `maxTryMs` whatever the other side does, and at once when it is aborted; rejects only with a Fault of the store. */
export type Sender = (content: string, signal: AbortSignal) => Promise<Sent>;
