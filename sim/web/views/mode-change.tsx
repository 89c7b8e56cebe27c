/** What a door asks for, changed by order: who could not enter any more, and how easy guessing would be, stand in words before it. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Mode, modes } from '../../../src/access/mode.ts';
import { addressOf } from '../addresses.ts';
import { modeText } from '../bench/words.ts';
import { type Answer, ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/field.tsx';
import { tell, tellRefusal } from '../parts/toast.tsx';
import { Form, Opener, useSending } from './form-parts.tsx';
import { Meant, useMeant } from './meant.tsx';
import type { Reader } from './readers.tsx';
import { may } from './site.tsx';
import { plural } from './words.ts';

type Lacking = Answer<'whoLacks'>;
/** Of those who lack something, so many are named. */
const named = 10;

function Lacks({ lacking: { people, total, sentence }, onIssued }: { readonly lacking: Lacking; readonly onIssued: () => Promise<void> }) {
  const issue = async (): Promise<void> => {
    const answer = await ask('issueMissing');
    tellRefusal(answer);
    if (!answer.ok) return;
    tell(`${plural(answer.value.issued, 'code')} issued.`);
    await onIssued();
  };
  return (
    <div class="stack" role="status">
      <p class={total === 0 ? 'hint' : 'bad'}>{sentence}</p>
      {total > 0 && (
        <>
          <ul class="names" aria-label="Who lacks a PIN">
            {people.slice(0, named).map(({ id, name }) => (
              <li key={id}>
                <a href={addressOf('person', id)}>{name}</a>
              </li>
            ))}
            {total > named && <li>{`and ${total - named} more`}</li>}
          </ul>
          {may('issueMissing') && <Button onPress={issue}>Issue a code to everybody without one</Button>}
        </>
      )}
    </div>
  );
}

/** How easy guessing would be in the mode that is chosen. */
function Odds({ codeSpace }: Pick<Lacking, 'codeSpace'>) {
  if (codeSpace === null) return <p class="hint">Then no code opens alone: there is nothing to guess.</p>;
  return <p class={codeSpace.isBelowFloor ? 'bad' : 'hint'}>{`Then: ${codeSpace.sentence}`}</p>;
}

function ModeForm({ reader: { id, mode: before, codeSpace }, onDone }: { readonly reader: Reader; readonly onDone: () => void }) {
  const params = { id: String(id) };
  const mode = useSignal<Mode>(before ?? 'cardOrPin');
  const lacking = useSignal<Lacking | undefined>(undefined);
  const meant = useMeant();
  const sending = useSending();
  const look = async (): Promise<void> => {
    const wanted = mode.value;
    lacking.value = undefined;
    const answer = await ask('whoLacks', { params, query: { mode: wanted } });
    if (mode.peek() !== wanted) return;
    if (answer.ok) lacking.value = answer.value;
    else sending.refusal.value = answer.failure.sentence;
  };
  useEffect(() => {
    meant.forget();
    sending.refusal.value = undefined;
    void look();
  }, [mode.value]);
  const send = () =>
    sending.send(
      async () => meant.heed(await ask('setMode', { params, body: { mode: mode.value, ...meant.said() } })),
      ({ sentence }) => {
        tell(sentence);
        onDone();
      },
    );
  return (
    <Form sending={sending} words="Change" onSend={send}>
      <Choice
        label="What the door asks for"
        value={mode.value}
        among={modes.map((value) => ({ value, words: modeText(value) }))}
        onChoose={(value) => (mode.value = value)}
      />
      {lacking.value !== undefined && <Lacks lacking={lacking.value} onIssued={look} />}
      {codeSpace !== null && <p class="hint">{`As it is: ${codeSpace.sentence}`}</p>}
      {mode.value !== before && lacking.value !== undefined && <Odds codeSpace={lacking.value.codeSpace} />}
      <Meant meant={meant} isForeseen={(lacking.value?.total ?? 0) > 0 || lacking.value?.codeSpace?.isBelowFloor === true} />
    </Form>
  );
}

export function ModeChange({ reader }: { readonly reader: Reader }) {
  return (
    <Opener words="Change mode" title={`Mode of ${reader.name}`}>
      {(close) => <ModeForm reader={reader} onDone={close} />}
    </Opener>
  );
}
