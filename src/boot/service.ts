/**
 * When a real door is ready, and by which question it is known to be alive (SECURITY G3). How the service manager is told is
 * drivers/service-manager.ts's; what a missing part costs the door is the rules'.
 */
import type { ServiceManager } from '../drivers/service-manager.ts';
import type { Clock } from '../ports/clock.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { Strike } from '../ports/strike.ts';
import type { Subscription } from '../ports/subscription.ts';

/** How often a door that is not ready looks again. */
export const lookMs = 500;
/** A door whose keypad does not come is ready without it by then: its cards go on working. */
export const keypadWaitMs = 10_000;

export interface ServedDoor {
  readonly clock: Clock;
  /** The board's own output, which tells what went wrong; undefined: the strike hangs at the controller, and is secured there. */
  readonly strike: (Strike & { readonly fault: unknown }) | undefined;
  readonly records: RecordStore;
  isAway(device: string): boolean;
}

/**
 * Ready once the strike is known to be secured and the keypad is taken. The question is to the journal's disk thread: without it nobody enters,
 * and asked from here it needs the event loop as well. The table's thread is not asked: applying a large table may hold it for seconds, and
 * look-ups do not need it.
 */
export const serveManager = (manager: ServiceManager, { clock, strike, records, isAway }: ServedDoor): Subscription => {
  const sinceMs = clock.nowMs();
  let timer: unknown;
  const look = (): void => {
    const isSecured = strike === undefined || strike.fault === undefined;
    const isKeypadAway = isAway('keypad');
    if (isSecured && (!isKeypadAway || clock.nowMs() - sinceMs >= keypadWaitMs)) {
      manager.ready(isKeypadAway ? 'serves people, without its keypad' : 'serves people');
      return;
    }
    if (!isSecured) void strike.secure().catch(() => undefined);
    timer = clock.setTimeout(look, lookMs);
  };
  look();
  manager.watch(() => records.scan('meta', 0, 1));
  return {
    stop: () => {
      clock.clearTimeout(timer);
      manager.stop();
    },
  };
};

/** Undefined: nobody started this process who wants to hear of it, and nothing for that is loaded. */
export const serveManagerOf = async (
  environment: NodeJS.ProcessEnv,
  door: ServedDoor,
  told: (sentence: string) => void,
): Promise<Subscription | undefined> => {
  if (environment.NOTIFY_SOCKET === undefined) return undefined;
  const { serviceManagerOf } = await import('../drivers/service-manager.ts');
  const manager = serviceManagerOf(environment, { clock: door.clock, told });
  return manager && serveManager(manager, door);
};
