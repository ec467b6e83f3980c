import { expect, test } from "vitest";
import { migrations as sqlite } from "../../../orchestrator/store/migrations.ts";
import { migrations as postgres } from "../../../orchestrator/store/postgres/migrations.ts";

// During an upgrade, and after a rollback, older programs write to and read from what a newer one has
// migrated (docs/decisions/017-two-stores.md).

const TYPE = String.raw`(?:TEXT|INTEGER|BIGINT|REAL|BLOB)`;
/** A column that an older program need not name: it may be empty, or has a value of its own. */
const COLUMN = String.raw`ADD COLUMN \w+ ${TYPE}(?: (?:NOT NULL )?DEFAULT (?:'[^']*'|-?\d+))?`;
const ALLOWED: readonly RegExp[] = [
  new RegExp(String.raw`^ALTER TABLE \w+ ${COLUMN}(?:, ${COLUMN})*$`),
  // An index that is unique could refuse what an older program writes.
  /^CREATE INDEX \w+ ON \w+ \([\w, ]+\)$/,
  // Nobody older writes to a table that it does not know, so its columns may be anything.
  /^CREATE TABLE \w+ \(.*\)(?: STRICT)?(?:,? WITHOUT ROWID)?(?: WITH \(.*\))?$/,
];

/** Statements that an older program may not live with. */
function notAdditive(steps: readonly string[]): readonly string[] {
  return steps
    .flatMap((step) => step.split(";"))
    .map((statement) => statement.replaceAll(/--.*$/gm, "").replaceAll(/\s+/g, " ").trim())
    .filter((statement) => statement !== "" && !ALLOWED.some((form) => form.test(statement)));
}

test.each([
  ["SQLite", sqlite],
  ["PostgreSQL", postgres],
])("every migration of %s after the first only adds", (_name, steps) => {
  expect(notAdditive(steps.slice(1))).toEqual([]);
  expect(steps.length).toBeLessThan(1000);
});

test("a column that may be empty, or has a value, a table and an index are additions", () => {
  const steps = [
    "ALTER TABLE ledger ADD COLUMN next TEXT; ALTER TABLE calls ADD COLUMN turns INTEGER NOT NULL DEFAULT 0;",
    `CREATE TABLE more (id TEXT PRIMARY KEY, what TEXT NOT NULL) STRICT;
     CREATE INDEX more_of ON more (what);`,
  ];
  expect(notAdditive(steps)).toEqual([]);
});

test.each([
  "DROP TABLE calls",
  "ALTER TABLE ledger DROP COLUMN call",
  "ALTER TABLE ledger RENAME TO entries",
  "ALTER TABLE ledger RENAME COLUMN call TO conversation",
  "ALTER TABLE ledger ADD COLUMN must TEXT NOT NULL",
  "ALTER TABLE ledger ADD COLUMN few TEXT CHECK (few <> '')",
  "ALTER TABLE ledger ADD COLUMN next TEXT, DROP COLUMN call",
  "ALTER TABLE ledger ALTER COLUMN call TYPE BIGINT",
  "CREATE UNIQUE INDEX calls_once ON calls (room)",
  "DROP INDEX ledger_once",
  "CREATE TRIGGER t AFTER INSERT ON ledger BEGIN SELECT 1",
  "UPDATE ledger SET call = ''",
  "DELETE FROM calls",
])("%s is none", (statement) => {
  expect(notAdditive([`${statement};`])).toEqual([statement]);
});
