/** Cards that readers saw and nobody has, newest first, each to be given to a person. Which events tell of one is the server's. */
import { type Answer, ask } from '../client.ts';
import { tell, tellRefusal } from '../parts/toast.tsx';
import { useAsked } from './asked.tsx';
import { Opener } from './form-parts.tsx';
import { PersonPicker } from './person-picker.tsx';
import { When } from './site.tsx';

type Event = Answer<'listEvents'>['events'][number];
export type UnknownCard = Event & { readonly unknownCard: number };

/** Unknown cards are looked for among so many events. */
const lookedAt = '100';

/** A card is told of by the event of its enrolment; undefined: not known yet. */
export const useUnknownCards = () => {
  const asked = useAsked(() => ask('listEvents', { query: { what: 'card.enrolled', limit: lookedAt } }), ['people']);
  const cards = asked.value?.events.filter(
    (event, at, all): event is UnknownCard =>
      event.unknownCard !== null && all.findIndex(({ unknownCard }) => unknownCard === event.unknownCard) === at,
  );
  const words = cards === undefined ? (asked.refusal ?? 'Loading …') : cards.length === 0 ? 'No unknown card was seen lately.' : 'Newest first.';
  return { cards: cards ?? [], words, again: asked.again };
};

export function AssignCard({ unknownCard, onDone }: { readonly unknownCard: number; readonly onDone?: () => unknown }) {
  const give = async (person: number, close: () => void): Promise<void> => {
    const answer = await ask('addCard', { params: { id: String(person) }, body: { unknownCard } });
    tellRefusal(answer);
    if (!answer.ok) return;
    tell(`The card is ${answer.value.name}’s.`);
    close();
    await onDone?.();
  };
  return (
    <Opener words="Assign card" title="Whose card is it?">
      {(close) => <PersonPicker label="Person" onPick={({ id }) => give(id, close)} />}
    </Opener>
  );
}

function List() {
  const { cards, words, again } = useUnknownCards();
  return (
    <div class="stack">
      <p class="hint" role="status">
        {words}
      </p>
      <ul class="lines" aria-label="Unknown cards">
        {cards.map(({ id, at, readerName, unknownCard }) => (
          <li key={id}>
            <span>
              {readerName}, <When at={at} />
            </span>
            <AssignCard unknownCard={unknownCard} onDone={again} />
          </li>
        ))}
      </ul>
      <p class="hint">Enrol a card at one of the readers, and hold it up there: it comes into this list.</p>
    </div>
  );
}

export function UnknownCards() {
  return (
    <Opener words="Unknown cards" title="Cards that nobody has">
      {() => <List />}
    </Opener>
  );
}
