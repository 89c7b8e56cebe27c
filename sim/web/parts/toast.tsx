/** What was done, or why not, in a sentence at the edge of the page. A refusal stays until it is put away; what went well leaves by itself. */
import { signal } from '@preact/signals';

interface Told {
  readonly id: number;
  readonly kind: 'done' | 'refused';
  readonly sentence: string;
}

/** The oldest goes first. */
const maxToasts = 4;
const shownMs = 5_000;

const toasts = signal<readonly Told[]>([]);
let last = 0;

const putAway = (id: number): void => {
  toasts.value = toasts.value.filter((one) => one.id !== id);
};

export const tell = (sentence: string, kind: Told['kind'] = 'done'): void => {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value.filter((one) => one.sentence !== sentence), { id, kind, sentence }].slice(-maxToasts);
  if (kind === 'done') window.setTimeout(() => putAway(id), shownMs);
};

/** Tells a refusal; nothing, where it went well. */
export const tellRefusal = (result: { readonly ok: true } | { readonly ok: false; readonly failure: { readonly sentence: string } }): void => {
  if (!result.ok) tell(result.failure.sentence, 'refused');
};

/** The same of a call that is under way. Resolves once it has been answered. */
export const tellIfRefused = async (asked: Promise<Parameters<typeof tellRefusal>[0]>): Promise<void> => tellRefusal(await asked);

export function Toasts() {
  return (
    <section class="toasts" aria-label="Messages" aria-live="polite">
      {toasts.value.map(({ id, kind, sentence }) => (
        <div key={id} class={`toast ${kind}`}>
          <p>{sentence}</p>
          <button type="button" class="close" aria-label="Put away" onClick={() => putAway(id)}>
            ×
          </button>
        </div>
      ))}
    </section>
  );
}
