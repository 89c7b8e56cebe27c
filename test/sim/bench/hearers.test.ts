/** Who hears of the simulated world: its hands, its line and its time are the manager's, so a tenant's page learns nothing of them (SECURITY H9). */
import { expect, it } from 'vitest';
import { benchHearers, benchMessage } from '../../../sim/controller/api/live.ts';

it('every kind of news of the bench is for managers, and none is forgotten', () => {
  const kinds = benchMessage.options.map(({ entries }) => entries.kind.literal);
  expect(benchHearers).toEqual(Object.fromEntries(kinds.map((kind) => [kind, ['manager']])));
});
