/** The bench: two doors side by side, their time, their faults, what they think and what is said on the line. The parts are files of this folder. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOf } from '../addresses.ts';
import { hear } from '../live.ts';
import { Tabs } from '../parts/tabs.tsx';
import { type DoorName, followWorld, refusal, type World, world } from './bench-store.ts';
import { DoorPanel } from './door-panel.tsx';
import { LineLog } from './line-log.tsx';
import { beep } from './sound.ts';
import { StateDiagram } from './state-diagram.tsx';
import { Faults, Recording, Sound, TimeControls } from './world-controls.tsx';

function States({ doors }: { readonly doors: World['doors'] }) {
  const chosen = useSignal<DoorName>('front');
  const facts = doors.find(({ door }) => door === chosen.value);
  return (
    <section class="states panel" aria-label="States">
      <h2>States</h2>
      <Tabs
        label="Which door"
        tabs={doors.map(({ door, name }) => ({ name: door, words: name }))}
        chosen={chosen.value}
        onChoose={(door) => (chosen.value = door)}
      >
        <StateDiagram states={facts?.isPowered === true ? facts.states : []} />
      </Tabs>
    </section>
  );
}

export function BenchView() {
  useEffect(followWorld, []);
  useEffect(() => hear('beep', ({ ms, tone }) => beep(ms, tone)), []);
  const there = world.value;
  if (there === undefined) return <p class="empty">{refusal.value ?? 'Loading …'}</p>;
  return (
    <div class="bench">
      <div class="bench-head">
        <h1>Bench</h1>
        <TimeControls world={there} />
        <div class="tools">
          <Sound />
          <Recording world={there} />
        </div>
      </div>
      <p class="hint">
        A new bench knows Ada with the code 0417, Bea with 86420975, and Cleo with a card alone. End a code with #. Codes are issued and changed in{' '}
        <a href={addressOf('people')}>People</a>.
      </p>
      <div class="doors">
        {there.doors.map((facts) => (
          <DoorPanel key={facts.door} facts={facts} cards={there.cards} />
        ))}
      </div>
      <div class="below">
        <States doors={there.doors} />
        <div class="side">
          <Faults world={there} />
          <LineLog />
        </div>
      </div>
    </div>
  );
}
