/**
 * The face of an RPK40: light bar, twelve keys in the telephone's order, the place to hold a card. Keys are clicked, or typed while the face has
 * the focus, and drawn down for as long as a finger is on them; what they do is the reader's.
 */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { KeyLine } from './key-line.ts';
import { colourOf } from './words.ts';

const rows = [
  ['1', '2', '3'],
  ['4', '5', '6'],
  ['7', '8', '9'],
  ['*', '0', '#'],
] as const;
const keys: readonly string[] = rows.flat();
/** The key with the nib, where a finger finds itself. */
const nib = '5';
const spoken: Readonly<Record<string, string>> = { '*': 'Star, clear', '#': 'Hash, enter' };
/** Of a computer's keyboard. */
const typed: Readonly<Record<string, string>> = { Backspace: '*', Delete: '*' };
const moves: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -3, ArrowDown: 3 };

export interface KeypadFaceProps {
  readonly name: string;
  readonly light: string;
  readonly isPowered: boolean;
  readonly keyLine: KeyLine;
}

/** `#key`: the focus is on one of the keys. `#digits`: somebody types, so Enter ends the entry as `#` does. */
type Way = 'key' | 'digits';

export function KeypadFace({ name, light, isPowered, keyLine }: KeypadFaceProps) {
  const face = useRef<HTMLDivElement>(null);
  const stop = useSignal(nib);
  const way = useRef<Way>('key');
  const pressed = useSignal<string | undefined>(undefined);
  const letGo = (): void => {
    pressed.value = undefined;
  };
  const moveTo = (key: string): void => {
    way.current = 'key';
    stop.value = key;
    face.current?.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keys.includes(event.key) ? event.key : (typed[event.key] ?? (event.key === 'Enter' && way.current === 'digits' ? '#' : undefined));
    const next = keys[keys.indexOf(stop.value) + (moves[event.key] ?? Number.NaN)];
    if (next !== undefined) moveTo(next);
    else if (key === undefined) return;
    else {
      way.current = 'digits';
      pressed.value = key;
      void keyLine.press(key);
    }
    event.preventDefault();
  };
  const colour = isPowered ? colourOf(light) : 'off';
  return (
    // biome-ignore lint/a11y/useSemanticElements: twelve keys that belong together are no fieldset of a form
    <div class="device" role="group" aria-label={`Keypad of ${name}`} ref={face} onKeyDown={onKeyDown} onKeyUp={letGo} onFocusOut={letGo}>
      <div class={`light-bar ${colour}`} role="img" aria-label={isPowered ? `Light: ${colour}` : 'No power'} />
      <div class="keys">
        {keys.map((key) => (
          <button
            key={key}
            type="button"
            data-key={key}
            class={`key${key === nib ? ' nib' : ''}${pressed.value === key ? ' down' : ''}`}
            aria-label={spoken[key]}
            tabIndex={key === stop.value ? 0 : -1}
            onFocus={() => (stop.value = key)}
            onPointerDown={() => (pressed.value = key)}
            onPointerUp={letGo}
            onPointerLeave={letGo}
            onPointerCancel={letGo}
            onClick={() => void keyLine.press(key)}
          >
            {key}
          </button>
        ))}
      </div>
      <div class="card-place" aria-hidden="true">
        <span />
      </div>
    </div>
  );
}
