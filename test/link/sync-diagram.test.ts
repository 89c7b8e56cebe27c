/** Writes docs/file-sync.md from the machine, and fails when the page says something else than it does; and walks every transition. */
import { describe, expect, it } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { type Applied, type Stored, type SyncEvent, syncMachine } from '../../src/link/sync-machine.ts';
import { transitionsOf } from '../access/transitions.ts';
import { machinePage, type Words } from '../diagram.ts';

const wordsFor = (words: Readonly<Record<string, string>>, used: Set<string>): ((name: string) => string) => {
  return (name) => {
    used.add(name);
    const found = words[name];
    if (found === undefined) throw new Error(`test/link/sync-diagram.test.ts has no words for ${name}`);
    return found;
  };
};

const guardWords = {
  isStored: 'all of it is on disk',
  isNowStored: 'all of it is on disk',
  wasRefused: 'it was refused',
  isCut: 'the sender went',
  isWhole: 'all bytes have come',
};
const actionWords = {
  begin: 'notes the length, and where the sender begins',
  noteWhole: 'notes that all bytes have come',
  noteCut: 'notes that the sender went',
  noteStored: 'notes how much is on disk',
  refuse: 'notes why',
  refuseFailed: 'notes that the disk failed',
  tellRefused: 'tells `file.refused`',
  tellInForce: 'tells `file.inForce`',
};

describe('docs/file-sync.md', () => {
  const used = new Set<string>();
  const words: Words = {
    guard: wordsFor(guardWords, used),
    action: wordsFor(actionWords, used),
    delay: (name) => {
      throw new Error(`the machine has no delay ${name}`);
    },
  };
  const page = [
    '# A file on its way',
    '',
    'How a file gets from the line to the disk and in force: the PIN table, or an update (`src/link/sync-machine.ts`; the messages are those of',
    'docs/table-profile.md §17 and §26). Written from the machine by `test/link/sync-diagram.test.ts`, which fails when this page is stale;',
    '`npx vitest run test/link/sync-diagram.test.ts --update` writes it anew.',
    '',
    ...machinePage(syncMachine, words),
  ];

  it('says what the machine does', async () => {
    await expect(`${page.join('\n').trimEnd()}\n`).toMatchFileSnapshot('../../docs/file-sync.md');
  });

  it('has no words to spare', () => {
    expect(Object.keys({ ...guardWords, ...actionWords }).filter((name) => !used.has(name))).toEqual([]);
  });
});

type Step = SyncEvent | { readonly type: 'answer'; readonly output: Stored | Applied } | { readonly type: 'fail' };

const begun: Step = { type: 'file.begun', totalBytes: 100, offset: 0 };
const gathered: Step = { type: 'file.gathered' };
const whole: Step = { type: 'file.whole' };
const cut: Step = { type: 'file.cut' };
const stored = (value: number): Step => ({ type: 'answer', output: { ok: true, value } });
const applied: Step = { type: 'answer', output: { ok: true, value: undefined } };
const refused: Step = { type: 'answer', output: { ok: false, failure: 'wrongBody' } };
const fail: Step = { type: 'fail' };

const walk = async (steps: readonly Step[]): Promise<{ path: string[]; told: string[] }> => {
  const clock = new VirtualClock();
  let answer: ((step: Step) => void) | undefined;
  const ask = <Output>(): Promise<Output> =>
    new Promise((resolve, reject) => {
      answer = (step) => (step.type === 'answer' ? resolve(step.output as Output) : reject(new Error('the disk failed')));
    });
  const actor = createActor(syncMachine.provide({ actors: { store: fromPromise(() => ask<Stored>()), apply: fromPromise(() => ask<Applied>()) } }));
  const told: string[] = [];
  actor.on('*', (effect) => void told.push(effect.type === 'file.refused' ? `refused ${effect.refusal}` : 'in force'));
  actor.start();
  const path: string[] = [];
  for (const step of steps) {
    if (step.type === 'answer' || step.type === 'fail') answer?.(step);
    else actor.send(step);
    await clock.settle();
    path.push(actor.getSnapshot().value.file);
  }
  return { path, told };
};

describe('the sync machine', () => {
  it.each<readonly [name: string, steps: readonly Step[], path: string, told: string]>([
    ['a small file', [begun, whole, stored(100), applied], 'gathering storing applying inForce', 'in force'],
    [
      'a file in pieces',
      [begun, gathered, stored(50), gathered, whole, stored(70), stored(100), applied, begun],
      'gathering storing gathering storing storing storing applying inForce gathering',
      'in force',
    ],
    ['a file that is there already', [{ ...begun, offset: 100 } as Step, whole, applied], 'gathering applying inForce', 'in force'],
    ['a file cut off while it is gathered', [begun, cut, stored(40)], 'gathering storing idle', ''],
    ['a file cut off while it is written', [begun, gathered, cut, stored(40), begun], 'gathering storing storing idle gathering', ''],
    ['a file refused while it is written', [begun, gathered, refused, begun], 'gathering storing refused gathering', 'refused wrongBody'],
    ['a file refused when it is whole', [begun, whole, stored(100), refused], 'gathering storing applying refused', 'refused wrongBody'],
    ['a disk that fails', [begun, gathered, fail], 'gathering storing refused', 'refused failed'],
    ['a disk that fails at the end', [begun, whole, stored(100), fail], 'gathering storing applying refused', 'refused failed'],
    ['words out of place', [gathered, whole, cut], 'idle idle idle', ''],
  ])('walks %s', async (_, steps, path, told) => {
    const walked = await walk(steps);
    expect(walked).toEqual({ path: path.split(' '), told: told === '' ? [] : [told] });
  });

  it('has 18 transitions, each on one of those walks: another one needs a walk of its own', () => {
    expect(transitionsOf(syncMachine).map(({ name }) => name)).toHaveLength(18);
  });
});
