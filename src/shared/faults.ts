/** Failures of hardware and disk: what a port rejects with. The code is stable; the sentence is for people; the cause is what the system said. */

export type FaultCode =
  | 'disk.full'
  | 'disk.failed'
  | 'disk.damaged'
  | 'disk.closed'
  | 'queue.full'
  | 'hardware.missing'
  | 'hardware.failed'
  | 'hardware.slow'
  | 'strike.unreachable'
  | 'strike.failed';

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;

  constructor(code: FaultCode, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The fault itself, or the given code around whatever else was thrown. */
export const asFault = (thrown: unknown, code: FaultCode, sentence: string): Fault =>
  thrown instanceof Fault ? thrown : new Fault(code, sentence, thrown);
