import {
  isBlind,
  readingOf,
  requireFinished,
  requireReading,
  requireSight,
  type SecondReading,
} from "leukogram/review/blindness";
import { expect, test } from "vitest";

const goingOn: SecondReading = { secondReading: "going on", secondReader: "ben" };
const finished: SecondReading = { secondReading: "finished", secondReader: "ben" };

test("the second reader is blind until the end, and nobody else is", () => {
  expect([isBlind(goingOn, "ben"), isBlind(goingOn, "ada"), isBlind(finished, "ben")]).toEqual([true, false, false]);
  expect([readingOf(goingOn, "ben"), readingOf(goingOn, "ada")]).toEqual(["second", "first"]);
  expect(() => requireSight(goingOn, "ben")).toThrow(
    "ERR_DENIED you are doing the second reading of this case, which is blind. Finish it first.",
  );
  expect(() => requireSight(goingOn, "ada")).not.toThrow();
  expect(() => requireFinished(goingOn)).toThrow("ERR_DENIED the second reading is not finished");
  expect(() => requireFinished(finished)).not.toThrow();
});

test("each labels in the reading that is theirs", () => {
  expect(() => requireReading(goingOn, { reading: "second", user: "ben" })).not.toThrow();
  expect(() => requireReading(goingOn, { reading: "first", user: "ben" })).toThrow(
    "Finish it before you change the first.",
  );
  expect(() => requireReading(finished, { reading: "second", user: "ben" })).toThrow(
    "you are not doing a second reading of this case",
  );
});
