/** Whether a wrong MAC and a wrong padding can be told apart by how long a PD takes to refuse them (SECURITY B14). That the answers are the same, test/osdp/attacks-sessions.test.ts shows. */
import { commands } from '../../src/osdp/commands.ts';
import { scs } from '../../src/osdp/frame.ts';
import { assert } from '../../src/shared/assert.ts';
import { flipBit, rechecked } from '../osdp/bytes.ts';
import { scbk } from '../osdp/secure-pair.ts';
import { Together } from '../osdp/together.ts';
import { Rogue } from '../osdp/together-attacker.ts';
import type { Bench } from './bench.ts';

/** Microseconds to refuse one frame, in a session made for it. */
const refusalOf = (line: Together, rogue: Rogue, isMacWrong: boolean): number => {
  // A PD that has refused some has those who challenge it wait.
  line.run(60_000);
  assert(rogue.handshake(scbk), 'the right key gets a session');
  const wrongPadding = rogue.sealed(scs.encryptedCommand, commands.mfg.code, new Uint8Array(0), 'unpadded');
  const frame = isMacWrong ? rechecked(flipBit(wrongPadding, (wrongPadding.length - 4) * 8)) : wrongPadding;
  const start = process.hrtime.bigint();
  const answers = line.attack(frame);
  const ns = Number(process.hrtime.bigint() - start);
  assert(answers.length === 1 && !line.station.pd.isSecure, 'it is refused, and the session over');
  line.station.events.length = 0;
  return ns / 1_000;
};

/** Without the slowest twentieth: those were waiting for something else. */
const trimmedMean = (values: readonly number[]): number => {
  const kept = values.toSorted((left, right) => left - right).slice(0, Math.ceil(values.length * 0.95));
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
};

export const benches: readonly Bench[] = [
  {
    name: 'OSDP: wrong MAC refused against wrong padding, difference of means',
    unit: 'µs',
    bar: 50,
    better: 'lower',
    run: async (isQuick) => {
      const line = new Together();
      line.isKept = false;
      const rogue = new Rogue(line);
      const times: readonly [number[], number[]] = [[], []];
      for (let round = 0; round < (isQuick ? 2_000 : 100_000); round += 1) {
        const isMacWrong = round % 2 === 0;
        times[isMacWrong ? 0 : 1].push(refusalOf(line, rogue, isMacWrong));
      }
      return Math.abs(trimmedMean(times[0]) - trimmedMean(times[1]));
    },
  },
];
