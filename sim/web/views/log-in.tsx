/** Name and password, for a token. The one who starts the program has a token without it, in the address it prints. */
import { useSignal } from '@preact/signals';
import { ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { hasEnded, logInWith } from '../session.ts';

export function LogIn() {
  const name = useSignal('');
  const password = useSignal('');
  const refusal = useSignal<string | undefined>(undefined);
  const isAsking = useSignal(false);
  const logIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isAsking.value) return;
    isAsking.value = true;
    const answer = await ask('logIn', { body: { name: name.value, password: password.value } });
    isAsking.value = false;
    password.value = '';
    refusal.value = answer.ok ? undefined : answer.failure.sentence;
    if (!answer.ok) return;
    logInWith(answer.value.token, answer.value.user);
  };
  return (
    <main class="log-in">
      <form class="form" onSubmit={(event) => void logIn(event)}>
        <p class="brand">
          <span class="mark" aria-hidden="true" />
          doorpad
        </p>
        <h1>Log in</h1>
        <p class={hasEnded.value ? 'warn' : 'unseen'} role="status">
          {hasEnded.value && 'Your session has ended. Log in again.'}
        </p>
        <Field label="Name" value={name.value} autocomplete="username" maxLength={80} isNeeded onType={(typed) => (name.value = typed)} />
        <Field
          label="Password"
          type="password"
          value={password.value}
          autocomplete="current-password"
          maxLength={200}
          isNeeded
          error={refusal.value}
          onType={(typed) => (password.value = typed)}
        />
        <Button kind="main" isSubmit isDisabled={isAsking.value} onPress={() => undefined}>
          Log in
        </Button>
        <p class="hint">Whoever starts the controller finds an address with a token in what it prints; each tab wants it again.</p>
      </form>
    </main>
  );
}
