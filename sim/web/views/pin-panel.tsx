/** A person's code: a new one by length or by hand, rolled, shown, withdrawn, and how far it is in force. Digits stay in digits.tsx. */
import { type Signal, useSignal } from '@preact/signals';
import type { Result } from '../../../src/shared/result.ts';
import { type Answer, ask, type PageRefusal } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { tellRefusal } from '../parts/toast.tsx';
import { Digits, Spread } from './digits.tsx';
import { Form, Opener, Sure, useSending } from './form-parts.tsx';
import type { Person } from './person-picker.tsx';
import { may, site, When } from './site.tsx';

type Shown = Answer<'showPin'>;
type NewPin = { readonly length: number } | { readonly digits: string };

const lengths = ['4', '5', '6', '7', '8'].map((value) => ({ value, words: `${value} digits` }));
const ways = [
  { value: 'random', words: 'Random, by length' },
  { value: 'typed', words: 'Typed by hand' },
] as const;

export interface NewCodeProps {
  readonly asks: (body: NewPin) => Promise<Result<Shown, PageRefusal>>;
  readonly onDone: (shown: Shown) => void;
}

function NewCode({ asks, onDone }: NewCodeProps) {
  const way = useSignal<(typeof ways)[number]['value']>('random');
  const length = useSignal(String(site.value?.settings.pinLength ?? 6));
  const digits = useSignal('');
  const sending = useSending();
  const send = () => sending.send(() => asks(way.value === 'random' ? { length: Number(length.value) } : { digits: digits.value }), onDone);
  return (
    <Form sending={sending} words="Save" onSend={send}>
      <Choice label="How" value={way.value} among={ways} onChoose={(value) => (way.value = value)} />
      {way.value === 'random' ? (
        <Choice label="Length" value={length.value} among={lengths} onChoose={(value) => (length.value = value)} />
      ) : (
        <Field
          label="Code"
          value={digits.value}
          maxLength={8}
          hint="4 to 8 digits; zeros in front count."
          isNeeded
          onType={(typed) => (digits.value = typed)}
        />
      )}
    </Form>
  );
}

export interface PinPanelProps {
  readonly person: Person;
  readonly onChange: () => Promise<void>;
}

interface ActionsProps extends PinPanelProps {
  readonly shown: Signal<Shown | undefined>;
  /** What is shown is the present one. */
  readonly isStill: boolean;
}

function Actions({ person: { id, pin, booking }, shown, isStill, onChange }: ActionsProps) {
  const params = { id: String(id) };
  const take = async (answer: Result<Shown, PageRefusal>): Promise<Result<Shown, PageRefusal>> => {
    if (answer.ok) {
      shown.value = answer.value;
      await onChange();
    }
    return answer;
  };
  const show = async (): Promise<void> => tellRefusal(await take(await ask('showPin', { params })));
  const remove = async () => {
    const answer = await ask('removePin', { params });
    if (answer.ok) {
      shown.value = undefined;
      await onChange();
    }
    return answer;
  };
  const isFree = booking === null;
  return (
    <div class="tools">
      {isFree && (
        <Opener words="+ New" title={pin === null ? 'New code' : 'New code in place of the old'} kind={pin === null ? 'main' : 'plain'}>
          {(close) => <NewCode asks={async (body) => take(await ask('newPin', { params, body }))} onDone={close} />}
        </Opener>
      )}
      {pin !== null && (
        <Button isDisabled={isStill} onPress={show}>
          Show
        </Button>
      )}
      {pin !== null && isFree && (
        <>
          <Sure
            words="Roll"
            title="Roll the code"
            question="The old code ends first, then a new random one is issued."
            onSure={async () => take(await ask('rollPin', { params }))}
          />
          <Sure words="Withdraw" title="Withdraw the code" question="The code ends, and there is none in its place." kind="danger" onSure={remove} />
        </>
      )}
    </div>
  );
}

function Duress({ person: { id, hasDuressPin }, onChange }: PinPanelProps) {
  const shown = useSignal<Shown | undefined>(undefined);
  const params = { id: String(id) };
  const remove = async () => {
    const answer = await ask('removeDuressPin', { params });
    if (answer.ok) {
      shown.value = undefined;
      await onChange();
    }
    return answer;
  };
  return (
    <div class="stack">
      <h3>Duress code</h3>
      <p class="hint">A second code that opens as usual and raises a silent alarm. {hasDuressPin ? 'There is one.' : 'There is none.'}</p>
      {shown.value !== undefined && <Digits digits={shown.value.digits} onHide={() => (shown.value = undefined)} />}
      {may('newDuressPin') && (
        <div class="tools">
          <Opener words={hasDuressPin ? 'Replace duress code' : 'New duress code'} title="Duress code">
            {(close) => (
              <NewCode
                asks={(body) => ask('newDuressPin', { params, body })}
                onDone={(given) => {
                  shown.value = given;
                  close();
                  void onChange();
                }}
              />
            )}
          </Opener>
          {hasDuressPin && (
            <Sure words="Withdraw duress code" title="Duress code" question="It opens nothing any more." kind="danger" onSure={remove} />
          )}
        </div>
      )}
    </div>
  );
}

export function PinPanel({ person, onChange }: PinPanelProps) {
  const shown = useSignal<Shown | undefined>(undefined);
  const { pin } = person;
  // Whoever rolls or withdraws it elsewhere makes another one of it: what was shown here is none any more.
  const held = shown.value?.pin.issued === pin?.issued ? shown.value : undefined;
  return (
    <section class="panel stack" aria-label="PIN">
      <header>
        <h2>PIN</h2>
        {pin !== null && <span class="badge">{pin.length} digits</span>}
      </header>
      {pin === null ? <p class="hint">No code yet.</p> : <Spread pin={pin} />}
      {held !== undefined && <Digits digits={held.digits} onHide={() => (shown.value = undefined)} />}
      {pin !== null && (
        <p class="hint">
          Issued <When at={pin.issued} /> by {pin.issuedBy}.
        </p>
      )}
      {may('newPin') && <Actions person={person} shown={shown} isStill={held !== undefined} onChange={onChange} />}
      {person.booking === null && <Duress person={person} onChange={onChange} />}
    </section>
  );
}
