/**
 * Why a call is not answered as asked: a code for machines, which is stable, its HTTP status, and a sentence for people. Says only what the
 * caller may know: never what was said, never who else has a code (FIELD M5). Which call refuses with what is the handlers'.
 */

interface RefusalRow {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 417 | 421 | 422 | 429 | 431 | 500 | 503;
  readonly sentence: string;
}

export const refusals = {
  badRequest: { status: 400, sentence: 'The request is not well-formed HTTP.' },
  headerTwice: { status: 400, sentence: 'A header that counts once was sent twice.' },
  bodyNotAsked: { status: 400, sentence: 'This call takes no body.' },
  notJson: { status: 400, sentence: 'The body is not JSON in UTF-8.' },
  notValid: { status: 422, sentence: 'Something that was sent is not of the right form.' },
  unknownField: { status: 422, sentence: 'Something was sent that this call does not know.' },
  notLoggedIn: { status: 401, sentence: 'Log in first.' },
  wrongPassword: { status: 401, sentence: 'Name or password is wrong.' },
  notAllowed: { status: 403, sentence: 'Your role does not allow this.' },
  crossSite: { status: 403, sentence: 'The request came from another site’s page.' },
  wrongHost: { status: 421, sentence: 'This server has another name.' },
  notFound: { status: 404, sentence: 'There is no such thing here.' },
  wrongMethod: { status: 405, sentence: 'This cannot be done to it.' },
  tooSlow: { status: 408, sentence: 'The request took too long to arrive.' },
  tooLarge: { status: 413, sentence: 'The body is too long.' },
  headersTooLarge: { status: 431, sentence: 'The headers are too long.' },
  notJsonType: { status: 415, sentence: 'Send JSON, and say so: content-type application/json.' },
  notExpected: { status: 417, sentence: 'Send the body without asking first.' },
  tooMany: { status: 429, sentence: 'Too many tries. Wait a minute.' },
  tooManySessions: { status: 503, sentence: 'Too many people are logged in.' },
  tooManyPages: { status: 503, sentence: 'Too many pages are open.' },
  busy: { status: 503, sentence: 'Busy. Try again in a moment.' },
  diskFailed: { status: 503, sentence: 'The disk did not take it: nothing was changed.' },
  failed: { status: 500, sentence: 'This went wrong here, and is reported.' },

  changedMeanwhile: { status: 409, sentence: 'Somebody else changed this meanwhile. Look again.' },
  pinNotAvailable: { status: 409, sentence: 'This code is not available. Choose another.' },
  pinTooSimple: { status: 422, sentence: 'This code is too easy to guess. Choose another.' },
  tooManyRolls: { status: 409, sentence: 'Your code was changed often today. Ask the manager, or wait until tomorrow.' },
  noPinFree: { status: 409, sentence: 'No code of this length is free. Choose a longer one.' },
  hasNoPin: { status: 409, sentence: 'There is no code to show or change.' },
  cardTaken: { status: 409, sentence: 'Another person has this card.' },
  tooManyCards: { status: 409, sentence: 'A person has at most 16 cards.' },
  cardNotValid: { status: 422, sentence: 'This is no card number.' },
  fileNotValid: { status: 422, sentence: 'The file has mistakes.' },
  peopleLackPin: { status: 409, sentence: 'Some people could not enter any more, because they have no PIN.' },
  codeSpaceTooSmall: { status: 409, sentence: 'Too many people for codes of this length: guessing would be too easy.' },
  modeNeedsKeypad: { status: 409, sentence: 'This reader has no keypad.' },
  readerOffline: { status: 409, sentence: 'The reader is not connected.' },
  noNumberLeft: { status: 409, sentence: 'No number is left for somebody new: a people file has given the highest one.' },
  isOfBooking: { status: 409, sentence: 'This is an access of a booking. Change it under Bookings.' },
  inUse: { status: 409, sentence: 'Somebody uses this.' },
  lastManager: { status: 409, sentence: 'The last manager stays.' },
  nameTaken: { status: 409, sentence: 'This name is taken.' },
  isOver: { status: 409, sentence: 'This is over or revoked.' },
  untilBeforeFrom: { status: 422, sentence: 'It would end before it begins.' },
} as const satisfies Readonly<Record<string, RefusalRow>>;

export type RefusalCode = keyof typeof refusals;

export interface Refusal {
  readonly code: RefusalCode;
  /** In place of the row's, where more can be said. Holds no digits and no card numbers. */
  readonly sentence?: string;
  /** Which parts of the request are meant, and what is expected of each. */
  readonly where?: readonly { readonly at: string; readonly expected: string }[];
}

/** What goes over the wire. */
export interface RefusalBody {
  readonly error: { readonly code: RefusalCode; readonly sentence: string; readonly where?: Refusal['where'] };
}

export const refusalBody = ({ code, sentence = refusals[code].sentence, where }: Refusal): RefusalBody => ({
  error: { code, sentence, ...(where === undefined ? {} : { where }) },
});
