/** Who is logged in, for how long, and how often a name may be tried; where the operator's token lies (SECURITY H4, H10). */
import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  maxSessions,
  maxSessionsOfUser,
  maxTenantSessions,
  maxWrongPasswords,
  Sessions,
  sessionIdleMs,
  sessionLongestMs,
  type UserBook,
} from '../../../../sim/controller/api/sessions.ts';
import { startAddress, writeStartToken } from '../../../../sim/controller/api/start-token.ts';
import { maxThrottledNames, Throttle } from '../../../../sim/controller/api/throttle.ts';
import { VirtualClock } from '../../../../sim/virtual-clock.ts';
import { NodeCrypto } from '../../../../src/drivers/node-crypto.ts';
import { usersNamed } from './rig.ts';

const crypto = new NodeCrypto();

const opened = async () => {
  const clock = new VirtualClock();
  const users = usersNamed({ mia: 'manager', tom: 'tenant' });
  const sessions = new Sessions({ crypto, clock, users });
  const logIn = async (name = 'mia', password = `${name} password`): Promise<string> => {
    const result = await sessions.logIn(name, password);
    return result.ok ? result.value.token : result.failure.code;
  };
  const nameOf = (token: string): string | undefined => sessions.callerOf(`Bearer ${token}`)?.user.name;
  return { clock, sessions, logIn, nameOf };
};

