/** Time, faults, sound and the recording of a story: what reaches the whole simulated world. */
import { useSignal } from '@preact/signals';
import { ask } from '../client.ts';
import { Button, Toggle } from '../parts/button.tsx';
import { download } from '../parts/download.ts';
import { tell, tellIfRefused, tellRefusal } from '../parts/toast.tsx';
import { setSpeed, skip } from '../standing-time.ts';
import { askWorld, type World } from './bench-store.ts';
import { isSounding, turnSound } from './sound.ts';

const speeds = [
  { speed: 0, words: 'Pause' },
  { speed: 1, words: 'Play' },
  { speed: 60, words: '×60' },
] as const;

/** ISO 8601 in UTC, as a clock shows it. */
const clockOf = (wall: string): string => `${wall.slice(0, 10)} ${wall.slice(11, 19)} UTC`;

export function TimeControls({ world }: { readonly world: World }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons that act at once are no fieldset of a form
    <div class="time" role="group" aria-label="Time">
      <time class="clock" dateTime={world.wall}>
        {clockOf(world.wall)}
      </time>
      <div class="joined">
        {speeds.map(({ speed, words }) => (
          <Toggle key={speed} isOn={world.speed === speed} onTurn={() => tellIfRefused(setSpeed(speed))}>
            {words}
          </Toggle>
        ))}
      </div>
      <Button onPress={() => tellIfRefused(skip(1_000))}>+1 s</Button>
      <Button onPress={() => tellIfRefused(skip(15_000))}>+15 s</Button>
    </div>
  );
}

/** The most the world takes, and what a bad line has: of a thousand bytes, so many are damaged. */
const noises = [
  { noise: 0, words: 'None' },
  { noise: 0.001, words: '1 in 1000' },
  { noise: 0.01, words: '1 in 100' },
] as const;

export function Faults({ world: { faults, doors } }: { readonly world: World }) {
  const set = async (body: { readonly isCut?: boolean; readonly noise?: number }): Promise<void> => {
    await tellIfRefused(ask('line', { body }));
    await askWorld();
  };
  return (
    <section class="faults panel" aria-label="Faults">
      <h2>Faults</h2>
      <div class="fault-row">
        <Toggle isOn={faults.isCut} onTurn={(isCut) => set({ isCut })}>
          Line cut
        </Toggle>
        {doors.map(({ door, name, isPowered }) => (
          <Toggle key={door} isOn={!isPowered} onTurn={(isOff) => tellIfRefused(ask('power', { params: { door }, body: { isOn: !isOff } }))}>
            {`${name}: power off`}
          </Toggle>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons that act at once are no fieldset of a form */}
      <div class="fault-row" role="group" aria-label="Bytes damaged by noise">
        <span class="label" aria-hidden="true">
          Noise
        </span>
        <div class="joined">
          {noises.map(({ noise, words }) => (
            <Toggle key={noise} isOn={faults.noise === noise} onTurn={() => set({ noise })}>
              {words}
            </Toggle>
          ))}
        </div>
      </div>
    </section>
  );
}

export function Recording({ world }: { readonly world: World }) {
  const isAsking = useSignal(false);
  const turn = async (isRecording: boolean): Promise<void> => {
    if (isAsking.value) return;
    isAsking.value = true;
    const answer = await ask('record', { body: { isRecording } });
    tellRefusal(answer);
    await askWorld();
    isAsking.value = false;
    if (!answer.ok || answer.value.toml === null) return;
    download('story.toml', answer.value.toml, 'application/toml');
    tell('The story is saved: replay it with npm run sim -- run story.toml.');
  };
  return (
    <Toggle isOn={world.isRecording} onTurn={turn}>
      <span class={world.isRecording ? 'dot recording' : 'dot'} aria-hidden="true" />
      {world.isRecording ? 'Recording: stop and save' : 'Record a story'}
    </Toggle>
  );
}

export function Sound() {
  return (
    <Toggle isOn={isSounding.value} onTurn={turnSound}>
      Sound
    </Toggle>
  );
}
