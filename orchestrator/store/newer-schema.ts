/** The database was brought further by a newer version of the program: this one leaves it alone. */
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
