/** A door whose panel decides: what goes up, what comes down, and what becomes of either when the line goes. */
import { describe, expect, it } from 'vitest';
import { panelGoneMs, panelPollMs } from '../../src/link/who-decides.ts';
import { credentialLifeMs, maxReports } from '../../src/osdp/pd-reports.ts';
import { PanelRig, steady } from './panel-rig.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('keys of a door whose panel decides', () => {
  it('go up one by one, in order, as OSDP has them', async () => {
    const rig = await PanelRig.running();
    expect(rig.type('1234567890*#')).toEqual(Array.from({ length: 12 }, () => true));
    await rig.wait(12 * 60);
    expect(rig.heard).toEqual(['31', '32', '33', '34', '35', '36', '37', '38', '39', '30', '7f', '0d'].map((code) => `key ${code}`));
    const gaps = rig.reports.map(({ atMs }, at) => atMs - (rig.reports[at - 1]?.atMs ?? atMs)).slice(1);
    expect(new Set(gaps)).toEqual(new Set([50]));
  });

  it('are answered by the reader at once, every key alike (R1)', async () => {
    const rig = await PanelRig.running();
    const at = rig.nowMs;
    for (const key of '5*#') {
      rig.type(key);
      await rig.wait(100);
    }
    expect(rig.beepsSince(at)).toEqual(['0 for 60', '100 for 60', '200 for 60']);
    expect(rig.shownSince(at)).toEqual(['0 white', '60 blue', '100 white', '160 blue', '200 white', '260 blue']);
  });

  it('go up in clear only where the settings allow it', async () => {
    const allowed = await PanelRig.running({ pairing: 'clear', isClearAllowed: true });
    const forbidden = await PanelRig.running({ pairing: 'clear' });
    for (const rig of [allowed, forbidden]) {
      rig.type('7');
      await rig.wait(500);
    }
    expect([allowed.heard, forbidden.heard]).toEqual([['key 37'], []]);
    expect([allowed.panel.isThere, forbidden.panel.isThere]).toEqual([true, false]);
  });

  it('are refused when more wait than may', async () => {
    const rig = await PanelRig.running({ pollIntervalMs: 2_000 });
    const at = rig.nowMs;
    rig.type('1'.repeat(maxReports));
    expect(rig.beepsSince(at).every((beep) => beep === '0 for 60')).toBe(true);
    rig.type('1');
    expect(rig.beepsSince(at).at(-1)).toBe('0 for 100');
    const beeps = rig.beepsSince(at).length;
    expect(rig.pd.report({ name: 'lstatr', payload: { tamper: 'normal', power: 'normal' } }, rig.nowMs)).toBe(false);
    expect(rig.beepsSince(at).length).toBe(beeps);
  });
});

describe('cards of a door whose panel decides', () => {
  it('go up as RAW, bit for bit, whatever their length', async () => {
    const rig = await PanelRig.running();
    for (const bits of ['1', '10110', '11111111', '00100010110000001001110001', '1'.repeat(512)]) {
      rig.swipe(bits);
      await rig.wait(100);
    }
    expect(rig.heard).toEqual(['1 bits 80', '5 bits b0', '8 bits ff', '26 bits 22c09c40', `512 bits ${'ff'.repeat(64)}`]);
    const [first] = rig.reports;
    expect(first?.reply).toMatchObject({ name: 'raw', payload: { reader: 0, format: 'unspecified' } });
  });

  it('that were typed as text go up as the bits of their characters', async () => {
    const rig = await PanelRig.running();
    rig.card({ form: 'text', value: bytes('0417A'), length: 5 });
    await rig.wait(100);
    expect(rig.heard).toEqual(['40 bits 3034313741']);
  });

  it('that were cut off, or have nothing on them, are refused and do not go up', async () => {
    const rig = await PanelRig.running();
    const cut = [
      { form: 'bits', value: new Uint8Array(64), length: 513 },
      { form: 'text', value: new Uint8Array(64), length: 65 },
      { form: 'bits', value: new Uint8Array(0), length: 0 },
    ] as const;
    for (const card of cut) {
      const at = rig.nowMs;
      expect(rig.card(card)).toBe(true);
      await rig.wait(2_000);
      expect(rig.shownSince(at)).toEqual(['0 red', '1000 blue']);
    }
    expect(rig.heard).toEqual([]);
  });

  it('are answered by the reader as a key is, when they go up', async () => {
    const rig = await PanelRig.running();
    const at = rig.nowMs;
    rig.swipe('1010');
    await rig.wait(500);
    expect([rig.shownSince(at), rig.beepsSince(at)]).toEqual([['0 white', '60 blue'], ['0 for 60']]);
  });
});

