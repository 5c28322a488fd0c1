import { canonicalJson, type Json } from "@leukogram/laboratory/store/canonicalJson";
import { expect, test } from "vitest";

test.each<[string, Json, string]>([
  [
    "keys by code unit (RFC 8785, 3.2.3)",
    { "€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\u0080": 6, ö: 7 },
    '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
  ],
  ["numbers (3.2.2.3)", [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0], "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]"],
  ["no spaces, undefined keys left out", { b: [null, { c: true }], a: undefined }, '{"b":[null,{"c":true}]}'],
])("%s", (_, value, expected) => {
  expect(canonicalJson(value)).toBe(expected);
});

test("what would come back otherwise is refused", () => {
  expect(() => canonicalJson({ comment: "half \ud83d" })).toThrow(
    "ERR_USAGE can't be kept: Lone surrogate is not allowed. Send texts as UTF-8.",
  );
  expect(() => canonicalJson([Number.NaN])).toThrow("ERR_USAGE can't be kept: NaN is not allowed");
});
