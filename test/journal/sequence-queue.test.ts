/** The queue of numbers, against an array that does the same slowly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceQueue } from '../../src/journal/sequence-queue.ts';

const emptied = (queue: SequenceQueue): number[] => Array.from({ length: queue.length }, () => queue.shift());

describe('SequenceQueue', () => {
  it('does what a sorted array does, through any run of additions and removals', () => {
    const action = fc.oneof(
      { weight: 6, arbitrary: fc.record({ act: fc.constant('push' as const), by: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('shift' as const, 'pop' as const, 'back' as const), by: fc.constant(1) }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('remove' as const, 'removeAndInsert' as const), by: fc.nat(400) }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
        const queue = new SequenceQueue();
        const model: number[] = [];
        let top = 0;
        for (const { act, by } of actions) {
          const at = by % Math.max(1, model.length);
          if (act === 'push') {
            top += by;
            queue.push(top);
            model.push(top);
          } else if (act === 'remove' || act === 'removeAndInsert') {
            const wanted = model[at] ?? 0;
            expect(queue.remove(wanted)).toBe(model.length > 0);
            if (act === 'remove') model.splice(at, 1);
            else if (model.length > 0) queue.insert(wanted);
          } else if (model.length > 0) {
            if (act === 'shift') expect(queue.shift()).toBe(model.shift());
            else if (act === 'back') queue.unshift(queue.shift());
            else {
              queue.pop();
              model.pop();
            }
          }
          expect(queue.length).toBe(model.length);
          expect(queue.first).toBe(model[0]);
        }
        expect(emptied(queue)).toEqual(model);
      }),
    );
  });

  it('does not find what is not there', () => {
    const queue = new SequenceQueue();
    for (const sequence of [2, 4]) queue.push(sequence);
    for (const sequence of [1, 3, 5]) expect(queue.remove(sequence)).toBe(false);
    expect(emptied(queue)).toEqual([2, 4]);
  });

  it('grows while it is filled from the front and in the middle', () => {
    const queue = new SequenceQueue();
    for (let sequence = 200; sequence > 100; sequence--) if (sequence !== 150) queue.unshift(sequence);
    for (let sequence = 201; sequence <= 228; sequence++) queue.push(sequence);
    queue.insert(150);
    queue.insert(229);
    expect(emptied(queue)).toEqual(Array.from({ length: 129 }, (_, index) => 101 + index));
  });

  it('asserts that numbers rise and that there is one to take', () => {
    const queue = new SequenceQueue();
    expect(() => queue.pop()).toThrow('newest');
    expect(() => queue.shift()).toThrow('oldest');
    queue.push(5);
    expect(() => queue.push(5)).toThrow('rise');
    expect(() => queue.unshift(5)).toThrow('rise');
  });
});
