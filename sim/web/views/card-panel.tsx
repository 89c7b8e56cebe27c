/** A person's cards: by number, or one that a reader saw and nobody has. Never more than the last two digits are shown. */
import { useSignal } from '@preact/signals';
import { ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { tellRefusal } from '../parts/toast.tsx';
import { Form, Opener, Sure, useSending } from './form-parts.tsx';
import type { PinPanelProps } from './pin-panel.tsx';
import { may, When } from './site.tsx';
import { useUnknownCards } from './unknown-cards.tsx';

function UnknownCards({ person, onDone }: { readonly person: number; readonly onDone: () => Promise<void> }) {
  const { cards, words } = useUnknownCards();
  const give = async (unknownCard: number): Promise<void> => {
    const answer = await ask('addCard', { params: { id: String(person) }, body: { unknownCard } });
    tellRefusal(answer);
    if (answer.ok) await onDone();
  };
  return (
    <div class="stack">
      <h3>Seen at a reader</h3>
      <p class="hint">{words}</p>
      <ul class="offers">
        {cards.map(({ id, at, readerName, unknownCard }) => (
          <li key={id}>
            <Button onPress={() => give(unknownCard)}>
              {readerName}, <When at={at} />
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function NewCard({ person, onDone }: { readonly person: number; readonly onDone: () => Promise<void> }) {
  const card = useSignal('');
  const sending = useSending();
  const send = () => sending.send(() => ask('addCard', { params: { id: String(person) }, body: { card: card.value } }), onDone);
  return (
    <>
      <Form sending={sending} words="Add" onSend={send}>
        <Field label="Card number" value={card.value} maxLength={40} isNeeded onType={(typed) => (card.value = typed)} />
      </Form>
      <UnknownCards person={person} onDone={onDone} />
    </>
  );
}

export function CardPanel({ person: { id, cards, booking }, onChange }: PinPanelProps) {
  const remove = async (card: number) => {
    const answer = await ask('removeCard', { params: { id: String(id), card: String(card) } });
    if (answer.ok) await onChange();
    return answer;
  };
  return (
    <section class="panel stack" aria-label="Cards">
      <header>
        <h2>Cards</h2>
        {may('addCard') && booking === null && (
          <Opener words="Add card" title="Add a card">
            {(close) => (
              <NewCard
                person={id}
                onDone={async () => {
                  close();
                  await onChange();
                }}
              />
            )}
          </Opener>
        )}
      </header>
      {cards.length === 0 && <p class="hint">No card.</p>}
      <ul class="lines">
        {cards.map(({ id: card, shown, bits }) => (
          <li key={card}>
            <span>
              {shown} {bits !== null && <span class="hint">{bits} bits</span>}
            </span>
            {may('removeCard') && booking === null && (
              <Sure
                words={`Revoke ${shown}`}
                title="Revoke the card"
                question="It opens nothing any more."
                kind="danger"
                onSure={() => remove(card)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
