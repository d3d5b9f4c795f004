// Writes segments.json: the answers of npm's sms-segments-calculator, against which
// telecom/encoding.py is held. To run it again, outside the checkout:
//
//     npm i sms-segments-calculator@1.3.0
//     cp .../tests/telecom/make_segments_table.mjs . && node make_segments_table.mjs > segments.json
//
// "Smart encoding" stays off: it changes the text, and what is asked here is what a text costs.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { SegmentedMessage } = require("sms-segments-calculator");
const { name, version, license } = require("sms-segments-calculator/package.json");

const HINDI = "कृपया इंतज़ार करें। ";
const BENGALI = "অনুগ্রহ করে অপেক্ষা করুন। ";
const URL = "https://play.google.com/store/apps/details?id=in.gov.umang.negd.g2c";
const ROCKET = "\u{1F680}";
const FAMILY = "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}";

const TEXTS = {
  "empty": "",
  "one character": "a",
  "one space": " ",
  "one Hindi letter": "क",
  "a short menu": "UMANG services\n1 Get the app\n2 Market price\n0 Exit",

  "GSM-7, 159": "a".repeat(159),
  "GSM-7, 160": "a".repeat(160),
  "GSM-7, 161": "a".repeat(161),
  "GSM-7, 2 x 153": "a".repeat(306),
  "GSM-7, 2 x 153 + 1": "a".repeat(307),
  "GSM-7, 3 x 153": "a".repeat(459),
  "GSM-7, 3 x 153 + 1": "a".repeat(460),
  "GSM-7, 10 x 153": "a".repeat(1530),
  "GSM-7, 10 x 153 + 1": "a".repeat(1531),

  "escape ends at 160": "a".repeat(158) + "€",
  "escape would end at 161": "a".repeat(159) + "€",
  "escape alone over 160": "a".repeat(160) + "{",
  "escape ends at 153 of two": "a".repeat(151) + "€" + "a".repeat(100),
  "escape at 153, second full": "a".repeat(152) + "€" + "a".repeat(151),
  "escape at 153, second over": "a".repeat(152) + "€" + "a".repeat(152),
  "escape at 153, not pushed": "a".repeat(153) + "€" + "a".repeat(151),
  "escape at 153, not pushed, over": "a".repeat(153) + "€" + "a".repeat(152),
  "escape at 153 and 306": "a".repeat(152) + "[" + "a".repeat(150) + "]" + "a".repeat(151),
  "escape at 153 and 306, over": "a".repeat(152) + "[" + "a".repeat(150) + "]" + "a".repeat(152),
  "escapes only, 80": "{".repeat(80),
  "escapes only, 81": "{".repeat(81),
  "escapes only, 152": "€".repeat(152),
  "escapes only, 153": "€".repeat(153),
  "escapes only, 229": "~".repeat(229),

  "UCS-2, 69": "क".repeat(69),
  "UCS-2, 70": "क".repeat(70),
  "UCS-2, 71": "क".repeat(71),
  "UCS-2, 2 x 67": "ক".repeat(134),
  "UCS-2, 2 x 67 + 1": "ক".repeat(135),
  "UCS-2, 3 x 67": "ক".repeat(201),
  "UCS-2, 3 x 67 + 1": "ক".repeat(202),
  "UCS-2, 10 x 67": "क".repeat(670),
  "UCS-2, 10 x 67 + 1": "क".repeat(671),
  "one curly quote in 70": "a".repeat(69) + "’",
  "one curly quote in 71": "a".repeat(70) + "’",
  "brackets cost one unit in UCS-2": "{[]}".repeat(17) + "क।",
  "brackets cost one unit in UCS-2, 71": "{[]}".repeat(17) + "कख।",

  "pair ends at 70": "a".repeat(68) + ROCKET,
  "pair would end at 71": "a".repeat(69) + ROCKET,
  "pair at 67, second full": "a".repeat(66) + ROCKET + "a".repeat(65),
  "pair at 67, second over": "a".repeat(66) + ROCKET + "a".repeat(66),
  "pair ends at 67": "a".repeat(65) + ROCKET + "a".repeat(67),
  "pair at 67 and 134": "a".repeat(66) + ROCKET + "a".repeat(64) + ROCKET + "a".repeat(65),
  "pair at 67 and 134, over": "a".repeat(66) + ROCKET + "a".repeat(64) + ROCKET + "a".repeat(66),
  "pairs only, 35": ROCKET.repeat(35),
  "pairs only, 36": ROCKET.repeat(36),
  "pairs only, 66": ROCKET.repeat(66),
  "pairs only, 67": ROCKET.repeat(67),
  "one emoji": ROCKET,
  "emoji of three with joiners": FAMILY,
  "emoji with a skin tone": "Thanks \u{1F64F}\u{1F3FD}",
  "a flag": "Jai Hind \u{1F1EE}\u{1F1F3}",
  "joiners inside the first segment": "a".repeat(30) + FAMILY + "a".repeat(33),
  "joined emoji across 67": "a".repeat(62) + FAMILY + "a".repeat(64),

  "extension: form feed": "a\fb",
  "extension: circumflex": "a^b",
  "extension: left brace": "a{b",
  "extension: right brace": "a}b",
  "extension: backslash": "a\\b",
  "extension: left bracket": "a[b",
  "extension: tilde": "a~b",
  "extension: right bracket": "a]b",
  "extension: bar": "a|b",
  "extension: euro": "a€b",

  "c with cedilla, small: not GSM-7": "ça va",
  "c with cedilla, capital": "Ça va",
  "Western letters of GSM-7": "èéùìòØøÅåÆæßÉÄÖÑÜäöñüà",
  "Western letters that GSM-7 lacks": "êâîôûëïáíóú",
  "Greek capitals": "ΔΦΓΛΩΠΨΣΘΞ",
  "Greek capital that looks Latin": "ΑΒ",
  "Greek small": "αβγ",
  "signs of GSM-7": "@£$¥_!\"#¤%&'()*+,-./:;<=>?¡§¿",
  "backtick": "a`b",
  "tab": "a\tb",
  "carriage return": "a\rb",
  "carriage return and line feed": "line\r\nline",
  "carriage returns at 160": "ab\r\n".repeat(40),
  "no-break space": "Rs\u00a0500",
  "zero-width space": "a\u200bb",
  "byte order mark": "\ufeffHello",
  "curly double quotes": "“UMANG”",
  "en dash": "9–5",
  "em dash": "yes—no",
  "ellipsis": "Wait…",
  "bullet": "• Weather",
  "rupee sign": "₹500",
  "accent that combines": "cafe\u0301",
  "NUL": "a\u0000b",
  "escape itself": "a\u001bb",
  "DEL": "a\u007fb",

  "Hindi: please wait": HINDI.trim(),
  "Hindi: wrong choice": "गलत विकल्प। फिर से कोशिश करें।",
  "Hindi: number format": "नंबर का फ़ॉर्मैट गलत है (नंबर अधूरा है)",
  "Hindi: busy": "सेवा व्यस्त है। हम SMS भेजेंगे।",
  "Hindi: never share": "OTP या PIN किसी को न बताएं।",
  "Hindi, two segments": HINDI.repeat(5),
  "Hindi and link": "उमंग ऐप डाउनलोड लिंक: " + URL,
  "Bengali: please wait": BENGALI.trim(),
  "Bengali: wrong choice": "ভুল বিকল্প। আবার চেষ্টা করুন।",
  "Bengali: number format": "নম্বরের ফর্ম্যাট ভুল (নম্বর অসম্পূর্ণ)",
  "Bengali: continue": "যেখানে থেমেছিলেন সেখান থেকে চালাবেন?",
  "Bengali: never share": "OTP বা PIN কাউকে বলবেন না।",
  "Bengali, two segments": BENGALI.repeat(4),
  "Bengali and link": "উমঙ্গ অ্যাপ ডাউনলোড লিঙ্ক: " + URL,
  "English and link": "UMANG app: " + URL + " No smartphone? SMS MENU",
  "language choice in GSM-7": "1 English 2 Hindi 3 Bangla",
  "language choice in own scripts": "1 English 2 हिन्दी 3 বাংলা",
  "conjunct across 67": "क".repeat(66) + "क्षत्रिय" + "क".repeat(60),
  "vowel sign at 68": "क".repeat(67) + "ि" + "क".repeat(66),
};

function answer([name, text]) {
  const sms = new SegmentedMessage(text, "auto", false);
  const encoding = { "GSM-7": "gsm7", "UCS-2": "ucs2" }[sms.encodingName];
  const units = sms.messageSize / (encoding === "gsm7" ? 7 : 16);
  return { name, text, encoding, units, segments: sms.segmentsCount };
}

// Every character of the basic plane that the package counts as GSM-7, by its septets.
const alphabet = { 1: "", 2: "" };
for (let code = 0; code < 0xd800; code++) {
  const { encoding, units } = answer(["", String.fromCharCode(code)]);
  if (encoding === "gsm7") alphabet[units] += String.fromCharCode(code);
}

const header = { package: name, version, license, smart_encoding: false };
const rows = Object.entries(TEXTS).map((entry) => "  " + JSON.stringify(answer(entry)));
process.stdout.write(`{
 "made_by": ${JSON.stringify(header)},
 "septets": ${JSON.stringify(alphabet)},
 "rows": [
${rows.join(",\n")}
 ]
}
`);
