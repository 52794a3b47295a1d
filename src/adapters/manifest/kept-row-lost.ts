/** The cache has lost the row of a process that the text of a commit has left to it: everything is read anew. */
export class KeptRowLost extends Error {
  override readonly name = "KeptRowLost";
}
