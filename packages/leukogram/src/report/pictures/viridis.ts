/**
 * Matplotlib's viridis at eleven places (Smith & van der Walt 2015): its lightness rises evenly, so that colour-blind
 * people read it, and so does who prints it in grey.
 */
const STOPS = [
  "#440154",
  "#482475",
  "#414487",
  "#355f8d",
  "#2a788e",
  "#21918c",
  "#22a884",
  "#44bf70",
  "#7ad151",
  "#bddf26",
  "#fde725",
] as const;

const CHANNELS = STOPS.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));

/** The colour of a share in [0, 1]: red, green, blue, 0 to 255. */
export function colourAt(share: number): readonly [number, number, number] {
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const low = Math.min(Math.floor(at), STOPS.length - 2);
  const mixed = CHANNELS[low]!.map((from, c) => from + (CHANNELS[low + 1]![c]! - from) * (at - low));
  return mixed as unknown as readonly [number, number, number];
}
