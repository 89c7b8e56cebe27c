/** What `doorpad doctor` says of updates: which release runs from which slot, and what came of the last one. Nothing on a machine that is no card. */
import { type Board, type Check, type Finding, good, note, wrong } from './doctor.ts';
import { readCard, readUpdateState, updateKey } from './update-card.ts';

export const updateChecks: readonly Check[] = [{ name: 'update', needs: 'nothing', run: (board) => update(board) }];

const update = ({ root }: Board): readonly Finding[] => {
  const card = readCard(root);
  if (card === undefined) return [];
  const { floor, tried, rolledBack, last } = readUpdateState(root);
  const key = updateKey(root);
  const below = card.release < floor ? `, below ${floor}, which was in force here` : '';
  return [
    ...(rolledBack === undefined
      ? []
      : [wrong(`The update to release ${rolledBack} did not come up well, and the reader went back to slot ${card.running}: install a newer one.`)]),
    ...(tried === undefined ? [] : [note(`Release ${tried.release} is in slot ${tried.slot}, and is not marked good so far.`)]),
    ...(last === undefined ? [] : [note(`The last update: ${last}`)]),
    ...(key.ok ? [] : [note(key.failure)]),
    good(`Release ${card.release} (${card.version}) runs from slot ${card.running}${below}.`),
  ];
};
