/** What each presentation is worth in each mode, and what is asked for it in which order (R6–R16). That no order is ever broken is decision-order.test.ts's. */
import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/access/decision.ts';
import type { Mode } from '../../src/access/mode.ts';
import { Fault } from '../../src/shared/faults.ts';
import { anyone, card, fine, holding, openWindow, pin, run, type Scene, shortPin, story } from './scripted-asks.ts';

const byCard = (mode: Mode): Question => ({ presented: { by: 'card', card, atMs: 0 }, mode, window: undefined, isWindowOver: false });
const byPin = (mode: Mode, question: Partial<Question> = {}): Question => ({
  presented: { by: 'pin', pin, atMs: 0 },
  mode,
  window: undefined,
  isWindowOver: false,
  ...question,
});
const afterCard = (question: Partial<Question> = {}): Question => byPin('cardAndPin', { window: openWindow, ...question });
const tooShort = { presented: { by: 'pin', pin: shortPin, atMs: 0 } } as const;
const diskFull = new Fault('disk.full', 'no room');

/** The verdict in one word or its code, and the story. */
const outcome = async (scene: Scene): Promise<readonly [string, ...string[]]> => {
  const done = await run(scene);
  const { verdict } = done;
  return [verdict.verdict === 'denied' ? verdict.code : verdict.verdict, ...story(done)];
};

const cardGrant = ['findCard …34', 'circumstances 7', 'recordGrant access.granted of 7', 'release 5000 ms'];
const pinGrant = [
  'isLockedOut door',
  'burnAttempt door',
  'findPin ‹pin›',
  'circumstances 7',
  'recordGrant access.granted of 7, gives back door',
  'release 5000 ms',
];
const afterCardGrant = [
  'isLockedOut 7',
  'burnAttempt 7',
  'findCard …34',
  'findPin ‹pin›',
  'circumstances 7',
  'recordGrant access.granted of 7, gives back 7',
  'release 5000 ms',
];

describe('a card', () => {
  it.each<[Mode, ...string[]]>([
    ['cardOnly', 'granted', ...cardGrant],
    ['cardOrPin', 'granted', ...cardGrant],
    ['cardAndPin', 'awaitPin', 'findCard …34', 'circumstances 7', 'isLockedOut 7'],
    ['pinOnly', 'card.notAsked', 'tell card.notAsked'],
    ['unlocked', 'passage', 'tell access.unlockedUse'],
    ['locked', 'door.locked', 'tell door.locked'],
  ])('in mode %s is worth %s', async (mode, ...expected) => {
    expect(await outcome({ question: byCard(mode) })).toEqual(expected);
  });

  it.each(['cardOnly', 'cardOrPin', 'cardAndPin'] as const)('that nobody holds is denied in mode %s and costs no attempt', async (mode) => {
    const done = await run({ question: byCard(mode), script: { findCard: 'nobody' } });
    expect(story(done)).toEqual(['findCard …34', 'tell credential.notFound']);
    expect(done.told).toEqual([{ code: 'credential.notFound', fields: { mode, by: 'card', card: '34' } }]);
  });

  it.each([
    ['damaged', 'table.damaged'],
    ['noTable', 'table.missing'],
    [holding('pin'), 'credential.notFound'],
    [new Fault('disk.failed', 'gone'), 'decision.failed'],
  ] as const)('whose look-up answers %o is denied with %s', async (findCard, code) => {
    expect(await outcome({ question: byCard('cardOnly'), script: { findCard } })).toContain(code);
  });

  it('of a person who may not enter now is denied in the name of that person', async () => {
    const done = await run({ question: byCard('cardAndPin'), script: { findCard: holding('card', { validUntilS: 0 }) } });
    expect(done.told).toEqual([{ code: 'credential.expired', person: 7, fields: { mode: 'cardAndPin', by: 'card', card: '34' } }]);
  });

  it('opens a window of 15 s from its read, and of 30 s for people with extended time', async () => {
    const read = { by: 'card', card, atMs: 400 } as const;
    const question = { ...byCard('cardAndPin'), presented: read };
    const window = { person: anyone, card, deadlineMs: 15_400, triesLeft: 3, submitted: 0 };
    expect((await run({ question })).verdict).toEqual({ verdict: 'awaitPin', window });
    const slow = holding('card', { extendedTime: true });
    expect((await run({ question, script: { findCard: slow } })).verdict).toMatchObject({ window: { deadlineMs: 30_400 } });
  });

  it('that is PIN-exempt opens alone where a PIN is asked for', async () => {
    expect(await outcome({ question: byCard('cardAndPin'), script: { findCard: holding('card', { hasPin: false }, true) } })).toEqual([
      'granted',
      ...cardGrant,
    ]);
  });

  it('of a person without a PIN has its own denial where a PIN is asked for', async () => {
    expect(await outcome({ question: byCard('cardAndPin'), script: { findCard: holding('card', { hasPin: false }) } })).toEqual([
      'credential.noPin',
      'findCard …34',
      'circumstances 7',
      'tell credential.noPin',
    ]);
  });

  it('of a person in a lockout opens no window and is counted', async () => {
    expect(await outcome({ question: byCard('cardAndPin'), script: { isLockedOut: true } })).toEqual([
      'lockedOut',
      'findCard …34',
      'circumstances 7',
      'isLockedOut 7',
      'countLockedOut 7',
    ]);
  });
});

