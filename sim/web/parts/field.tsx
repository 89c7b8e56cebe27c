/** A line to type into, and a choice: each with its name, a hint, and what is wrong with it. What is right is its caller's to say. */
import { useId } from 'preact/hooks';

interface Named {
  readonly label: string;
  readonly hint?: string;
  /** A sentence; undefined: nothing is wrong. */
  readonly error?: string | undefined;
}

export interface FieldProps extends Named {
  readonly value: string;
  readonly onType: (value: string) => void;
  readonly type?: 'text' | 'password' | 'email' | 'search' | 'number' | 'date' | 'time' | 'datetime-local';
  readonly autocomplete?: string;
  readonly maxLength?: number;
  readonly isNeeded?: boolean;
}

function Below({ id, hint, error }: { readonly id: string; readonly hint: string | undefined; readonly error: string | undefined }) {
  return (
    <>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p class="error" id={`${id}-error`} role="alert">
        {error}
      </p>
    </>
  );
}

const describedBy = (id: string, hint: string | undefined, error: string | undefined): string | undefined =>
  [hint === undefined ? [] : [`${id}-hint`], error === undefined ? [] : [`${id}-error`]].flat().join(' ') || undefined;

export function Field({ label, hint, error, value, onType, type = 'text', autocomplete = 'off', maxLength, isNeeded = false }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        // The types tie each kind of input to its roles; none is given here.
        type={type as 'text'}
        value={value}
        autocomplete={autocomplete}
        maxLength={maxLength}
        required={isNeeded}
        aria-invalid={error !== undefined}
        aria-describedby={describedBy(id, hint, error)}
        onInput={(event) => onType(event.currentTarget.value)}
      />
      <Below id={id} hint={hint} error={error} />
    </div>
  );
}

/** A password that is chosen here; the server refuses a shorter one. */
export function NewPassword({ label = 'Password', value, onType }: Partial<Pick<FieldProps, 'label'>> & Pick<FieldProps, 'value' | 'onType'>) {
  const shared = { label, hint: 'At least 10 characters.', autocomplete: 'new-password' };
  return <Field {...shared} type="password" maxLength={200} isNeeded value={value} onType={onType} />;
}

export interface ChoiceProps<Value extends string> extends Named {
  readonly value: Value;
  readonly among: readonly { readonly value: Value; readonly words: string }[];
  readonly onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({ label, hint, error, value, among, onChoose }: ChoiceProps<Value>) {
  const id = useId();
  const choose = (chosen: string): void => {
    const found = among.find((one) => one.value === chosen);
    if (found !== undefined) onChoose(found.value);
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={describedBy(id, hint, error)}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {among.map((one) => (
          <option key={one.value} value={one.value}>
            {one.words}
          </option>
        ))}
      </select>
      <Below id={id} hint={hint} error={error} />
    </div>
  );
}
