// Every text that a user gave passes through here, so that escaping cannot be forgotten:
// only a Markup, made by `markup` or `element`, is put in as it is.

/** Text that is already safe HTML or SVG. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in markup: text is escaped, lists are joined, nothing is left out. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

/** Values of an element's attributes; undefined leaves the attribute out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * HTML with every placeholder escaped, unless it is {@link Markup}.
 *
 * @example
 * markup`<p>${"5 < 7"}</p>`.text; // <p>5 &lt; 7</p>
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings.map((part, i) => part + (i < values.length ? render(values[i]) : "")).join(""));
}

/** One SVG element; numbers are rounded to hundredths, so that the same input gives the same bytes. */
export function element(name: string, attributes: Attributes, ...children: readonly Content[]): Markup {
  const attributeText = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? round(value) : escapeText(value!)}"`)
    .join("");
  const inner = render(children);
  return new Markup(inner === "" ? `<${name}${attributeText}/>` : `<${name}${attributeText}>${inner}</${name}>`);
}

/** Puts several pieces in a row. */
export function join(pieces: readonly Content[]): Markup {
  return new Markup(render(pieces));
}

/** Text as it may stand in an element or between double quotes, in HTML and XML. */
export function escapeText(text: string): string {
  return (
    text
      // XML 1.0 has no place for these, not even escaped.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are taken out.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
      .replace(/'/g, "&#39;")
  );
}

/** A coordinate in pixels, to hundredths. */
export function round(value: number): number {
  // Adding 0 turns -0 into 0.
  return Math.round(value * 100) / 100 + 0;
}

function render(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(render).join("");
  return escapeText(String(content));
}
