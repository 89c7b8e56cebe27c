/**
 * Says in the program's log which parts of a door work: all of them once it has started, and each one that goes or comes after
 * that. What a missing part costs is the rules'; what people did at the door is never logged.
 */
import type { Logger } from 'pino';
import type { AccessEvent, EventCode } from '../access/events.ts';
import type { ReaderObserver } from '../reader.ts';

const failures: ReadonlySet<EventCode> = new Set<EventCode>(['strike.failed', 'strike.unreachable', 'record.failed', 'decision.failed']);

const lineWords: ReadonlyMap<EventCode, string> = new Map([
  ['link.found', 'the controller is there'],
  ['link.lost', 'the controller is away'],
  ['line.silent', 'nothing is heard on the line'],
]);

export class PartsLog implements ReaderObserver {
  readonly #log: Logger;
  readonly #paths: Readonly<Record<string, unknown>>;
  readonly #away = new Set<string>();
  #isOnline = false;

  /** `paths`: where each device was looked for. */
  constructor(log: Logger, paths: Readonly<Record<string, unknown>>) {
    this.#log = log;
    this.#paths = paths;
  }

  /** Whether the other end of the line is there. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  isAway(device: string): boolean {
    return this.#away.has(device);
  }

  happened({ code, fields = {} }: AccessEvent): void {
    const device = String(fields.device);
    if (code === 'link.found' || code === 'link.lost') this.#isOnline = code === 'link.found';
    if (code === 'device.lost') {
      this.#away.add(device);
      this.#log.warn({ device, path: this.#paths[device] }, 'a device is not there');
    } else if (code === 'device.found') {
      this.#away.delete(device);
      this.#log.info({ device }, 'a device is there');
    } else if (lineWords.has(code)) {
      this.#log.info({ event: code }, lineWords.get(code));
    } else if (failures.has(code)) {
      this.#log.warn({ event: code, fault: fields.fault }, 'a part of the door has failed');
    }
  }

  /** `parts`: those the door should have, and whether they work as far as is known apart from devices that are away. */
  started(parts: Readonly<Record<string, boolean>>, facts: Readonly<Record<string, unknown>>): void {
    const isWorking = ([part, works]: readonly [string, boolean]): boolean => works && !this.#away.has(part);
    const entries = Object.entries(parts);
    const works = entries.filter(isWorking).map(([part]) => part);
    const missing = entries.filter((entry) => !isWorking(entry)).map(([part]) => part);
    if (missing.length === 0) this.#log.info({ ...facts, works }, 'the door has started');
    else this.#log.warn({ ...facts, works, missing }, 'the door has started, and not all of it works');
  }
}
