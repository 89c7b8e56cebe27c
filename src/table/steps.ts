/** Long work cut into steps, so that whoever runs it can do other work in between. */

/** Each step takes some milliseconds; the last one returns. Between steps the table takes look-ups only. */
export type Steps<Value> = Generator<void, Value, void>;

/** Runs the steps to their end in one go. */
export const drain = <Value>(steps: Steps<Value>): Value => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};
