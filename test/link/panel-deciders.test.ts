/** Who decides, with a panel on the line: over its absence, by order, and what the line may do where the reader decides. */
import { describe, expect, it } from 'vitest';
import { Panel } from '../../src/link/panel.ts';
import { describeReader } from '../../src/link/panel-device.ts';
import { panelPollMs } from '../../src/link/who-decides.ts';
import { capabilitiesOf } from '../../src/osdp/pd-device.ts';
import { make, PanelRig, steady } from './panel-rig.ts';

describe('before there is a session', () => {
  it('keys and cards are refused, and a panel that decides for itself is not there', () => {
    const rig = new PanelRig({ isClearAllowed: true });
    const played: string[] = [];
    const panel = new Panel({
      clock: rig.clock,
      setting: 'panel',
      handedOver: undefined,
      isClearAllowed: true,
      isPaired: () => false,
      face: { play: (signal) => played.push(signal), lineLight: () => undefined, lineBeep: () => undefined },
      strike: { release: () => undefined, secure: () => undefined },
      listener: { decides: () => undefined, isThere: () => undefined, news: () => undefined, install: () => undefined },
    });
    panel.told({ type: 'online' });
    panel.polled();
    expect([panel.isThere, panel.decider, panel.key('1'), panel.card({ form: 'bits', value: Uint8Array.of(1), length: 8 })]).toEqual([
      false,
      'panel',
      true,
      true,
    ]);
    expect(played).toEqual(['denied', 'denied']);
  });
});

describe('panelThenReader', () => {
  it('hands over to the reader once the last POLL is more than 2 s old, and back with the next', async () => {
    const rig = await PanelRig.running({ setting: 'panelThenReader' });
    expect([rig.panel.decider, rig.deciders.length]).toEqual(['panel', 1]);
    rig.isCut = true;
    const at = rig.nowMs;
    await rig.wait(panelPollMs - 50);
    expect(rig.panel.decider).toBe('panel');
    await rig.wait(100);
    expect(rig.panel.decider).toBe('reader');
    expect((rig.deciders.at(-1)?.atMs ?? 0) - at).toBeLessThanOrEqual(panelPollMs + 1);
    expect([rig.type('1'), rig.swipe('1')]).toEqual([[false], false]);
    rig.isCut = false;
    await rig.wait(10_000);
    expect(rig.panel.decider).toBe('panel');
    expect(rig.deciders.map(({ decider }) => decider)).toEqual(['panel', 'reader', 'panel']);
    expect(rig.heard).toEqual([]);
  });

  it('does not wait for its timer: whoever asks is told what is so', async () => {
    const rig = await PanelRig.running({ setting: 'panelThenReader' });
    rig.isCut = true;
    // Between the end of the panel's time and the whole millisecond at which the timer is due.
    await rig.wait(0.5);
    while (rig.panel.decider === 'panel') await rig.wait(1);
    expect(rig.deciders.at(-1)).toEqual({ decider: 'reader', atMs: rig.nowMs });
    expect(rig.nowMs % 1).toBe(0.5);
  });

  it('takes the strike and the light from the panel with it', async () => {
    const rig = await PanelRig.running({ setting: 'panelThenReader' });
    await rig.led(steady('green'));
    await rig.out('permanentOn');
    rig.isCut = true;
    await rig.wait(panelPollMs + 1);
    expect([rig.strike.isEnergised, rig.lights.colour]).toEqual([false, 'blue']);
  });

  it('does not do later what the panel asked for while the reader decided', async () => {
    const rig = await PanelRig.running({ setting: 'panelThenReader', pollIntervalMs: 6_000 });
    await rig.wait(3_000);
    expect(rig.panel.decider).toBe('reader');
    await rig.out('permanentOn');
    expect([rig.panel.decider, rig.strike.isEnergised]).toEqual(['reader', false]);
    await rig.wait(20_000);
    expect(rig.deciders.length).toBeGreaterThan(3);
    expect(rig.strike.changes.entries).toEqual([]);
  });

  it('is told to the journal once a minute at most, however often the panel limps', async () => {
    const rig = await PanelRig.running({ setting: 'panelThenReader', pollIntervalMs: 3_000 });
    await rig.wait(10 * 60_000);
    expect(rig.deciders.length).toBeGreaterThan(300);
    expect(rig.news.length).toBeLessThanOrEqual(11);
    expect(rig.news.reduce((sum, { change }) => sum + change.changes, 0)).toBeGreaterThan(300);
  });
});

