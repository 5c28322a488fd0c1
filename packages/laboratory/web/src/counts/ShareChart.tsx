import type { CountedClass } from "../api/types.ts";
import { colourOf, letterOf } from "../labels.ts";
import { texts } from "../texts.ts";

interface ShareChartProps {
  readonly classes: readonly Pick<CountedClass, "class" | "share" | "range">[];
}

// In units of the drawing, which is stretched to its panel: 1 is about a pixel there.
const WIDTH = 280;
const ROW = 22;
const LEFT = 28;
const RIGHT = 222;
const TOP = 20;
/** Per cent; the same for every case, so that pictures can be compared. */
const TICKS = [0, 25, 50, 75, 100];

const x = (percent: number) => LEFT + (percent / 100) * (RIGHT - LEFT);

/** Shares with their limits, each on a band of what is usual, over one axis from 0 to 100 %. */
export function ShareChart({ classes }: ShareChartProps) {
  const words = texts.counts;
  const hasRange = classes.some(({ range }) => range !== null);
  const bottom = TOP + classes.length * ROW;
  return (
    <figure className="shareChart">
      <figcaption>
        <h3>{hasRange ? words.chart : words.chartAlone}</h3>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${bottom + 18}`} role="img" aria-label={words.chartOf(classes)}>
        {TICKS.map((percent) => (
          <g key={percent}>
            <line className="axis" x1={x(percent)} x2={x(percent)} y1={TOP} y2={bottom} />
            <text className="tick" x={x(percent)} y={bottom + 13}>
              {words.tick(percent)}
            </text>
          </g>
        ))}
        {hasRange && (
          <text className="usualText" x={WIDTH} y={13}>
            {words.usualHead}
          </text>
        )}
        {classes.map(({ class: name, share, range }, i) => (
          <ShareRow key={name} name={name} share={share} range={range} middle={TOP + (i + 0.5) * ROW} />
        ))}
      </svg>
      <ul className="chartKey">
        <li className="valueKey">{words.key.value}</li>
        <li className="limitsKey">{words.key.limits}</li>
        {hasRange && <li className="usualKey">{words.key.usual}</li>}
      </ul>
    </figure>
  );
}

interface ShareRowProps extends Pick<CountedClass, "share" | "range"> {
  readonly name: string;
  readonly middle: number;
}

function ShareRow({ name, share, range, middle }: ShareRowProps) {
  const [low, high, value] = [share.low, share.high, share.value].map((part) => x(100 * part)) as [
    number,
    number,
    number,
  ];
  const { ground, text } = colourOf(name);
  return (
    <g>
      <rect x={0} y={middle - 8} width={18} height={16} rx={3} fill={ground} />
      <text className="rowLetter" x={9} y={middle + 4} fill={text}>
        {letterOf(name)}
      </text>
      {range !== null && (
        <>
          <rect
            className="usual"
            x={x(range[0])}
            y={middle - 8}
            width={Math.max(2, x(range[1]) - x(range[0]))}
            height={16}
          />
          <text className="usualText" x={WIDTH} y={middle + 4}>
            {texts.counts.usual(range)}
          </text>
        </>
      )}
      <line className="limitLine" x1={low} x2={high} y1={middle} y2={middle} />
      <line className="limitLine" x1={low} x2={low} y1={middle - 4} y2={middle + 4} />
      <line className="limitLine" x1={high} x2={high} y1={middle - 4} y2={middle + 4} />
      <circle className="dot" cx={value} cy={middle} r={4.5} fill={ground} />
    </g>
  );
}
