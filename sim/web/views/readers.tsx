/** Every reader: whether it is there, how far its table is in step, what it complains of, and what can be ordered of it. Its mode is mode-change.tsx's. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Mode } from '../../../src/access/mode.ts';
import { addressOf } from '../addresses.ts';
import { modeText } from '../bench/words.ts';
import { type Answer, ask } from '../client.ts';
import { hear } from '../live.ts';
import { Button } from '../parts/button.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { tell, tellRefusal } from '../parts/toast.tsx';
import { Loaded, useAsked } from './asked.tsx';
import { Form, Head, LongText, Opener, Sure, useSending } from './form-parts.tsx';
import { ClearOne } from './lockouts.tsx';
import { Meant, useMeant } from './meant.tsx';
import { ModeChange } from './mode-change.tsx';
import { may, useSite, When } from './site.tsx';
import { plural, tableStateWords } from './words.ts';
import { WouldSay } from './would-say.tsx';

export type Reader = Answer<'listReaders'>['readers'][number];
interface Of {
  readonly reader: Reader;
}

/** A mode that somebody has set by hand, and how it ends. */
const byHandWords = (mode: Mode, hasSchedule: boolean): string => {
  const isOver = hasSchedule && mode !== 'locked' ? 'its schedule changes it next, or somebody does' : 'somebody sets another mode';
  return `Held by hand: ${modeText(mode)}, until ${isOver}.`;
};

function Sync({ reader: { name, table } }: Of) {
  const { state, versionInForce, persons, progress, oldCodes } = table;
  return (
    <div class="stack">
      <p>
        <span class={state === 'inStep' ? 'good' : state === 'suspended' ? 'bad' : 'warn'}>{`Table ${tableStateWords[state]}`}</span>
        <span class="hint">{` · version ${versionInForce}, ${plural(persons, 'person', 'people')}`}</span>
      </p>
      {progress !== null && state !== 'suspended' && (
        <p class="progress">
          <progress aria-label={`Table on its way to ${name}`} value={progress} max={1} />
          <span>{`${Math.floor(progress * 100)} %`}</span>
        </p>
      )}
      <p class={oldCodes === 0 ? 'hint' : 'bad'}>
        {oldCodes === 0 ? 'Every withdrawn code is dead here.' : `${plural(oldCodes, 'withdrawn code')} may still open here.`}
      </p>
    </div>
  );
}

