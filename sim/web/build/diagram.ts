/**
 * The machines of src/access as drawings: each region with more than one state laid out by elk, its states as boxes and one arrow for all
 * transitions between two of them. What the transitions are about stands in docs/state-diagrams.md; which state is lit is the page's.
 */
import elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { doorMachine } from '../../../src/access/door-machine.ts';
import { readerMachine } from '../../../src/access/reader-machine.ts';
import { present } from '../../../src/shared/assert.ts';
import type { Arrow, Box, RegionDrawing } from '../bench/drawing.ts';

const boxHeight = 30;
const letterWidth = 7.4;
const boxPadding = 24;
const layout = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '12',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.padding': '[top=4,left=4,bottom=4,right=4]',
};

/** `awaitingPin` → `awaiting pin`. */
const spaced = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const nameOf = (state: AnyStateNode): string => [state.machine.id, ...state.path].join('.');

/** Each pair of different states that a transition joins, once. */
const pairsOf = (states: readonly AnyStateNode[]): readonly { readonly from: string; readonly to: string }[] => {
  const pairs = new Map<string, { from: string; to: string }>();
  for (const state of states) {
    const transitions = [...state.transitions.values(), state.always ?? []].flat();
    for (const target of transitions.flatMap((transition) => transition.target ?? [])) {
      if (target !== state) pairs.set(`${state.id} ${target.id}`, { from: nameOf(state), to: nameOf(target) });
    }
  }
  return [...pairs.values()];
};

const drawRegion = async (region: AnyStateNode): Promise<RegionDrawing> => {
  const states = Object.values(region.states as Record<string, AnyStateNode>);
  const asked: ElkNode = {
    id: region.id,
    layoutOptions: layout,
    children: states.map((state) => ({ id: nameOf(state), width: spaced(state.key).length * letterWidth + boxPadding, height: boxHeight })),
    edges: pairsOf(states).map(({ from, to }) => ({ id: `${from} ${to}`, sources: [from], targets: [to] })),
  };
  const graph = await new elk.default().layout(asked);
  const { children: placed = [], edges = [], width: graphWidth = 0, height: graphHeight = 0 } = graph;
  const boxes = placed.map(({ id, x = 0, y = 0, width = 0, height = 0 }): Box => {
    const state = present(
      states.find((one) => nameOf(one) === id),
      'elk returns what it was given',
    );
    const says = present(state.description, `a description of ${id}`);
    return { state: id, words: spaced(state.key), says, isRest: region.initial.target?.includes(state) ?? false, x, y, width, height };
  });
  const arrows = edges.map(({ sources, targets, sections = [] }): Arrow => {
    const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);
    return { from: sources.join(), to: targets.join(), points: points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })) };
  });
  const title = `${region.machine.id === 'door' ? 'door ' : ''}${spaced(region.key)}`;
  return { title, says: present(region.description, `a description of ${region.id}`), width: graphWidth, height: graphHeight, boxes, arrows };
};

const regionsOf = (machine: AnyStateMachine): readonly AnyStateNode[] =>
  Object.values(machine.root.states as Record<string, AnyStateNode>).filter(({ states }) => Object.keys(states).length > 1);

/** Every region that can be in more than one state, the reader's before the door's. */
export const drawMachines = (): Promise<readonly RegionDrawing[]> =>
  Promise.all([...regionsOf(readerMachine), ...regionsOf(doorMachine)].map(drawRegion));
