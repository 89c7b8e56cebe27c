/**
 * When and how a person may enter: dates, uses, schedule, and their marks. What was typed stays while the person changes behind it, and what
 * somebody else put in the same place meanwhile is told before it is written over.
 */
import { useSignal } from '@preact/signals';
import { ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { tell } from '../parts/toast.tsx';
import { useAsked } from './asked.tsx';
import { Check, Form, useSending } from './form-parts.tsx';
import type { Person } from './person-picker.tsx';
import type { PinPanelProps } from './pin-panel.tsx';
import { may, zone } from './site.tsx';
import { momentFrom, typedFrom } from './when.ts';

const draftOf = (person: Person) => ({
  name: person.name,
  email: person.email ?? '',
  from: typedFrom(person.validFrom, zone.peek()),
  until: typedFrom(person.validUntil, zone.peek()),
  uses: person.uses === null ? '' : String(person.uses.limit),
  schedule: String(person.schedule ?? ''),
  isSuspended: person.isSuspended,
  pinExempt: person.pinExempt,
  extendedTime: person.extendedTime,
  offlinePriority: person.offlinePriority,
});
type Draft = ReturnType<typeof draftOf>;
const partsOf = (draft: Partial<Draft>): (keyof Draft)[] => Object.keys(draft) as (keyof Draft)[];

/** What somebody has typed, and what stood there when they began. */
interface Typed {
  readonly draft: Partial<Draft>;
  readonly over: Partial<Draft>;
}
const nothingTyped: Typed = { draft: {}, over: {} };

const partWords: Readonly<Record<keyof Draft, string>> = {
  name: 'Name',
  email: 'Email',
  from: 'Valid from',
  until: 'Valid until',
  uses: 'Most uses',
  schedule: 'Schedule',
  isSuspended: 'Suspended',
  pinExempt: 'Card alone is enough',
  extendedTime: 'Extended time',
  offlinePriority: 'Priority while the line is down',
};
const shownPart = (value: string | boolean): string => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : value === '' ? 'nothing' : value);

/** Where somebody else has put something else than was there when the typing began. */
const clashesOf = ({ draft, over }: Typed, before: Draft): readonly (keyof Draft)[] =>
  partsOf(draft).filter((part) => over[part] !== before[part] && draft[part] !== before[part]);

function Meanwhile({ clashes, now, onTake }: { readonly clashes: readonly (keyof Draft)[]; readonly now: Draft; readonly onTake: () => void }) {
  if (clashes.length === 0) return null;
  const words = clashes.map((part) => (part === 'schedule' ? partWords[part] : `${partWords[part]} is ${shownPart(now[part])}`)).join(', ');
  return (
    <div class="stack" role="status">
      <p class="warn">{`Somebody else has changed this meanwhile: ${words}. Save puts what you typed in its place.`}</p>
      <div class="tools">
        <Button onPress={onTake}>Take what is there now</Button>
      </div>
    </div>
  );
}

/** Only what was changed: a limit that is sent again would count from nothing. */
const changeOf = (draft: Draft, before: Draft) => {
  const isNew = (part: keyof Draft): boolean => draft[part] !== before[part];
  return {
    ...(isNew('name') ? { name: draft.name } : {}),
    ...(isNew('email') ? { email: draft.email === '' ? null : draft.email } : {}),
    ...(isNew('from') ? { validFrom: momentFrom(draft.from, zone.peek()) } : {}),
    ...(isNew('until') ? { validUntil: momentFrom(draft.until, zone.peek()) } : {}),
    ...(isNew('uses') ? { uses: draft.uses === '' ? null : { limit: Number(draft.uses) } } : {}),
    ...(isNew('schedule') ? { schedule: draft.schedule === '' ? null : Number(draft.schedule) } : {}),
    ...(isNew('isSuspended') ? { isSuspended: draft.isSuspended } : {}),
    ...(isNew('pinExempt') ? { pinExempt: draft.pinExempt } : {}),
    ...(isNew('extendedTime') ? { extendedTime: draft.extendedTime } : {}),
    ...(isNew('offlinePriority') ? { offlinePriority: draft.offlinePriority } : {}),
  };
};

const marks = [
  { part: 'isSuspended', label: 'Suspended', hint: 'No credential of theirs opens.' },
  { part: 'pinExempt', label: 'Card alone is enough', hint: 'Also where card and PIN are asked for.' },
  { part: 'extendedTime', label: 'Extended time', hint: 'Twice the time to type and to pass.' },
  { part: 'offlinePriority', label: 'Priority while the line is down' },
] as const;

export function AccessPanel({ person, onChange }: PinPanelProps) {
  const before = draftOf(person);
  const typed = useSignal(nothingTyped);
  const draft: Draft = { ...before, ...typed.value.draft };
  const sending = useSending();
  const schedules = useAsked(() => ask('listSchedules'), ['schedules']);
  const put = (part: Partial<Draft>): void => {
    const over = Object.fromEntries(partsOf(part).map((one) => [one, before[one]]));
    typed.value = { draft: { ...typed.value.draft, ...part }, over: { ...over, ...typed.value.over } };
  };
  const save = () =>
    sending.send(
      async () => {
        const change = changeOf(draft, before);
        const answer = await ask('changePerson', { params: { id: String(person.id) }, body: { revision: person.revision, change } });
        if (!answer.ok && answer.failure.code === 'changedMeanwhile') await onChange();
        return answer;
      },
      async () => {
        tell('Saved.');
        await onChange();
        typed.value = nothingTyped;
      },
    );
  const { name, email, from, until, uses, schedule } = draft;
  const among = [
    { value: '', words: 'At any time' },
    ...(schedules.value?.schedules ?? []).filter(({ kind }) => kind === 'personAccess').map((one) => ({ value: String(one.id), words: one.name })),
  ];
  return (
    <section class="panel long" aria-label="Access">
      <header>
        <h2>Access</h2>
        {person.uses !== null && <span class="badge">{`${person.uses.used} of ${person.uses.limit} uses`}</span>}
      </header>
      <fieldset class="bare" disabled={!may('changePerson') || person.booking !== null}>
        <legend class="unseen">Access</legend>
        <Form sending={sending} words="Save" onSend={save}>
          <div class="pair">
            <Field label="Name" value={name} maxLength={80} isNeeded onType={(text) => put({ name: text })} />
            <Field label="Email" type="email" value={email} maxLength={200} onType={(text) => put({ email: text })} />
            <Field label="Valid from" type="datetime-local" value={from} onType={(text) => put({ from: text })} />
            <Field label="Valid until" type="datetime-local" value={until} onType={(text) => put({ until: text })} />
            <Field label="Most uses" type="number" value={uses} hint="Empty: no limit." onType={(text) => put({ uses: text })} />
            <Choice label="Schedule" value={schedule} among={among} onChoose={(value) => put({ schedule: value })} />
          </div>
          {marks.map(({ part, ...words }) => (
            <Check key={part} {...words} isOn={draft[part]} onTurn={(isOn) => put({ [part]: isOn })} />
          ))}
          <Meanwhile clashes={clashesOf(typed.value, before)} now={before} onTake={() => (typed.value = nothingTyped)} />
        </Form>
      </fieldset>
    </section>
  );
}