function Facts({ reader }: Of) {
  const { isOnline, offlineReason, model, address, mode, byHand, schedule, decides, software, isLowSecurity, lockedOut } = reader;
  const { eventsWaiting, alarms, codeSpace, settingsWait, hints } = reader;
  return (
    <>
      <p>
        <span class={isOnline ? 'good' : 'bad'}>{isOnline ? 'Connected' : `Not connected${offlineReason === null ? '' : `: ${offlineReason}`}`}</span>
        <span class="hint">{` · ${model}, address ${address}${software === null ? '' : `, software ${software}`}`}</span>
      </p>
      {byHand !== null && byHand === mode && <p class="warn">{byHandWords(byHand, schedule !== null)}</p>}
      {decides !== null && decides !== 'reader' && <p class="warn">{`Who decides: ${decides}.`}</p>}
      {settingsWait && !alarms.some(({ alarm }) => alarm === 'settings.refused') && (
        <p class="bad">Settings that weaken this door wait there: accept them, or have the old ones put back.</p>
      )}
      {isLowSecurity === true && <p class="warn">Low security: a setting lets the strike or the line be reached from outside.</p>}
      {lockedOut === true && <p class="bad">PIN entry waits: too many wrong codes.</p>}
      {eventsWaiting !== null && eventsWaiting > 0 && <p class="hint">{`${plural(eventsWaiting, 'event')} still to come.`}</p>}
      {codeSpace !== null && <p class={codeSpace.isBelowFloor ? 'bad' : 'hint'}>{codeSpace.sentence}</p>}
      {hints > 0 && <p class="hint">{`${plural(hints, 'time')} in the last 30 days somebody typed a code and forgot the #.`}</p>}
      <Sync reader={reader} />
      {alarms.length > 0 && (
        <ul class="alarms" aria-label="Alarms">
          {alarms.map(({ alarm, sentence, since }) => (
            <li key={alarm}>
              {sentence}{' '}
              <span class="since">
                since <When at={since} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Change({ reader: { id, name, model, schedule }, onDone }: Of & { readonly onDone: () => void }) {
  const draft = useSignal({ name, model, schedule: String(schedule ?? '') });
  const sending = useSending();
  const meant = useMeant();
  const schedules = useAsked(() => ask('listSchedules'), ['schedules']);
  const send = () =>
    sending.send(async () => {
      const { schedule: chosen, ...rest } = draft.value;
      const body = { ...rest, schedule: chosen === '' ? null : Number(chosen), ...meant.said() };
      return meant.heed(await ask('changeReader', { params: { id: String(id) }, body }));
    }, onDone);
  const models = (['RPK40', 'RP10', 'RP15', 'RP40'] as const).map((value) => ({ value, words: value }));
  const modes = (schedules.value?.schedules ?? []).filter(({ kind }) => kind === 'readerMode');
  return (
    <Form sending={sending} words="Save" onSend={send}>
      <Field label="Name" value={draft.value.name} maxLength={80} isNeeded onType={(typed) => (draft.value = { ...draft.value, name: typed })} />
      <Choice
        label="Model"
        hint="Only the RPK40 has a keypad."
        value={draft.value.model}
        among={models}
        onChoose={(value) => (draft.value = { ...draft.value, model: value })}
      />
      <Choice
        label="Schedule of modes"
        value={draft.value.schedule}
        among={[{ value: '', words: 'None' }, ...modes.map((one) => ({ value: String(one.id), words: one.name }))]}
        onChoose={(value) => {
          meant.forget();
          draft.value = { ...draft.value, schedule: value };
        }}
      />
      <Meant meant={meant} />
    </Form>
  );
}

function Replace({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const bundle = useSignal('');
  const sending = useSending();
  const send = () => sending.send(() => ask('replaceReader', { params: { id }, body: { bundle: bundle.value } }), onDone);
  return (
    <Form sending={sending} words="Replace" onSend={send}>
      <p>People, schedule and name stay. What the old hardware holds counts no longer.</p>
      <LongText
        label="The controller’s bundle of the new reader"
        rows={6}
        maxLength={60_000}
        value={bundle.value}
        onType={(typed) => (bundle.value = typed)}
      />
    </Form>
  );
}

/** The reader takes one card, for so long (docs/table-profile.md). */
const enrolText = 'Hold the new card up within 60 s, then assign it in Activity.';

type Order = 'clearLockout' | 'enrol' | 'acceptSettings' | 'setClock';

function Orders({ reader: { id, table, lockedOut, name, hasKeypad, settingsWait } }: Of) {
  const params = { id: String(id) };
  const order = async (call: Order): Promise<void> => {
    const answer = call === 'clearLockout' ? await ask(call, { params, body: {} }) : await ask(call, { params });
    tellRefusal(answer);
    if (answer.ok) tell(call === 'enrol' ? enrolText : answer.value.sentence);
  };
  const release = async () => {
    const answer = await ask('release', { params });
    if (answer.ok) tell(answer.value.sentence);
    return answer;
  };
  const retry = async (): Promise<void> => {
    const answer = await ask('retryTable', { params });
    tellRefusal(answer);
    if (answer.ok) tell('The table is sent again.');
  };
  return (
    <div class="tools">
      {may('release') && (
        <Sure words="Release" title={`Release ${name}`} question="The strike is released once, and it is written down." onSure={release} />
      )}
      {may('clearLockout') && lockedOut === true && <Button onPress={() => order('clearLockout')}>Clear lockout</Button>}
      {may('clearLockout') && hasKeypad && <ClearOne reader={id} name={name} />}
      {may('retryTable') && table.state === 'suspended' && (
        <Button kind="main" onPress={retry}>
          Retry
        </Button>
      )}
      {may('enrol') && <Button onPress={() => order('enrol')}>Enrol a card</Button>}
      {may('acceptSettings') && settingsWait && <Button onPress={() => order('acceptSettings')}>Accept settings</Button>}
      {may('setClock') && <Button onPress={() => order('setClock')}>Set clock</Button>}
    </div>
  );
}

function ReaderPanel({ reader, onChange }: Of & { readonly onChange: () => unknown }) {
  const { id, name, mode, alarms } = reader;
  const done = (close: () => void) => (): void => {
    close();
    onChange();
  };
  return (
    <section class={`panel stack ${alarms.length > 0 ? 'alarmed' : ''}`} aria-label={name}>
      <header>
        <h2>{name}</h2>
        <span class="badge">{modeText(mode)}</span>
      </header>
      <Facts reader={reader} />
      <div class="tools">
        {may('validate') && <WouldSay reader={reader} />}
        {may('setMode') && <ModeChange reader={reader} />}
        {may('changeReader') && (
          <Opener words="Edit" title={name}>
            {(close) => <Change reader={reader} onDone={done(close)} />}
          </Opener>
        )}
        {may('replaceReader') && (
          <Opener words="New hardware" title={`New hardware for ${name}`}>
            {(close) => <Replace id={String(id)} onDone={done(close)} />}
          </Opener>
        )}
      </div>
      <Orders reader={reader} />
      <p class="links">
        <a href={addressOf('door-card', id)}>How to enter: card to print</a>
        {may('listEvents') && <a href={addressOf('activity', `reader-${id}`)}>Activity at this door</a>}
      </p>
    </section>
  );
}

export function ReadersView() {
  useSite();
  const asked = useAsked(() => ask('listReaders'), ['schedules', 'settings']);
  useEffect(
    () => hear('reader', ({ reader }) => asked.change(({ readers }) => ({ readers: readers.map((one) => (one.id === reader.id ? reader : one)) }))),
    [],
  );
  return (
    <div class="view">
      <Head title="Readers" />
      <Loaded asked={asked}>
        {({ readers }) => (
          <div class="panels">
            {readers.length === 0 && <p class="empty">No reader yet.</p>}
            {readers.map((reader) => (
              <ReaderPanel key={reader.id} reader={reader} onChange={asked.again} />
            ))}
          </div>
        )}
      </Loaded>
    </div>
  );
}
