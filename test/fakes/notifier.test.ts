import { notifierContract } from "../contracts/notifier.ts";
import { createFakeNotifier } from "./notifier.ts";

notifierContract("the fake", () => {
  const notifier = createFakeNotifier();
  notifier.wants = ({ kind, environment }) => kind !== "started" || environment !== "staging";
  return Promise.resolve({
    notifier,
    taken: () => notifier.taken.length,
    become: (mood) => void (notifier.mood = mood),
    close: () => Promise.resolve(),
  });
});
