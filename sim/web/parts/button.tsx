/** A button, and one that stays pressed. What it does is its caller's; while that goes on it says so and takes no second press. */
import type { ComponentChildren } from 'preact';
import { Progress, useProgress } from './progress.tsx';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress: () => unknown;
  readonly kind?: 'main' | 'plain' | 'danger';
  readonly isSubmit?: boolean;
  readonly isDisabled?: boolean;
}

export function Button({ children, onPress, kind = 'plain', isSubmit = false, isDisabled = false }: ButtonProps) {
  const { stage, isBusy, during } = useProgress();
  const press = async (): Promise<void> => {
    if (stage.value !== 'done') return;
    const work = onPress();
    if (work instanceof Promise) await during(() => work);
  };
  return (
    <>
      <button
        type={isSubmit ? 'submit' : 'button'}
        class={`button ${kind}`}
        disabled={isDisabled}
        aria-busy={isBusy}
        onClick={isSubmit ? undefined : () => void press()}
      >
        {children}
      </button>
      {isBusy && <Progress stage={stage} />}
    </>
  );
}

export interface ToggleProps {
  readonly children: ComponentChildren;
  readonly isOn: boolean;
  readonly onTurn: (isOn: boolean) => unknown;
  readonly isDisabled?: boolean;
}

export function Toggle({ children, isOn, onTurn, isDisabled = false }: ToggleProps) {
  return (
    <button type="button" class="button toggle" aria-pressed={isOn} disabled={isDisabled} onClick={() => onTurn(!isOn)}>
      {children}
    </button>
  );
}
