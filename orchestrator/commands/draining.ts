/** What a program prints once it takes nothing new and another can stand in its place. */
export const DRAINING = { draining: true } as const;

/** Whether a line of its standard output says so. */
export function isDraining(line: string): boolean {
  return line === JSON.stringify(DRAINING);
}
