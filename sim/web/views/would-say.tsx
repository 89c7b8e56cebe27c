/** What a door would say to a code or a card, now or at some time. Nothing is opened by it; what it is asked about is put away with the dialog. */
import { useSignal } from '@preact/signals';
import { type Answer, ask } from '../client.ts';
import { Field } from '../parts/field.tsx';
import { Form, Opener, useSending } from './form-parts.tsx';
import { PersonLink } from './person-link.tsx';
import type { Reader } from './readers.tsx';
import { may, zone } from './site.tsx';
import { momentFrom } from './when.ts';
import { verdictWords } from './words.ts';

type Said = Answer<'validate'>;

function Verdict({ said: { verdict, person, personName, sentence, settingsAre } }: { readonly said: Said }) {
  return (
    <div class="stack">
      <p>
        <strong class={verdict === 'granted' ? 'good' : 'bad'}>{verdictWords[verdict]}</strong> <PersonLink person={person} personName={personName} />
      </p>
      <p>{sentence}</p>
      {settingsAre === 'defaults' && <p class="hint">This reader does not tell its settings: reckoned as one is set when nothing else is said.</p>}
    </div>
  );
}

function Question({ reader: { id, hasKeypad } }: { readonly reader: Reader }) {
  const pin = useSignal('');
  const card = useSignal('');
  const at = useSignal('');
  const said = useSignal<Said | undefined>(undefined);
  const sending = useSending();
  const send = () => {
    said.value = undefined;
    const moment = momentFrom(at.value, zone.peek());
    const body = {
      reader: id,
      ...(pin.value === '' ? {} : { pin: pin.value }),
      ...(card.value === '' ? {} : { card: card.value }),
      ...(moment === null ? {} : { at: moment }),
    };
    return sending.send(
      () => ask('validate', { body }),
      (answer) => (said.value = answer),
    );
  };
  return (
    <Form sending={sending} words="Ask" onSend={send}>
      <p class="hint">Nothing opens. That you asked is written down, without what you typed.</p>
      {hasKeypad && may('showPin') && <Field label="Code" type="password" value={pin.value} maxLength={8} onType={(typed) => (pin.value = typed)} />}
      <Field label="Card number" type="password" value={card.value} maxLength={40} onType={(typed) => (card.value = typed)} />
      <Field label="When" type="datetime-local" hint="Empty: now." value={at.value} onType={(typed) => (at.value = typed)} />
      <div role="status">{said.value !== undefined && <Verdict said={said.value} />}</div>
    </Form>
  );
}

export function WouldSay({ reader }: { readonly reader: Reader }) {
  return (
    <Opener words="What would it say?" title={`What would ${reader.name} say?`}>
      {() => <Question reader={reader} />}
    </Opener>
  );
}
