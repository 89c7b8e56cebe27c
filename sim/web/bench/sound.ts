/** The buzzer of the two doors as sound, off until somebody turns it on: browsers let no page sound before a hand has touched it. */
import { signal } from '@preact/signals';

export const isSounding = signal(false);

/** The lower one is heard as a no. */
const pitchHz = { normal: 2_400, low: 1_200 } as const;
const loudness = 0.06;
/** Rises and falls this fast, or it clicks. */
const edgeSeconds = 0.004;
/** Longest beep played, whatever was told. */
const longestMs = 3_000;

let context: AudioContext | undefined;

export const turnSound = async (isOn: boolean): Promise<void> => {
  isSounding.value = isOn;
  context ??= new AudioContext();
  await (isOn ? context.resume() : context.suspend());
};

/** Sounds for so long, from now. */
export const beep = (ms: number, tone: keyof typeof pitchHz): void => {
  if (!isSounding.value || context === undefined) return;
  const from = context.currentTime;
  const until = from + Math.min(ms, longestMs) / 1_000;
  const volume = new GainNode(context, { gain: 0 });
  const source = new OscillatorNode(context, { type: 'triangle', frequency: pitchHz[tone] });
  volume.gain.setTargetAtTime(loudness, from, edgeSeconds);
  volume.gain.setTargetAtTime(0, until, edgeSeconds);
  source.connect(volume).connect(context.destination);
  source.start(from);
  source.stop(until + edgeSeconds * 10);
};
