/**
 * Whether the board and its Linux are as a reader needs them: the clock, the line's port, consoles and logins, what becomes of outputs when a
 * program dies (SECURITY K2, K4).
 */
import { existsSync, readFileSync } from 'node:fs';
import { hasKeypad } from '../access/mode.ts';
import { pinFindings } from '../config/pins.ts';
import { none } from '../config/setting.ts';
import { slowLatencyMs } from '../drivers/latency-timer.ts';
import { consoles, isPortOfBluetooth, loginsOn, type PortFacts, portFacts } from '../drivers/rs485.ts';
import { isPlausible, linuxTimeFiles, timeSources } from '../drivers/wall-clock.ts';
import { type Board, type Check, type Finding, good, note, wrong } from './doctor.ts';

export const boardChecks: readonly Check[] = [
  { name: 'clock', needs: 'nothing', run: (board) => clock(board) },
  { name: 'line', needs: 'start', run: (board) => line(board) },
  { name: 'console', needs: 'nothing', run: (board) => typedConsole(board) },
  { name: 'strictGpio', needs: 'nothing', run: (board) => strictGpio(board) },
  { name: 'pins', needs: 'nothing', run: (board) => pins(board) },
];

const clock = ({ root }: Board): readonly Finding[] => {
  const { synchronized, setFromRtc } = linuxTimeFiles;
  const sources = timeSources({ synchronized: `${root}${synchronized}`, setFromRtc: `${root}${setFromRtc}` });
  const reasons = sources.map(({ reason }) => reason).join(', and ');
  const now = new Date();
  if (!isPlausible(now.getTime())) {
    return [
      wrong(`The clock says ${now.toISOString()}, which cannot be: replace the battery of the real-time clock, or let a controller set the time.`),
    ];
  }
  return [
    sources.some(({ hasSetTime }) => hasSetTime)
      ? good(`The clock says ${now.toISOString()}, and is trusted: ${reasons}.`)
      : note(
          `The clock says ${now.toISOString()}, and is not trusted: ${reasons}. Until a controller sets it, people with validity dates follow failure.untrustedTime; a real-time clock helps.`,
        ),
  ];
};

/** Turned round by hand in no driver of these: the chip or its firmware does it. */
const turnedByAdapter = /^(?:ftdi_sio|cp210x|ch341|pl2303|cdc_acm|usb)/;

const line = ({ config, root }: Board): readonly Finding[] => {
  if (config.line === undefined) return [];
  const { port } = config.line;
  const facts = portFacts(port, root);
  if (facts.name === undefined) {
    const hint = isPortOfBluetooth(root)
      ? 'a port of this board belongs to Bluetooth: load the overlay that gives it back (hardware/overlays)'
      : 'plug the adapter in, or load the overlay that enables the port, or say its place in line.port';
    return [wrong(`${port} is not there: ${hint}.`)];
  }
  const held = heldFindings(port, facts);
  return [
    ...held,
    ...portNotes(port, facts),
    ...(held.length > 0 ? [] : [good(`${port} is ${facts.name}${facts.driver === undefined ? '' : `, by ${facts.driver}`}.`)]),
  ];
};

const heldFindings = (port: string, { name, isConsole, login }: PortFacts): readonly Finding[] => [
  ...(isConsole ? [wrong(`The kernel writes its messages to ${port}: take console=${name} out of its command line.`)] : []),
  ...(login === undefined ? [] : [wrong(`A login (${login}) runs on ${port}: systemctl disable --now serial-getty@${name}.`)]),
];

const portNotes = (port: string, { name, driver, turnsByItself }: PortFacts): readonly Finding[] => {
  const latencyMs = slowLatencyMs(port);
  const isOfBoard = driver !== undefined && !turnedByAdapter.test(driver);
  return [
    ...(latencyMs === undefined
      ? []
      : [wrong(`The adapter sits on bytes for ${latencyMs} ms: let a udev rule set its latency_timer to 1 (hardware/systemd).`)]),
    ...(/^tty(?:USB|ACM)/.test(name ?? '') && port.startsWith('/dev/tty')
      ? [note(`${port} may be another adapter after the next start: use its name in /dev/serial/by-id.`)]
      : []),
    ...(isOfBoard && !turnsByItself
      ? [note('The kernel does not turn the direction of this port: that is right only for a transceiver that does it by itself.')]
      : []),
  ];
};

/** What is typed at an input device reaches the console as well. */
const typedConsole = ({ config: { policy, settings }, root }: Board): readonly Finding[] => {
  if (!hasKeypad(policy.model) && settings.devices.cardReader === none) return [];
  const shown = (terminal: string): boolean => /^tty\d+$/.test(terminal);
  const logins = loginsOn(root).filter(({ terminal }) => shown(terminal));
  if (logins.length > 0) {
    const names = logins.map(({ terminal }) => terminal);
    return [wrong(`A login runs on ${names.join(', ')}, and PINs and cards are typed into it: systemctl disable --now getty@${names[0]}.`)];
  }
  const screens = consoles(root).filter(shown);
  return screens.length === 0
    ? [good('No login and no console of the kernel is on a screen of this board.')]
    : [good(`The kernel writes to ${screens.join(', ')}, and no login is seen there.`)];
};

const persistFile = '/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs';

const strictGpio = ({ root }: Board): readonly Finding[] => {
  if (existsSync(`${root}${persistFile}`)) {
    const persists = readFileSync(`${root}${persistFile}`, 'latin1').trim() !== 'N';
    return persists
      ? [
          wrong(
            'Outputs stay as they are when a program dies: say pinctrl_bcm2835.persist_gpio_outputs=n on the kernel command line, or dtparam=strict_gpiod.',
          ),
        ]
      : [good('Outputs that a program leaves fall back to inputs.')];
  }
  const model = modelOf(root);
  return model.startsWith('Raspberry Pi')
    ? [
        note(
          `This kernel does not say what becomes of outputs when a program dies (${model}): use the strike by the overlay, whose pulses the kernel ends.`,
        ),
      ]
    : [];
};

/** What doorpad's overlay adds to the device tree; on a board without it, pins may be whatever its maker says. */
const overlayNode = '/sys/firmware/devicetree/base/doorpad-outputs';

const pins = ({ config: { settings }, root }: Board): readonly Finding[] =>
  pinFindings(settings).map(existsSync(`${root}${overlayNode}`) ? wrong : (sentence) => note(`With doorpad's overlay: ${sentence}`));

/** Under /sys, for a unit may hide all of /proc but processes. */
const modelOf = (root: string): string => {
  try {
    return readFileSync(`${root}/sys/firmware/devicetree/base/model`, 'latin1').replaceAll('\0', '');
  } catch {
    return '';
  }
};
