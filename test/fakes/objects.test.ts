import { objectsContract } from "../contracts/objects.ts";
import { createFakeObjects } from "./objects.ts";

objectsContract("fake", async (files) => {
  const objects = createFakeObjects();
  return { objects, commit: objects.commit(files), dispose: async () => {} };
});
