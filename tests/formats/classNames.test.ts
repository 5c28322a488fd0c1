import { join } from "node:path";
import { namesBeside, namesInMetadata, namesOfText } from "@leukogram/engine/formats/classNames";
import { describe, expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../data/folders.ts";

const dir = temporaryFolder();

describe("namesOfText", () => {
  test.each<[string, readonly string[] | undefined]>([
    ["{0: 'eosinophil', 1: 'neutrophil'}", ["eosinophil", "neutrophil"]],
    ["{1: 'b', 0: \"it's\",}", ["it's", "b"]],
    ['{"0": "a", "1": "b"}', ["a", "b"]],
    ["{'a': 1, 'b': 0}", ["b", "a"]],
    ["['a', 'b']", ["a", "b"]],
    ["(#2) ['a','b']", undefined],
    ["('a', u'b')", ["a", "b"]],
    ['["a, or c", "b\\u00e9"]', ["a, or c", "bé"]],
    ["a,b , c", ["a", "b", "c"]],
    ["a\nb\n", ["a", "b"]],
    ["{0: 'a', 2: 'b'}", undefined],
    ["{0: 'a', 999999999999: 'b'}", undefined],
    ["{0: f(1)}", undefined],
    ["[1, 2]", undefined],
    ["[]", undefined],
    ["one", undefined],
  ])("%s", (text, names) => {
    expect(namesOfText(text)).toEqual(names);
  });
});

test("names in metadata are found under the keys that programs use", () => {
  expect(namesInMetadata({ task: "classify", names: "{0: 'a', 1: 'b'}" }, "runs/best.onnx")).toEqual({
    names: ["a", "b"],
    from: '"names" in the metadata of best.onnx',
  });
  expect(namesInMetadata({ vocab: "['a', 'b']" }, "m.onnx")?.names).toEqual(["a", "b"]);
  expect(namesInMetadata({ author: "x" }, "m.onnx")).toBeUndefined();
  expect(() => namesInMetadata({ classes: "{0: f(1)}" }, "m.onnx")).toThrow(
    'ERR_FORMAT m.onnx: its metadata "classes" lists the classes in an unreadable form. Name the classes in the order',
  );
});

describe("names beside a model", () => {
  const beside = (name: string, files: Record<string, string>, model = "model.onnx") => {
    writeFiles(join(dir, name), files);
    return namesBeside(join(dir, name, model));
  };

  test("stand a line each, with or without numbers", () => {
    expect(beside("plain", { "labels.txt": "\uFEFFa\r\nb 2\r\n\r\n" })).toEqual({
      names: ["a", "b 2"],
      from: join(dir, "plain", "labels.txt"),
    });
    expect(beside("numbered", { "class_names.txt": "0 Class 1\n1 Class 2\n" })?.names).toEqual(["Class 1", "Class 2"]);
    expect(beside("own", { "labels.txt": "0 a\n7 b\n" })?.names).toEqual(["0 a", "7 b"]);
    expect(beside("none", { "readme.txt": "" })).toBeUndefined();
  });

  test("are the labels of Teachable Machine's metadata.json, beside a model.json alone", () => {
    const files = { "metadata.json": '{"tfjsVersion": "1.3.1", "labels": ["a", "b"]}' };
    expect(beside("tm", files, "model.json")?.names).toEqual(["a", "b"]);
    expect(beside("tm", files)).toBeUndefined();
    expect(() => beside("cut", { "metadata.json": "{" }, "model.json")).toThrow(/metadata\.json: damaged JSON/);
  });
});
