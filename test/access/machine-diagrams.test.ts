/** Writes docs/state-diagrams.md from the machines, and fails when the page says something else than they do. */
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { doorMachine } from '../../src/access/door-machine.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { readerMachine } from '../../src/access/reader-machine.ts';
import { machinePage, type Words } from '../diagram.ts';
import { actionWords, delayWords, guardWords } from './machine-words.ts';

/** Where every delay has its usual length: a card was read at 0, its window is open, a first wait was earned. */
const usual = {
  policy: defaultPolicy,
  window: { person: { extendedTime: false }, deadlineMs: defaultPolicy.windowMs },
  current: { atMs: 0 },
  decidedAtMs: 0,
  lockoutMs: defaultPolicy.budget.door.firstWaitMs,
};

const usualDelayMs = (machine: AnyStateMachine, name: string): number => {
  const delay: unknown = machine.implementations.delays[name];
  return Number(typeof delay === 'function' ? (delay as (args: { readonly context: unknown }) => unknown)({ context: usual }) : delay);
};

/** Looks words up, and remembers which. */
const wordsFor = (machine: AnyStateMachine, used: Set<string>): Words => {
  const lookUp =
    (words: Readonly<Record<string, string>>) =>
    (name: string): string => {
      used.add(name);
      const found = words[name];
      if (found === undefined) throw new Error(`test/access/machine-words.ts has no words for ${name}`);
      return found;
    };
  return {
    guard: lookUp(guardWords),
    action: lookUp(actionWords),
    delay: (name) => `${usualDelayMs(machine, name) / 1_000} s ${lookUp(delayWords)(name)}`,
  };
};

describe('docs/state-diagrams.md', () => {
  const used = new Set<string>();
  const page = [
    '# State diagrams',
    '',
    'The two machines that decide at the door, region by region. Written from the machines by `test/access/machine-diagrams.test.ts`,',
    'which fails when this page is stale; `npx vitest run test/access/machine-diagrams.test.ts --update` writes it anew.',
    '',
    'The regions of a machine run side by side, and an event reaches all of them. Of the rows of a table the first whose condition holds is',
    'taken. A row that goes nowhere has no arrow, and leaves timers running; "anew" starts them again. A delay that a setting or a person may',
    'change is shown at its default. Every row is taken by a test (`test/access/machine-paths.test.ts`).',
    '',
    '## The reader (`src/access/reader-machine.ts`)',
    '',
    ...machinePage(readerMachine, wordsFor(readerMachine, used)),
    '## The door (`src/access/door-machine.ts`)',
    '',
    ...machinePage(doorMachine, wordsFor(doorMachine, used)),
  ];

  it('says what the machines do', async () => {
    await expect(`${page.join('\n').trimEnd()}\n`).toMatchFileSnapshot('../../docs/state-diagrams.md');
  });

  it('has no words to spare', () => {
    expect(Object.keys({ ...guardWords, ...delayWords, ...actionWords }).filter((name) => !used.has(name))).toEqual([]);
  });
});
