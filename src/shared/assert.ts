/** States what must hold for our own code to be right. Never for bytes, files or people: those get a Result. */

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence);
}

/** The value, which our own code has already made sure is there. */
export function present<Value>(value: Value | undefined | null, sentence: string): Value {
  assert(value !== undefined && value !== null, sentence);
  return value as Value;
}
