/** Words for work that goes on: that it does, or that it waits because the simulated time stands still. Whose work it is is the caller's. */
import { type Signal, useSignal } from '@preact/signals';
import { setSpeed, standsStill } from '../standing-time.ts';
import { tellIfRefused } from './toast.tsx';

/** Work that takes longer than this says that it goes on. */
const slowMs = 1_000;
/** While time stands still that is said as soon as work waits: it may wait for good. */
const waitingMs = 200;

type Stage = 'done' | 'begun' | 'waiting' | 'slow';

/** Work from its beginning to its end, one at a time. */
export const useProgress = () => {
  const stage = useSignal<Stage>('done');
  const during = async <Value,>(work: () => Promise<Value>): Promise<Value> => {
    stage.value = 'begun';
    const timers = [window.setTimeout(() => (stage.value = 'waiting'), waitingMs), window.setTimeout(() => (stage.value = 'slow'), slowMs)];
    try {
      return await work();
    } finally {
      for (const timer of timers) window.clearTimeout(timer);
      stage.value = 'done';
    }
  };
  return { stage, isBusy: stage.value !== 'done', during };
};

/** Said to people who hear the page, too: so it stands there before it has words. */
export function Progress({ stage }: { readonly stage: Signal<Stage> }) {
  const isStill = standsStill.value && (stage.value === 'waiting' || stage.value === 'slow');
  return (
    <span class="progress-words hint" role="status">
      {isStill ? (
        <>
          Waits: time stands still.{' '}
          <button type="button" class="link" onClick={() => void tellIfRefused(setSpeed(1))}>
            Play
          </button>
        </>
      ) : (
        stage.value === 'slow' && 'Working …'
      )}
    </span>
  );
}
