/** Answers the calls that only the simulated world has. What each means is bench-routes.ts's, what is done world.ts's. */
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { Refusal } from '../controller/api/refusals.ts';
import type { Handlers } from '../controller/api/route.ts';
import type { BenchRoutes } from './bench-routes.ts';
import { tray } from './first-people.ts';
import { isCardName } from './hands.ts';
import { benchDoors, type World } from './world.ts';

type Done = Promise<Result<{ readonly done: true }, Refusal>>;
const afterwards = async (doing: Promise<void>): Done => {
  await doing;
  return ok({ done: true });
};

export const benchCalls = (world: World): Handlers<BenchRoutes> => ({
  world: async () => {
    const { clock, speed, isRecording, doors, faults } = world;
    return ok({
      nowMs: clock.nowMs(),
      wall: new Date(clock.wall().ms).toISOString(),
      speed,
      isRecording,
      doors: doors.map(({ name, facts }) => ({ ...facts, name: benchDoors[name].label, states: [...facts.states] })),
      cards: [...tray],
      faults,
    });
  },
  type: ({ params: { door }, body: { keys } }) => afterwards(world.lay({ do: 'type', keys }, door)),
  swipe: async ({ params: { door }, body: { card } }) =>
    isCardName(card) ? afterwards(world.lay({ do: 'swipe', card }, door)) : failed({ code: 'cardNotValid' }),
  input: ({ params: { door }, body: { input, isActive } }) => afterwards(world.lay({ do: 'input', input, isActive }, door)),
  power: ({ params: { door }, body: { isOn } }) => afterwards(world.lay({ do: 'power', isOn }, door)),
  line: ({ body: { isCut, noise } }) =>
    afterwards(world.setFaults({ ...(isCut === undefined ? {} : { isCut }), ...(noise === undefined ? {} : { noise }) })),
  time: ({ body }) => afterwards('speed' in body ? world.setSpeed(body.speed) : world.skip(body.skipMs)),
  record: async ({ body: { isRecording } }, { user }) => {
    if (!isRecording) {
      // Nothing is hidden in a story: whoever ends one sees everybody's PINs.
      await world.store.audit.add({ atMs: world.clock.wall().ms, by: user.name, what: 'story.recorded' });
      return ok({ toml: (await world.endRecording()) ?? null });
    }
    await world.beginRecording();
    return ok({ toml: null });
  },
});