describe('the light of a door whose panel decides', () => {
  it('is the reader’s own until the panel has set one', async () => {
    const rig = await PanelRig.running();
    expect(rig.lights.colour).toBe('blue');
    await rig.led(steady('red'));
    expect(rig.lights.colour).toBe('red');
    await rig.led(steady('black'));
    expect(rig.lights.colour).toBe('off');
    await rig.led(steady('magenta'));
    expect(rig.lights.colour).toBe('violet');
  });

  it('blinks, and a temporary program goes over to the permanent one, each to the millisecond', async () => {
    const rig = await PanelRig.running();
    await rig.led(steady('red'), { onMs: 200, offMs: 300, onColor: 'green', offColor: 'black', timerMs: 1_000 });
    const at = rig.lights.shown.entries.at(-1)?.atMs ?? 0;
    await rig.wait(3_000);
    expect(rig.shownSince(at)).toEqual(['0 green', '200 off', '500 green', '700 off', '1000 red']);
  });

  it('gives way to a key’s flash, and comes back after it', async () => {
    const rig = await PanelRig.running();
    await rig.led(steady('amber'));
    const at = rig.nowMs;
    rig.type('1');
    await rig.wait(100);
    expect(rig.shownSince(at)).toEqual(['0 white', '60 amber']);
  });

  it('refuses a colour that the light bar has not', async () => {
    const rig = await PanelRig.running();
    expect(await rig.led(steady('cyan'))).toMatchObject({ kind: 'refused', code: 9 });
  });

  it('is the reader’s own again once the panel has said nothing for 8 s', async () => {
    const rig = await PanelRig.running();
    await rig.led(steady('amber'));
    rig.isCut = true;
    const at = rig.nowMs;
    await rig.wait(panelGoneMs + 1_000);
    const [back] = rig.shownSince(at);
    expect(back?.split(' ')[1]).toBe('blue');
    expect(Number(back?.split(' ')[0])).toBeGreaterThan(panelGoneMs - 100);
    expect(Number(back?.split(' ')[0])).toBeLessThanOrEqual(panelGoneMs);
  });
});

describe('the tone of a door whose panel decides', () => {
  it('sounds as often and as long as BUZ says', async () => {
    const rig = await PanelRig.running();
    const at = rig.nowMs;
    await rig.buz({ onMs: 200, offMs: 300, count: 3 });
    await rig.wait(3_000);
    const [first = ''] = rig.beepsSince(at);
    const offset = Number(first.split(' ')[0]);
    expect(rig.beepsSince(at + offset)).toEqual(['0 for 200', '500 for 200', '1000 for 200']);
  });

  it('goes on until the next BUZ when it has no count, in pieces that a signal cannot end for good', async () => {
    const rig = await PanelRig.running();
    await rig.buz({ onMs: 100, offMs: 0, count: 0 });
    const at = rig.buzzer.heard.last?.atMs ?? 0;
    await rig.wait(2_500);
    expect(rig.beepsSince(at)).toEqual(['0 for 1000', '1000 for 1000', '2000 for 1000']);
    await rig.buz({ tone: 'off' });
    expect(rig.buzzer.heard.last?.onMs).toBe(1);
    await rig.wait(5_000);
    expect(rig.buzzer.isSounding).toBe(false);
  });

  it('is shortened by a shorter one', async () => {
    const rig = await PanelRig.running();
    await rig.buz({ onMs: 900, count: 1 });
    await rig.buz({ onMs: 100, count: 1 });
    expect(rig.buzzer.heard.last?.onMs).toBe(100);
  });

  it('ends when the panel is gone', async () => {
    const rig = await PanelRig.running();
    await rig.buz({ onMs: 100, offMs: 0, count: 0 });
    rig.isCut = true;
    await rig.wait(panelGoneMs + 1);
    expect(rig.buzzer.isSounding).toBe(false);
  });
});

