import type { Estimate } from "../api/types.ts";
import { colourOf } from "../labels.ts";
import { texts } from "../texts.ts";

interface ShareChartProps {
  readonly share: Estimate;
  /** Usual shares, per cent. */
  readonly range: readonly [number, number] | null;
  /** Per cent at the right edge. */
  readonly most: number;
  readonly label: string;
}

const WIDTH = 80;
const HEIGHT = 26;

/** A share with its limits, on a band of what is usual. */
export function ShareChart({ share, range, most, label }: ShareChartProps) {
  const x = (percent: number) => 3 + (Math.min(percent, most) / most) * (WIDTH - 6);
  const middle = HEIGHT / 2;
  const [low, high, value] = [share.low, share.high, share.value].map((part) => x(100 * part)) as [
    number,
    number,
    number,
  ];
  return (
    <svg
      className="shareChart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={texts.counts.chartOf(share, range)}
    >
      {range !== null && (
        <rect
          className="usual"
          x={x(range[0])}
          y={3}
          width={Math.max(2, x(range[1]) - x(range[0]))}
          height={HEIGHT - 6}
          rx={2}
        />
      )}
      <line className="axis" x1={3} x2={WIDTH - 3} y1={HEIGHT - 3} y2={HEIGHT - 3} />
      <line className="limitLine" x1={low} x2={high} y1={middle} y2={middle} />
      <line className="limitLine" x1={low} x2={low} y1={middle - 4} y2={middle + 4} />
      <line className="limitLine" x1={high} x2={high} y1={middle - 4} y2={middle + 4} />
      <circle className="dot" cx={value} cy={middle} r={4.5} fill={colourOf(label).ground} />
    </svg>
  );
}
