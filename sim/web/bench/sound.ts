/** The buzzer of the two doors as sound, off until somebody turns it on: browsers let no page sound before a hand has touched it. */
import { signal } from '@preact/signals';

export const isSounding = signal(false);

const pitchHz = 2_400;
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
export const beep = (ms: number): void => {
  if (!isSounding.value || context === undefined) return;
  const from = context.currentTime;
  const until = from + Math.min(ms, longestMs) / 1_000;
  const volume = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { type: 'triangle', frequency: pitchHz });
  volume.gain.setTargetAtTime(loudness, from, edgeSeconds);
  volume.gain.setTargetAtTime(0, until, edgeSeconds);
  tone.connect(volume).connect(context.destination);
  tone.start(from);
  tone.stop(until + edgeSeconds * 10);
};
