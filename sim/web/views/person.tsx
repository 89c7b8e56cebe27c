/** One person: state, code, cards, when and how they may enter, and what they did. Each panel's own work is in its file. */
import { useEffect } from 'preact/hooks';
import { addressOf, goTo } from '../addresses.ts';
import { ask } from '../client.ts';
import { hear } from '../live.ts';
import { download } from '../parts/download.ts';
import type { ViewProps } from '../router.ts';
import { AccessPanel } from './access-panel.tsx';
import { Loaded, useAsked } from './asked.tsx';
import { CardPanel } from './card-panel.tsx';
import { EventList } from './event-list.tsx';
import { Head, Sure } from './form-parts.tsx';
import { Lockouts } from './lockouts.tsx';
import type { Person } from './person-picker.tsx';
import { PinPanel } from './pin-panel.tsx';
import { may, useSite, zone } from './site.tsx';
import { personStateText } from './words.ts';

function Tools({ person }: { readonly person: Person }) {
  const id = String(person.id);
  const remove = async () => {
    const answer = await ask('removePerson', { params: { id } });
    if (answer.ok) goTo('people');
    return answer;
  };
  const save = async () => {
    const answer = await ask('exportPerson', { params: { id } });
    if (answer.ok) download(`person-${id}.csv`, answer.value.csv, 'text/csv');
    return answer;
  };
  return (
    <>
      <Sure words="Export" title="All that is kept of this person" question="It is written down that you took it." onSure={save} />
      {person.booking === null && (
        <Sure words="Remove" title="Remove this person" question="Their credentials are revoked ahead of everything." kind="danger" onSure={remove} />
      )}
    </>
  );
}

function History({ id }: { readonly id: string }) {
  return (
    <section class="panel wide" aria-label="History">
      <header>
        <h2>History</h2>
        <a href={addressOf('activity', `person-${id}`)}>In the activity log</a>
      </header>
      <EventList isLive={(event) => event.person === Number(id)} asks={(page) => ask('personEvents', { params: { id }, query: page })} />
    </section>
  );
}

function PersonOf({ id }: ViewProps) {
  useSite();
  const asked = useAsked(() => ask('getPerson', { params: { id } }), ['people']);
  // How far a code is in force is news of the readers.
  useEffect(() => hear('reader', asked.again), []);
  return (
    <Loaded asked={asked}>
      {(person) => (
        <div class="view">
          <Head title={person.name}>{may('removePerson') && <Tools person={person} />}</Head>
          <p>
            <span class={`badge ${person.state === 'active' ? '' : 'bad'}`}>{personStateText(person).words}</span>{' '}
            <span class="hint">{person.email}</span>
          </p>
          {person.booking !== null && (
            <p>
              This is a shared access. Its code, its times and its locks are changed under{' '}
              <a href={addressOf('bookings', person.booking)}>its booking</a>.
            </p>
          )}
          {may('lockouts') && <Lockouts person={person.id} />}
          <div class="panels paired">
            <PinPanel person={person} onChange={asked.again} />
            <AccessPanel key={zone.value} person={person} onChange={asked.again} />
            <CardPanel person={person} onChange={asked.again} />
            {may('personEvents') && <History id={id} />}
          </div>
        </div>
      )}
    </Loaded>
  );
}

export function PersonView({ id }: ViewProps) {
  return id === '' ? <p class="empty">No person is chosen.</p> : <PersonOf key={id} id={id} />;
}
