import {
  type Message,
  makeHeader,
  makeSegment,
  segmentOf,
  textAt,
  valueAt,
} from "@leukogram/laboratory/interfaces/hl7/message";
import { parseMessage } from "@leukogram/laboratory/interfaces/hl7/parseMessage";
import { writeMessage } from "@leukogram/laboratory/interfaces/hl7/writeMessage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const parse = (text: string, encoding: BufferEncoding = "utf8") => parseMessage(Buffer.from(text, encoding));
const HEADER = "MSH|^~\\&|LIS|HOSPITAL|LEUKOGRAM|LAB|20261130||OML^O21^OML_O21|1|P|2.5.1||||||UNICODE UTF-8";
const UTF8 = { 18: "UNICODE UTF-8" };

describe("reading", () => {
  test("parts a message into segments, fields, repetitions, components and subcomponents", () => {
    const message = parse(`${HEADER}\rPID|1||A^^^ONE&1.2&ISO~B^^^TWO||Lee^Ann\r`);
    expect(message.segments.map(({ name }) => name)).toEqual(["MSH", "PID"]);
    const pid = segmentOf(message, "PID");
    expect(pid?.fields[2]).toEqual([
      [["A"], [""], [""], ["ONE", "1.2", "ISO"]],
      [["B"], [""], [""], ["TWO"]],
    ]);
    expect([valueAt(pid, "3"), valueAt(pid, "3.4.2"), textAt(pid, "5.2"), valueAt(pid, "5.3")]).toEqual([
      ...["A", "1.2", "Ann", undefined],
    ]);
    const msh = message.segments[0]!;
    expect([textAt(msh, "1"), textAt(msh, "2"), textAt(msh, "3"), textAt(msh, "9.2")]).toEqual([
      "|",
      "^~\\&",
      "LIS",
      "O21",
    ]);
  });

  test("takes the delimiters from the message, also with the fifth of version 2.7", () => {
    const message = parse("MSH*:;!%#*LIS\rPID***A:B%C;D!E!*x|y^z\r");
    const pid = segmentOf(message, "PID");
    expect(pid?.fields[2]).toEqual([[["A"], ["B", "C"]], [["D!"]]]);
    expect(textAt(pid, "4")).toBe("x|y^z");
  });

  test("tells what is empty from what is said not to be", () => {
    const pid = segmentOf(parse(`${HEADER}\rPID|||||""|^""\r`), "PID");
    expect([valueAt(pid, "5"), valueAt(pid, "6"), valueAt(pid, "6.2"), valueAt(pid, "9")]).toEqual([
      ...[null, undefined, null, undefined],
    ]);
    expect(valueAt(undefined, "5")).toBeUndefined();
  });

  test("resolves escape sequences, those of bytes in the character set of the message", () => {
    const nte = (header: string, text: string) => textAt(segmentOf(parse(`${header}\rNTE|||${text}\r`), "NTE"), "3");
    expect(nte(HEADER, "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f\\.br\\g")).toBe("a|b^c&d~e\\f\ng");
    expect(nte(HEADER, "\\XC3A9\\\\X0D0A\\")).toBe("é\r\n");
    expect(nte(HEADER.replace("UNICODE UTF-8", "8859/1"), "\\XE9\\")).toBe("é");
    expect(nte(HEADER, "\\X2222\\")).toBe('""');
  });

  test("reads 8859/1 as that, and not as Windows-1252", () => {
    const header = HEADER.replace("UNICODE UTF-8", "8859/1");
    expect(textAt(segmentOf(parse(`${header}\rPID|||||M\xfcller\x80\r`, "latin1"), "PID"), "5")).toBe("Müller\x80");
  });

  test.each([
    ["EVN|A01\r", "it does not begin with MSH"],
    ["MSH|^^\\&|LIS\r", "MSH-1 and MSH-2 do not name its delimiters"],
    ["MSH|^~\\|LIS\r", "MSH-1 and MSH-2 do not name its delimiters"],
    ["MSH|^~AB|LIS\r", "MSH-1 and MSH-2 do not name its delimiters"],
    ["MSH", "MSH-1 and MSH-2 do not name its delimiters"],
    [`${HEADER}\rPID|\\H\\bold\\N\\\r`, "PID-1: the escape sequence \\H\\ is not supported"],
    [`${HEADER}\rPID||\\XZZ\\\r`, "PID-2: the escape sequence \\XZZ\\ is not supported"],
    [`${HEADER}\rPID||\\X4100\\\r`, "PID-2: the escape sequence \\X4100\\ is not supported"],
    [`${HEADER}\rPID||a\\b\r`, "PID-2: an escape sequence is not ended"],
    [`${HEADER}\rPID||\\XFF\\\r`, "its bytes are not UNICODE UTF-8"],
    [`${HEADER}\r\nPID|1\r\n`, "it contains the control character 0x0a"],
    [`${HEADER}\rpid|1\r`, 'segment 2 is named "pid"'],
    [`${HEADER}\rMSH|1\r`, 'segment 2 is named "MSH"'],
    [`${HEADER}\r\rPID|1\r`, 'segment 2 is named ""'],
    [HEADER.replace("UNICODE UTF-8", "ISO IR87"), "the character set ISO IR87 (MSH-18) is not supported"],
    [`${HEADER.replace("UNICODE UTF-8", "")}\rPID|||||Müller\r`, "its bytes are not ASCII"],
  ])("refuses %j", (text, message) => {
    expect(() => parse(text)).toThrow(`ERR_FORMAT HL7 message: ${message}`);
  });
});