describe('a PIN', () => {
  it.each<[Mode, ...string[]]>([
    ['pinOnly', 'granted', ...pinGrant],
    ['cardOrPin', 'granted', ...pinGrant],
    ['cardAndPin', 'cardFirst', 'tell pin.cardFirst'],
    ['cardOnly', 'cardFirst', 'tell pin.notAsked'],
    ['unlocked', 'passage', 'tell access.unlockedUse'],
    ['locked', 'door.locked', 'tell door.locked'],
  ])('without a card in mode %s is worth %s', async (mode, ...expected) => {
    expect(await outcome({ question: byPin(mode) })).toEqual(expected);
  });

  it.each([
    ['nobody', 'credential.notFound'],
    ['damaged', 'table.damaged'],
    ['noTable', 'table.missing'],
    [holding('card'), 'credential.notFound'],
  ] as const)('whose look-up answers %o is denied with %s, and its attempt is not given back', async (findPin, code) => {
    expect(await outcome({ question: byPin('pinOnly'), script: { findPin } })).toEqual([
      code,
      'isLockedOut door',
      'burnAttempt door',
      'findPin ‹pin›',
      `tell ${code}`,
    ]);
  });

  it('of 1–3 digits looks like a wrong one and costs no attempt', async () => {
    const done = await run({ question: byPin('cardOrPin', tooShort) });
    expect(story(done)).toEqual(['isLockedOut door', 'tell credential.notFound']);
    expect(done.told[0]?.fields).toEqual({ mode: 'cardOrPin', by: 'pin', detail: 'tooShort' });
  });

  it('in a lockout is counted, not judged, however long it is', async () => {
    for (const question of [byPin('pinOnly'), byPin('pinOnly', tooShort)]) {
      expect(await outcome({ question, script: { isLockedOut: true } })).toEqual(['lockedOut', 'isLockedOut door', 'countLockedOut door']);
    }
  });

  it('that is the last wrong one begins the lockout once its own denial is told', async () => {
    const done = await run({ question: byPin('pinOnly'), script: { findPin: 'nobody', burnAttempt: 60_000 } });
    expect(story(done).slice(3)).toEqual(['tell credential.notFound', 'tell lockout.started', 'lockoutBegan door']);
    expect(done.told[1]).toEqual({ code: 'lockout.started', fields: { waitMs: 60_000 } });
  });

  it('of a person who may not enter now is denied in their name and keeps its attempt', async () => {
    const script = { findPin: holding('pin', { validFromS: 1 }), burnAttempt: 60_000 };
    expect((await outcome({ question: byPin('pinOnly'), script })).slice(4)).toEqual([
      'circumstances 7',
      'tell credential.notYetValid',
      'tell lockout.started',
      'lockoutBegan door',
    ]);
  });

  it('is not compared while its attempt cannot be written', async () => {
    for (const burnAttempt of [diskFull, new Error('what is this')]) {
      const done = await run({ question: byPin('pinOnly'), script: { burnAttempt } });
      expect(story(done)).toEqual(['isLockedOut door', 'burnAttempt door', 'burnAttempt fails', 'tell record.failed']);
      expect(done.verdict).toEqual({ verdict: 'denied', code: 'record.failed' });
      expect(done.told[0]?.fields).toMatchObject({ fault: burnAttempt instanceof Fault ? 'disk.full' : 'disk.failed' });
    }
  });
});

