/** Doubles it, in a process of its own. */
export async function run(value: number): Promise<{ readonly twice: number; readonly pid: number }> {
  return { twice: 2 * value, pid: process.pid };
}
