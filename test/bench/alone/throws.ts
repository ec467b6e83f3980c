/** A benchmark that fails. */
export async function run(): Promise<never> {
  throw new Error("no engine");
}
