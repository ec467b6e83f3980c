/** How a figure changes from question to question, over the last of them. */
export interface Slope {
  add(value: number): void;
  /** Least squares, units per question; null with fewer than three values. */
  perQuestion(): number | null;
}

/** Questions that are looked at: enough that one slow answer is not taken for a trend. */
const WINDOW = 10;
const LEAST = 3;

export function createSlope(): Slope {
  let values: readonly number[] = [];
  return {
    add(value) {
      values = [...values, value].slice(-WINDOW);
    },
    perQuestion() {
      return values.length < LEAST ? null : slopeOf(values);
    },
  };
}

/** Slope of a straight line through values at equal distances, by least squares; 0 for fewer than two. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [covariance, variance] = [0, 0];
  for (const [at, value] of values.entries()) {
    covariance += (at - middle) * (value - mean);
    variance += (at - middle) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
}
