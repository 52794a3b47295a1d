import { journalContract } from "../contracts/journal.ts";
import { createFakeJournal } from "./journal.ts";

journalContract("in memory", async () => {
  const journal = createFakeJournal();
  return { journal, reopen: async () => journal.reopened(), dispose: async () => undefined };
});
