/** Prints the wiring page: words, and the tables and drawings of what they speak of. Which wire goes where is src/config/wires.ts's. */

import { conductors, loads, longestMetres } from '../../hardware/wiring/cables.ts';
import { wiredParts } from '../../src/config/wires.ts';
import { startOf } from '../../src/tools/provision-sheets.ts';

const wireRows = wiredParts.flatMap(({ title, wires }) =>
  wires.map((wire) => `| ${title} | ${startOf(wire)} | ${wire.through ?? ''} | ${wire.terminal} |`),
);

/** Down to 5 m, and to a metre below ten: what is left over is for the terminals. */
export const shownMetres = (metres: number): string => (metres >= 10 ? `${Math.floor(metres / 5) * 5} m` : `${Math.floor(metres)} m`);

const cableRows = loads.map((load) => {
  const metres = conductors.map(({ area }) => shownMetres(longestMetres(load, area)));
  return `| ${load.title} | ${load.volts} V | ${load.dropVolts} V | ${metres.join(' | ')} |`;
});

const opening = `# Wiring

From the header to the parts, from reader to controller, from lock to supply. The tables and drawings are written by \`test/hardware/wiring.test.ts\`
from \`src/config/wires.ts\`, \`src/config/pins.ts\` and \`wiring/\`, and fail when this page says something else. Nothing here has been built yet: read
[what is shown, and what is not](README.md#what-is-shown-and-what-is-not).

Four rules come before everything else:

1. **Egress is never doorpad's.** Whoever is inside gets out with the board unplugged, the line cut and the program stopped: by a handle, or by contacts
   in the circuit of the lock. Which lock and which release a door must have is said by the building's fire rules, not here.
2. **The relay of the lock is on the secure side**, with the lock's supply. In a case outside, two wires held together would open the door.
3. **A pin of the header takes 3.3 V at most**, in and out, and gives a few milliamperes. 5 V on one destroys the board; so does a relay coil.
4. **Without power while wiring.** Measure the supply before the board is on it.

## What to buy

| part | what it must be | for example |
|---|---|---|
| board | Raspberry Pi 3B, 3B+, Zero 2 W or 4B: the card is tried with the device trees of these | |
| card | 8 GB or more, of the industrial or "high endurance" kind: cheap ones lose data when the power goes | |
| supply of the board | 5.1 V, 3 A, or a PoE splitter of 802.3af with 5 V and 2.4 A behind a switch with a battery | |
| transceiver | for 3.3 V, half duplex; best one that reads an idle line as high by itself; isolated where grounds differ | SN65HVD72; with bias at the controller also MAX3485, SP3485; isolated: ADM2587E; a USB adapter with an FTDI chip |
| keypad | a matrix of 4 × 3 keys whose 7 wires are led out, or one on USB that types digits, or the keypad of a Wiegand reader; metal keys, or worn and greasy ones show which digits open; lit, with a nib on the 5 | |
| card reader | USB that types; Wiegand; PN532 on UART ([what each is good for](../docs/card-readers.md)) | |
| lights, buzzer | red and green LED, blue if you like; an active buzzer for 5 V, with its oscillator inside | |
| relay of the strike | **closes when its input is high**, reads 3.3 V as high, open without power; contact for twice the lock's current | an optocoupler and a logic-level MOSFET, or a relay board "high level trigger, 3.3 V" |
| lock | fail-secure strike, or fail-safe lock or magnet where the escape route asks for it; for direct current | |
| supply of the lock | of its own, 12 or 24 V as the lock says, with battery and fuse, on the secure side | |
| small parts | diode 1N4007 for each lock, 120 Ω ± 1 % for each end of the line, those of the table below | |

Most hobby relay boards are for 5 V and close when the input is *low*: such a one opens the door while the board starts, or breaks it.

## From the header to the parts

![Wires of a reader](drawings/wires.svg)

Left is the place on the header and the GPIO ([pinout.md](pinout.md)); any place with the same supply does as well.

| part | from | through | terminal |
|---|---|---|---|
${wireRows.join('\n')}

- **Keypad on USB**, instead of the matrix: \`devices.keypad\` is its path under \`/dev/input/by-id\`. doorpad holds a keypad for itself, so that
  nothing typed reaches a console. A cable inside the case; a socket outside is an invitation.
- **MOSFET, from 5 V**: gate at the pin, 100 kΩ from there to ground, source at ground, the part between 5 V and the drain, an LED with its resistor.
  A type whose data sheet gives its resistance at 2.5 V; at 3.3 V others hardly conduct.
- **Contacts**, *2.2 kΩ up, 1 kΩ, 100 nF*: from the terminal 2.2 kΩ to 3.3 V and 100 nF to ground, and 1 kΩ from the terminal to the pin. Within the
  case a bare wire does: the chip pulls up by itself. 1.5 mA flow through a closed contact, enough to keep a gold-plated one clean.
- **The case** outside is IP65 or better, its cable in from below, and in the shade: a Raspberry Pi is made for 0 to 50 °C around it, and a black case
  in the sun is hotter than that. Where winters are colder, the board hangs inside and only keypad and lights outside, rated for it. A metal case and a
  metal door are joined to protective earth by whoever may work on that.
- **Tamper**: a switch that the lid holds, wired so that opening the lid or cutting the wire is the same: \`devices.tamper\` says which way it is.
- **No end-of-line resistors**: the pins tell high from low and cannot measure, so a shorted contact looks like a closed one. Take contacts that are
  closed while all is well (\`normallyClosed\`): a cut wire is then an alarm. Where supervision is required, wire the contact to the controller.
- **Wiegand** readers pull their wires to 5 V, mostly. The buffer is supplied with 3.3 V and takes 5 V at its inputs; 4.7 kΩ from each input to the
  reader's 5 V where the reader only pulls down. The reader has its own supply, often 12 V, and the grounds are joined.
- **PN532**: the header's serial port belongs to the line, so the PN532 gets a USB serial adapter. Its two switches stand at HSU; \`devices.pn532\` is
  the adapter's path under \`/dev/serial/by-id\`.
`;

