/** The wires against the table of pins, and the page and drawings about them. `npx vitest run test/hardware -u` writes those anew. */
import { describe, expect, it } from 'vitest';
import { conductors, loads, longestMetres } from '../../hardware/wiring/cables.ts';
import { circuits, lineUnits } from '../../hardware/wiring/circuits.ts';
import { pins } from '../../src/config/pins.ts';
import { type Wire, wiredParts } from '../../src/config/wires.ts';
import { supplies } from './pinout.ts';
import { circuitDrawing, lineDrawing, wiresDrawing } from './wiring-drawings.ts';
import { shownMetres, wiringPage } from './wiring-page.ts';

const wires: readonly Wire[] = wiredParts.flatMap((part) => part.wires);

describe('the wires', () => {
  it('are one for each pin of the table, at a part of its own group', () => {
    const wired = wiredParts.flatMap(({ group, wires: each }) => each.flatMap(({ from }) => ('gpio' in from ? [{ gpio: from.gpio, group }] : [])));
    const byGpio = (left: { readonly gpio: number }, right: { readonly gpio: number }): number => left.gpio - right.gpio;
    expect(wired.toSorted(byGpio)).toEqual(pins.map(({ gpio, group }) => ({ gpio, group })).toSorted(byGpio));
  });

  it('take each supply where the header has it, and no place twice', () => {
    const taken = wires.flatMap(({ from }) => ('supply' in from ? [from] : []));
    for (const { header, supply } of taken) expect(supplies[header]).toBe(supply);
    expect(new Set(taken.map(({ header }) => header)).size).toBe(taken.length);
  });

  it('name the key or the wire that the table of pins names', () => {
    for (const wire of wires) {
      if (!('gpio' in wire.from)) continue;
      const { gpio } = wire.from;
      const what = pins.find((pin) => pin.gpio === gpio)?.what ?? '';
      const [, known] = /^(?:keypad|Wiegand): (.*)$/.exec(what) ?? [];
      if (known !== undefined) expect(wire.terminal).toContain(known);
    }
  });
});

describe('the line and the circuits of a lock', () => {
  it('end the line at both ends and nowhere else, and earth its shield once', () => {
    expect(lineUnits.map(({ isTerminated }) => isTerminated)).toEqual(lineUnits.map((_, index) => index === 0 || index === lineUnits.length - 1));
    expect(lineUnits.filter(({ isGrounded }) => isGrounded)).toHaveLength(1);
  });

  it('begin with a fuse, end with a lock that has a diode, and let people out by contacts alone', () => {
    for (const { chain } of circuits) {
      expect(chain[0]?.title).toBe('fuse');
      expect(chain.at(-1)?.across?.title).toBe('diode');
    }
    const [secure, safe] = circuits;
    expect(secure?.chain.find(({ title }) => title === 'relay, NO')?.across?.title).toBe('exit button, NO');
    expect(safe?.chain.slice(1, -1).every(({ title }) => title.endsWith('NC'))).toBe(true);
  });
});

describe('the lengths of cables', () => {
  it('lose what may be lost, there and back', () => {
    // 2 × 10 m of 1 mm² at 1 A: 20 × 0.019 Ω, so 0.38 V.
    expect(longestMetres({ title: '', volts: 12, amperes: 1, dropVolts: 0.38 }, 1)).toBeCloseTo(10, 9);
    for (const load of loads) for (const { area } of conductors) expect(longestMetres(load, area)).toBeGreaterThan(1);
  });

  it('are never rounded up', () => {
    expect([1.99, 9.99, 10, 14.9, 64.8].map(shownMetres)).toEqual(['1 m', '9 m', '10 m', '10 m', '60 m']);
  });
});

describe('the pages about wires', () => {
  it('print the tables, and draw them, as they are', async () => {
    await expect(wiringPage()).toMatchFileSnapshot('../../hardware/wiring.md');
    await expect(wiresDrawing()).toMatchFileSnapshot('../../hardware/drawings/wires.svg');
    await expect(lineDrawing()).toMatchFileSnapshot('../../hardware/drawings/line.svg');
    for (const circuit of circuits) await expect(circuitDrawing(circuit)).toMatchFileSnapshot(`../../hardware/drawings/${circuit.file}.svg`);
  });
});
