/** Liveness (I8): once faults have stopped, nothing is left to be told, and who is right gets in within the waiting times of DESIGN R10. */
import type { Signal } from '../../src/access/feedback.ts';
import type { Mode } from '../../src/access/mode.ts';
import { nameOfCard, type Resident } from './residents.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** After this, no window is open, no digit waits and no decision is under way. */
const settledMs = minuteMs;
/** The longest waits of the reader's own budget and of a person's, and a moment more. */
const longestWaitMs = { door: 15 * minuteMs + 1_000, person: 60 * minuteMs + 1_000 };

/** Stops every fault, waits, and lets somebody in who may enter, if anybody is left. */
export const calm = async (world: World): Promise<void> => {
  const { hands, door, random, office, controller, judge } = world;
  await world.mend(true);
  judge.expect(world.isPowered, 'I8', 'the reader does not start');
  if (!world.isPowered) return;
  await hands.attach('keypad', true);
  await hands.attach('cardReader', true);
  await world.link(true);
  await world.setMode('cardOrPin');
  await world.wait(settledMs);
  await controller.fetchAll();
  if (office.known.now.length === 0) await world.finish(office.finish());
  const mode = random.pick<Mode>(['cardOnly', 'pinOnly', 'cardOrPin', 'cardAndPin']);
  await world.setMode(mode);
  const able = office.known.now.filter((person) => isSurelyAllowed(world, person) && isAbleIn(mode, person));
  if (able.length > 0) await letIn(world, random.pick(able), mode);
  if (door.isRunning) await world.setMode(world.settings.policy.mode);
};

const isAbleIn = (mode: Mode, { pin, cards = [] }: Resident): boolean => {
  const hasCard = cards.length > 0;
  const hasPin = pin !== undefined;
  if (mode === 'cardOnly') return hasCard;
  if (mode === 'pinOnly' || mode === 'cardOrPin') return hasPin;
  return hasCard && (hasPin || cards.every((card) => card.endsWith('!')));
};

const isSurelyAllowed = ({ oracle, door }: World, person: Resident): boolean => {
  const left = oracle.usesLeft(person);
  const now = door.clock.wall().ms;
  const starts = person.validFrom === undefined || Date.parse(person.validFrom) <= now;
  const ends = person.validUntil !== undefined && Date.parse(person.validUntil) <= Math.max(now, oracle.lastSeenMs) + 2 * hourMs;
  return (left === undefined || left > 0) && starts && !ends;
};

const letIn = async (world: World, person: Resident, mode: Mode): Promise<void> => {
  const { witness, judge, door } = world;
  world.letIn += 1;
  const before = witness.grants;
  if ((await present(world, person, mode)) === 'lockedOut') {
    await world.wait(mode === 'cardAndPin' ? longestWaitMs.person : longestWaitMs.door);
    await present(world, person, mode);
  }
  const isOpen = witness.grants === before + 1 && door.strike.isEnergised;
  judge.expect(isOpen, 'I8', `${person.name} is right in ${mode}, faults have stopped, and the door stays shut`);
};

/** What the door signals in the end. */
const present = async ({ hands, door, random }: World, { pin, cards = [] }: Resident, mode: Mode): Promise<Signal | undefined> => {
  const { signalled } = door;
  if (mode === 'cardOnly' || mode === 'cardAndPin') await hands.show(nameOfCard(random.pick(cards)));
  const isPinAsked = mode === 'pinOnly' || mode === 'cardOrPin' || signalled.last === 'pinAsked';
  if (isPinAsked && pin !== undefined) await hands.type(pin.length < 8 ? `${pin}#` : pin);
  return signalled.last;
};