const lineWords = `
## The line

![The line](drawings/line.svg)

- **One cable from unit to unit**, in and out at each, at most 1,200 m (above 57,600 baud less) and 32 units of one unit load. No star; branches of
  less than a metre.
- **A and B are one twisted pair** of a shielded cable for RS-485, about 120 Ω (a pair of a network cable has 100 Ω, which does). Another wire for C.
- **120 Ω at both ends, nowhere else**: at the first and the last unit of the cable, which need not be the controller. Many modules bring a resistor
  with a bridge or a switch: open it on all others. Without power, between A and B, a right line measures some 60 Ω.
- **Bias at one place**, the controller: 560 Ω from + to its 5 V and from − to ground, unless all receivers are of the kind that reads an idle line as
  high by itself. Two biased units are one too many.
- **C joins the grounds** of the transceivers, through 100 Ω at each reader where each has its own supply. RS-485 stands 7 V below to 12 V above its own
  ground: between buildings, or where supplies are earthed at different places, take isolated transceivers, whose line sides alone C joins.
- **The shield is earthed at one end**, joined through at each reader, and no substitute for C. Where the cable leaves the building: a surge arrester.
- **Direction**: the kernel raises GPIO 17 while it sends, and doorpad never does. A transceiver that turns round by itself has no DE; GPIO 17 stays
  open. DE and /RE are joined, so that a reader does not hear itself.
- **Behind a USB adapter** \`line.port\` is its path under \`/dev/serial/by-id\`.

### Which wire is A

The letters are not the same everywhere. What counts: joined are the wires that are higher while nobody speaks.

| product | higher while idle (+) | lower while idle (−) |
|---|---|---|
| chips: SN65HVD7x, MAX3485, MAX485, SP3485, and modules and HATs with their names, such as Waveshare's | A | B |
| the text of the standard (TIA-485), and B&B Electronics, whose terminals say A(−) and B(+) | B | A |
| HID Signo: terminal 3, white, is "RS485-A"; terminal 4, green, "RS485-B" (PLT-03704). Older iCLASS readers have them the other way round | measure | measure |
| terminals that say + and −, or D+ and D− | + | − |

A swap harms nothing: swap the two at one unit. A meter shows 0.2 V or more between the two on a biased line, and \`doorpad find\` says \`A and B look
swapped\` ([line tools](../docs/line-tools.md)). A MAX485 is a 5 V chip: its RO puts 5 V on GPIO 15, and it is not for this board.

HID asks for 120 Ω from 61 m (200 ft) on, and warns that the cable of an old Wiegand reader may be no twisted pair.
`;

