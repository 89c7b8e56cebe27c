/** The parts of `npm run test:image`: on which card and which machine each row of checks runs. What is checked is the rows' own. */
import { writeFileSync } from 'node:fs';
import { diskId } from '../image/card.ts';
import { print } from '../image/host.ts';
import { out } from '../image/out.ts';
import { Board } from './board.ts';
import { boardChecks } from './board-checks.ts';
import { chanceOf } from './chance.ts';
import { checks } from './checks.ts';
import { Controller } from './controller.ts';
import { PowerCuts } from './cut-checks.ts';
import { firstStartChecks } from './first-start-checks.ts';
import { FragileCard } from './fragile-card.ts';
import { Machine } from './machine.ts';
import { preparePlace } from './place.ts';
import { startChecks } from './start-checks.ts';
import { endUpdateChecks, updateChecks } from './update-checks.ts';
import { prepareUpdates } from './update-place.ts';

export interface Work {
  /** For whatever the part leaves. */
  readonly folder: string;
  /** Of whatever is done again and again. */
  readonly count: number;
  readonly seed: number;
  /** Prints the check when it is done; whether it held. `look` resolves with what was seen, and rejects with what is wrong. */
  hold(check: string, look: () => Promise<string>): Promise<boolean>;
}

export interface Part {
  readonly name: string;
  /** Where it is left out: in a few words. */
  readonly what: string;
  readonly isShort: boolean;
  run(work: Work): Promise<void>;
}

const byKernel = { by: 'kernel', kernel: out.kernel, initrd: out.initrd, words: `root=PARTUUID=${diskId}-02` } as const;

/** All of checks.ts on one machine. */
const running = async ({ folder, hold }: Work): Promise<void> => {
  const place = preparePlace(folder);
  const machine = await Machine.start({ folder: place.folder('machine'), disk: place.newDisk('disk'), start: byKernel });
  const controller = new Controller(await machine.linePort(), place);
  try {
    for (const { name, run } of checks) await hold(name, () => run({ machine, controller }));
  } finally {
    await controller.stop();
    await machine.cutPower();
    writeFileSync(place.folder('controller.log'), controller.everything);
  }
};

const starts = async ({ folder, hold }: Work): Promise<void> => {
  const place = preparePlace(folder);
  for (const { name, run } of startChecks) await hold(name, () => run(place));
};

/** All of update-checks.ts on one card. */
const update = async ({ folder, hold }: Work): Promise<void> => {
  const updates = prepareUpdates(preparePlace(folder));
  try {
    for (const { name, run } of updateChecks) await hold(name, () => run(updates));
  } finally {
    await endUpdateChecks();
  }
};

/** All of first-start-checks.ts on one card, with a controller that is there from the first moment. */
const firstStart = async ({ folder, seed, hold }: Work): Promise<void> => {
  const place = preparePlace(folder, { keys: 'bundle' });
  const card = new FragileCard(place.card, chanceOf(seed));
  let controller = new Controller(await (await card.start(place.folder('first'), byKernel)).linePort(), place);
  const cutAndStart = async (): Promise<string> => {
    const cut = await card.cutPower();
    await controller.stop();
    controller = new Controller(await (await card.start(place.folder('after-cut'), byKernel)).linePort(), place);
    return cut;
  };
  try {
    for (const { name, run } of firstStartChecks)
      await hold(name, () => run({ code: place.code, machine: () => card.machine, controller: () => controller, cutAndStart }));
  } finally {
    await controller.stop();
    await card.cutPower();
    writeFileSync(place.folder('controller.log'), controller.everything);
  }
};

/** Cuts by the count, then a look at what is left. Ends with the first that is wrong: the card is no longer what it was. */
const cuts = async ({ folder, count, seed, hold }: Work): Promise<void> => {
  const place = preparePlace(folder, { strikeSeconds: 8 });
  const chance = chanceOf(seed);
  const card = new FragileCard(place.card, chance);
  const trial = new PowerCuts({ place, card, chance, byKernel });
  print(`power cuts: seed ${seed}`);
  for (let cut = 1; cut <= count; cut += 1)
    if (!(await hold(`power cut ${cut} of ${count}: it starts with all that was acknowledged`, () => trial.once()))) {
      await card.end();
      return;
    }
  await hold('after the last cut nothing is lost, doubled or damaged', () => trial.judge());
};

const onBoard = async ({ folder, hold }: Work): Promise<void> => {
  const place = preparePlace(folder, { port: '/dev/ttyAMA0' });
  const board = Board.start(place.card, place.folder('board'));
  const controller = new Controller(await board.linePort(), place);
  try {
    for (const { name, run } of boardChecks) await hold(name, () => run({ place, board, controller }));
  } finally {
    await controller.stop();
    await board.end();
  }
};

export const parts: readonly Part[] = [
  { name: 'running', what: 'what a machine does that runs', isShort: true, run: running },
  { name: 'first-start', what: 'a first start with a bundle and its code', isShort: true, run: firstStart },
  { name: 'starts', what: 'which slot starts, and the hardware watchdog', isShort: false, run: starts },
  { name: 'board', what: 'the model of a Pi 3B', isShort: false, run: onBoard },
  { name: 'update', what: 'updates on sticks and over the line', isShort: false, run: update },
  { name: 'cuts', what: 'power cuts', isShort: false, run: cuts },
];
