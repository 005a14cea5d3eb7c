/** A share or a metric in [0, 1]: `.2816`; whole ones as `1`. */
export function fraction(value: number, digits = 4): string {
  const text = value.toFixed(digits);
  return text.startsWith('0.') ? text.slice(1) : text === (1).toFixed(digits) ? '1' : text;
}

/** A time in milliseconds, with 0 to 2 digits after the point, fewer for longer times. */
export function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A share as a percentage, with one digit after the point below 10 %. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)} %`;
}

/** Verdict on a goal. */
export function verdict(isMet: boolean): string {
  return isMet ? 'met' : '**missed**';
}