describe('an order to hand over', () => {
  it('makes the reader another device on the line, and the panel decides; another takes it back', async () => {
    const rig = await PanelRig.running({ setting: 'reader' });
    expect([rig.panel.decider, rig.type('1')]).toEqual(['reader', [false]]);
    expect(await rig.out('permanentOn')).toMatchObject({ kind: 'refused' });
    expect(rig.panel.handOver(true)).toBe(true);
    expect(rig.panel.handOver(true)).toBe(false);
    rig.newSession();
    await rig.wait(10_000);
    expect([rig.panel.decider, rig.panel.inForce, rig.panel.isThere]).toEqual(['panel', 'panel', true]);
    await rig.out('permanentOn');
    expect(rig.strike.isEnergised).toBe(true);
    expect(rig.panel.handOver(false)).toBe(true);
    await rig.wait(0);
    expect(rig.strike.isEnergised).toBe(false);
    expect(rig.panel.decider).toBe('reader');
    expect(rig.news[0]?.change).toEqual({ decider: 'panel', changes: 1 });
  });

  it('is still obeyed after a restart', () => {
    expect(new PanelRig({ setting: 'reader', handedOver: true }).panel.decider).toBe('panel');
    expect(new PanelRig({ setting: 'panel', handedOver: false }).panel.decider).toBe('reader');
  });
});

describe('a reader that decides itself', () => {
  it('has no output on the line, and does not show green for it (A24)', async () => {
    const rig = await PanelRig.running({ setting: 'reader' });
    expect(await rig.out('temporaryOn', 1_000)).toMatchObject({ kind: 'refused', code: 3 });
    expect(await rig.led(steady('green'))).toMatchObject({ kind: 'refused', code: 9 });
    expect(await rig.led(steady('amber'), { onMs: 100, offMs: 100, onColor: 'black', offColor: 'green', timerMs: 5_000 })).toMatchObject({ code: 9 });
    expect(rig.strike.releases.entries).toEqual([]);
  });

  it('shows the line’s light only when at rest, and its own when that is off', async () => {
    const rig = await PanelRig.running({ setting: 'reader' });
    await rig.led(steady('amber'));
    expect(rig.lights.colour).toBe('amber');
    rig.signals.rest('lockedOut');
    expect(rig.lights.colour).toBe('red');
    rig.signals.rest('idle');
    await rig.led(steady('black'));
    expect(rig.lights.colour).toBe('blue');
  });

  it('shows and sounds a denial for its whole second, whatever the line sends (A24)', async () => {
    const rig = await PanelRig.running({ setting: 'reader' });
    const at = rig.nowMs;
    rig.signals.play('denied');
    for (let sent = 0; sent < 400; sent += 1) {
      await rig.led(steady(sent % 2 === 0 ? 'white' : 'amber'));
      await rig.buz({ onMs: 200, count: 1 });
    }
    const shown = rig.shownSince(at);
    expect(shown[0]).toBe('0 red');
    expect(Number(shown[1]?.split(' ')[0])).toBeGreaterThanOrEqual(1_000);
    expect(rig.beepsSince(at).filter((beep) => Number(beep.split(' ')[0]) < 1_000)).toEqual(['0 for 100', '180 for 100', '360 for 100']);
  });

  it('shows nothing of a line that has no secure channel', async () => {
    const rig = await PanelRig.running({ setting: 'reader', pairing: 'clear' });
    const at = rig.nowMs;
    expect(await rig.led(steady('red'))).toMatchObject({ kind: 'answered' });
    await rig.buz({});
    expect([rig.shownSince(at), rig.beepsSince(at)]).toEqual([[], []]);
  });
});

describe('what the reader says it is', () => {
  it.each([
    ['reader', undefined],
    ['panel', { level: 3, number: 1 }],
    ['panelThenReader', { level: 3, number: 1 }],
  ] as const)('has, where %s decides, the strike as an output: %j', (inForce, outputs) => {
    const capabilities = capabilitiesOf(describeReader(make, inForce), false);
    expect(capabilities.outputs).toEqual(outputs);
    expect(capabilities).toMatchObject({
      contactInputs: { level: 1, number: 2 },
      cardData: { level: 1, number: 0 },
      leds: { level: 4, number: 1 },
      buzzer: { level: 2, number: 1 },
      readers: { level: 0, number: 1 },
    });
  });
});
