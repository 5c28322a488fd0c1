// A reader of well-formed XML, small and strict: it refuses what a browser would silently mend.

/** One element of a parsed document. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Node | string)[];
}

const TAG = /^<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/;
// HTML elements that have no end tag.
const VOID = new Set(["meta", "br", "link", "img"]);

/** The document's root element. Throws where a tag is not closed, or an ampersand not escaped. */
export function parseXml(source: string): Node {
  const root = { name: "", attributes: {}, children: [] as (Node | string)[] };
  const open = [root];
  let rest = source.replace(/^<!doctype html>\s*/i, "");
  while (rest !== "") {
    const parent = open.at(-1)!;
    const text = parent.name === "style" ? rest.slice(0, rest.indexOf("</style>")) : /^[^<]*/.exec(rest)![0];
    if (parent.name !== "style" && /&(?!(amp|lt|gt|quot|#\d+);)/.test(text)) throw new Error(`bare ampersand: ${text}`);
    if (text !== "") parent.children.push(decode(text));
    rest = rest.slice(text.length);
    if (rest === "") break;
    const match = TAG.exec(rest);
    if (match === null) throw new Error(`no tag: ${rest.slice(0, 80)}`);
    rest = rest.slice(match[0].length);
    const [, closing, name, attributeText, selfClosing] = match;
    if (closing === "/") {
      if (parent.name !== name || open.length === 1) throw new Error(`</${name}> closes <${parent.name}>`);
      open.pop();
      continue;
    }
    const node = { name: name!, attributes: attributesOf(attributeText!), children: [] };
    parent.children.push(node);
    if (selfClosing !== "/" && !VOID.has(name!)) open.push(node);
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)!.name}> is not closed`);
  const elements = root.children.filter((child) => typeof child !== "string");
  if (elements.length !== 1) throw new Error(`${elements.length} root elements`);
  return elements[0]!;
}

/** All elements below `node`, itself included, that `matches`, in document order. */
export function findAll(node: Node, matches: (node: Node) => boolean): Node[] {
  const below = node.children.flatMap((child) => (typeof child === "string" ? [] : findAll(child, matches)));
  return matches(node) ? [node, ...below] : below;
}

/** All elements with this `data-part`. */
export function parts(node: Node, name: string): Node[] {
  return findAll(node, ({ attributes }) => attributes["data-part"] === name);
}

/** The text of an element and of all below it. */
export function textOf(node: Node): string {
  return node.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

/** The texts of all elements with this name. */
export function texts(node: Node, name = "text"): string[] {
  return findAll(node, (element) => element.name === name).map(textOf);
}

/** An attribute as a number; throws where it is none. */
export function numberOf(node: Node, attribute: string): number {
  const value = Number(node.attributes[attribute] ?? Number.NaN);
  if (!Number.isFinite(value)) throw new Error(`${attribute} of <${node.name}> is ${node.attributes[attribute]}`);
  return value;
}

function attributesOf(text: string): Record<string, string> {
  const entries = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, decode(value!)] as const);
  const attributes = Object.fromEntries(entries);
  if (Object.keys(attributes).length !== entries.length) throw new Error(`an attribute stands twice: ${text}`);
  return attributes;
}

function decode(text: string): string {
  const names: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text.replace(/&(\w+|#\d+);/g, (_, name) => names[name] ?? String.fromCodePoint(Number(name.slice(1))));
}
