/** The least that a start without a parse cache must do: reads every object named on standard input with `git cat-file --batch`. */

import { spawn } from "node:child_process";
import { once } from "node:events";

const [repository = ""] = process.argv.slice(2);
const git = spawn("git", ["cat-file", "--batch", "--buffer"], { cwd: repository, stdio: ["pipe", "pipe", "inherit"] });
let bytes = 0;
git.stdout.on("data", (chunk) => (bytes += chunk.length));
process.stdin.pipe(git.stdin);
await once(git, "close");
console.log(JSON.stringify({ readyMs: performance.now(), bytes }));
