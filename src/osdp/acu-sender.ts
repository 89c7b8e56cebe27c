/**
 * Makes the frames an ACU sends to one PD: sequence number, check, in clear or sealed, and no longer than the PD takes. What is sent, and
 * what becomes of it, is acu-session.ts's.
 */
import { assert } from '../shared/assert.ts';
import type { AcuKeys } from './acu-keys.ts';
import type { WorkJob } from './acu-work.ts';
import { bytesOf, type Capabilities } from './capabilities.ts';
import { type Command, commands, encodeCommand } from './commands.ts';
import { type Check, dataRoom, encodeFrame, leastFrameBytes, maxFrameBytes, type SecurityBlock } from './frame.ts';
import type { AcuSecureChannel } from './secure-channel.ts';

/** What was sent and waits for its answer. */
export interface Flight {
  readonly kind: 'start' | 'keyset' | 'work';
  readonly job: WorkJob | undefined;
  readonly sequence: number;
  readonly check: Check;
  readonly bytes: Uint8Array;
  readonly rank: number;
  /** Not said again before. */
  dueMs: number;
  /** NAK 1 so far. */
  damaged: number;
}

export class AcuSender {
  address: number;
  readonly #channel: AcuSecureChannel;
  readonly #keys: AcuKeys;
  #sequence = 0;
  #check: Check = 'crc16';
  /** Most bytes of a frame the PD takes. */
  #roomBytes = leastFrameBytes;
  #sealedCommands = 0;

  constructor(address: number, channel: AcuSecureChannel, keys: AcuKeys) {
    this.address = address;
    this.#channel = channel;
    this.#keys = keys;
  }

  /** Since the last restart. */
  get sealedCommands(): number {
    return this.#sealedCommands;
  }

  /** The next command has sequence 0 (OSDP.md §3). */
  restart(): void {
    this.#sequence = 0;
    this.#sealedCommands = 0;
  }

  /** What the PD can do is not known any more. */
  forget(): void {
    this.restart();
    this.know(undefined);
  }

  /** Said in clear, and good for sizes and the check only. */
  know(capabilities: Capabilities | undefined): void {
    const buffer = capabilities?.receiveBuffer;
    this.#roomBytes = buffer === undefined ? leastFrameBytes : Math.min(Math.max(bytesOf(buffer), leastFrameBytes), maxFrameBytes);
    this.#check = capabilities?.check?.level === 0 ? 'checksum' : 'crc16';
  }

  /** Most bytes of data in a frame to this PD of at most so many bytes. */
  dataRoom(maxBytes: number = maxFrameBytes): number {
    return dataRoom(Math.min(maxBytes, this.#roomBytes), this.#check, !this.#keys.isClear);
  }

  launch(kind: Flight['kind'], job: WorkJob | undefined, { name, payload }: Command, block: SecurityBlock | undefined, rank: number): Flight {
    const sequence = this.#sequence;
    this.#sequence = (sequence % 3) + 1;
    const header = { address: this.address, sequence, check: this.#check };
    const { code } = commands[name];
    const data = encodeCommand(name, payload as never);
    const isSealed = this.#channel.state === 'open';
    assert(isSealed || kind === 'start' || this.#keys.isClear, 'a paired PD hears nothing in clear but how a session starts');
    if (isSealed) this.#sealedCommands += 1;
    const bytes = isSealed ? this.#channel.seal(header, code, data) : encodeFrame({ ...header, isReply: false, security: block, code, data });
    return { kind, job, sequence, check: header.check, bytes, rank, dueMs: Number.NEGATIVE_INFINITY, damaged: 0 };
  }
}
