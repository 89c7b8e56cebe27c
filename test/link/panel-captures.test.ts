/** A session that was recorded on another maker's line, with our reader in the place of the recorded one: what people at the door see and hear. */
import { describe, expect, it } from 'vitest';
import { captureNamed } from '../osdp/captured.ts';
import { PanelRig } from './panel-rig.ts';

describe('the recorded session in clear', () => {
  it('lights, sounds and releases as its commands say', async () => {
    const rig = new PanelRig({ pairing: 'clear', isClearAllowed: true });
    rig.isCut = true;
    await rig.wait(2_000);
    const at = rig.nowMs;
    for (const record of captureNamed('plain').records) {
      if (record.kind === 'note' || record.isReply) continue;
      await rig.clock.advanceTo(at + record.atUs / 1000);
      rig.receive(record.bytes);
    }
    await rig.wait(20_000);
    const rounded = (entries: readonly string[]) => entries.map((entry) => entry.replace(/^[\d.]+/, (ms) => String(Math.round(Number(ms)))));
    expect(rounded(rig.shownSince(at))).toMatchInlineSnapshot(`
      [
        "426 green",
        "435 blue",
      ]
    `);
    expect(rounded(rig.beepsSince(at))).toMatchInlineSnapshot(`
      [
        "439 for 200",
        "446 for 1",
      ]
    `);
    expect(rounded(rig.coilSince(at))).toMatchInlineSnapshot(`
      [
        "450 released",
        "10138 secured",
      ]
    `);
  });
});
