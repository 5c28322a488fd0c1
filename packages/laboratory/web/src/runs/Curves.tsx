import { decimal, plain } from "../language/words.ts";
import { formatShare } from "../ui/format.ts";
import { ticksOf } from "./ticks.ts";

/** One curve: epoch and value. */
export interface Line {
  readonly name: string;
  /** What tells it from others of its name. */
  readonly id?: string;
  readonly points: readonly (readonly [epoch: number, value: number])[];
  readonly isDashed?: boolean;
}

interface CurvesProps {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Whether values are shares, 0 to 1. */
  readonly isShare?: boolean;
}

const [WIDTH, HEIGHT] = [520, 240];
const EDGE = { left: 52, right: 12, top: 12, bottom: 28 };

/** Curves over epochs, with the last values in words below. */
export function Curves({ title, lines, isShare = false }: CurvesProps) {
  const points = lines.flatMap((line) => line.points);
  const epochs = ticksOf(1, Math.max(2, ...points.map(([epoch]) => epoch)), { isWhole: true });
  const values = ticksOf(
    Math.min(isShare ? 1 : Number.POSITIVE_INFINITY, ...points.map(([, value]) => value), isShare ? 0.9 : 0),
    Math.max(isShare ? 1 : 0, ...points.map(([, value]) => value)),
  );
  const x = (epoch: number) => scale(epoch, epochs, [EDGE.left, WIDTH - EDGE.right]);
  const y = (value: number) => scale(value, values, [HEIGHT - EDGE.bottom, EDGE.top]);
  const words = (value: number) => (isShare ? formatShare(value) : decimal(value, 3));
  return (
    <figure className="curves">
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title}: ${lines.map((line) => lastOf(line, words)).join("; ")}`}
      >
        {values.map((value) => (
          <g key={value}>
            <line className="gridLine" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(value)} y2={y(value)} />
            <text x={EDGE.left - 6} y={y(value)} dy="0.32em" textAnchor="end">
              {isShare ? formatShare(value, 0) : plain(Number(value.toPrecision(3)))}
            </text>
          </g>
        ))}
        {epochs.map((epoch) => (
          <text key={epoch} x={x(epoch)} y={HEIGHT - 8} textAnchor="middle">
            {epoch}
          </text>
        ))}
        {lines.map((line, i) => (
          <g key={line.id ?? line.name} className={`line line${i % 6} ${line.isDashed ? "dashed" : ""}`}>
            <polyline points={line.points.map(([epoch, value]) => `${x(epoch)},${y(value)}`).join(" ")} />
            {line.points.length < 40 &&
              line.points.map(([epoch, value]) => <circle key={epoch} cx={x(epoch)} cy={y(value)} r={2.2} />)}
          </g>
        ))}
      </svg>
      <ul className="legend">
        {lines.map((line, i) => (
          <li key={line.id ?? line.name} className={`line${i % 6} ${line.isDashed ? "dashed" : ""}`}>
            {lastOf(line, words)}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function lastOf({ name, points }: Line, words: (value: number) => string): string {
  const last = points.at(-1);
  return last === undefined ? name : `${name} ${words(last[1])}`;
}

function scale(value: number, ticks: readonly number[], [from, to]: readonly [number, number]): number {
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  return Math.round((from + ((value - low) / (high - low || 1)) * (to - from)) * 10) / 10;
}