const make = (value: string | null, header = UTF8): Message => ({
  delimiters: { field: "|", component: "^", repetition: "~", escape: "\\", subcomponent: "&" },
  segments: [makeHeader(header), makeSegment("NTE", { 1: "1", 3: ["", [value, ""], ""] })],
});

describe("writing", () => {
  test("leaves out what is empty at the end, and keeps what is null", () => {
    expect(writeMessage(make("a")).toString()).toBe("MSH|^~\\&||||||||||||||||UNICODE UTF-8\rNTE|1||^a\r");
    expect(writeMessage(make(null)).toString()).toContain('NTE|1||^""\r');
    expect(writeMessage(make("")).toString()).toContain("NTE|1\r");
  });

  test("escapes delimiters, line breaks, control characters and a text of two quotes", () => {
    const text = writeMessage(make("|^&~\\\r\n\n\x07")).toString();
    expect(text).toContain("NTE|1||^\\F\\\\S\\\\T\\\\R\\\\E\\\\.br\\\\.br\\\\X07\\\r");
    expect(writeMessage(make('""')).toString()).toContain("^\\X2222\\\r");
  });

  test("refuses a character that the character set lacks, by name", () => {
    expect(writeMessage(make("Müller", { 18: "8859/1" }))).toEqual(
      Buffer.from("MSH|^~\\&||||||||||||||||8859/1\rNTE|1||^Müller\r", "latin1"),
    );
    expect(() => writeMessage(make("Ł", { 18: "8859/1" }))).toThrow(
      "the character Ł is not in the character set 8859/1. Choose the character set UNICODE UTF-8 for this connection.",
    );
    expect(() => writeMessage(make("ü", { 18: "" }))).toThrow("the character ü is not in the character set ASCII");
  });

  test("what is written is read as it was, whatever its texts", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom("|", "^", "~", "\\", "&", "X", "F", ".br", '"', "é", "\t", "\x01", "\n") }),
      fc.constant(null),
    );
    const field = fc.array(fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), {
      ...{ minLength: 1, maxLength: 3 },
    });
    const name = fc.constantFrom("PID", "OBX", "Z01");
    const segment = fc.record({ name, fields: fc.array(field, { maxLength: 5 }) });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), (segments) => {
        const bytes = writeMessage({ ...make(""), segments: [makeHeader(UTF8), ...segments] });
        const read = parseMessage(bytes);
        expect(writeMessage(read)).toEqual(bytes);
        const leaves = (all: Message["segments"]) =>
          all.flatMap(({ name, fields }, i) =>
            fields.flatMap((one, f) =>
              one.flatMap((parts, r) =>
                parts.flatMap((subs, c) =>
                  subs.flatMap((value, s) => (value === "" ? [] : [[i, name, f, r, c, s, value]])),
                ),
              ),
            ),
          );
        const asRead = segments.map(({ name, fields }) => ({
          name,
          // Line breaks of any kind are one.
          fields: fields.map((f) => f.map((r) => r.map((c) => c.map((v) => v?.replace(/\r\n?/g, "\n") ?? null)))),
        }));
        expect(leaves(read.segments.slice(1))).toEqual(leaves(asRead));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("whatever bytes come, they are read or refused, and nothing else happens", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .string({ unit: fc.constantFrom("\r", "|", "^", "\\", "&", "PID", "X0", "é") })
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (rest) => {
        const all = Buffer.concat([Buffer.from(`${HEADER}\r`), rest]);
        try {
          parseMessage(all);
        } catch (error) {
          expect(String(error)).toContain("ERR_FORMAT HL7 message: ");
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
