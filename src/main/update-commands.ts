/** What the commands of an update print, and the programs of a card that they need. How an update is judged, written and made is tools/'s. */
import { execFileSync } from 'node:child_process';
import { asFault } from '../shared/faults.ts';
import { otherSlot } from '../tools/boot-env.ts';
import type { Printer } from '../tools/command-line.ts';
import { exitCodes } from '../tools/exit-codes.ts';
import { makeUpdate as make, readPrivateKey } from '../tools/make-update.ts';
import { runUpdate } from '../tools/update.ts';
import { keepLast, readCard, updateKey } from '../tools/update-card.ts';
import { withSource } from '../tools/update-disk.ts';
import { Refusal } from './refusal.ts';

export interface UpdateCommand {
  readonly again?: true;
}
export interface MakeUpdateCommand {
  readonly key: string;
  readonly release: number;
  readonly version: string;
  readonly out: string;
}

/** hardware/systemd/set-boot.sh: order, the attempts of A and of B, and the slot on trial. */
const setBootProgram = '/usr/lib/doorpad/set-boot';
const nothingWritten = 'Nothing was written to a slot.';

const refusal = (sentence: string): Refusal => new Refusal([sentence], exitCodes.refused);

const orFault = <Value>(work: () => Value): Value => {
  try {
    return work();
  } catch (thrown) {
    throw asFault(
      thrown,
      'disk.failed',
      `The card could not be written (${String(thrown)}): what runs goes on; replace the card if that comes again.`,
    );
  }
};

export const update = (file: string, { again }: UpdateCommand, io: Printer): void => {
  const root = '';
  const card = readCard(root);
  if (card === undefined) throw refusal(`This machine does not run from a slot of a card. ${nothingWritten}`);
  const key = updateKey(root);
  if (!key.ok) throw refusal(`${key.failure} ${nothingWritten}`);
  const done = orFault(() =>
    withSource(file, (source) =>
      runUpdate({
        card,
        key: key.value,
        source,
        again: again === true,
        setBoot: ({ first, left, trial = 'none' }) =>
          execFileSync(setBootProgram, [`${first} ${otherSlot(first)}`, String(left.A), String(left.B), trial]),
        forgetCached: (device) => execFileSync('/usr/sbin/blockdev', ['--flushbufs', device]),
        say: (sentence) => io.out(`${sentence}\n`),
      }),
    ),
  );
  if (done.ok) {
    orFault(() => keepLast(root, done.value));
    io.out(`${done.value}\n`);
    return;
  }
  const { reason, sentence } = typeof done.failure === 'string' ? { reason: 'failed' as const, sentence: done.failure } : done.failure;
  // A stick that was left in is no news.
  if (reason !== 'alreadyThere') orFault(() => keepLast(root, sentence, reason));
  throw refusal(sentence);
};

export const makeUpdate = (slot: string, { key: keyFile, release, version, out }: MakeUpdateCommand, io: Printer): void => {
  const key = readPrivateKey(keyFile);
  const made = key.ok ? make(slot, out, { release, version }, key.value) : key;
  if (!made.ok) throw refusal(made.failure);
  io.out(`${out} is release ${release} (${version}), ${(made.value / 1e6).toFixed(0)} MB.\n`);
};
