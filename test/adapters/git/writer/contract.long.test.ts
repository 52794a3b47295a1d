import { pinWriterContract } from "../../../contracts/pin-writer.ts";
import { createWriterWorld } from "./writer-world.ts";

pinWriterContract("git over http", () => createWriterWorld());
