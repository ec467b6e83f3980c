/** A newer version of the program has changed the database in a way that this one does not understand. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
  readonly found: number;
  readonly known: number;

  constructor(found: number, known: number) {
    super(`store: schema ${found} is newer than known (${known})`);
    this.found = found;
    this.known = known;
  }
}

/** Every migration within a thousand only adds, so that whoever knows an earlier one may use what it made. */
const SERIES = 1000;

/**
 * Whether a schema is at least as new as known, and may be used as it is.
 *
 * @throws {NewerSchemaError} for one in which something is no more as this version knows it
 */
export function isThere(found: number, known: number): boolean {
  if (found > known && Math.floor(found / SERIES) > Math.floor(known / SERIES))
    throw new NewerSchemaError(found, known);
  return found >= known;
}