describe('the strike of a door whose panel decides', () => {
  it('is released for as long as a temporary output lasts', async () => {
    const rig = await PanelRig.running();
    for (const timerMs of [100, 3_000, 5_000, 20_000]) {
      await rig.out('temporaryOn', timerMs);
      const at = rig.strike.changes.last?.atMs ?? 0;
      await rig.wait(timerMs + 5_000);
      expect(rig.coilSince(at)).toEqual(['0 released', `${timerMs} secured`]);
    }
  });

  it('is held by short holds while an output stays on, and secured at once when it goes off', async () => {
    const rig = await PanelRig.running();
    await rig.out('permanentOn');
    await rig.wait(60_000);
    expect(rig.strike.isEnergised).toBe(true);
    expect(Math.max(...rig.strike.releases.entries.map(({ holdMs }) => holdMs))).toBe(3_000);
    await rig.out('permanentOff');
    expect(rig.strike.isEnergised).toBe(false);
  });

  it('is secured by itself when the process that renews its hold is gone', async () => {
    const rig = await PanelRig.running();
    await rig.out('permanentOn');
    rig.panel.stop();
    await rig.wait(3_001);
    expect(rig.strike.isEnergised).toBe(false);
    await rig.out('permanentOn');
    expect(rig.strike.isEnergised).toBe(false);
  });

  it('stays released through a pulse over an output that is on', async () => {
    const rig = await PanelRig.running();
    await rig.out('permanentOn');
    const at = rig.nowMs;
    await rig.out('temporaryOn', 1_000);
    await rig.wait(10_000);
    expect(rig.coilSince(at)).toEqual([]);
    expect(rig.strike.isEnergised).toBe(true);
    await rig.out('temporaryOff', 2_000);
    expect(rig.strike.isEnergised).toBe(false);
    await rig.wait(2_000);
    expect(rig.strike.isEnergised).toBe(true);
  });

  it('takes a shorter pulse in place of a longer one', async () => {
    const rig = await PanelRig.running();
    await rig.out('temporaryOn', 3_000);
    await rig.out('temporaryOn', 500);
    const at = rig.nowMs;
    await rig.wait(1_000);
    expect(rig.coilSince(at)).toEqual(['499 secured']);
    expect(rig.strike.releases.last?.holdMs).toBe(500);
  });

  it('is secured when the panel is gone for 8 s, and its return releases nothing (B19)', async () => {
    const rig = await PanelRig.running();
    await rig.out('permanentOn');
    rig.isCut = true;
    await rig.wait(panelGoneMs - 100);
    expect(rig.strike.isEnergised).toBe(true);
    await rig.wait(100);
    expect(rig.strike.isEnergised).toBe(false);
    rig.isCut = false;
    await rig.wait(60_000);
    expect(rig.panel.isThere).toBe(true);
    expect(rig.strike.isEnergised).toBe(false);
    await rig.out('permanentOn');
    expect(rig.strike.isEnergised).toBe(true);
  });
});

describe('an outage', () => {
  it('refuses keys and cards, and nothing of it ever goes up', async () => {
    for (const outageMs of [3_000, 60_000, 3_600_000]) {
      const rig = await PanelRig.running();
      rig.isCut = true;
      await rig.wait(panelPollMs + 50);
      const at = rig.nowMs;
      expect(rig.type('1')).toEqual([true]);
      expect(rig.swipe('1010')).toBe(true);
      await rig.wait(10);
      expect([rig.lights.colour, rig.beepsSince(at)]).toEqual(['red', ['0 for 100', '0 for 100']]);
      await rig.wait(outageMs);
      rig.isCut = false;
      await rig.wait(20_000);
      expect([rig.panel.isThere, rig.heard]).toEqual([true, []]);
      rig.type('2');
      await rig.wait(100);
      expect(rig.heard).toEqual(['key 32']);
    }
  });

  it('lets a key that was taken just before it go up within a second, and not later (B19)', async () => {
    for (const [outageMs, heard] of [
      [credentialLifeMs / 2, ['key 31']],
      [credentialLifeMs + 1, []],
    ] as const) {
      const rig = await PanelRig.running();
      rig.isCut = true;
      rig.type('1');
      await rig.wait(outageMs);
      rig.isCut = false;
      await rig.wait(2_000);
      expect(rig.heard).toEqual(heard);
    }
  });

  it('shorter than the panel’s patience is told to the reader, both ways', async () => {
    const rig = await PanelRig.running();
    rig.isCut = true;
    await rig.wait(3_000);
    rig.isCut = false;
    await rig.wait(10_000);
    expect(rig.presence.map(({ isThere }) => isThere)).toEqual([true, false, true]);
    const [, gone] = rig.presence;
    expect((gone?.atMs ?? 0) - rig.nowMs).toBeLessThan(0);
    expect(rig.deciders).toEqual([]);
    expect(rig.news).toEqual([]);
  });
});
