/** Bookings with their shared accesses: states, new codes, locks, and what happened to each. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Answer, ask } from '../client.ts';
import { hear } from '../live.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { tellRefusal } from '../parts/toast.tsx';
import type { ViewProps } from '../router.ts';
import { Loaded, useAsked } from './asked.tsx';
import { BookingForm } from './booking-form.tsx';
import { Form, Head, Opener, Sure, useSending } from './form-parts.tsx';
import { SharedAccess } from './shared-access.tsx';
import { may, useSite, When } from './site.tsx';

type Booking = Answer<'listBookings'>['bookings'][number];

const stateWords: Readonly<Record<Booking['state'], string>> = { upcoming: 'To come', running: 'Running', over: 'Over', cancelled: 'Cancelled' };
/** Bookings shown at once; the rest is asked for. */
const shownAtOnce = 50;
/** The server gives no more of them. */
const shownAtMost = 500;

function NewAccess({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const label = useSignal('');
  const sending = useSending();
  return (
    <Form sending={sending} words="Add" onSend={() => sending.send(() => ask('addShared', { params: { id }, body: { label: label.value } }), onDone)}>
      <Field label="Who or what for" value={label.value} maxLength={80} isNeeded onType={(typed) => (label.value = typed)} />
    </Form>
  );
}

function Tools({ booking, onChange }: { readonly booking: Booking; readonly onChange: () => unknown }) {
  const params = { id: String(booking.id) };
  const turnOverdue = async (): Promise<void> => {
    tellRefusal(await ask('changeBooking', { params, body: { isOverdue: !booking.isOverdue } }));
    onChange();
  };
  const cancel = async () => {
    const answer = await ask('cancelBooking', { params });
    if (answer.ok) onChange();
    return answer;
  };
  const done = (close: () => void) => (): void => {
    close();
    onChange();
  };
  return (
    <div class="tools">
      <Opener words="New access" title={`New access for ${booking.title}`} kind="main">
        {(close) => <NewAccess id={params.id} onDone={done(close)} />}
      </Opener>
      <Opener words="Edit" title={booking.title}>
        {(close) => <BookingForm booking={booking} onDone={done(close)} />}
      </Opener>
      <Button onPress={turnOverdue}>{booking.isOverdue ? 'Not overdue any more' : 'Overdue: lock'}</Button>
      <Sure words="Cancel booking" title={booking.title} question="All its accesses are revoked." kind="danger" onSure={cancel} />
    </div>
  );
}

interface PanelProps {
  readonly booking: Booking;
  /** Somebody came for this one. */
  readonly isMeant: boolean;
  readonly onChange: () => unknown;
}

function BookingPanel({ booking, isMeant, onChange }: PanelProps) {
  const own = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isMeant) own.current?.scrollIntoView({ block: 'center' });
  }, [isMeant]);
  const { title, unit, from, until, isOverdue, state, accesses } = booking;
  const isOpen = state === 'upcoming' || state === 'running';
  return (
    <section class="panel stack" ref={own} aria-label={title}>
      <header>
        <h2>{unit === '' ? title : `${title}, ${unit}`}</h2>
        <span class="badge">{stateWords[state]}</span>
      </header>
      <p class="hint">
        <When at={from} /> to <When at={until} />
      </p>
      {isOverdue && <p class="bad">Overdue: its accesses are locked.</p>}
      {accesses.length === 0 && <p class="hint">No shared access.</p>}
      <ul class="lines">
        {accesses.map((access) => (
          <SharedAccess key={access.id} access={access} onChange={onChange} />
        ))}
      </ul>
      {isOpen && may('addShared') && <Tools booking={booking} onChange={onChange} />}
    </section>
  );
}

/** A pause in typing after which it is asked. */
const pauseMs = 150;

/** `id`: of the booking that somebody came for; it may be an old one. */
export function BookingsView({ id }: ViewProps) {
  useSite();
  const find = useSignal('');
  const most = useSignal(id === '' ? shownAtOnce : shownAtMost);
  const asked = useAsked(
    () => ask('listBookings', { query: { limit: String(most.value), ...(find.value.trim() === '' ? {} : { find: find.value.trim() }) } }),
    ['bookings', 'people'],
  );
  // How far a code is in force is news of the readers.
  useEffect(() => hear('reader', asked.again), []);
  useEffect(() => {
    const pause = window.setTimeout(() => void asked.again(), pauseMs);
    return () => window.clearTimeout(pause);
  }, [find.value, most.value]);
  return (
    <div class="view">
      <Head title="Bookings">
        {may('addBooking') && (
          <Opener words="New booking" title="New booking" kind="main">
            {(close) => (
              <BookingForm
                onDone={() => {
                  close();
                  void asked.again();
                }}
              />
            )}
          </Opener>
        )}
      </Head>
      <div class="filters">
        <Field label="Find" type="search" value={find.value} maxLength={80} onType={(typed) => (find.value = typed)} />
      </div>
      <Loaded asked={asked}>
        {({ bookings, next }) => (
          <>
            <div class="panels">
              {bookings.length === 0 && <p class="empty">No booking.</p>}
              {bookings.map((booking) => (
                <BookingPanel key={booking.id} booking={booking} isMeant={String(booking.id) === id} onChange={asked.again} />
              ))}
            </div>
            {next !== null && most.value < shownAtMost && <Button onPress={() => (most.value = shownAtMost)}>Show more</Button>}
          </>
        )}
      </Loaded>
    </div>
  );
}
