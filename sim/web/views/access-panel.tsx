/** When and how a person may enter: dates, uses, schedule, and their marks. A change says which state of the person it is of. */
import { useSignal } from '@preact/signals';
import { ask } from '../client.ts';
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
  const draft = useSignal(before);
  const sending = useSending();
  const schedules = useAsked(() => ask('listSchedules'), ['schedules']);
  const put = (part: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...part };
  };
  const save = () =>
    sending.send(
      () => ask('changePerson', { params: { id: String(person.id) }, body: { revision: person.revision, change: changeOf(draft.value, before) } }),
      async () => {
        tell('Saved.');
        await onChange();
      },
    );
  const { name, email, from, until, uses, schedule } = draft.value;
  const among = [
    { value: '', words: 'At any time' },
    ...(schedules.value?.schedules ?? []).filter(({ kind }) => kind === 'personAccess').map((one) => ({ value: String(one.id), words: one.name })),
  ];
  return (
    <section class="panel" aria-label="Access">
      <header>
        <h2>Access</h2>
        {person.uses !== null && <span class="badge">{`${person.uses.used} of ${person.uses.limit} uses`}</span>}
      </header>
      <fieldset class="bare" disabled={!may('changePerson')}>
        <legend class="unseen">Access</legend>
        <Form sending={sending} words="Save" onSend={save}>
          <div class="pair">
            <Field label="Name" value={name} maxLength={80} isNeeded onType={(typed) => put({ name: typed })} />
            <Field label="Email" type="email" value={email} maxLength={200} onType={(typed) => put({ email: typed })} />
            <Field label="Valid from" type="datetime-local" value={from} onType={(typed) => put({ from: typed })} />
            <Field label="Valid until" type="datetime-local" value={until} onType={(typed) => put({ until: typed })} />
            <Field label="Most uses" type="number" value={uses} hint="Empty: no limit." onType={(typed) => put({ uses: typed })} />
            <Choice label="Schedule" value={schedule} among={among} onChoose={(value) => put({ schedule: value })} />
          </div>
          {marks.map(({ part, ...words }) => (
            <Check key={part} {...words} isOn={draft.value[part]} onTurn={(isOn) => put({ [part]: isOn })} />
          ))}
        </Form>
      </fieldset>
    </section>
  );
}