describe('a session', () => {
  it('is opened by name and password, and known by its token of 128 bits', async () => {
    const { sessions, logIn, nameOf } = await opened();
    const tokens = await Promise.all([logIn(), logIn(), logIn('tom')]);
    expect(tokens.map(nameOf)).toEqual(['mia', 'mia', 'tom']);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(16);
    expect(new Set(tokens).size).toBe(3);
    expect(sessions.callerOf(`Bearer ${tokens[2]}`)).toEqual({ user: { id: 2, name: 'tom', role: 'tenant', person: 7 }, session: 3 });
  });

  it('is not opened by a wrong password, nor a wrong name, and nobody is told which', async () => {
    const { logIn } = await opened();
    const wrong = [
      await logIn('mia', 'mia passwore'),
      await logIn('mia', ''),
      await logIn('nobody', 'mia password'),
      await logIn('MIA', 'mia password'),
    ];
    expect(wrong).toEqual(['wrongPassword', 'wrongPassword', 'wrongPassword', 'wrongPassword']);
  });

  it('is known by the header, word for word, and by nothing that looks like it', async () => {
    const { sessions, logIn } = await opened();
    const token = await logIn();
    const likes = [
      undefined,
      '',
      token,
      `bearer ${token}`,
      `Bearer  ${token}`,
      `Bearer ${token} `,
      `Bearer ${token}=`,
      `Basic ${token}`,
      `Bearer ${token.slice(1)}`,
    ];
    const flipped = `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`;
    for (const like of [...likes, `Bearer ${flipped}`, `Bearer ${token.toLowerCase()}x`, `Bearer ${'A'.repeat(22)}`]) {
      expect(sessions.callerOf(like), like ?? 'none').toBeUndefined();
    }
  });

  it('ends after half an hour without a call, and each call begins it anew', async () => {
    const { clock, logIn, nameOf } = await opened();
    const token = await logIn();
    await clock.advance(sessionIdleMs - 1);
    expect(nameOf(token)).toBe('mia');
    await clock.advance(sessionIdleMs - 1);
    expect(nameOf(token)).toBe('mia');
    await clock.advance(sessionIdleMs);
    expect(nameOf(token)).toBeUndefined();
  });

  it('ends after twelve hours, whatever is done in it; the operator’s lasts', async () => {
    const { clock, sessions, logIn, nameOf } = await opened();
    const token = await logIn();
    const operator = sessions.openForOperator();
    for (let ms = 0; ms < sessionLongestMs - sessionIdleMs / 2; ms += sessionIdleMs / 2) {
      expect(nameOf(token)).toBe('mia');
      await clock.advance(sessionIdleMs / 2);
    }
    expect(nameOf(token)).toBe('mia');
    await clock.advance(sessionIdleMs / 2);
    expect([nameOf(token), nameOf(operator)]).toEqual([undefined, 'operator']);
    await clock.advance(30 * 86_400_000);
    expect(sessions.callerOf(`Bearer ${operator}`)?.user).toEqual({ id: null, name: 'operator', role: 'manager', person: null });
  });

  it('ends by itself, and all of a user at once', async () => {
    const { sessions, logIn, nameOf } = await opened();
    const tokens = [await logIn(), await logIn(), await logIn(), await logIn('tom')];
    sessions.end(1);
    expect(sessions.holds(1)).toBe(false);
    expect(tokens.map(nameOf)).toEqual([undefined, 'mia', 'mia', 'tom']);
    sessions.endOfUser(1);
    expect(tokens.map(nameOf)).toEqual([undefined, undefined, undefined, 'tom']);
  });

  it('of a user ends where they open one too many: the one that is idle the longest', async () => {
    const { clock, logIn, nameOf } = await opened();
    const tokens: string[] = [];
    for (let count = 0; count < maxSessionsOfUser; count += 1) {
      tokens.push(await logIn());
      await clock.advance(1);
    }
    nameOf(tokens[0] ?? '');
    tokens.push(await logIn());
    expect(tokens.map(nameOf).map((name) => name === 'mia')).toEqual([true, false, true, true, true, true]);
  });

  it('is refused where there are too many', async () => {
    const { sessions, logIn } = await opened();
    for (let count = 0; count < maxSessions; count += 1) sessions.openForOperator();
    expect(await logIn()).toBe('tooManySessions');
  });

  it('is opened for staff however many tenants there are', async () => {
    const clock = new VirtualClock();
    const tenants = Array.from({ length: maxTenantSessions + 1 }, (_, at) => `tenant ${at}`);
    const users = usersNamed({ ...Object.fromEntries(tenants.map((name) => [name, 'tenant' as const])), mia: 'manager' });
    const sessions = new Sessions({ crypto, clock, users });
    const answers = [];
    for (const name of tenants) answers.push(await sessions.logIn(name, `${name} password`));
    expect(answers.map(({ ok }) => ok)).toEqual([...Array.from({ length: maxTenantSessions }, () => true), false]);
    expect((await sessions.logIn('mia', 'mia password')).ok).toBe(true);
  });

  it('is idle while a page asks by itself', async () => {
    const { clock, sessions, logIn } = await opened();
    const token = `Bearer ${await logIn('tom')}`;
    for (let passedMs = 0; passedMs < sessionIdleMs; passedMs += 60_000) {
      expect(sessions.callerOf(token, false)?.user.name).toBe('tom');
      await clock.advance(60_000);
    }
    expect(sessions.callerOf(token, false)).toBeUndefined();
  });
});

describe('guessing a password', () => {
  it('waits for a minute after ten wrong ones, also with the right one; other names do not', async () => {
    const { clock, logIn } = await opened();
    const said: string[] = [];
    for (let count = 0; count < maxWrongPasswords + 1; count += 1) said.push(await logIn('mia', 'wrong'));
    expect(said).toEqual([...Array.from({ length: maxWrongPasswords }, () => 'wrongPassword'), 'tooMany']);
    expect([await logIn(), (await logIn('tom')).length]).toEqual(['tooMany', 22]);
    await clock.advance(59_999);
    expect(await logIn()).toBe('tooMany');
    await clock.advance(1);
    expect((await logIn()).length).toBe(22);
  });

  it('counts before it compares: fifty at once are ten', async () => {
    const { logIn } = await opened();
    const said = await Promise.all(Array.from({ length: 50 }, () => logIn('mia', 'wrong')));
    expect(said.filter((code) => code === 'wrongPassword')).toHaveLength(maxWrongPasswords);
    expect(said.filter((code) => code === 'tooMany')).toHaveLength(50 - maxWrongPasswords);
  });

  it('is not what a fault is, in which nothing was compared', async () => {
    const { sessions, logIn } = await opened();
    for (let count = 0; count < 2 * maxWrongPasswords; count += 1) {
      await expect(sessions.logIn('mia', 'fault')).rejects.toMatchObject({ code: 'queue.full' });
    }
    expect((await logIn()).length).toBe(22);
  });

  it('is not what people do who log in often', async () => {
    const { logIn } = await opened();
    for (let count = 0; count < 3 * maxWrongPasswords; count += 1) expect((await logIn()).length).toBe(22);
  });
});

