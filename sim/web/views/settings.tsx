/** Settings of the site: code length, texts of the log, time zone, holidays, how long events stay; and a backup of everything. */
import { useSignal } from '@preact/signals';
import { profiles } from '../../../src/access/events.ts';
import { type Answer, ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { download } from '../parts/download.ts';
import { Choice, Field, NewPassword } from '../parts/field.tsx';
import { tell } from '../parts/toast.tsx';
import { Loaded, useAsked } from './asked.tsx';
import { Form, Head, useSending } from './form-parts.tsx';
import { may } from './site.tsx';
import { plural } from './words.ts';

type Settings = Answer<'getSettings'>;
type Holiday = Settings['settings']['holidays'][number];

const lengths = ['4', '5', '6', '7', '8'].map((value) => ({ value, words: `${value} digits` }));
const profileWords = { 'genea-2021': 'Deny Access - Wrong PIN', 'genea-2025': 'Access Denied - Invalid PIN' } as const;

function Holidays({ holidays, onPut }: { readonly holidays: readonly Holiday[]; readonly onPut: (holidays: Holiday[]) => void }) {
  const day = useSignal('');
  const name = useSignal('');
  const add = (): void => {
    if (day.value === '' || name.value.trim() === '') return;
    onPut([...holidays.filter((one) => one.day !== day.value), { day: day.value, name: name.value.trim() }].sort((a, b) => (a.day < b.day ? -1 : 1)));
    day.value = '';
    name.value = '';
  };
  return (
    <fieldset class="bare stack">
      <legend>Holidays</legend>
      <ul class="lines">
        {holidays.map((one) => (
          <li key={one.day}>
            <span>
              {one.day} {one.name}
            </span>
            <Button onPress={() => onPut(holidays.filter(({ day: other }) => other !== one.day))}>{`Remove ${one.name}`}</Button>
          </li>
        ))}
      </ul>
      <div class="pair">
        <Field label="Day" type="date" value={day.value} onType={(typed) => (day.value = typed)} />
        <Field label="What it is" value={name.value} maxLength={80} onType={(typed) => (name.value = typed)} />
      </div>
      <div class="tools">
        <Button onPress={add}>Add holiday</Button>
      </div>
    </fieldset>
  );
}

function SiteForm({ now: { settings, codesAtOtherLength }, onSaved }: { readonly now: Settings; readonly onSaved: () => Promise<void> }) {
  const draft = useSignal({ ...settings, keepEventsDays: String(settings.keepEventsDays ?? '') });
  const sending = useSending();
  const put = (part: Partial<typeof draft.value>): void => {
    draft.value = { ...draft.value, ...part };
  };
  const save = () =>
    sending.send(
      () =>
        ask('putSettings', {
          body: { ...draft.value, keepEventsDays: draft.value.keepEventsDays === '' ? null : Number(draft.value.keepEventsDays) },
        }),
      async () => {
        tell('Saved.');
        await onSaved();
      },
    );
  const { siteName, pinLength, profile, timeZone, keepEventsDays, holidays } = draft.value;
  return (
    <fieldset class="bare" disabled={!may('putSettings')}>
      <legend class="unseen">Settings</legend>
      <Form sending={sending} words="Save" onSend={save}>
        <Field label="Name of the site" value={siteName} maxLength={80} isNeeded onType={(typed) => put({ siteName: typed })} />
        <Choice
          label="Length of new codes"
          hint={
            codesAtOtherLength === 0
              ? 'Every code has this length.'
              : `${plural(codesAtOtherLength, 'code')} ${codesAtOtherLength === 1 ? 'keeps its' : 'keep their'} other length: only new codes follow this setting.`
          }
          value={String(pinLength)}
          among={lengths}
          onChoose={(value) => put({ pinLength: Number(value) })}
        />
        <Choice
          label="Texts of the activity log"
          value={profile}
          among={profiles.map((value) => ({ value, words: `${value}: “${profileWords[value]}”` }))}
          onChoose={(value) => put({ profile: value })}
        />
        <Field
          label="Time zone"
          hint="Such as Europe/Berlin."
          value={timeZone}
          maxLength={60}
          isNeeded
          onType={(typed) => put({ timeZone: typed })}
        />
        <Field
          label="Days that events are kept"
          hint="Empty: for good."
          type="number"
          value={keepEventsDays}
          onType={(typed) => put({ keepEventsDays: typed })}
        />
        <Holidays holidays={holidays} onPut={(changed) => put({ holidays: changed })} />
      </Form>
    </fieldset>
  );
}

function Backup() {
  const password = useSignal('');
  const sending = useSending();
  const save = () =>
    sending.send(
      () => ask('backup', { body: { password: password.value } }),
      ({ name, base64 }) => {
        password.value = '';
        download(
          name,
          Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
          'application/octet-stream',
        );
      },
    );
  return (
    <section class="panel stack" aria-label="Backup">
      <h2>Backup</h2>
      <p class="hint">Everything in one file, sealed under a password. Without the password nobody can read it, and nobody can restore it.</p>
      <Form sending={sending} words="Save a backup" onSend={save}>
        <NewPassword value={password.value} onType={(typed) => (password.value = typed)} />
      </Form>
    </section>
  );
}

export function SettingsView() {
  const asked = useAsked(() => ask('getSettings'), []);
  return (
    <div class="view">
      <Head title="Settings" />
      <div class="panels">
        <section class="panel" aria-label="Site">
          <Loaded asked={asked}>{(now) => <SiteForm now={now} onSaved={asked.again} />}</Loaded>
        </section>
        {may('backup') && <Backup />}
      </div>
    </div>
  );
}
