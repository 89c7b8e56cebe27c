/**
 * The captures in which a whole ACU was recorded, with ours in its place: the same keys, random values and replies, and every frame it
 * sends compared byte for byte. Where it means to differ stands in peer-faults.ts; there a comparison ends.
 */
import { describe, expect, it } from 'vitest';
import type { OrderCommand } from '../../src/osdp/acu-events.ts';
import { AcuLine } from '../../src/osdp/acu-line.ts';
import { decodeCommand } from '../../src/osdp/commands.ts';
import { present } from '../../src/shared/assert.ts';
import { hexOf } from './bytes.ts';
import { burstsOf, captureNamed, captureNames } from './captured.ts';
import { acuDiffers } from './peer-faults.ts';
import { taken, withRandom } from './secure-pair.ts';

const played = captureNames.filter((name) => !name.startsWith('err_'));
/** Of a frame that differs: enough to see which command it is. */
const shownDigits = 24;

/** Frames that are the same, and the beginning of the first one of ours that is not. */
const play = (name: string): { readonly same: number; readonly differs: string | undefined } => {
  const capture = captureNamed(name);
  const frames = burstsOf(capture).flatMap((burst) => burst.frames);
  const commandsIn = frames.flatMap(({ frame, heard }) => {
    if (frame.isReply) return [];
    const command = decodeCommand(frame.code, present(heard.data, 'a command that can be read'));
    return [{ hex: hexOf(frame.bytes), command: taken(command) }];
  });
  const randoms = commandsIn.flatMap(({ command }) => (command.name === 'chlng' ? [command.payload.rndA] : []));
  const fragments = commandsIn.flatMap(({ command }) => (command.name === 'filetransfer' ? [command.payload] : []));
  // Of a file that was broken off, the rest is not known.
  const file = new Uint8Array(fragments[0]?.totalBytes ?? 0);
  for (const { offset, data } of fragments) file.set(data, offset);
  const sent: string[] = [];
  const line = new AcuLine(
    withRandom(...randoms),
    { baudRate: 115_200 },
    {
      send: (bytes) => {
        sent.push(hexOf(bytes.subarray(1)));
      },
      told: () => undefined,
    },
  );
  const scbk = capture.keys[0];
  taken(line.add({ address: 1, pairing: scbk === undefined ? { kind: 'clear' } : { kind: 'paired', scbk } }, 0));

  let nowMs = 0;
  let isSendingFile = false;
  let same = 0;
  let address = 1;
  for (const { frame } of frames) {
    if (frame.isReply) {
      line.receive(frame.bytes, nowMs);
      continue;
    }
    const { hex, command } = present(commandsIn[same], 'as many commands as frames of commands');
    const isRepeat = commandsIn[same - 1]?.hex === hex;
    if (!isRepeat && command.name === 'keyset') line.changeKey(address, command.payload.scbk, nowMs);
    else if (!isRepeat && command.name === 'filetransfer') {
      if (!isSendingFile) line.sendFile(address, { type: command.payload.type, bytes: file, maxFragmentBytes: command.payload.data.length }, nowMs);
      isSendingFile = true;
    } else if (!isRepeat && !['poll', 'id', 'cap', 'chlng', 'scrypt'].includes(command.name)) {
      line.order(address, command as OrderCommand, nowMs);
      if (command.name === 'comset') ({ address } = command.payload);
    }
    const before = sent.length;
    while (sent.length === before) {
      nowMs = Math.max(nowMs, present(line.deadlineMs, 'something is due'));
      line.expire(nowMs);
    }
    if (sent.at(-1) !== hex) return { same, differs: sent.at(-1)?.slice(0, shownDigits) };
    same += 1;
  }
  return { same, differs: undefined };
};

describe.each(played)('with our ACU in the capture %s', (name) => {
  it('every frame it sends is the recorded one, up to where it means to differ', () => {
    const { same, differs } = play(name);
    expect([differs, same]).toEqual(acuDiffers[name] === undefined ? [undefined, same] : [acuDiffers[name].ours, acuDiffers[name].after]);
  });
});
