/** Who may log in, and as what. A tenant's log-in names the person they are. */
import { useSignal } from '@preact/signals';
import type { Role } from '../../controller/api/route.ts';
import { ask } from '../client.ts';
import { Choice, Field, NewPassword } from '../parts/field.tsx';
import { user } from '../session.ts';
import { Loaded, useAsked } from './asked.tsx';
import { Form, Head, Opener, Sure, useSending } from './form-parts.tsx';
import { PasswordOf } from './password.tsx';
import { PersonLink } from './person-link.tsx';
import { type Person, PersonPicker } from './person-picker.tsx';
import { roleWords } from './words.ts';

const among = (['manager', 'installer', 'auditor', 'tenant'] as const).map((value) => ({ value, words: roleWords[value] }));

function NewUser({ onDone }: { readonly onDone: () => void }) {
  const name = useSignal('');
  const password = useSignal('');
  const role = useSignal<Role>('manager');
  const person = useSignal<Person | undefined>(undefined);
  const isPersonMissing = useSignal(false);
  const sending = useSending();
  const add = async (): Promise<void> => {
    isPersonMissing.value = role.value === 'tenant' && person.value === undefined;
    if (isPersonMissing.value) return;
    const isOf = role.value === 'tenant' && person.value !== undefined ? { person: person.value.id } : {};
    await sending.send(() => ask('addUser', { body: { name: name.value, password: password.value, role: role.value, ...isOf } }), onDone);
  };
  return (
    <Form sending={sending} words="Add" onSend={add}>
      <Field label="Name" value={name.value} maxLength={80} isNeeded onType={(typed) => (name.value = typed)} />
      <NewPassword value={password.value} onType={(typed) => (password.value = typed)} />
      <Choice label="Role" value={role.value} among={among} onChoose={(value) => (role.value = value)} />
      {role.value === 'tenant' && (
        <>
          <p>{person.value === undefined ? 'Which person are they?' : `They are ${person.value.name}.`}</p>
          <PersonPicker
            label="Person"
            error={isPersonMissing.value ? 'Choose who they are: type a name, and press it where it is found.' : undefined}
            onPick={(picked) => {
              person.value = picked;
              isPersonMissing.value = false;
            }}
          />
        </>
      )}
    </Form>
  );
}

export function UsersView() {
  const asked = useAsked(() => ask('listUsers'), ['users']);
  const remove = async (id: number) => {
    const answer = await ask('removeUser', { params: { id: String(id) } });
    if (answer.ok) await asked.again();
    return answer;
  };
  return (
    <div class="view">
      <Head title="Users">
        <Opener words="New user" title="New user" kind="main">
          {(close) => (
            <NewUser
              onDone={() => {
                close();
                void asked.again();
              }}
            />
          )}
        </Opener>
      </Head>
      <Loaded asked={asked}>
        {({ users }) => (
          <ul class="lines panel" aria-label="Users">
            {users.map(({ id, name, role, ...who }) => (
              <li key={id}>
                <span>
                  <strong>{name}</strong> <span class="badge">{roleWords[role]}</span> <PersonLink {...who} />
                </span>
                <div class="tools">
                  {/* One's own is changed with the old one, in the head. */}
                  {id !== user.value?.id && <PasswordOf id={id} name={name} />}
                  <Sure words={`Remove ${name}`} title={name} question="They cannot log in any more." kind="danger" onSure={() => remove(id)} />
                </div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </div>
  );
}
