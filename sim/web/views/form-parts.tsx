/** Small parts of forms and panels that several views have: a box to tick, a long text, a question before something that cannot be undone. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Result } from '../../../src/shared/result.ts';
import type { PageRefusal } from '../client.ts';
import { Button, type ButtonProps } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Progress, useProgress } from '../parts/progress.tsx';

export interface CheckProps {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly onTurn: (isOn: boolean) => void;
  readonly isDisabled?: boolean;
}

export function Check({ label, hint, isOn, onTurn, isDisabled = false }: CheckProps) {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={isOn}
        disabled={isDisabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onTurn(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export interface LongTextProps {
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly maxLength: number;
  readonly onType: (value: string) => void;
}

export function LongText({ label, value, rows, maxLength, onType }: LongTextProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea id={id} rows={rows} maxLength={maxLength} value={value} onInput={(event) => onType(event.currentTarget.value)} />
    </div>
  );
}

type Where = NonNullable<PageRefusal['where']>;
type Refused = Pick<PageRefusal, 'sentence' | 'where'>;

/** What the sentence does not say already. */
const unsaid = ({ sentence, where = [] }: Refused): Where => where.filter(({ expected }) => !sentence.includes(expected));

/** Sends what a form holds: busy until it was answered, and what was refused stands in it. */
export const useSending = () => {
  const refusal = useSignal<string | undefined>(undefined);
  const where = useSignal<Where>([]);
  const { stage, during } = useProgress();
  const send = async <Value,>(asked: () => Promise<Result<Value, Refused>>, onDone: (value: Value) => unknown): Promise<void> => {
    if (stage.value !== 'done') return;
    const answer = await during(asked);
    refusal.value = answer.ok ? undefined : answer.failure.sentence;
    where.value = answer.ok ? [] : unsaid(answer.failure);
    if (answer.ok) await onDone(answer.value);
  };
  const forget = (): void => {
    refusal.value = undefined;
    where.value = [];
  };
  return { refusal, where, stage, send, forget };
};

/** What is meant by a refusal, place by place; before the list, how long it is and what is meant of the whole. */
function Places({ where }: { readonly where: Where }) {
  const whole = where.filter(({ at }) => at === '' || at === 'file');
  const places = where.filter((one) => !whole.includes(one));
  const words = [...(places.length > 1 ? [`${places.length} are listed here.`] : []), ...whole.map(({ expected }) => expected)];
  if (where.length === 0) return null;
  return (
    <div class="places">
      {words.length > 0 && <p>{words.join(' ')}</p>}
      {places.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the arrow keys
        <ul class="places-list" tabIndex={0} aria-label="What is meant">
          {places.map(({ at, expected }, place) => (
            <li key={place}>
              <strong>{at}</strong> {expected}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export interface FormProps {
  readonly sending: ReturnType<typeof useSending>;
  readonly words: string;
  readonly onSend: () => Promise<void>;
  readonly children: ComponentChildren;
}

/** A form with its one button; what was refused stands above it. */
export function Form({ sending: { refusal, where, stage }, words, onSend, children }: FormProps) {
  const submit = (event: Event): void => {
    event.preventDefault();
    void onSend();
  };
  return (
    <form class="form" onSubmit={submit}>
      {children}
      <p class="error" role="alert">
        {refusal.value}
      </p>
      <Places where={where.value} />
      <div class="actions">
        <Progress stage={stage} />
        <Button kind="main" isSubmit isDisabled={stage.value !== 'done'} onPress={() => undefined}>
          {words}
        </Button>
      </div>
    </form>
  );
}

export interface OpenerProps extends Pick<ButtonProps, 'kind' | 'isDisabled'> {
  /** On the button. */
  readonly words: string;
  readonly title: string;
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button that opens a dialog. */
export function Opener({ words, title, children, kind = 'plain', isDisabled = false }: OpenerProps) {
  const isOpen = useSignal(false);
  const close = (): void => {
    isOpen.value = false;
  };
  return (
    <>
      <Button kind={kind} isDisabled={isDisabled} onPress={() => (isOpen.value = true)}>
        {words}
      </Button>
      {isOpen.value && (
        <Dialog title={title} onClose={close}>
          {children(close)}
        </Dialog>
      )}
    </>
  );
}

export interface SureProps extends Pick<ButtonProps, 'kind' | 'isDisabled'> {
  readonly words: string;
  readonly title: string;
  /** What will be, and what cannot be undone. */
  readonly question: string;
  /** The dialog closes where it went well. */
  readonly onSure: () => Promise<Result<unknown, Refused>>;
}

/** Asks before it does something. */
export function Sure({ words, title, question, onSure, kind = 'plain', isDisabled = false }: SureProps) {
  const sending = useSending();
  return (
    <Opener words={words} title={title} kind={kind} isDisabled={isDisabled}>
      {(close) => (
        <Form sending={sending} words={words} onSend={() => sending.send(onSure, close)}>
          <p>{question}</p>
        </Form>
      )}
    </Opener>
  );
}

export function Head({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="view-head">
      <h1>{title}</h1>
      <div class="tools">{children}</div>
    </div>
  );
}
