/** Who is issued a PIN when many ask at once. */
import { expect, it } from 'vitest';
import { maxWaitingPins, PinDesk } from '../../../sim/controller/pin-desk.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { crypto, deskOf, foundSite, holdDisk, peopleFile, pinOf, taken } from './rig.ts';

it('issues PINs one after the other, the same to nobody twice, and refuses one more than may wait', async () => {
  const place = await foundSite();
  const people = deskOf(place);
  taken(await people.importFile(peopleFile({ 1: '0417', 2: '2468' })));
  const desk = new PinDesk({ store: place.store, people, clock: new VirtualClock(), crypto, floor: () => Promise.resolve(undefined) });
  const letDiskGo = holdDisk(place);
  const asked = Array.from({ length: maxWaitingPins + 1 }, (_, at) => desk.issue(1 + (at % 2), 'pin', { pin: pinOf('073916') }, 'mia'));
  await expect(desk.issue(1, 'pin', { length: 6 }, 'mia')).rejects.toMatchObject({ code: 'queue.full' });
  letDiskGo();
  const issued = await Promise.all(asked);
  expect(issued.filter(({ ok }) => ok)).toHaveLength(1);
  expect(issued.find(({ ok }) => !ok)).toEqual({ ok: false, failure: 'pinNotAvailable' });
});
