/** What the installed program says to a Node that is too old for it. */
import { expect, it } from 'vitest';
import { complaintAbout } from '../../src/main/least-node.ts';

it('says in one sentence that a Node is too old, and nothing of one that is not', () => {
  expect(complaintAbout('20.20.2')).toBe('doorpad needs Node 24 or later, and this is Node 20.20.2. Install it from https://nodejs.org.');
  expect([complaintAbout('24.0.0'), complaintAbout('26.1.0')]).toEqual([undefined, undefined]);
});
