import { useEffect } from "preact/hooks";
import type { Page } from "../page.ts";
import { listenForShortcuts } from "../listen.ts";
import { CallPanel } from "./call-panel.tsx";
import { CallTools } from "./call-tools.tsx";
import { ConversationLog } from "./conversation-log.tsx";
import { LedgerPanel } from "./ledger-panel.tsx";
import { LiveAnswers } from "./live.tsx";
import { QuestionForm } from "./question-form.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { TimingsPanel } from "./timings-panel.tsx";

/** The whole page. */
export function App({ page }: { readonly page: Page }) {
  const { messages } = page;
  useEffect(() => listenForShortcuts(page), [page]);
  return (
    <>
      <header>
        <h1>{messages.title}</h1>
        <p>{messages.tagline}</p>
      </header>
      <main>
        <CallPanel page={page} />
        <ConversationLog page={page} />
        <CallTools page={page} />
        <QuestionForm page={page} />
        <LiveAnswers page={page} />
        <SettingsPanel page={page} />
        <LedgerPanel page={page} />
        <TimingsPanel page={page} />
      </main>
      <footer>
        <p>{messages.privacy}</p>
      </footer>
    </>
  );
}
