import { join } from "node:path";
import { parseArgs } from "node:util";
import { compose } from "../compose.ts";
import type { Config } from "../config.ts";
import { PROJECT_DIR } from "../project.ts";
import { createTalk, converse } from "./chat.ts";
import { EXIT } from "./exit.ts";
import { fetchCommand } from "./fetch.ts";
import { writeLine, type Command } from "./io.ts";

const HELP = `usage: sightline demo

Fetches the detector and two sample photos, answers questions about them and shows how each answer
came about. On a terminal it then stays in conversation.`;

/** What is asked of the two sample photos: a man seen from behind with a dog and a horse, and a porch. */
const TOUR = [
  { file: "person.jpg", questions: ["Is anyone there?", "What's in front of me?"] },
  { file: "dog.jpg", questions: ["What's in front of me?", "How many people are here?"] },
] as const;

export const demo: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  // The photos' source gives no checksum; a picture is all that they can be.
  const fetched = await fetchCommand(["--allow-unpinned"], io);
  if (fetched !== EXIT.done) return fetched;
  const stack = await compose();
  try {
    writeLine(io.stdout, whoAnswers(stack.config));
    await stack.gateReady(io.signal);
    const talk = createTalk(stack, io, { json: false, explain: true });
    for (const { file, questions } of TOUR) {
      const path = join(PROJECT_DIR, ".samples", file);
      await talk.line(`/photo ${path}`);
      for (const question of questions) {
        if (io.signal.aborted) return EXIT.interrupted;
        writeLine(io.stdout, `\n${file}: ${question}`);
        await talk.line(question);
      }
    }
    if (io.isTty) {
      writeLine(
        io.stdout,
        "\nNow you: ask about the last photo, /photo PATH for another one, /quit to leave.",
      );
      await converse(talk, io);
    }
    return talk.faults() > 0 ? EXIT.failed : EXIT.done;
  } finally {
    await stack.close();
  }
};

function whoAnswers({ local, cloud, policy }: Config): string {
  if (!local && !cloud) {
    return "No model is configured: the embedded describer answers. It can only name what the person gate's detector finds.";
  }
  const engines = [local && `local engine ${local.url}`, cloud && `cloud engine ${cloud.url}`].filter(
    Boolean,
  );
  return `Answered by ${engines.join(" and ")}, policy ${policy}.`;
}
