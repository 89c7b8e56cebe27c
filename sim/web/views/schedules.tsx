/** Weekly times: of readers, the mode they have then; of persons, when they may enter. In the site's time zone; holidays are settings.tsx's. */
import { useSignal } from '@preact/signals';
import { modes } from '../../../src/access/mode.ts';
import { modeText } from '../bench/words.ts';
import { type Answer, ask } from '../client.ts';
import { Button, Toggle } from '../parts/button.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Loaded, useAsked } from './asked.tsx';
import { Form, Head, Opener, Sure, useSending } from './form-parts.tsx';
import { Meant, useMeant } from './meant.tsx';
import { may, useSite, zone } from './site.tsx';

type Schedule = Answer<'addSchedule'>;
type Time = Schedule['times'][number];

/** 1 Monday … 7 Sunday, 8 a holiday. */
const dayWords = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'Holiday'];
const kinds = [
  { value: 'readerMode', words: 'Modes of readers' },
  { value: 'personAccess', words: 'Access of people' },
] as const;
const newTime: Time = { days: [1, 2, 3, 4, 5], from: '08:00', until: '18:00', mode: null };

const timeWords = ({ days, from, until, mode }: Time): string =>
  `${days.map((day) => dayWords[day - 1]).join(', ')} ${from} to ${until}${mode === null ? '' : `: ${modeText(mode)}`}`;

interface TimeFormProps {
  readonly time: Time;
  readonly number: number;
  readonly hasMode: boolean;
  readonly onPut: (time: Time) => void;
  readonly onRemove: () => void;
}

function TimeForm({ time, number, hasMode, onPut, onRemove }: TimeFormProps) {
  const turn = (day: number, isOn: boolean): void => {
    const others = time.days.filter((one) => one !== day);
    onPut({ ...time, days: isOn ? [...others, day].sort((a, b) => a - b) : others });
  };
  return (
    <fieldset class="bare stack">
      <legend>{`Time ${number}`}</legend>
      <div class="tools">
        {dayWords.map((words, at) => (
          <Toggle key={words} isOn={time.days.includes(at + 1)} onTurn={(isOn) => turn(at + 1, isOn)}>
            {words}
          </Toggle>
        ))}
      </div>
      <div class="pair">
        <Field label="From" type="time" value={time.from} isNeeded onType={(from) => onPut({ ...time, from })} />
        <Field label="Until" type="time" value={time.until} isNeeded onType={(until) => onPut({ ...time, until })} />
        {hasMode && (
          <Choice
            label="Mode"
            value={time.mode ?? 'cardOrPin'}
            among={modes.map((value) => ({ value, words: modeText(value) }))}
            onChoose={(mode) => onPut({ ...time, mode })}
          />
        )}
      </div>
      <div class="tools">
        <Button onPress={onRemove}>{`Remove time ${number}`}</Button>
      </div>
    </fieldset>
  );
}

function ScheduleForm({ schedule, onDone }: { readonly schedule?: Schedule; readonly onDone: () => void }) {
  const name = useSignal(schedule?.name ?? '');
  const kind = useSignal<Schedule['kind']>(schedule?.kind ?? 'readerMode');
  const times = useSignal<readonly Time[]>(schedule?.times ?? [newTime]);
  const sending = useSending();
  const meant = useMeant();
  const send = () => {
    const isOfReaders = kind.value === 'readerMode';
    const body = {
      name: name.value,
      kind: kind.value,
      times: times.value.map((time) => ({ ...time, mode: isOfReaders ? (time.mode ?? 'cardOrPin') : null })),
    };
    return sending.send(
      async () =>
        schedule === undefined
          ? ask('addSchedule', { body })
          : meant.heed(await ask('changeSchedule', { params: { id: String(schedule.id) }, body: { ...body, ...meant.said() } })),
      onDone,
    );
  };
  return (
    <Form sending={sending} words="Save" onSend={send}>
      <Field label="Name" value={name.value} maxLength={80} isNeeded onType={(typed) => (name.value = typed)} />
      {schedule === undefined && <Choice label="What for" value={kind.value} among={kinds} onChoose={(value) => (kind.value = value)} />}
      {times.value.map((time, at) => (
        <TimeForm
          key={at}
          time={time}
          number={at + 1}
          hasMode={kind.value === 'readerMode'}
          onPut={(put) => {
            meant.forget();
            times.value = times.value.map((one, place) => (place === at ? put : one));
          }}
          onRemove={() => (times.value = times.value.filter((_, place) => place !== at))}
        />
      ))}
      <div class="tools">
        <Button onPress={() => (times.value = [...times.value, newTime])}>Add time</Button>
      </div>
      <Meant meant={meant} />
    </Form>
  );
}

function SchedulePanel({ schedule, onChange }: { readonly schedule: Schedule; readonly onChange: () => Promise<void> }) {
  const { id, name, kind, times } = schedule;
  const remove = async () => {
    const answer = await ask('removeSchedule', { params: { id: String(id) } });
    if (answer.ok) await onChange();
    return answer;
  };
  return (
    <section class="panel stack" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <span class="badge">{kind === 'readerMode' ? 'Modes of readers' : 'Access of people'}</span>
      </header>
      <ul class="lines">
        {times.map((time) => (
          <li key={timeWords(time)}>{timeWords(time)}</li>
        ))}
      </ul>
      {may('changeSchedule') && (
        <div class="tools">
          <Opener words="Edit" title={name}>
            {(close) => (
              <ScheduleForm
                schedule={schedule}
                onDone={() => {
                  close();
                  void onChange();
                }}
              />
            )}
          </Opener>
          <Sure words="Remove" title={name} question="Refused while a reader or a person follows it." kind="danger" onSure={remove} />
        </div>
      )}
    </section>
  );
}

export function SchedulesView() {
  useSite();
  const asked = useAsked(() => ask('listSchedules'), ['schedules']);
  return (
    <div class="view">
      <Head title="Schedules">
        {may('addSchedule') && (
          <Opener words="New schedule" title="New schedule" kind="main">
            {(close) => (
              <ScheduleForm
                onDone={() => {
                  close();
                  void asked.again();
                }}
              />
            )}
          </Opener>
        )}
      </Head>
      {zone.value !== undefined && <p class="hint">{`Times are those of ${zone.value}.`}</p>}
      <Loaded asked={asked}>
        {({ schedules }) => (
          <div class="panels">
            {schedules.length === 0 && <p class="empty">No schedule.</p>}
            {schedules.map((schedule) => (
              <SchedulePanel key={schedule.id} schedule={schedule} onChange={asked.again} />
            ))}
          </div>
        )}
      </Loaded>
    </div>
  );
}
