/** Everybody as a file: out, and in again after saying what it would change. What stands in it is docs/people-file.md's. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { type Answer, ask } from '../client.ts';
import { download } from '../parts/download.ts';
import { tell } from '../parts/toast.tsx';
import { Check, Form, Opener, useSending } from './form-parts.tsx';
import { Meant, useMeant } from './meant.tsx';

const changeWords = ({ added, changed, removed, unchanged }: Answer<'importPeople'>): string =>
  `${added} added, ${changed} changed, ${removed} removed, ${unchanged} as they were.`;

function Import({ onDone }: { readonly onDone: () => void }) {
  const id = useId();
  const csv = useSignal('');
  const trial = useSignal<Answer<'importPeople'> | undefined>(undefined);
  const meant = useMeant();
  const sending = useSending();
  const take = async (file: File | undefined): Promise<void> => {
    trial.value = undefined;
    sending.forget();
    meant.forget();
    csv.value = (await file?.text()) ?? '';
  };
  const send = () => {
    const tried = trial.value;
    const stamp = tried?.stamp === undefined ? {} : { stamp: tried.stamp };
    return sending.send(
      async () => {
        const answer = meant.heed(await ask('importPeople', { body: { csv: csv.value, isTrial: tried === undefined, ...stamp, ...meant.said() } }));
        // What it would do is seen again before it is done.
        if (!answer.ok && answer.failure.code === 'changedMeanwhile') trial.value = undefined;
        return answer;
      },
      (changes) => {
        if (tried === undefined) {
          trial.value = changes;
          return;
        }
        tell(changeWords(changes));
        onDone();
      },
    );
  };
  return (
    <Form sending={sending} words={trial.value === undefined ? 'See what it would do' : 'Put it in place'} onSend={send}>
      <p>The file stands in place of everybody: who is not in it is removed.</p>
      <div class="field">
        <label for={id}>People file (CSV)</label>
        <input id={id} type="file" accept=".csv,text/csv" required onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </div>
      <Meant meant={meant} />
      <p role="status">{trial.value === undefined ? '' : `It would be: ${changeWords(trial.value)}`}</p>
    </Form>
  );
}

function Export({ onDone }: { readonly onDone: () => void }) {
  const withPins = useSignal(false);
  const sending = useSending();
  const send = () =>
    sending.send(
      () => ask('exportPeople', { body: { withPins: withPins.value } }),
      ({ csv }) => {
        download('people.csv', csv, 'text/csv');
        onDone();
      },
    );
  return (
    <Form sending={sending} words="Save the file" onSend={send}>
      <Check
        label="With codes"
        hint="Whoever has the file can enter. It is written down that you took it."
        isOn={withPins.value}
        onTurn={(isOn) => (withPins.value = isOn)}
      />
    </Form>
  );
}

export function PeopleFile() {
  return (
    <>
      <Opener words="Import" title="Import people">
        {(close) => <Import onDone={close} />}
      </Opener>
      <Opener words="Export" title="Export people">
        {(close) => <Export onDone={close} />}
      </Opener>
    </>
  );
}
