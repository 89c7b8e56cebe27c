/** A listener where captures do not take it, and files that are no capture. */
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/osdp/capture.ts';
import { encodeFrame, scs } from '../../src/osdp/frame.ts';
import { Listener } from '../../src/osdp/listener.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { captureText } from './captured.ts';
import { plainFrame } from './heard-frames.ts';
import { crypto, frameOf, SecurePair, scbk } from './secure-pair.ts';

const none = new Uint8Array(0);
const handshake = (type: number, isReply: boolean, code: number, data: Uint8Array) =>
  frameOf(encodeFrame({ address: 1, isReply, sequence: 0, check: 'crc16', security: { type, data: Uint8Array.of(1) }, code, data }));

describe('a listener', () => {
  it('finds no cryptogram right that it has heard no beginning of, or has no key for', () => {
    const listener = new Listener(crypto, []);
    const ccrypt = handshake(scs.clientCryptogram, true, 0x76, new Uint8Array(32));
    expect(listener.hear(ccrypt).verdict).toBe('unknownKey');
    expect(listener.hear(handshake(scs.initialMac, true, 0x78, new Uint8Array(16))).verdict).toBe('unknownKey');
    expect(listener.hear(handshake(scs.serverCryptogram, false, 0x77, new Uint8Array(16))).verdict).toBe('unknownKey');
    expect(listener.hear(handshake(scs.challenge, false, 0x76, new Uint8Array(8))).verdict).toBe('clear');
    expect(listener.hear(ccrypt).verdict).toBe('unknownKey');
    expect(listener.hear(handshake(scs.clientCryptogram, true, 0x76, new Uint8Array(31))).verdict).toBe('wrongCryptogram');
  });

  it('says so of frames of a session it did not hear begin', () => {
    const pair = new SecurePair();
    expect(new Listener(crypto, [scbk]).hear(frameOf(pair.command()))).toEqual({ verdict: 'noSession', data: undefined });
  });

  it('hears what is in clear as it is', () => {
    const heard = new Listener(crypto, []).hear(frameOf(plainFrame({ data: bytesOf('0102') })));
    expect([heard.verdict, hexOf(heard.data ?? none)]).toEqual(['clear', '0102']);
  });
});

describe('a capture', () => {
  const header = '{"type":"header","scenario":"s","scbk":null,"sessions":[{"scbk":"00"},7,{"scbk":1}]}';

  it.each([
    ['', 1, 'a capture begins with a header'],
    ['{"t_us":0}', 1, 'a capture begins with a header'],
    ['{"type":"header","scenario":1}', 1, 'a capture begins with a header'],
    ['[1]', 1, 'a capture begins with a header'],
    [`${header}\n\nno json`, 3, 'is no JSON object'],
    [`${header}\nnull`, 2, 'is no JSON object'],
    [`${header}\n{"hex":"5"}`, 2, 'hex must be pairs of hexadecimal digits'],
    [`${header}\n{"hex":5}`, 2, 'hex must be pairs of hexadecimal digits'],
    [`${header}\n{"hex":"53","dir":"pd"}`, 2, 'dir must be cp>pd or pd>cp'],
    [`${header}\n{"hex":"53","dir":"constructor"}`, 2, 'dir must be cp>pd or pd>cp'],
    [`${header}\n{"hex":"53","dir":"pd>cp"}`, 2, 't_us must be a number'],
  ])('that is none is refused with its line: %j', (text, line, sentence) => {
    expect(readCapture(text)).toEqual({ ok: false, failure: { line, sentence } });
  });

  it('has bytes, notes, and the keys its header names, each once', () => {
    expect(readCapture(`${header}\n{"note":"n"}\n{"silence_ms":4}\n{"t_us":7,"dir":"pd>cp","hex":"FF53"}\n`)).toEqual({
      ok: true,
      value: {
        scenario: 's',
        keys: [],
        records: [
          { kind: 'note', text: 'n' },
          { kind: 'bytes', atUs: 7, isReply: true, bytes: bytesOf('ff53') },
        ],
      },
    });
    expect(readCapture('{"type":"header","scenario":"s","sessions":5}')).toMatchObject({ ok: true, value: { keys: [], records: [] } });
    const sample = readCapture(captureText('sc_scbk'));
    expect(sample.ok && sample.value.keys.map((key) => key.length)).toEqual([16, 16]);
  });
});
