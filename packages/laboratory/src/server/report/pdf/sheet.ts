// A PDF that is written from top to bottom: texts, boxes, tables and rows of pictures, over as many pages as they need.
import PDFDocument from "pdfkit";
import { fontFiles, Letters, type Weight } from "./letters.ts";
import { type Column, pieces, type SheetOptions, type TextStyle } from "./sheetParts.ts";

/** Points of an A4 page, and of its margins. */
const [WIDTH, HEIGHT, MARGIN, FOOT] = [595.28, 841.89, 42, 46];
/** The width of what is written. */
const INNER = WIDTH - 2 * MARGIN;

const INK = "#111111";
const GREY = "#555555";
const LINE = "#bbbbbb";
const ALARM = "#a40000";

const COLOURS = { ink: INK, grey: GREY, alarm: ALARM } as const;
const PAD = 2.5;

/** Writes one. The same calls make the same bytes. */
export class Sheet {
  readonly #document: InstanceType<typeof PDFDocument>;
  readonly #letters: Letters;
  readonly #options: SheetOptions;
  #y = MARGIN;

  constructor(options: SheetOptions) {
    this.#options = options;
    const { at, title, author, language, words } = options;
    this.#letters = new Letters(words.letters);
    this.#document = new PDFDocument({
      ...{ size: "A4", margin: 0, bufferPages: true, lang: language, displayTitle: true, pdfVersion: "1.7" },
      info: {
        ...{ Title: this.#letters.write(title), Author: this.#letters.write(author) },
        ...{ Creator: "Leukogram", CreationDate: at, ModDate: at },
      },
    });
    const files = fontFiles();
    for (const weight of ["plain", "bold"] as const) this.#document.registerFont(weight, files[weight]);
    this.#mark();
  }

  /** The text as it is written. */
  shown(text: string): string {
    return this.#letters.write(text);
  }

  /** What is said of letters that could not be written. */
  get note(): string | undefined {
    return this.#letters.note;
  }

  /** A text over the whole width. */
  text(text: string, { after = 3, ...style }: TextStyle = {}): void {
    this.#flow(text, { width: INNER, ...style });
    this.#y += after;
  }

  /** A text on the left, and one on the right of the same line. */
  pair(left: string, right: string, { size = 9, after = 3 }: Pick<TextStyle, "size" | "after"> = {}): void {
    const half = INNER * 0.62;
    const options = { size, weight: "bold" as const };
    const room = Math.max(
      this.#heightOf(left, { width: half, ...options }),
      this.#heightOf(right, { width: INNER - half - 8, ...options }),
    );
    this.#need(room);
    this.#put(left, { x: MARGIN, width: half, ...options });
    this.#put(right, { x: MARGIN + half + 8, width: INNER - half - 8, align: "right", ...options });
    this.#y += room + after;
  }

  /** A line across. */
  rule(after = 5): void {
    this.#document
      .moveTo(MARGIN, this.#y)
      .lineTo(WIDTH - MARGIN, this.#y)
      .lineWidth(0.7)
      .stroke(LINE);
    this.#y += after;
  }

  /** A box that is seen first: a title, and sentences. */
  box(title: string, sentences: readonly string[]): void {
    const [x, width] = [MARGIN + 8, INNER - 16];
    const head = this.#heightOf(title, { width, weight: "bold" });
    // One that is longer than a page is written without its frame.
    const all = sentences.reduce((sum, text) => sum + this.#heightOf(text, { width }) + 1.5, head + 8);
    const isFramed = all < HEIGHT - MARGIN - FOOT - 20;
    this.#need(isFramed ? all : head + 20);
    const [top, page] = [this.#y, this.#document.bufferedPageRange().count];
    this.#y += 4;
    this.#y += this.#put(title, { x, width, weight: "bold", colour: "alarm" }) + 1.5;
    for (const text of sentences) {
      this.#flow(text, { x, width });
      this.#y += 1.5;
    }
    if (isFramed && this.#document.bufferedPageRange().count === page)
      this.#document
        .rect(MARGIN, top, INNER, this.#y - top + 2)
        .lineWidth(1)
        .stroke(ALARM);
    this.#y += 8;
  }

  /** Names and what they are, in two columns. */
  facts(facts: readonly (readonly [name: string, value: string])[]): void {
    const [gap, name] = [14, 74];
    const width = (INNER - gap) / 2;
    for (let i = 0; i < facts.length; i += 2) {
      const row = facts.slice(i, i + 2);
      const room = Math.max(...row.map(([, value]) => this.#heightOf(value, { width: width - name })));
      this.#need(room);
      for (const [k, [label, value]] of row.entries()) {
        const x = MARGIN + k * (width + gap);
        this.#put(label, { x, width: name - 4, colour: "grey" });
        this.#put(value, { x: x + name, width: width - name });
      }
      this.#y += room + 2;
    }
    this.#y += 4;
  }

  /** A table; its heading stands again on each page. A row whose `isBold` is true is seen first. */
  table(
    columns: readonly Column[],
    rows: readonly { readonly cells: readonly string[]; readonly isBold?: boolean }[],
    size = 8.5,
  ): void {
    const all = columns.reduce((sum, { width }) => sum + width, 0);
    const widths = columns.map(({ width }) => (INNER * width) / all);
    const head = () =>
      this.#row(
        columns.map(({ heading }) => heading),
        { columns, widths, size, weight: "bold" },
      );
    head();
    for (const { cells, isBold } of rows) {
      const weight = isBold ? "bold" : "plain";
      const room = this.#rowHeight(cells, { widths, size, weight });
      if (this.#y + room > HEIGHT - FOOT) {
        this.#turn();
        head();
      }
      this.#row(cells, { columns, widths, size, weight });
    }
    this.#y += 5;
  }

  /** Pictures in a row, with words below each; undefined is a picture that is missing. */
  pictures(all: readonly { readonly jpeg: Buffer | undefined; readonly words: string }[]): void {
    const step = INNER / Math.max(8, all.length);
    const side = step - 5;
    const below = Math.max(0, ...all.map(({ words }) => this.#heightOf(words, { width: side, size: 6.5 })));
    this.#need(side + below + 4);
    for (const [i, { jpeg, words }] of all.entries()) {
      const x = MARGIN + i * step;
      if (jpeg === undefined) {
        this.#document.rect(x, this.#y, side, side).lineWidth(0.7).stroke(LINE);
        this.#put(this.#options.words.pictureMissing, { x: x + 2, width: side - 4, size: 6.5, colour: "alarm" });
      } else this.#document.image(jpeg, x, this.#y, { width: side, height: side });
      this.#put(words, { x, width: side, size: 6.5, colour: "grey", down: side + 2 });
    }
    this.#y += side + below + 8;
  }

  /** How many pages there are now. */
  get pages(): number {
    return this.#document.bufferedPageRange().count;
  }

  /** Begins another page. */
  turn(): void {
    this.#turn();
  }

  /** Ends it. */
  async bytes(): Promise<Buffer> {
    const { count } = this.#document.bufferedPageRange();
    const { foot, words } = this.#options;
    for (let page = 0; page < count; page++) {
      this.#document.switchToPage(page);
      this.#y = HEIGHT - FOOT + 6;
      this.rule(4);
      const number = words.pageOf(page + 1, count);
      const last = foot.length - 1;
      for (const [i, line] of foot.entries()) {
        const style = { x: MARGIN, width: INNER, size: 6.5, colour: "grey" } as const;
        this.#put(line, style);
        if (i === last) this.#put(number, { ...style, align: "right" });
        this.#y += 9;
      }
    }
    const chunks: Buffer[] = [];
    this.#document.end();
    for await (const chunk of this.#document) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  #turn(): void {
    this.#document.addPage();
    this.#y = MARGIN;
    this.#mark();
  }

  #mark(): void {
    const { mark } = this.#options;
    if (mark === "") return;
    const [x, y] = [WIDTH / 2, HEIGHT / 2];
    this.#document.save().rotate(-52, { origin: [x, y] });
    this.#document.font("bold").fontSize(96).fillColor(ALARM, 0.16);
    this.#document.text(mark, x - 400, y - 50, { width: 800, align: "center", lineBreak: false });
    this.#document.restore().fillColor(INK, 1);
  }

  #need(room: number): void {
    if (this.#y + room > HEIGHT - FOOT && this.#y > MARGIN) this.#turn();
  }

  #style({ size = 8.5, weight = "plain" }: Placed): void {
    this.#document.font(weight).fontSize(size * this.#options.scale);
  }

  #heightOf(text: string, { width, ...style }: Placed): number {
    this.#style({ width, ...style });
    return this.#document.heightOfString(this.shown(text) || " ", { width });
  }

  /** Writes a text of any length: if it is longer than a page, pages turn between its pieces. */
  #flow(text: string, style: Placed): void {
    const shown = this.shown(text);
    const isShort = this.#heightOf(shown, style) < (HEIGHT - MARGIN - FOOT) / 4;
    for (const part of isShort ? [shown] : pieces(shown)) {
      this.#need(this.#heightOf(part, style));
      this.#y += this.#put(part, style);
    }
  }

  /** @returns its height */
  #put(text: string, { x = MARGIN, width, align = "left", colour = "ink", down = 0, ...style }: Placed): number {
    const shown = this.shown(text) || " ";
    this.#style({ width, ...style });
    const height = this.#document.heightOfString(shown, { width });
    this.#document.fillColor(COLOURS[colour]).text(shown, x, this.#y + down, { width, align });
    return height;
  }

  #rowHeight(cells: readonly string[], { widths, ...style }: Omit<RowStyle, "columns">) {
    return Math.max(...cells.map((cell, i) => this.#heightOf(cell, { width: widths[i]! - 6, ...style }))) + 2 * PAD;
  }

  #row(cells: readonly string[], { columns, widths, size, weight }: RowStyle): void {
    const room = this.#rowHeight(cells, { widths, size, weight });
    let x = MARGIN;
    this.#y += PAD;
    for (const [i, cell] of cells.entries()) {
      this.#put(cell, {
        ...{ x: x + 3, width: widths[i]! - 6, size, weight },
        align: columns[i]!.isNumber ? "right" : "left",
      });
      x += widths[i]!;
    }
    this.#y += room - PAD;
    this.rule(0);
  }
}

interface Placed extends Omit<TextStyle, "after"> {
  readonly width: number;
  readonly x?: number;
  readonly align?: "left" | "right";
  /** Points below the place. */
  readonly down?: number;
}

interface RowStyle {
  readonly columns: readonly Column[];
  readonly widths: readonly number[];
  readonly size: number;
  readonly weight: Weight;
}
