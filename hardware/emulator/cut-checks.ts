/**
 * Power cuts while a table goes in force and events are written: one card, started, put to work and cut, again and again, at moments that a seed
 * draws. Nothing that was acknowledged may be lost: an event that the controller has, a version that it was told of, an opening that was seen. What
 * the card loses at a cut is fragile-card.ts's.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { emulatedUboot } from '../image/host.ts';
import type { Chance } from './chance.ts';
import { Controller } from './controller.ts';
import type { FragileCard } from './fragile-card.ts';
import type { Start } from './machine.ts';
import { type Machine, until } from './machine.ts';
import { others, type Place, rightPin } from './place.ts';
import { becomes, isKeyHeard, lines, press, pull } from './wires.ts';

const startMs = 600_000;
const soonMs = 60_000;
const slowMs = 240_000;
/** One start in so many is U-Boot's, which takes attempts of slots; the others save its time. */
const ubootEvery = 4;
/** One in so many is cut while it starts. */
const earlyShare = 0.2;
const earlyMs = 20_000;
/** From the last thing that was asked to the cut. */
const betweenMs = 2_500;
/** Of the journal: more than all lives make. */
const mostEvents = 5_000;
/** A table or a journal that is not what it was. */
const alarming = /alarm (?:journal|table|store)\.[^\n]*/;

export interface Trial {
  readonly place: Place;
  readonly card: FragileCard;
  readonly chance: Chance;
  readonly byKernel: Start;
}

const byUboot: Start = { by: 'uboot', firmware: emulatedUboot };
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

export class PowerCuts {
  readonly #trial: Trial;
  #life = 0;
  /** The highest that the controller has said is in force. */
  #version = 0;
  /** How often the strike was seen released. */
  #openings = 0;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** One start, work and cut. What was seen. */
  async once(): Promise<string> {
    const { card, chance } = this.#trial;
    const machine = await this.#start();
    if (this.#life > 1 && chance() < earlyShare) {
      await pause(chance() * earlyMs);
      return `cut ${machine.secondsUp.toFixed(0)} s after power; ${await card.cutPower()}`;
    }
    const controller = new Controller(await machine.linePort(), this.#trial.place);
    try {
      await this.#isWhole(machine, controller);
      const done = await this.#work(machine, controller);
      const cut = await card.cutPower();
      return `version ${this.#version}; cut ${done}; ${cut}`;
    } finally {
      await controller.stop();
      this.#hear(controller);
    }
  }

  /** The last start: what is on the card, and what was heard of it. */
  async judge(): Promise<string> {
    const machine = await this.#start();
    const controller = new Controller(await machine.linePort(), this.#trial.place);
    try {
      await this.#isWhole(machine, controller);
      const kept = await until('every event was heard outside', startMs, async () => {
        const entries = await eventsOf(machine);
        const heard = heardAt(this.#trial.place);
        return entries.every((entry) => heard.includes(entry)) ? { entries, heard } : undefined;
      });
      const faults = faultsOf(kept.entries, kept.heard);
      const grants = kept.entries.filter((entry) => entry.endsWith(' access.granted')).length;
      if (grants < this.#openings) faults.push(`${this.#openings} openings were seen, and ${grants} are in the journal`);
      if (faults.length > 0) throw new Error(faults.slice(0, 5).join('; '));
      return `${kept.entries.length} events, each heard once and in order; ${this.#openings} openings seen, ${grants} grants; version ${this.#version}`;
    } finally {
      await controller.stop();
      await this.#trial.card.cutPower();
    }
  }

  async #start(): Promise<Machine> {
    const { card, place, byKernel } = this.#trial;
    this.#life += 1;
    const machine = await card.start(place.folder(`life-${this.#life}`), this.#life % ubootEvery === 0 ? byUboot : byKernel);
    return machine;
  }

  /** It came into step, with no older table than was told in force, and its file systems have no fault. */
  async #isWhole(machine: Machine, controller: Controller): Promise<void> {
    const told = Number(/version (\d+)/.exec(await controller.says(/online, table version \d+ with \d+ people, up to date/, startMs))?.[1]);
    if (told < this.#version) throw new Error(`version ${told} is in force, and ${this.#version} was`);
    this.#hear(controller);
    const faults = await machine.hands.do(
      'cat /sys/fs/ext4/*/errors_count | sort | uniq; dmesg | grep -iE "EXT4-fs (error|warning)|FAT-fs.*error" || true',
    );
    if (faults !== '0') throw new Error(`file systems: ${faults}`);
    await until('a key is heard', startMs, async () => ((await isKeyHeard(machine, '*')) ? true : undefined));
  }

  /** Ends at the moment of the cut. */
  async #work(machine: Machine, controller: Controller): Promise<string> {
    const { chance } = this.#trial;
    const rounds = 1 + Math.floor(chance() * 3);
    for (let round = 1; ; round += 1) {
      const roll = (): void => controller.ask(`roll ${2 + Math.floor(chance() * others)}`);
      const what = chance();
      if (what < 0.5) roll();
      if (what < 0.25) roll();
      if (what > 0.35) {
        await becomes(machine, lines.strike, '0', soonMs);
        await press(machine, `${rightPin}#`);
        await becomes(machine, lines.strike, '1', soonMs);
        this.#openings += 1;
        if (round === rounds && chance() < 0.4) return 'as soon as the strike was seen released';
      } else for (const level of [1, 0] as const) await pull(machine, lines.tamper, level);
      this.#hear(controller);
      if (round < rounds) continue;
      const afterMs = chance() * betweenMs;
      await pause(afterMs);
      return `${afterMs.toFixed(0)} ms after ${what < 0.5 ? 'a code was changed' : 'somebody entered'}`;
    }
  }

  /** What was told in force, and what must not be told at all. */
  #hear({ everything }: Controller): void {
    const versions = [...everything.matchAll(/online, table version (\d+)/g)].map(([, version]) => Number(version));
    this.#version = Math.max(this.#version, ...versions);
    const alarm = alarming.exec(everything)?.[0];
    if (alarm !== undefined) throw new Error(alarm);
  }
}

/** Each as `epoch sequence code`, in order. */
const eventsOf = async ({ hands }: Machine): Promise<readonly string[]> => {
  const lines = await hands.do(`runuser -u doorpad -- /usr/bin/doorpad events --last ${mostEvents} --json`, slowMs);
  return lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ epoch, sequence, code }) => `${String(epoch)} ${String(sequence)} ${String(code)}`);
};

const heardAt = ({ site }: Place): readonly string[] => {
  const database = new DatabaseSync(join(site, 'controller', 'controller.db'), { readOnly: true });
  try {
    const rows = database.prepare('SELECT epoch, sequence, code FROM event ORDER BY id').all();
    return rows.map(({ epoch, sequence, code }) => `${String(epoch)} ${String(sequence)} ${String(code)}`);
  } finally {
    database.close();
  }
};

export const faultsOf = (entries: readonly string[], heard: readonly string[]): string[] => {
  const kept = new Set(entries);
  const sequenceOf = (event: string | undefined): number => Number(event?.split(' ')[1] ?? 0);
  return [
    ...heard.filter((event) => !kept.has(event)).map((event) => `event ${event} was acknowledged, and the reader has it no more`),
    ...heard
      .filter((event, index) => index > 0 && sequenceOf(event) <= sequenceOf(heard[index - 1]))
      .map((event) => `event ${event} came after a later one, or twice`),
    ...entries.filter((event) => !heard.includes(event)).map((event) => `event ${event} was never heard`),
  ];
};
