/**
 * Where trust in the wall clock comes from on Linux, and why or why not (DESIGN R13). Says facts of the moment; that a controller may set the
 * time as well, and what untrusted time means to people, is node-clock.ts's and the rules'.
 */
import { existsSync, readFileSync } from 'node:fs';

/** System time before this is no time at all: a real-time clock without its battery starts at 1970 or 2000, and no doorpad is older than this. */
export const earliestWallMs = Date.UTC(2026, 0, 1);

/** Files in which Linux tells that the system's time was set. */
export interface TimeFiles {
  /** There once systemd-timesyncd has heard an NTP server since the start. */
  readonly synchronized: string;
  /** Reads 1 when this real-time clock set the system's time at the start. */
  readonly setFromRtc: string;
}

export const linuxTimeFiles: TimeFiles = {
  synchronized: '/run/systemd/timesync/synchronized',
  setFromRtc: '/sys/class/rtc/rtc0/hctosys',
};

export interface TimeSource {
  readonly source: 'ntp' | 'rtc';
  readonly hasSetTime: boolean;
  /** In a clause. */
  readonly reason: string;
}

/** Each source the system has, and whether it has set the time since the start. Never throws. */
export const timeSources = (files: TimeFiles = linuxTimeFiles): readonly [TimeSource, TimeSource] => {
  const isSynchronized = existsSync(files.synchronized);
  const rtc = attribute(files.setFromRtc);
  const rtcReason = {
    '1': 'the real-time clock set the time at the start',
    '0': 'there is a real-time clock, and it did not set the time at the start',
  }[rtc ?? ''];
  return [
    {
      source: 'ntp',
      hasSetTime: isSynchronized,
      reason: isSynchronized ? 'a time server has answered since the start' : 'no time server has answered since the start',
    },
    { source: 'rtc', hasSetTime: rtc === '1', reason: rtcReason ?? 'there is no real-time clock' },
  ];
};

/** Whether this can be the time at all. The last time somebody was sure of is a floor besides (R13): that is the journal's. */
export const isPlausible = (wallMs: number): boolean => wallMs >= earliestWallMs;

const attribute = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return undefined;
  }
};
