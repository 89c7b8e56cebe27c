/**
 * A card that loses at a power cut what a card may lose: one file that lives through all starts, and in each a machine on a copy of it, with a log of
 * its writes. What is kept at a cut is write-log.ts's.
 */
import { rmSync } from 'node:fs';
import type { Chance } from './chance.ts';
import { Machine, type MachineOptions, type Start } from './machine.ts';
import { copied } from './place.ts';
import { cutCard } from './write-log.ts';

export class FragileCard {
  readonly #card: string;
  readonly #chance: Chance;
  #machine: Machine | undefined;

  constructor(card: string, chance: Chance) {
    this.#card = card;
    this.#chance = chance;
  }

  get machine(): Machine {
    if (this.#machine === undefined) throw new Error('the card is in no machine that has power');
    return this.#machine;
  }

  async start(folder: MachineOptions['folder'], start: Start): Promise<Machine> {
    this.#machine = await Machine.start({ folder, disk: copied(this.#card, this.#scratch), log: this.#log, start });
    return this.#machine;
  }

  /** In a few words, what was lost. */
  async cutPower(): Promise<string> {
    await this.machine.cutPower();
    this.#machine = undefined;
    const cut = cutCard(this.#log, this.#card, this.#chance);
    // Nothing is lost where nobody knows what may be.
    if (cut === undefined) copied(this.#scratch, this.#card);
    for (const file of [this.#log, this.#scratch]) rmSync(file);
    return cut === undefined ? 'nothing lost' : `${cut.lost} of ${cut.unflushed} writes lost that were not flushed, ${cut.flushed} that were kept`;
  }

  /** Without a look at what is lost. */
  async end(): Promise<void> {
    await this.#machine?.cutPower();
    this.#machine = undefined;
  }

  get #scratch(): string {
    return `${this.#card}.machine`;
  }

  get #log(): string {
    return `${this.#card}.log`;
  }
}