describe('a user who changes while they log in', () => {
  it('is compared again, and told to come again where that does not end', async () => {
    const clock = new VirtualClock();
    const book = usersNamed({ mia: 'manager' });
    let endings = 1;
    let compared = 0;
    const users: UserBook = {
      ...book,
      verify: (name, password) => {
        compared += 1;
        if (endings > 0) sessions.endOfUser(1);
        endings -= 1;
        return book.verify(name, password);
      },
    };
    const sessions = new Sessions({ crypto, clock, users });
    expect([(await sessions.logIn('mia', 'mia password')).ok, compared]).toEqual([true, 2]);
    endings = 9;
    expect(await sessions.logIn('mia', 'mia password')).toEqual({ ok: false, failure: { code: 'busy' } });
  });
});

describe('one’s own password', () => {
  it('is not that of somebody else who has the name since', async () => {
    const { sessions, logIn } = await opened();
    await logIn();
    const caller = { user: { id: 9, name: 'mia', role: 'manager', person: null }, session: 1 } as const;
    expect(await sessions.changePassword(caller, 'mia password', 'a long password')).toEqual({ ok: false, failure: { code: 'notAllowed' } });
  });
});

describe('names that nobody has', () => {
  it('keep nobody out, however many there are, and their tries are no more than others’', async () => {
    const { logIn } = await opened();
    for (let count = 0; count < maxWrongPasswords; count += 1) await logIn('mia', 'wrong');
    for (let count = 0; count < maxThrottledNames + 10; count += 1) expect(await logIn(`nobody ${count}`)).toBe('wrongPassword');
    expect([await logIn(), (await logIn('tom')).length]).toEqual(['tooMany', 22]);
    const said: string[] = [];
    for (let count = 0; count < maxWrongPasswords + 1; count += 1) said.push(await logIn('somebody'));
    expect(said.at(-1)).toBe('tooMany');
  });
});

describe('tries of many names', () => {
  it('are counted up to a limit, behind which a new name waits until others ran out', async () => {
    const clock = new VirtualClock();
    const throttle = new Throttle({ clock, most: 2, perMs: 1_000 });
    for (let count = 0; count < maxThrottledNames; count += 1) expect(throttle.take(`name ${count}`)).toBe(true);
    expect([throttle.take('another'), throttle.take('name 1'), throttle.take('name 1')]).toEqual([false, true, false]);
    throttle.giveBack('nobody');
    throttle.giveBack('name 2');
    expect([throttle.take('another'), throttle.take('one more')]).toEqual([true, false]);
    await clock.advance(1_000);
    expect([throttle.take('another'), throttle.take('name 1')]).toEqual([true, true]);
  });
});

describe('the token of a start', () => {
  const scratch = (): string => mkdtempSync(join(tmpdir(), 'doorpad-token-'));

  it('is written where only its owner can read it, whatever lay there before', () => {
    const directory = scratch();
    const path = join(directory, 'token');
    const other = join(directory, 'other');
    writeFileSync(other, 'theirs', { mode: 0o644 });
    symlinkSync(other, path);
    writeStartToken(path, 'first');
    writeStartToken(path, 'second');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, readFileSync(other, 'utf8')]).toEqual(['second\n', 0o600, 'theirs']);
  });

  it('that cannot be written is a fault, which does not say it', () => {
    const path = join(scratch(), 'none', 'token');
    expect(() => writeStartToken(path, 'canary')).toThrow(
      expect.objectContaining({ code: 'disk.failed', message: expect.not.stringContaining('canary') as string }),
    );
  });

  it('stands behind the # of an address, which no browser sends', () => {
    expect(new URL(startAddress('http://127.0.0.1:8080', 'a_b-c')).search).toBe('');
  });
});
