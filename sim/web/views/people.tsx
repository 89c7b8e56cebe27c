/** Everybody, by name: found by what is typed, or by what they lack. What one person has is person.tsx's. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { ok } from '../../../src/shared/result.ts';
import { addressOf, goTo } from '../addresses.ts';
import { ask } from '../client.ts';
import { hear } from '../live.ts';
import { Choice, Field } from '../parts/field.tsx';
import { type Column, Rows } from '../parts/rows.tsx';
import { useNews, useOneAtATime } from './asked.tsx';
import { Form, Head, Opener, useSending } from './form-parts.tsx';
import { PagedList, pageRows } from './paged-list.ts';
import { PeopleFile } from './people-file.tsx';
import type { Person } from './person-picker.tsx';
import { may, useSite, When } from './site.tsx';
import { personStateText, plural } from './words.ts';

function PersonState({ person }: { readonly person: Person }) {
  const { words, tone } = personStateText(person);
  return <span class={tone}>{words}</span>;
}

const columns: readonly Column<Person>[] = [
  { title: 'Name', cell: ({ id, name }) => <a href={addressOf('person', id)}>{name}</a> },
  { title: 'State', cell: (person) => <PersonState person={person} /> },
  {
    title: 'PIN',
    cell: ({ pin }) => (pin === null ? <span class="warn">none</span> : `${pin.length} digits, at ${pin.spread.inForceAt} of ${pin.spread.of}`),
  },
  { title: 'Cards', isFigure: true, isExtra: true, cell: ({ cards }) => cards.length },
  { title: 'Email', isExtra: true, cell: ({ email }) => email },
  { title: 'Until', isExtra: true, cell: ({ validUntil }) => validUntil !== null && <When at={validUntil} /> },
];

const lackings = [
  { value: 'nothing', words: 'Everybody' },
  { value: 'pin', words: 'Has no PIN' },
  { value: 'card', words: 'Has no card' },
] as const;
type Lacking = (typeof lackings)[number]['value'];

function NewPerson({ onDone }: { readonly onDone: () => void }) {
  const name = useSignal('');
  const email = useSignal('');
  const sending = useSending();
  const add = () =>
    sending.send(
      () => ask('addPerson', { body: { name: name.value, ...(email.value === '' ? {} : { email: email.value }) } }),
      ({ id }) => {
        onDone();
        goTo('person', id);
      },
    );
  return (
    <Form sending={sending} words="Add" onSend={add}>
      <Field label="Name" value={name.value} maxLength={80} isNeeded onType={(typed) => (name.value = typed)} />
      <Field label="Email" type="email" value={email.value} maxLength={200} onType={(typed) => (email.value = typed)} />
    </Form>
  );
}

/** A pause in typing after which it is asked. */
const pauseMs = 150;

export function PeopleView() {
  const find = useSignal('');
  const lacks = useSignal<Lacking>('nothing');
  useSite();
  const list = useMemo(
    () =>
      new PagedList<Person>(async (last) => {
        const answer = await ask('listPeople', {
          query: {
            limit: String(pageRows),
            ...(last === undefined ? {} : { after: String(last.id), afterName: last.name }),
            ...(find.value.trim() === '' ? {} : { find: find.value.trim() }),
            ...(lacks.value === 'nothing' ? {} : { lacks: lacks.value }),
          },
        });
        return answer.ok ? ok({ ...answer.value, rows: answer.value.people }) : answer;
      }),
    [],
  );
  useEffect(() => {
    const pause = window.setTimeout(() => void list.restart(), find.value === '' ? 0 : pauseMs);
    return () => window.clearTimeout(pause);
  }, [find.value, lacks.value]);
  const seen = useRef({ from: 0, until: 0 });
  const again = async (): Promise<void> => {
    await list.restart();
    await list.reach(seen.current.until);
  };
  useNews(again, ['people']);
  // How far codes are in force is news of the readers.
  const freshen = useOneAtATime(() => list.freshen(seen.current.from));
  useEffect(() => hear('reader', freshen), []);
  const { rows, count, refusal, isAsking } = list;
  return (
    <div class="view">
      <Head title="People">
        {may('exportPeople') && <PeopleFile />}
        {may('addPerson') && (
          <Opener words="New person" title="New person" kind="main">
            {(close) => <NewPerson onDone={close} />}
          </Opener>
        )}
      </Head>
      <div class="filters">
        <Field label="Find" type="search" value={find.value} maxLength={80} onType={(typed) => (find.value = typed)} />
        <Choice label="Who" value={lacks.value} among={lackings} onChoose={(value) => (lacks.value = value)} />
        <p class="hint" role="status">
          {refusal.value === undefined ? plural(count.value, 'person', 'people') : count.value > 0 && refusal.value}
        </p>
      </div>
      <div class="tall">
        <Rows
          label="People"
          columns={columns}
          count={count.value}
          row={(index) => rows.value[index]}
          onSight={(sight) => {
            seen.current = sight;
            void list.reach(sight.until);
          }}
          empty={refusal.value ?? (isAsking.value ? 'Loading …' : 'Nobody.')}
        />
      </div>
    </div>
  );
}
