// Every card of a file as ical.js reads it: `node read_cards.mjs FILE`, one JSON array of jCards (RFC 7095).
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const END = "END:VCARD\r\n";
const text = readFileSync(process.argv[2], "utf8");
const cards = text.split(END).filter((card) => card !== "").map((card) => ICAL.parse(card + END));
process.stdout.write(JSON.stringify(cards));
