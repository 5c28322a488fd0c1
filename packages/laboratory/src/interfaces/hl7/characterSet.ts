import { malformed } from "./message.ts";

/** How bytes of a message become text, by the name in MSH-18 (HL7 table 0211). */
export interface CharacterSet {
  /** @throws ERR_FORMAT if the bytes are not of the set. */
  decode(bytes: Uint8Array): string;
  /** @throws ERR_FORMAT if the text has a character that the set lacks. */
  encode(text: string): Buffer;
}

const UTF8 = "UNICODE UTF-8";
const LATIN1 = "8859/1";

function upTo(last: number, name: string): CharacterSet {
  return {
    decode(bytes) {
      // Not TextDecoder, which takes latin1 for Windows-1252.
      if (bytes.some((byte) => byte > last)) throw notOfSet(name);
      return Buffer.from(bytes).toString("latin1");
    },
    encode(text) {
      const other = [...text].find((sign) => sign.codePointAt(0)! > last);
      if (other === undefined) return Buffer.from(text, "latin1");
      throw malformed(
        `the character ${other} is not in the character set ${name}`,
        `Choose the character set ${UTF8} for this connection.`,
      );
    },
  };
}

const notOfSet = (name: string) =>
  malformed(`its bytes are not ${name}`, `The sender must name the character set in MSH-18: ${UTF8} or ${LATIN1}.`);

const utf8: CharacterSet = {
  decode(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw notOfSet(UTF8);
    }
  },
  encode: (text) => Buffer.from(text),
};

/** The names that connections may choose. */
export const CHARACTER_SETS = [UTF8, LATIN1] as const;

/** Sets by name; a message that names none is ASCII. */
const SETS: ReadonlyMap<string, CharacterSet> = new Map([
  [UTF8, utf8],
  [LATIN1, upTo(0xff, LATIN1)],
  ["ASCII", upTo(0x7f, "ASCII")],
  ["", upTo(0x7f, "ASCII")],
]);

/** The character set that MSH-18 names. @throws ERR_FORMAT if it is another than UNICODE UTF-8, 8859/1 and ASCII. */
export function characterSet(name: string): CharacterSet {
  const found = SETS.get(name);
  if (found !== undefined) return found;
  throw malformed(`the character set ${name} (MSH-18) is not supported`, `Send ${UTF8} or ${LATIN1}.`);
}
