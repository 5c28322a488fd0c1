import sharp from "sharp";
import { expect } from "vitest";
import { findAll, type Node, parseXml, texts } from "../parseXml.ts";

/** Parses an SVG; asserts what every plot must be, and that a second reader (librsvg) can draw it. */
export async function expectSoundSvg(svg: string): Promise<Node> {
  const root = parseXml(svg);
  expect(root.name).toBe("svg");
  expect(root.attributes.role).toBe("img");
  expect(texts(root, "title")[0]).not.toBe("");
  expect(texts(root, "desc")[0]).not.toBe("");
  expect(svg).not.toMatch(/NaN|Infinity|undefined|\[object|="-0"/);
  // Namespaces are names, not addresses that are fetched.
  expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|<script|<image/);
  const ids = findAll(root, ({ attributes }) => attributes.id !== undefined).map(({ attributes }) => attributes.id);
  expect(new Set(ids).size).toBe(ids.length);
  const { width, height } = await sharp(Buffer.from(svg)).metadata();
  expect(width).toBe(Number(root.attributes.width));
  expect(height).toBe(Math.round(Number(root.attributes.height)));
  return root;
}
