/**
 * A machine as a page: for each of its regions a Mermaid state diagram, what its states mean, and what every transition does. The words
 * for names are the caller's; a name without one stops the page.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { present } from '../src/shared/assert.ts';
import { type Transition, transitionsOf } from './access/transitions.ts';

export interface Words {
  readonly guard: (name: string) => string;
  /** The whole delay, such as "5 s without a key". */
  readonly delay: (name: string) => string;
  readonly action: (name: string) => string;
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A cell or label may hold neither of the characters that would end it. */
const cell = (text: string): string => text.replaceAll('|', '\\|');
const label = (text: string): string => text.replaceAll('`', '').replaceAll(/[:;]/g, ',');

const whenOf = ({ on }: Transition, words: Words): string => {
  switch (on.kind) {
    case 'event':
      return `\`${on.name}\``;
    case 'after':
      return words.delay(on.name);
    case 'answered':
      return `\`${on.name}\` answers`;
    case 'failed':
      return `\`${on.name}\` fails`;
    case 'always':
      return 'at once';
  }
};

/** Goes after "if"; a row that follows others of the same event needs no condition to be taken last. */
const conditionOf = ({ guard, isLast }: Transition, words: Words): string =>
  guard === undefined ? (isLast ? 'otherwise' : '') : guard.split(' and ').map(words.guard).join(', and ');

/** One arrow between two states, however many transitions it stands for; those that go nowhere are left to the table. */
const drawn = (region: AnyStateNode, transitions: readonly Transition[], words: Words): string[] => {
  const arrows = new Map<string, string[]>();
  for (const transition of transitions) {
    const { source, target } = transition;
    if (target === undefined) continue;
    const condition = conditionOf(transition, words);
    const arrow = `${source.key} --> ${target.key}`;
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), label(`${whenOf(transition, words)}${condition === '' ? '' : ` [${condition}]`}`)]);
  }
  return [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${initialOf(region).key}`,
    ...[...arrows].map(([arrow, labels]) => `  ${arrow} : ${labels.join('<br/>')}`),
    '```',
    '',
  ];
};

const initialOf = (region: AnyStateNode): AnyStateNode => present(region.initial.target[0], 'a region begins somewhere');

const statesTable = (region: AnyStateNode): string[] => [
  '| state | what it is |',
  '|---|---|',
  ...Object.values(region.states).map((state) => `| \`${state.key}\` | ${cell(present(state.description, `a description of ${state.id}`))} |`),
];

const transitionsTable = (transitions: readonly Transition[], words: Words): string[] => {
  const rows = transitions.map((transition) => {
    const { source, target, actions, definition } = transition;
    const then = target === undefined ? '' : target === source && definition.reenter ? `\`${target.key}\`, anew` : `\`${target.key}\``;
    return [`\`${source.key}\``, whenOf(transition, words), conditionOf(transition, words), actions.map(words.action).join('; '), then].map(cell);
  });
  return ['| in | when | if | it | and goes to |', '|---|---|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)];
};

const isWithin = (node: AnyStateNode, region: AnyStateNode): boolean => node !== region && node.id.startsWith(`${region.id}.`);

const regionPage = (region: AnyStateNode, all: readonly Transition[], words: Words): string[] => {
  const transitions = all.filter(({ source }) => isWithin(source, region));
  const hasArrows = Object.keys(region.states).length > 1;
  return [
    `### ${sentence(region.machine.id)}: ${region.key}`,
    '',
    present(region.description, `a description of ${region.id}`),
    '',
    ...(hasArrows ? drawn(region, transitions, words) : []),
    ...statesTable(region),
    '',
    ...transitionsTable(transitions, words),
    '',
  ];
};

/** The lines of a machine whose regions run side by side. */
export const machinePage = (machine: AnyStateMachine, words: Words): string[] => {
  const transitions = transitionsOf(machine);
  return Object.values(machine.root.states as Record<string, AnyStateNode>).flatMap((region) => regionPage(region, transitions, words));
};
