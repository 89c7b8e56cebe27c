/**
 * What our PD answers otherwise than the recorded one (pd-captures.test.ts), and why: docs/decisions/0012-where-peers-disagree-on-the-wire.md
 * and OSDP.md §13, §14. The list is whole: each is met, and no other. After one inside a session its chain of MACs is another, and the
 * rest up to the next handshake is passed over.
 */

interface Difference {
  /** The burst of the ACU's, or its beginning. */
  readonly command: string;
  /** What we answer. */
  readonly ours: readonly string[];
  readonly why: string;
}

/** The captures in which a PD can be played, how many commands of each are answered, and the differences in their order. */
export const played: Readonly<Record<string, { readonly compared: number; readonly differences: readonly Difference[] }>> = {
  plain: { compared: 74, differences: [] },
  err_plain: {
    compared: 52,
    differences: [
      { command: 'ff53010700016044', ours: ['ff538107000140e4'], why: 'a checksum is answered with a checksum' },
      { command: 'ff5301070002643f', ours: ['ff5381090002480000d9'], why: 'a checksum is answered with a checksum' },
      { command: 'ff53010700036042', ours: ['ff538107000340e2'], why: 'a checksum is answered with a checksum' },
      { command: 'ff5301080005608b33', ours: ['ff538109000541041286'], why: 'another command with the same number is no repeat: NAK 4' },
      { command: 'ff530108000760e955', ours: ['ff5381090007410472e8'], why: 'a NAK 4 carries the number of the command it answers' },
      { command: 'ff530108000660d866', ours: ['ff5381080006406a60'], why: 'a refused number counts for nothing: the expected one is still good' },
      { command: 'ff537f08000560a5e1', ours: ['ff53ff0900054103ca33'], why: 'POLL is not for the configuration address' },
      {
        command: 'ff53010900076100307a',
        ours: ['ff5381140007450c1b2a280b11223344010203e7ac'],
        why: 'recorded as one burst, though there was a pause in it',
      },
      { command: 'ff5301080005608b33', ours: ['ff5381080005403935'], why: 'each of two commands is answered as it comes' },
      { command: 'ff5301080006645c26', ours: ['ff53810a000648000027e4'], why: 'each of two commands is answered as it comes' },
      {
        command: 'ff5301230105800c1b2a0000000000000000000000000000',
        ours: ['ff53810900054102d4e6'],
        why: 'a frame too long is refused, not ignored',
      },
    ],
  },
  err_args: {
    compared: 45,
    differences: [
      { command: 'ff530108000661f976', ours: ['ff5381140006450c1b2a280b1122334401020386d7'], why: 'ID without its byte is read' },
      {
        command: 'ff530108000562c913',
        ours: ['ff5381290005460101020204020301000404010502010601010801000901000a00010d00011002003ad8'],
        why: 'CAP without its byte is read',
      },
      { command: 'ff53010800056883b2', ours: ['ff53810900054102d4e6'], why: 'OUT without a record is a wrong length' },
      { command: 'ff53010c000768090200008967', ours: ['ff53810900074109df39'], why: 'an output that is not there' },
      { command: 'ff53010c000568000900004fef', ours: ['ff53810900054109bf57'], why: 'an action that is none' },
      { command: 'ff53011600066900050000000000000001010001005e6a', ours: ['ff53810900064109ef0e'], why: 'a light that is not there' },
      { command: 'ff5301160007690300000000000000000101000100170f', ours: ['ff53810900074109df39'], why: 'a reader that is not there' },
      { command: 'ff5301160005690000000000000000000101000900744b', ours: ['ff53810900054109bf57'], why: 'a colour that is none' },
      { command: 'ff53010d00056a0007010101d895', ours: ['ff53810900054109bf57'], why: 'a tone that is none' },
      {
        command: 'ff53012f00056b0001000101217878787878787878787878',
        ours: ['ff5381080005403935'],
        why: "what fits its display is its maker's to say",
      },
      { command: 'ff53011100066b00010001010261626307f1', ours: ['ff5381090006410284bf'], why: 'a count that does not match its bytes' },
      { command: 'ff53010d00056e7f80250000051e', ours: ['ff53810d0005540100c20100394a'], why: 'a refused COMSET is answered with what is in force' },
      { command: 'ff53010d00066e01393000009cbe', ours: ['ff53810d0006540100c20100bb92'], why: 'a refused COMSET is answered with what is in force' },
      { command: 'ff53014c0007800000000000000000000000000000000000', ours: ['ff5381080007405b53'], why: 'the handler of this maker takes it' },
      { command: 'ff53010a00057b40003b45', ours: ['ff53810900054109bf57'], why: 'an ACU that takes less than 128 bytes is told so' },
      { command: 'ff530108000660d866', ours: ['ff5381080006406a60'], why: 'and is answered all the same' },
      { command: 'ff53011a000575001000112233445566778899aabbccddee', ours: ['ff5381090005410650a6'], why: 'KEYSET in clear is refused unread' },
      { command: 'ff530119000675010f00112233445566778899aabbccddee', ours: ['ff5381090006410600ff'], why: 'KEYSET in clear is refused unread' },
    ],
  },
  err_sc: {
    compared: 67,
    differences: [
      { command: 'ff53011000067600000000000000003efa', ours: ['ff5381090006410563cf'], why: 'a challenge has a security block' },
      { command: 'ff530113000c03110076000102030405060735b0', ours: ['ff5381090004410503a1'], why: 'SCBK-D outside install mode is refused' },
      {
        command: 'ff53010e000d021564e2d02226b670',
        ours: ['ff53811e000d021848cc75fecd99303d2273917a42a751e9a0f5546a64cab7'],
        why: 'status is encrypted in a session',
      },
      { command: 'ff53010e000f02156043b572489819', ours: ['ff53810e000f021640f47c297aa88a'], why: 'a session lives through a damaged frame' },
      {
        command: 'ff53010e000d0215609f010ad150c0',
        ours: ['ff538109000541041286'],
        why: 'a wrong number is refused in clear: nobody has shown who sent it',
      },
      { command: 'ff530108000460ba00', ours: ['ff538109000441066091'], why: 'a PD with a key answers no POLL in clear' },
      {
        command: 'ff53011b000f03130177b922bb2f0e5a4cbd3094926b6d2a',
        ours: ['ff5381090007410553f8'],
        why: 'a SCRYPT that is not due is refused in clear, and the session goes on',
      },
      { command: 'ff53010e000e0217600159d4c8ffa5', ours: ['ff53810e000e0216402749ca85e08b'], why: 'an encrypted block of nothing is no data' },
      { command: 'ff53011c000e02156900000000000000000001010004006b', ours: ['ff5381090006410600ff'], why: 'data in clear in a session are refused' },
      {
        command: 'ff530112000803110176aa3bce0a0890dc389e',
        ours: ['ff53812a0008031201760c1b280011223344ced2778591d068027c3540a2da160e4a374ee352a92d16107d'],
        why: 'a checksum is answered with a checksum',
      },
      {
        command: 'ff53011a0009031301772a400c22246da41ec1cdc8152de1',
        ours: ['ff53811a000903140178c8d837769bb70e95110eb9eca704b667ab'],
        why: 'a checksum is answered with a checksum',
      },
      {
        command: 'ff537f0e000e021560c52e5dc092c2',
        ours: ['ff53ff1e000e0218417f2fb23270a67ec78d902a01133d1e38169716b6730d'],
        why: 'POLL is not for the configuration address',
      },
    ],
  },
  err_enforce: {
    compared: 12,
    differences: [
      { command: 'ff530113000c03110076000102030405060735b0', ours: ['ff5381090004410503a1'], why: 'SCBK-D outside install mode is refused' },
    ],
  },
  sc_scbk: {
    compared: 15,
    differences: [
      {
        command: 'ff53010e000f0215643ba2ab23a9e3',
        ours: ['ff53811e000f021848319200338882b4d253e48602317681b16aa75a60fbea'],
        why: 'status is encrypted in a session',
      },
      {
        command: 'ff530113000c03110176506ee1d798c1059fa3f2',
        ours: ['ff53812b000c031201760c1b28001122334438e03d998cf2eef1517417c160c45af18e712f0abbd657a7628a'],
        why: 'the new key was set in the part passed over',
      },
      {
        command: 'ff53011b000d031301775db160ae9b9a552b780586d81466',
        ours: ['ff538109000541053396'],
        why: 'the new key was set in the part passed over',
      },
      { command: 'ff53010e000e021560b5af7c3bc60f', ours: ['ff5381090006410600ff'], why: 'the new key was set in the part passed over' },
    ],
  },
  sc_install: {
    compared: 9,
    differences: [
      {
        command: 'ff530109000562000341',
        ours: ['ff5381290005460101020204020301000404010502010601010801000901010a00010d00011002007fb7'],
        why: 'install mode is said in the capabilities',
      },
      { command: 'ff530113000c03110176bca4fcbf6f9591861942', ours: ['ff5381090004410503a1'], why: 'no key is no key, not one of zeros' },
      {
        command: 'ff53012e000f021775d6e1aae5df4bef52798afa3c2660d4',
        ours: ['ff53811e000f021841817146484ad9996a0b0a0f6c4dc269804938d8092125'],
        why: 'the key that is set can be guessed',
      },
      { command: 'ff530113000c03110176e16d6c6dcd4d120d069a', ours: ['ff5381090004410503a1'], why: 'so there is no new key' },
      { command: 'ff53011b000d031301779045c240389f93efdb25ea9efe7e', ours: ['ff538109000541053396'], why: 'so there is no new key' },
      { command: 'ff53010e000e0215600869ad8949f2', ours: ['ff5381090006410600ff'], why: 'so there is no new key' },
    ],
  },
  sc_enforce: { compared: 8, differences: [] },
};
