/** A new password: one's own, with the old one, or somebody else's, from a manager. What a password must have is the server's to say. */
import { useSignal } from '@preact/signals';
import { ask } from '../client.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field, NewPassword } from '../parts/field.tsx';
import { tell } from '../parts/toast.tsx';
import { Form, Opener, useSending } from './form-parts.tsx';

function OwnForm({ onDone }: { readonly onDone: () => void }) {
  const old = useSignal('');
  const password = useSignal('');
  const sending = useSending();
  const send = () =>
    sending.send(
      async () => {
        const answer = await ask('changePassword', { body: { old: old.value, password: password.value } });
        if (!answer.ok && answer.failure.code === 'wrongPassword') return { ok: false, failure: { sentence: 'The old password is wrong.' } } as const;
        return answer;
      },
      () => {
        tell('Your password is changed.');
        onDone();
      },
    );
  return (
    <Form sending={sending} words="Change" onSend={send}>
      <p class="hint">Wherever else you are logged in, you are logged out.</p>
      <Field
        label="Old password"
        type="password"
        value={old.value}
        autocomplete="current-password"
        maxLength={200}
        isNeeded
        onType={(typed) => (old.value = typed)}
      />
      <NewPassword label="New password" value={password.value} onType={(typed) => (password.value = typed)} />
    </Form>
  );
}

/** Open for as long as it is drawn. */
export function OwnPassword({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Your password" onClose={onClose}>
      <OwnForm onDone={onClose} />
    </Dialog>
  );
}

export interface PasswordOfProps {
  readonly id: number;
  readonly name: string;
}

function FormOf({ id, name, onDone }: PasswordOfProps & { readonly onDone: () => void }) {
  const password = useSignal('');
  const sending = useSending();
  const send = () =>
    sending.send(
      () => ask('setPassword', { params: { id: String(id) }, body: { password: password.value } }),
      () => {
        tell(`${name} has a new password.`);
        onDone();
      },
    );
  return (
    <Form sending={sending} words="Change" onSend={send}>
      <p class="hint">{`Tell it to ${name} yourself. Wherever they are logged in, they are logged out.`}</p>
      <NewPassword label="New password" value={password.value} onType={(typed) => (password.value = typed)} />
    </Form>
  );
}

export function PasswordOf({ id, name }: PasswordOfProps) {
  return (
    <Opener words={`New password for ${name}`} title={`New password for ${name}`}>
      {(close) => <FormOf id={id} name={name} onDone={close} />}
    </Opener>
  );
}