describe('a PIN after a card', () => {
  it('opens for the person of the card, who is looked up again', async () => {
    expect(await outcome({ question: afterCard() })).toEqual(['granted', ...afterCardGrant]);
  });

  it.each([
    ['nobody has', 'nobody'],
    ['somebody else has', holding('pin', { person: 8 })],
    ['is a card', holding('card')],
  ] as const)('that %s is wrong, in the name of the person of the card', async (_what, findPin) => {
    const done = await run({ question: afterCard(), script: { findPin } });
    expect(story(done)).toEqual([...afterCardGrant.slice(0, 4), 'tell pin.wrong']);
    expect(done.told).toEqual([{ code: 'pin.wrong', person: 7, fields: { mode: 'cardAndPin' } }]);
  });

  it('of 1–3 digits is wrong and costs no attempt', async () => {
    const done = await run({ question: afterCard(tooShort) });
    expect(story(done)).toEqual(['isLockedOut 7', 'tell pin.wrong']);
    expect(done.told[0]?.fields).toMatchObject({ detail: 'tooShort' });
  });

  it('counts at 14 999 ms, and at 15 000 ms is too late to be looked up', async () => {
    const at = (atMs: number): Question => afterCard({ presented: { by: 'pin', pin, atMs } });
    expect(await outcome({ question: at(14_999) })).toEqual(['granted', ...afterCardGrant]);
    expect(await outcome({ question: at(15_000) })).toEqual(['windowOver', 'tell pin.late']);
    expect(await outcome({ question: byPin('cardAndPin', { isWindowOver: true }) })).toEqual(['windowOver', 'tell pin.late']);
  });

  it.each([
    ['nobody', 'credential.notFound'],
    ['noTable', 'table.missing'],
    ['damaged', 'table.damaged'],
    [holding('pin'), 'credential.notFound'],
    [holding('card', { person: 8 }), 'credential.notFound'],
  ] as const)('is worth nothing once the card answers %o: %s', async (findCard, code) => {
    const script = { findCard, burnAttempt: 300_000 };
    expect(await outcome({ question: afterCard(), script })).toEqual([
      code,
      ...afterCardGrant.slice(0, 4),
      `tell ${code}`,
      'tell lockout.started',
      'lockoutBegan 7',
    ]);
  });

  it('whose record is damaged is an alarm, not a wrong PIN', async () => {
    expect(await outcome({ question: afterCard(), script: { findPin: 'damaged' } })).toContain('tell table.damaged');
  });

  it('of a person who expired inside the window is refused for that', async () => {
    const script = { findCard: holding('card', { validUntilS: 0 }) };
    expect(await outcome({ question: afterCard(), script })).toEqual([
      'credential.expired',
      ...afterCardGrant.slice(0, 5),
      'tell credential.expired',
    ]);
  });

  it('begins the lockout of that person alone, with the last wrong one', async () => {
    const done = await run({ question: afterCard(), script: { findPin: 'nobody', burnAttempt: 300_000 } });
    expect(story(done).slice(-3)).toEqual(['tell pin.wrong', 'tell lockout.started', 'lockoutBegan 7']);
    expect(done.told[1]).toEqual({ code: 'lockout.started', person: 7, fields: { waitMs: 300_000 } });
  });

  it('is counted, not judged, while that person is locked out', async () => {
    expect(await outcome({ question: afterCard(), script: { isLockedOut: true } })).toEqual(['lockedOut', 'isLockedOut 7', 'countLockedOut 7']);
  });

  it('is not compared while its attempt cannot be written', async () => {
    expect(await outcome({ question: afterCard(), script: { burnAttempt: diskFull } })).toEqual([
      'record.failed',
      'isLockedOut 7',
      'burnAttempt 7',
      'burnAttempt fails',
      'tell record.failed',
    ]);
  });
});

