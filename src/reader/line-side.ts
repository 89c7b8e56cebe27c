/**
 * The reader as its line sees it: what it says of itself, and what it lets the line do without a signature. Frames, sessions and files are
 * link/'s; what an order may do is orders.ts's.
 */
import type { AccessEvent } from '../access/events.ts';
import { isStricter, type Mode } from '../access/mode.ts';
import type { Policy } from '../access/policy.ts';
import type { ReaderEvent } from '../access/reader-setup.ts';
import { Link } from '../link/link.ts';
import type { LinkHost } from '../link/link-host.ts';
import { Panel } from '../link/panel.ts';
import { describeReader, type ReaderMake } from '../link/panel-device.ts';
import type { PanelFace } from '../link/panel-face.ts';
import type { RemoteStrike } from '../link/remote-strike.ts';
import type { DecidesSetting } from '../link/who-decides.ts';
import type { PdOptions } from '../osdp/pd.ts';
import type { PdPolicy } from '../osdp/pd-security.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { InputName } from '../ports/inputs.ts';
import type { Line } from '../ports/line.ts';
import type { TableStore } from '../ports/table-store.ts';
import type { UpdateStore } from '../ports/update-store.ts';
import type { Result } from '../shared/result.ts';
import type { Trust } from '../table/header.ts';
import type { OrderKind } from '../table/orders.ts';
import type { Lock } from './lock.ts';
import type { Memory } from './memory.ts';
import type { Openings } from './openings.ts';
import type { OrderFailure } from './orders.ts';
import { toldRules } from './told-rules.ts';
import { UnsignedTime } from './unsigned-time.ts';

/** What the settings and the keys say of the line. */
export interface LineSide {
  readonly line: Line;
  /** The device; its contacts are those of the reader's ports. */
  readonly make: Omit<ReaderMake, 'inputs'>;
  readonly pd: Pick<PdOptions, 'line' | 'keepLine'> & { readonly policy: Omit<PdPolicy, 'allowInstall'> };
  readonly decides: DecidesSetting;
  /** Setting `line.clear`. */
  readonly isClearAllowed: boolean;
  /** Name and version, printable ASCII of at most 24 characters. */
  readonly software: string;
  /** 32 bytes. */
  readonly settingsHash: Uint8Array;
  readonly isLowSecurity: boolean;
  readonly isTableReadOnly?: boolean;
  /** Of a reader that takes updates. */
  readonly updates?: UpdateStore | undefined;
  /** The strike of the reader's ports, where the controller has it. */
  readonly remoteStrike?: RemoteStrike;
  readonly reopen?: () => void;
}

/** The contacts as ISTATR lists them. */
const contacts: readonly InputName[] = ['rex', 'doorContact', 'tamper'];

/** As the two machines of the door stand. */
interface DoorStates {
  readonly reader: Readonly<Record<string, unknown>>;
  readonly door: Readonly<Record<string, unknown>>;
}

export interface LineSideParts {
  readonly side: LineSide;
  readonly ports: { readonly clock: Clock; readonly crypto: Crypto; readonly table: TableStore; readonly inputs?: unknown };
  readonly memory: Memory;
  readonly trust: Trust | undefined;
  readonly policy: Policy;
  readonly mode: () => Mode;
  readonly states: () => DoorStates;
  readonly isActive: (input: InputName) => boolean;
  readonly isTableDamaged: () => boolean;
  /** Hash of the settings that wait to be accepted. */
  readonly waitingSettings: Uint8Array | undefined;
  readonly linkChanged: (isUp: boolean) => void;
  readonly obey: (order: Uint8Array) => Promise<Result<OrderKind, OrderFailure>>;
  /** In force and kept; rejects when the model refuses it or it is not kept. */
  readonly setMode: (mode: Mode) => Promise<void>;
  readonly tell: (event: AccessEvent) => void;
  readonly face: PanelFace;
  readonly lock: Pick<Lock, 'releaseAndTell' | 'secure'>;
  readonly toReader: (event: ReaderEvent) => void;
  readonly openings: Pick<Openings, 'ended'>;
}

/** The outcome of the order that makes the reader another device on the line is told before it does. */
const handOverMs = 2_000;

export interface OpenedLine {
  readonly link: Link;
  readonly panel: Panel;
  /** By order; kept over a restart. Rejects with a Fault where it is not. */
  handOver(isHandedOver: boolean): Promise<void>;
  /** Goes up as LSTATR or ISTATR, if anybody hears it: whoever comes later asks. */
  inputChanged(input: InputName, isActive: boolean): void;
  stop(): void;
}

