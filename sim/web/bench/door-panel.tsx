/** One door with everything a hand can do there: keypad, cards, leaf, exit button, case. What comes of it is the reader's. */
import { useMemo } from 'preact/hooks';
import { ask } from '../client.ts';
import { Button, Toggle } from '../parts/button.tsx';
import { tellIfRefused } from '../parts/toast.tsx';
import { type DoorFacts, lastSignal, type World, world } from './bench-store.ts';
import { KeyLine } from './key-line.ts';
import { KeypadFace } from './keypad-face.tsx';
import { modeText, signalWords } from './words.ts';

export interface DoorPanelProps {
  readonly facts: DoorFacts;
  readonly cards: World['cards'];
}

/** How long a finger stays on the exit button, in real time. */
const pressMs = 300;
/** How long the words of a signal are shown, in the world's time. */
const saidMs = 4_000;

const lineTo = (door: DoorFacts['door']): KeyLine => new KeyLine((keys) => tellIfRefused(ask('type', { params: { door }, body: { keys } })));

function Leaf({ facts: { isOpen, isLocked, name } }: { readonly facts: DoorFacts }) {
  const words = `${name}: ${isOpen ? 'open' : 'shut'}, strike ${isLocked ? 'secured' : 'released'}`;
  return (
    <svg class={`leaf ${isOpen ? 'open' : 'shut'} ${isLocked ? 'secured' : 'released'}`} viewBox="0 0 92 150" role="img" aria-label={words}>
      <rect class="frame" x="3" y="3" width="86" height="144" rx="2" />
      <rect class="beyond" x="10" y="10" width="72" height="137" />
      <path class="slab" d={isOpen ? 'M10 10 L44 20 V140 L10 147 Z' : 'M10 10 H82 V147 H10 Z'} />
      <circle class="handle" cx={isOpen ? 38 : 73} cy="82" r="3.4" />
      <rect class="strike" x="82" y="72" width="7" height="20" rx="1.5" />
    </svg>
  );
}

/** What the door said last, also for people who do not see its light. */
function Said({ facts: { door, name, isPowered } }: { readonly facts: DoorFacts }) {
  const last = lastSignal.value[door];
  const isFresh = last !== undefined && (last.atMs === undefined || (world.value?.nowMs ?? 0) - last.atMs < saidMs);
  const words = isPowered ? (isFresh ? signalWords(last.signal) : undefined) : 'No power';
  return (
    <p class={words === undefined ? 'said none' : 'said'} role="status">
      {/* The same words twice are said twice. */}
      <span key={last?.count}>
        <span class="unseen">{`${name}: `}</span>
        {words ?? 'At rest'}
      </span>
    </p>
  );
}

export function DoorPanel({ facts, cards }: DoorPanelProps) {
  const { door, name, mode, isPowered, isOpen, isLocked } = facts;
  const keyLine = useMemo(() => lineTo(door), [door]);
  const input = (which: 'doorContact' | 'rex' | 'tamper', isActive: boolean) =>
    tellIfRefused(ask('input', { params: { door }, body: { input: which, isActive } }));
  const leave = async (): Promise<void> => {
    await input('rex', true);
    await new Promise((resolve) => window.setTimeout(resolve, pressMs));
    await input('rex', false);
  };
  return (
    <section class="door panel" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <span class="badge">{modeText(mode)}</span>
      </header>
      <div class="scene">
        <KeypadFace name={name} light={facts.light} isPowered={isPowered} keyLine={keyLine} />
        <div class="beside">
          <Said facts={facts} />
          <div class="doorway">
            <Leaf facts={facts} />
            <dl class="facts">
              <dt>Strike</dt>
              <dd class={isLocked ? '' : 'good'}>{isLocked ? 'secured' : 'released'}</dd>
              <dt>Door</dt>
              <dd>{isOpen ? 'open' : 'shut'}</dd>
              <dt>Power</dt>
              <dd class={isPowered ? '' : 'bad'}>{isPowered ? 'on' : 'off'}</dd>
            </dl>
          </div>
          <div class="hands">
            <Button onPress={() => input('doorContact', !isOpen)}>{isOpen ? 'Shut the door' : 'Open the door'}</Button>
            <Button onPress={leave}>Exit button</Button>
            <Toggle isOn={facts.isTampered} onTurn={(isOn) => input('tamper', isOn)}>
              Case open
            </Toggle>
          </div>
        </div>
      </div>
      <div class="tray">
        <h3 id={`${door}-cards`}>Hold up a card</h3>
        <ul aria-labelledby={`${door}-cards`}>
          {cards.map(({ card, label }) => (
            <li key={card}>
              <button type="button" class="card" onClick={() => void tellIfRefused(ask('swipe', { params: { door }, body: { card } }))}>
                {label}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