describe('a duress PIN', () => {
  const duress = { findPin: holding('duressPin') };

  it('grants as usual where duress is on, with a second event in the same record', async () => {
    for (const [question, usual] of [
      [byPin('pinOnly'), pinGrant],
      [afterCard(), afterCardGrant],
    ] as const) {
      const silent = usual.map((line) => line.replace('access.granted', 'access.granted + duress.used'));
      expect(await outcome({ question, policy: { duress: true }, script: duress })).toEqual(['granted', ...silent]);
    }
  });

  it('is a wrong PIN where duress is off', async () => {
    expect(await outcome({ question: byPin('pinOnly'), script: duress })).toContain('credential.notFound');
    expect(await outcome({ question: afterCard(), script: duress })).toContain('pin.wrong');
  });
});

describe('a grant', () => {
  it('releases twice as long for people with extended time', async () => {
    expect(await outcome({ question: byCard('cardOnly'), script: { findCard: holding('card', { extendedTime: true }) } })).toContain(
      'release 10000 ms',
    );
  });

  it.each(['cardOnly', 'pinOnly', 'cardAndPin'] as const)('that cannot be recorded is a denial in mode %s', async (mode) => {
    const question = mode === 'cardOnly' ? byCard(mode) : mode === 'pinOnly' ? byPin(mode) : afterCard();
    for (const recordGrant of [diskFull, new Error('what is this')]) {
      const [code, ...lines] = await outcome({ question, script: { recordGrant } });
      expect([code, ...lines.slice(-2)]).toEqual(['record.failed', 'recordGrant fails', 'tell record.failed']);
    }
  });

  it('that cannot be recorded opens where the setting says so, for cards without a use count only', async () => {
    const policy = { recordFailure: 'grantCards' } as const;
    const script = { recordGrant: diskFull };
    const done = await run({ question: byCard('cardOrPin'), policy, script });
    expect(story(done)).toEqual([...cardGrant.slice(0, 3), 'recordGrant fails', 'tell access.granted', 'release 5000 ms']);
    expect(done.told[0]?.fields).toEqual({ by: 'card', mode: 'cardOrPin', unrecorded: true });

    const counted = holding('card', { uses: { limit: 3, serial: 1 } });
    expect(await outcome({ question: byCard('cardOrPin'), policy, script: { ...script, findCard: counted } })).toContain('record.failed');
    expect(await outcome({ question: byPin('cardOrPin'), policy, script })).toContain('record.failed');
    expect(await outcome({ question: afterCard(), policy, script })).toContain('record.failed');
  });

  it.each([
    [new Fault('strike.unreachable', 'nobody answered'), 'strike.unreachable'],
    [new Fault('strike.failed', 'no current'), 'strike.failed'],
    [new Fault('hardware.failed', 'smoke'), 'strike.failed'],
    [new Error('what is this'), 'strike.failed'],
  ])('is a denial when the strike answers %s', async (release, code) => {
    expect(await outcome({ question: byCard('cardOnly'), script: { release } })).toEqual([code, ...cardGrant, 'release fails', `tell ${code}`]);
  });
});

describe('a question without an answer', () => {
  it.each([
    ['findCard', byCard('cardOnly')],
    ['circumstances', byCard('cardOnly')],
    ['isLockedOut', byCard('cardAndPin')],
    ['isLockedOut', byPin('pinOnly')],
    ['findPin', byPin('pinOnly')],
    ['circumstances', byPin('pinOnly')],
    ['findCard', afterCard()],
    ['findPin', afterCard()],
    ['circumstances', afterCard()],
  ] as const)('denies: %s', async (ask, question) => {
    for (const fault of [new Fault('disk.failed', 'gone'), new Error('what is this')]) {
      const done = await run({ question, script: { ...fine, [ask]: fault } });
      expect(done.verdict).toEqual({ verdict: 'denied', code: 'decision.failed' });
      expect(done.told).toEqual([{ code: 'decision.failed', fields: { fault: fault instanceof Fault ? 'disk.failed' : 'hardware.failed' } }]);
    }
  });
});
