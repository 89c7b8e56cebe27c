/** The lights, buzzers and outputs of a PD: which records are for something that exists, and the programs they run. Showing them is the caller's. */
import { present } from '../shared/assert.ts';
import { BuzzerProgram, type BuzzerRecord, isBuzzerRecordSound } from './buzzer-program.ts';
import { isLedRecordSound, LedProgram, type LedRecord } from './led-program.ts';
import { type OutputRecord, OutputTimer } from './output-timer.ts';
import type { PdDescription } from './pd-device.ts';
import type { Color } from './records.ts';

const listOf = <Item>(count: number, make: () => Item): readonly Item[] => Array.from({ length: count }, make);

export class PdIndicators {
  readonly #colors: ReadonlySet<Color>;
  readonly #leds: readonly (readonly LedProgram[])[];
  readonly #buzzers: readonly BuzzerProgram[];
  readonly #outputs: readonly OutputTimer[];

  constructor({ readers, leds, colors, hasBuzzer, outputs }: PdDescription) {
    this.#colors = new Set<Color>([...colors, 'black']);
    this.#leds = listOf(readers, () => listOf(leds, () => new LedProgram()));
    this.#buzzers = listOf(hasBuzzer ? readers : 0, () => new BuzzerProgram());
    this.#outputs = listOf(outputs, () => new OutputTimer());
  }

  /** The light must exist; so for the others. */
  led(reader: number, led: number): LedProgram {
    return present(this.#leds[reader]?.[led], 'there is such a light');
  }

  buzzer(reader: number): BuzzerProgram {
    return present(this.#buzzers[reader], 'there is such a buzzer');
  }

  output(output: number): OutputTimer {
    return present(this.#outputs[output], 'there is such an output');
  }

  outputsAt(nowMs: number): readonly number[] {
    return this.#outputs.map((output) => (output.isOnAt(nowMs) ? 1 : 0));
  }

  /** All records or none: false when one of them cannot be done. */
  setLeds(records: readonly LedRecord[], nowMs: number): boolean {
    if (!records.every((record) => this.#leds[record.reader]?.[record.led] !== undefined && isLedRecordSound(record) && this.#canShow(record))) {
      return false;
    }
    for (const record of records) this.led(record.reader, record.led).set(record, nowMs);
    return true;
  }

  setBuzzer(record: BuzzerRecord, nowMs: number): boolean {
    const buzzer = this.#buzzers[record.reader];
    if (buzzer === undefined || !isBuzzerRecordSound(record)) return false;
    buzzer.set(record, nowMs);
    return true;
  }

  /** All records or none. */
  setOutputs(records: readonly OutputRecord[], nowMs: number): boolean {
    if (!records.every(({ output }) => this.#outputs[output] !== undefined)) return false;
    for (const record of records) this.output(record.output).set(record, nowMs);
    return true;
  }

  /** For when nobody is left to end a tone. */
  silence(): void {
    for (const buzzer of this.#buzzers) buzzer.silence();
  }

  #canShow({ temporaryAction, temporary, permanentAction, permanent }: LedRecord): boolean {
    const asked = [...(temporaryAction === 'set' ? [temporary] : []), ...(permanentAction === 'set' ? [permanent] : [])];
    return asked.every(({ onColor, offColor }) => this.#colors.has(onColor) && this.#colors.has(offColor));
  }
}
