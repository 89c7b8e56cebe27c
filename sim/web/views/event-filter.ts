/** Which events of the activity log are meant, as the API says it. Pure: asking and drawing are activity.tsx's. */

export interface EventFilter {
  readonly reader?: string;
  readonly person?: string;
  /** A stable code, or a class. */
  readonly what?: string;
  readonly from?: string;
  readonly until?: string;
}

interface Facts {
  readonly reader: number;
  readonly person: number | null;
  readonly code: string;
  readonly class: string;
  readonly at: string;
}

/** Whether an event that the server tells by itself is one of those. */
export const fits = (event: Facts, { reader, person, what, from, until }: EventFilter): boolean => {
  const at = Date.parse(event.at);
  return (
    (reader === undefined || event.reader === Number(reader)) &&
    (person === undefined || event.person === Number(person)) &&
    (what === undefined || event.code === what || event.class === what) &&
    (from === undefined || at >= Date.parse(from)) &&
    (until === undefined || at < Date.parse(until))
  );
};
