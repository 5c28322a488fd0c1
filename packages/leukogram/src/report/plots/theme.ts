// Plain class rules, no CSS variables: librsvg and Inkscape read these too.
// "screen and" keeps dark colours off paper.
import { CELL_COLOURS } from "../../cells/classes.ts";

/** Colours of pages and plots; the accent is the purple of a Giemsa stain, used for what is not a class. */
export const THEME = {
  light: { page: "#f6f4f9", paper: "#ffffff", ink: "#211c2b", muted: "#665f73", grid: "#e7e3ed", ghost: "#cfc8d9" },
  dark: { page: "#121017", paper: "#1b1922", ink: "#ece9f2", muted: "#a8a1b6", grid: "#35313f", ghost: "#645c76" },
} as const;

/** The accent in both colour schemes. */
export const ACCENT = { light: "#5c2d91", dark: "#c4a6f0" } as const;

/** The font stack of pages and plots. */
export const FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

const STEPS = 20;
const STOPS = {
  light: ["#faf8fc", "#b796dc", "#45186f"],
  dark: ["#24212d", "#74509f", "#dcc8f7"],
} as const;

// For classes that are not of the five: Okabe and Ito's other colours, then some that stand apart from them.
const OTHER_COLOURS = ["#009E73", "#56B4E9", "#8C6BB1", "#999933", "#C2456B", "#3D8F8F", "#808080", "#6F8FD8"] as const;

/** The colour of a class, the same in every plot; `index` chooses among spares for a class that is not of the five. */
export function classColour(name: string, index: number): string {
  return (
    Object.entries(CELL_COLOURS).find(([cell]) => cell.toLowerCase() === name.toLowerCase())?.[1] ??
    OTHER_COLOURS[index % OTHER_COLOURS.length]!
  );
}

/** The class names of a share's colour and of text that is readable upon it; see {@link shadeRules}. */
export function shade(share: number): { readonly fill: string; readonly text: string } {
  const step = Number.isFinite(share) ? Math.round(shadePosition(share) * STEPS) : 0;
  return { fill: `lk-s${step}`, text: `lk-t${step}` };
}

/** Where in [0, 1] of the colour ramp a share in [0, 1] lies: small shares are spread, for mistakes are rare. */
export function shadePosition(share: number): number {
  return Math.min(1, Math.max(0, share)) ** 0.6;
}

/** The fill and the text colour of each step of the ramp, from a share of 0 to one of 1. */
export function shadeSteps(scheme: "light" | "dark"): readonly { readonly fill: string; readonly text: string }[] {
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const fill = mix(STOPS[scheme], step / STEPS);
    return { fill, text: contrast(fill, "#ffffff") > contrast(fill, "#000000") ? "#ffffff" : "#000000" };
  });
}

/** The WCAG 2 contrast ratio of two colours, 1 to 21. */
export function contrast(first: string, second: string): number {
  const [dim, bright] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (bright! + 0.05) / (dim! + 0.05);
}

/** The style sheet of a plot; `shades` adds the ramp that {@link shade} names. */
export function plotStyle({ shades = false } = {}): string {
  return `.lk text{font-family:${FONT};font-variant-numeric:tabular-nums}${rules("light", shades)}@media screen and (prefers-color-scheme:dark){${rules("dark", shades)}}`;
}

function rules(scheme: "light" | "dark", shades: boolean): string {
  const { paper, ink, muted, grid, ghost } = THEME[scheme];
  const accent = ACCENT[scheme];
  return [
    `.lk .lk-paper{fill:${paper}}.lk .lk-ink{fill:${ink}}.lk .lk-muted{fill:${muted}}.lk .lk-accent{fill:${accent}}`,
    `.lk .lk-grid{stroke:${grid}}.lk .lk-axis{stroke:${muted}}.lk .lk-line{stroke:${ink}}.lk .lk-ghost{stroke:${ghost}}`,
    `.lk .lk-accent-line{stroke:${accent}}.lk .lk-muted-line{stroke:${muted}}.lk .lk-halo{stroke:${paper}}`,
    shades ? shadeRules(scheme) : "",
  ].join("");
}

function shadeRules(scheme: "light" | "dark"): string {
  return shadeSteps(scheme)
    .map(({ fill, text }, step) => `.lk .lk-s${step}{fill:${fill}}.lk .lk-t${step}{fill:${text}}`)
    .join("");
}

function mix(stops: readonly [string, string, string], position: number): string {
  const [from, to] = position < 0.5 ? [stops[0], stops[1]] : [stops[1], stops[2]];
  const share = position < 0.5 ? position * 2 : position * 2 - 1;
  const channels = channelsOf(from).map((channel, i) => Math.round(channel + (channelsOf(to)[i]! - channel) * share));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function channelsOf(colour: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
}
