/**
 * Events newest first, fetched as far as somebody looks. News goes on top; while somebody has scrolled away from there it waits, so that nothing
 * moves under their eyes. Which events there are is the caller's.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { ok, type Result } from '../../../src/shared/result.ts';
import { addressOf } from '../addresses.ts';
import { modeText } from '../bench/words.ts';
import type { Answer, PageRefusal } from '../client.ts';
import { hear } from '../live.ts';
import { type Column, Rows } from '../parts/rows.tsx';
import { useNews } from './asked.tsx';
import { PagedList, pageRows } from './paged-list.ts';
import { may, When } from './site.tsx';
import { AssignCard } from './unknown-cards.tsx';

export type Event = Answer<'personEvents'>['events'][number];
type EventPage = Answer<'personEvents'> & { readonly total?: number };

/** These of an event's facts first, in this order: what it was with, what more is known, then how the door was set. */
const firstFacts = ['by', 'card', 'detail', 'reason', 'why', 'fault', 'order', 'mode', 'from'];
const rankOf = (fact: string): number => (firstFacts.includes(fact) ? firstFacts.indexOf(fact) : firstFacts.length);

/** News that waits; beyond it the list is asked anew. */
const maxWaiting = 500;

const columns: readonly Column<Event>[] = [
  {
    title: 'When',
    cell: ({ at, isTimeTrusted, wasOffline, received }) => (
      <>
        {!isTimeTrusted && <span title="The reader’s clock was not set">≈ </span>}
        <When at={at} />
        {wasOffline && (
          <span class="badge small" title={`Came up at ${received}`}>
            offline
          </span>
        )}
      </>
    ),
  },
  { title: 'What', cell: (event) => <span class={`event ${event.class}`}>{event.text}</span> },
  {
    title: 'Who',
    cell: ({ person, personName, unknownCard }) =>
      person !== null ? (
        <a href={addressOf('person', person)}>{personName ?? person}</a>
      ) : (
        unknownCard !== null && may('addCard') && <AssignCard unknownCard={unknownCard} />
      ),
  },
  { title: 'Where', isExtra: true, cell: ({ readerName }) => readerName },
  {
    title: 'Details',
    isExtra: true,
    cell: ({ fields }) =>
      Object.entries(fields)
        .toSorted(([left], [right]) => rankOf(left) - rankOf(right))
        .map(([name, value]) => `${name} ${modeText(String(value))}`)
        .join(', '),
  },
];

export interface EventListProps {
  readonly asks: (page: { readonly limit: string; readonly after?: string }) => Promise<Result<EventPage, PageRefusal>>;
  /** Whether an event that has just come belongs to the list. */
  readonly isLive: (event: Event) => boolean;
}

/** A dialog of one of its rows is open: a row that moved away would close it. */
const isAnswering = (): boolean => document.querySelector('dialog[open]') !== null;

export function EventList({ asks, isLive }: EventListProps) {
  const isAway = useRef(false);
  const waiting = useSignal<readonly Event[]>([]);
  const list = useMemo(
    () =>
      new PagedList<Event>(async (last) => {
        const answer = await asks({ limit: String(pageRows), ...(last === undefined ? {} : { after: String(last.id) }) });
        return answer.ok ? ok({ ...answer.value, rows: answer.value.events }) : answer;
      }),
    [],
  );
  const again = async (): Promise<void> => {
    waiting.value = [];
    await list.restart();
    if (!isAway.current) showWaiting();
  };
  const showWaiting = (): void => {
    const news = waiting.value.filter(({ id }) => !list.rows.value.some((one) => one.id === id));
    waiting.value = [];
    if (news.length > maxWaiting) void again();
    else if (news.length > 0) list.putOnTop(news);
  };
  useEffect(() => {
    void again();
    return hear('event', ({ event }) => {
      if (!isLive(event) || waiting.value.some(({ id }) => id === event.id)) return;
      waiting.value = [event, ...waiting.value].slice(0, maxWaiting + 1);
      if (!isAway.current && !isAnswering() && !list.isAsking.value) showWaiting();
    });
  }, []);
  useNews(again, []);
  const { rows, count, refusal, isAsking } = list;
  return (
    <div class="events">
      {waiting.value.length > 0 && (
        <button type="button" class="button news" onClick={showWaiting}>
          {`Show ${waiting.value.length > maxWaiting ? 'all that is' : waiting.value.length} new`}
        </button>
      )}
      <p class="unseen" role="status">
        {rows.value[0]?.text}
      </p>
      <Rows
        label="Events"
        columns={columns}
        count={count.value}
        row={(index) => rows.value[index]}
        onSight={({ from, until }) => {
          isAway.current = from > 0;
          void list.reach(until);
        }}
        empty={refusal.value ?? (isAsking.value ? 'Loading …' : 'Nothing has happened.')}
      />
    </div>
  );
}
