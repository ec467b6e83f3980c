// Writes .env.example from orchestrator/environment.ts, which is the only place to edit.
import { writeFileSync } from "node:fs";
import { envExample } from "../orchestrator/environment.ts";

writeFileSync(new URL("../.env.example", import.meta.url), envExample());