export const openLine = (parts: LineSideParts): OpenedLine => {
  const { side, ports, trust } = parts;
  const { journal, facts } = parts.memory;
  const { clock } = ports;
  const time = new UnsignedTime({ clock, journal, facts, time: parts.memory.time, tell: parts.tell });
  const inputs = ports.inputs === undefined ? [] : contacts;
  const { policy } = side.pd;
  let { keys } = policy;
  let isPaired = keys.current !== undefined;
  const panel = newPanel(parts, () => isPaired);
  const describe = () => describeReader({ ...side.make, inputs: inputs.length }, panel.inForce);
  const host = hostOf(parts, inputs, panel, time);
  const link: Link = new Link({
    clock,
    crypto: ports.crypto,
    table: ports.table,
    updates: side.updates,
    line: side.line,
    remoteStrike: side.remoteStrike,
    reopen: side.reopen,
    journal,
    facts,
    trust,
    panel,
    pd: {
      ...side.pd,
      policy: {
        ...policy,
        // A session that is opened anew begins with the keys of the last.
        get keys() {
          return keys;
        },
        keepKeys: (proposed) => {
          // In use already, whether the disk keeps it or not (SECURITY B3).
          isPaired ||= proposed.current !== undefined;
          const kept = policy.keepKeys(proposed);
          if (kept === 'kept') keys = proposed;
          return kept;
        },
        allowInstall: () => panel.allowsInstall,
      },
    },
    description: describe(),
    host,
  });
  let handOver: unknown;
  return {
    link,
    panel,
    handOver: async (isHandedOver) => {
      await journal.record([facts.setHandedOver(isHandedOver)]);
      // A second order that changes nothing leaves what the first began.
      if (!panel.handOver(isHandedOver)) return;
      clock.clearTimeout(handOver);
      handOver = clock.setTimeout(() => link.describe(describe()), handOverMs);
    },
    inputChanged: (input, isActive) => {
      if (input === 'tamper' && isActive) panel.caseOpened();
      link.statusChanged(input === 'tamper' ? 'lstatr' : 'istatr');
    },
    stop: () => {
      clock.clearTimeout(handOver);
      link.stop();
      panel.stop();
    },
  };
};

const newPanel = ({ side, ports, memory, face, lock, mode, tell, linkChanged, toReader, openings }: LineSideParts, isPaired: () => boolean): Panel =>
  new Panel({
    clock: ports.clock,
    setting: side.decides,
    handedOver: memory.facts.isHandedOver,
    isClearAllowed: side.isClearAllowed,
    isPaired,
    face,
    strike: { release: (holdMs) => void lock.releaseAndTell(holdMs), secure: () => void lock.secure() },
    listener: {
      decides: (decider) => {
        // What was typed is forgotten. Nothing is typed at a door that stands unlocked.
        if (mode() !== 'unlocked') toReader({ type: 'mode.set', mode: mode() });
        if (decider === 'reader') return;
        // The strike is the panel's from now on, and it has asked for nothing yet.
        openings.ended();
        toReader({ type: 'panel.tookOver' });
        void lock.secure();
      },
      // Without a secure channel its POLLs are all there is to go by.
      isThere: (isThere) => {
        if (side.isClearAllowed) linkChanged(isThere);
      },
      news: ({ decider, changes }) => tell({ code: 'decides.changed', fields: { decider, changes } }),
      install: (event) =>
        event.type === 'opened'
          ? tell({ code: 'install.opened', fields: { by: event.by } })
          : tell({ code: 'install.closed', fields: { why: event.why } }),
    },
  });

/** docs/table-profile.md §15. */
const nothingWaits = new Uint8Array(32);

const doorFactsOf = ({ reader, door }: DoorStates) => ({
  isDoorOpen: door.contact !== 'closed',
  isUnlocked: reader.passage === 'unlocked',
  isLockedOut: reader.pinPath === 'lockedOut',
});

const hostOf = ({ side, trust, policy, ...parts }: LineSideParts, inputs: readonly InputName[], panel: Panel, time: UnsignedTime): LinkHost => ({
  door: () => ({
    ...doorFactsOf(parts.states()),
    mode: parts.mode(),
    lockoutMs: Math.ceil(parts.memory.budgets.waitMs('door')),
    model: policy.model,
    deciding: panel.decider,
    settingsHash: side.settingsHash,
    software: side.software,
    isTampered: parts.isActive('tamper'),
    isLowSecurity: side.isLowSecurity,
  }),
  settings: () => ({ inForce: side.settingsHash, waiting: parts.waitingSettings ?? nothingWaits }),
  rules: () => toldRules(policy),
  localStatus: () => ({ tamper: parts.isActive('tamper') ? 'tampered' : 'normal', power: 'normal' }),
  inputs: () => inputs.map((input) => (parts.isActive(input) ? 1 : 0)),
  table: () => ({ isKeyed: trust !== undefined, isDamaged: parts.isTableDamaged(), isReadOnly: side.isTableReadOnly ?? false }),
  wall: () => parts.memory.time.now(),
  linkChanged: parts.linkChanged,
  obey: async (order) => {
    const obeyed = await parts.obey(order);
    return obeyed.ok ? 'done' : obeyed.failure;
  },
  tighten: async (mode) => {
    const present = parts.mode();
    if (mode !== present && !isStricter(present, mode)) return 'notStricter';
    return parts.setMode(mode).then(
      () => 'done' as const,
      () => 'notDone' as const,
    );
  },
  setTime: (wallMs) => time.set(wallMs),
  tell: parts.tell,
});
