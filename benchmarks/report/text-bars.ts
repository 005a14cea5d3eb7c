const WIDTH = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * Renders a bar chart as a block of text, in the given order.
 * @param bars  Values of at least 0; the largest is as wide as the chart.
 */
export function textBars(
  bars: readonly { readonly name: string; readonly value: number; readonly label: string }[],
): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const nameWidth = Math.max(...bars.map(({ name }) => [...name].length));
  const lines = bars.map(({ name, value, label }) => `${name.padEnd(nameWidth)}  ${label}  ${bar(value / most)}`);
  return ['```text', ...lines.map((line) => line.trimEnd()), '```'].join('\n');
}

function bar(share: number): string {
  const eighths = Number.isFinite(share) ? Math.round(share * WIDTH * EIGHTHS.length) : 0;
  return '█'.repeat(Math.floor(eighths / EIGHTHS.length)) + EIGHTHS[eighths % EIGHTHS.length]!;
}
