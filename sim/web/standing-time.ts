/**
 * Whether the simulated time stands still, for whoever waits for a reader meanwhile, and how it goes on. A controller of real doors has no such
 * time: there it never stands still.
 */
import { computed, signal } from '@preact/signals';
import { ask } from './client.ts';
import { hear } from './live.ts';

/** 0: paused. */
const speed = signal(1);
/** While the world is moved on by a step it does not stand still. */
const isSkipping = signal(false);

export const standsStill = computed(() => speed.value === 0 && !isSkipping.value);

const askSpeed = async (): Promise<void> => {
  const answer = await ask('world');
  if (answer.ok) speed.value = answer.value.speed;
};

/** For as long as the page lives. `hasBench`: whether whoever looks may see simulated time. */
export const followTime = (hasBench: () => boolean): void => {
  hear('missed', () => (hasBench() ? askSpeed() : undefined));
  hear('time', (time) => (speed.value = time.speed));
};

export const setSpeed = (wanted: 0 | 1 | 60) => ask('time', { body: { speed: wanted } });

export const skip = async (skipMs: number) => {
  isSkipping.value = true;
  const answer = await ask('time', { body: { skipMs } });
  isSkipping.value = false;
  return answer;
};
