/** The activity log: live, newest first, by door, person, reason and time, and as a file. The list itself is event-list.tsx's. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { classOf, displayText, eventCodes } from '../../../src/access/events.ts';
import { ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { download } from '../parts/download.ts';
import { Choice, Field } from '../parts/field.tsx';
import { tellRefusal } from '../parts/toast.tsx';
import type { ViewProps } from '../router.ts';
import { useAsked } from './asked.tsx';
import { type EventFilter, fits } from './event-filter.ts';
import { EventList } from './event-list.tsx';
import { Head } from './form-parts.tsx';
import { PersonPicker } from './person-picker.tsx';
import { may, site, useSite, zone } from './site.tsx';
import { UnknownCards } from './unknown-cards.tsx';
import { momentFrom, typedFrom } from './when.ts';

const classes = [
  { value: '', words: 'Everything' },
  { value: 'grant', words: 'Granted' },
  { value: 'deny', words: 'Denied' },
  { value: 'alarm', words: 'Alarms' },
  { value: 'info', words: 'Information' },
];

const startOf = (id: string): EventFilter => {
  const [, kind, number] = /^(person|reader)-(\d+)$/.exec(id) ?? [];
  return kind === undefined || number === undefined ? {} : { [kind]: number };
};

/** Nothing in it, or only what was chosen. */
const withPart = (filter: EventFilter, part: keyof EventFilter, value: string | null): EventFilter => {
  const { [part]: _, ...rest } = filter;
  return value === null || value === '' ? rest : { ...rest, [part]: value };
};

interface FiltersProps {
  readonly filter: EventFilter;
  readonly onPut: (part: keyof EventFilter, value: string | null) => void;
}

function WhoFilter({ filter: { person }, onPut }: FiltersProps) {
  const name = useSignal<string | undefined>(undefined);
  useEffect(() => {
    if (person === undefined || name.value !== undefined) return;
    void ask('getPerson', { params: { id: person } }).then((answer) => {
      name.value = answer.ok ? answer.value.name : `Person ${person}`;
    });
  }, [person]);
  const pick = (id: number, picked: string): void => {
    name.value = picked;
    onPut('person', String(id));
  };
  if (person === undefined) return <PersonPicker label="Person" withBooked onPick={({ id, name: picked }) => pick(id, picked)} />;
  const clear = (): void => {
    name.value = undefined;
    onPut('person', null);
  };
  return (
    <div class="field">
      <span class="label">Person</span>
      <Button onPress={clear}>{`${name.value ?? '…'} ×`}</Button>
    </div>
  );
}

function Filters({ filter, onPut }: FiltersProps) {
  const readers = useAsked(() => ask('listReaders'), []);
  const profile = site.value?.settings.profile ?? 'genea-2021';
  const doors = [{ value: '', words: 'All doors' }, ...(readers.value?.readers ?? []).map(({ id, name }) => ({ value: String(id), words: name }))];
  const reasons = [
    ...classes,
    ...eventCodes.filter((code) => classOf(code) !== 'info').map((code) => ({ value: code, words: displayText(code, profile) })),
  ];
  return (
    <div class="filters">
      <Choice label="Door" value={filter.reader ?? ''} among={doors} onChoose={(value) => onPut('reader', value)} />
      <Choice label="Reason" value={filter.what ?? ''} among={reasons} onChoose={(value) => onPut('what', value)} />
      <Field
        label="From"
        type="datetime-local"
        value={typedFrom(filter.from ?? null, zone.value)}
        onType={(typed) => onPut('from', momentFrom(typed, zone.value))}
      />
      <Field
        label="Until"
        type="datetime-local"
        value={typedFrom(filter.until ?? null, zone.value)}
        onType={(typed) => onPut('until', momentFrom(typed, zone.value))}
      />
      <WhoFilter filter={filter} onPut={onPut} />
    </div>
  );
}

function ActivityOf({ id }: ViewProps) {
  const filter = useSignal(startOf(id));
  useSite();
  const put: FiltersProps['onPut'] = (part, value) => {
    filter.value = withPart(filter.value, part, value);
  };
  const save = async (): Promise<void> => {
    const answer = await ask('exportEvents', { query: filter.value });
    tellRefusal(answer);
    if (answer.ok) download('activity.csv', answer.value.csv, 'text/csv');
  };
  const chosen = filter.value;
  return (
    <div class="view">
      <Head title="Activity">
        {may('addCard') && <UnknownCards />}
        {may('exportEvents') && <Button onPress={save}>Save as CSV</Button>}
      </Head>
      <Filters filter={chosen} onPut={put} />
      <div class="tall">
        <EventList
          key={JSON.stringify(chosen)}
          isLive={(event) => fits(event, chosen)}
          asks={(page) => ask('listEvents', { query: { ...page, ...chosen } })}
        />
      </div>
    </div>
  );
}

export function ActivityView({ id }: ViewProps) {
  return <ActivityOf key={id} id={id} />;
}