const lockWords = `
## The lock

| | fail-secure | fail-safe |
|---|---|---|
| without power it is | locked | open |
| what opens it | current | the end of it |
| relay contact | NO: closes for a grant | NC: opens for a grant |
| inside | a handle or a panic bar opens mechanically | a button and a break-glass unit break the circuit, and the fire alarm does |

![Fail-secure strike](drawings/fail-secure.svg)

![Fail-safe lock, or magnet](drawings/fail-safe.svg)

- **The diode** lies across the lock, at the lock, its ring towards plus: 1N4007. A magnet that brings its own suppressor gets none, because it would let go
  more slowly; a lock for alternating current gets a varistor.
- **The button has two contacts**: one in the lock's circuit, as drawn; the other, if you like, at the board's request-to-exit, so that a door that opens
  is not called forced (\`door.rex = "bypass"\`). \`"release"\` releases the strike as well; it is never the only way out.
- **The fire alarm** breaks the current of a fail-safe lock itself, by a relay of its own. No command, no network and no program lies between.
- **A fail-safe lock opens in a power cut**: the battery of its supply decides for how long it does not.

### Where its relay is

| \`door.strike\` | the relay | what a stranger with the case open can do |
|---|---|---|
| \`"controller"\` | at the controller, which is asked over the line in the secure channel. Take this one | see that something is sent |
| \`"relay"\` | a box of its own on the secure side, driven by GPIO 22 and two wires | put 3.3 V on the two wires, and enter. Low security, and \`doorpad check\` says so |

With \`"relay"\` the pin is low from power-up (the firmware sees to it), while the program starts, after a crash, and at the end of each release, which
the kernel times. 10 kΩ from GPIO 22 to ground keep it low before that and when a wire breaks at the board's end. It is meant for fail-secure strikes. Nothing in
the case outside is fed from the lock's supply.
`;

const powerWords = `
## Power

- **Two supplies**: one for the board, one for the lock. A strike that pulls in makes a shared one dip, and the board starts anew.
- **PoE** is the simplest for a board with a battery behind it: the splitter goes on the secure side or in the case, and gives 5 V over decimetres. The
  card uses no network; the cable's data pairs may stay unconnected.
- **Fuses**: 2 A, slow, for the board; for the lock the next size above one and a quarter of its current, beside the supply.
- **Power cuts** are survived by design. A supply that holds for two seconds more, by a large capacitor, spares the card many of them.

How long a cable may be, one way, until so much of the voltage is lost in it (copper, warm, ${conductors.length} thicknesses of one conductor):

| load | supply | may be lost | ${conductors.map(({ title }) => title).join(' | ')} |
|---|---|---|${conductors.map(() => '---').join('|')}|
${cableRows.join('\n')}

5 V do not go far: bring 12, 24 or 48 V to the door, and make 5 V there.

## In the order of work

1. Lock, its supply, button, alarm contact: try the way out before there is a reader.
2. Line: cable, ends, C, shield. 60 Ω between A and B without power.
3. Board with its supply alone: 3.3 V at header 1, 5 V at header 2, less than 0.3 V at GPIO 22 (header 15).
4. Transceiver, keypad, lights, contacts, each without power. Then start it, and go on at [the installer's path](README.md#from-parts-to-an-open-door).
5. The relay of the strike last.
`;

export const wiringPage = (): string => `${opening}${lineWords}${lockWords}${powerWords}`;
