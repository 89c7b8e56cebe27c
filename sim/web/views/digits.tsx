/** Digits that somebody asked to see: on the page until they are put away or the view is left, and kept nowhere else. */
import { Button } from '../parts/button.tsx';
import { tell } from '../parts/toast.tsx';
import { oldCodeWords, type PinFact, spelled, spreadWords } from './words.ts';

const copy = async (digits: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(digits);
    tell('The code is copied.');
  } catch {
    tell('The browser does not allow copying.', 'refused');
  }
};

export function Digits({ digits, onHide }: { readonly digits: string; readonly onHide?: (() => void) | undefined }) {
  return (
    <div class="digits">
      <p class="code" role="status">
        <span class="unseen">{`Code ${spelled(digits)}`}</span>
        <span aria-hidden="true">{digits}</span>
      </p>
      <div class="tools">
        <Button onPress={() => copy(digits)}>Copy</Button>
        {onHide !== undefined && <Button onPress={onHide}>Hide</Button>}
      </div>
    </div>
  );
}

/** How far the code is in force, and the one before still is. */
export function Spread({ pin }: { readonly pin: PinFact }) {
  const old = oldCodeWords(pin);
  return (
    <div class="spread">
      <p class={pin.spread.inForceAt === pin.spread.of ? 'good' : 'warn'}>{spreadWords(pin.spread)}</p>
      {old !== undefined && <p class="bad">{old}</p>}
    </div>
  );
}
