/** A booking's name, unit and time, new or changed. Its accesses follow by the server's rule. */
import { useSignal } from '@preact/signals';
import { type Answer, ask } from '../client.ts';
import { Field } from '../parts/field.tsx';
import { Form, useSending } from './form-parts.tsx';
import { zone } from './site.tsx';
import { momentFrom, typedFrom } from './when.ts';

type Booking = Answer<'addBooking'>;

export interface BookingFormProps {
  /** Undefined: a new one. */
  readonly booking?: Booking;
  readonly onDone: (booking: Booking) => void;
}

export function BookingForm({ booking, onDone }: BookingFormProps) {
  const draft = useSignal({
    title: booking?.title ?? '',
    unit: booking?.unit ?? '',
    from: typedFrom(booking?.from ?? null, zone.peek()),
    until: typedFrom(booking?.until ?? null, zone.peek()),
  });
  const sending = useSending();
  const put = (part: Partial<typeof draft.value>): void => {
    draft.value = { ...draft.value, ...part };
  };
  const send = async (): Promise<void> => {
    const { title, unit, from, until } = draft.value;
    const [begins, ends] = [momentFrom(from, zone.peek()), momentFrom(until, zone.peek())];
    if (begins === null || ends === null) return;
    const body = { title, unit, from: begins, until: ends };
    await sending.send(
      () => (booking === undefined ? ask('addBooking', { body }) : ask('changeBooking', { params: { id: String(booking.id) }, body })),
      onDone,
    );
  };
  const { title, unit, from, until } = draft.value;
  return (
    <Form sending={sending} words="Save" onSend={send}>
      <Field label="Title" value={title} maxLength={80} isNeeded onType={(typed) => put({ title: typed })} />
      <Field label="Unit" value={unit} maxLength={40} onType={(typed) => put({ unit: typed })} />
      <Field label="From" type="datetime-local" value={from} isNeeded onType={(typed) => put({ from: typed })} />
      <Field label="Until" type="datetime-local" value={until} isNeeded onType={(typed) => put({ until: typed })} />
    </Form>
  );
}
