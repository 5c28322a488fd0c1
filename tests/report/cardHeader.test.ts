import { cardHeader } from "leukogram/report/cards/cardHeader";
import { expect, test } from "vitest";
import { parse } from "yaml";

test("a card's header is YAML with the figures of each set, as Hugging Face reads them", () => {
  const share = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });
  const set = { data: "PBC, Test", accuracy: share(0.98765), balancedAccuracy: share(0.97), macroF1: share(0.96) };
  const text = cardHeader({ name: "cnn", licence: "Apache-2.0", sets: [set] });
  expect(text).toMatch(/^---\n[\s\S]*\n---$/);
  const header = parse(text.slice(4, -4));
  expect(header.license).toBe("apache-2.0");
  const [{ name, results }] = header["model-index"];
  expect(name).toBe("cnn");
  expect(results[0].dataset).toEqual({ name: "PBC, Test", type: "pbc-test" });
  expect(results[0].metrics.map(({ type, value }: { type: string; value: number }) => [type, value])).toEqual([
    ["accuracy", 0.9877],
    ["balanced_accuracy", 0.97],
    ["f1", 0.96],
  ]);
});
