/** How much a file may ask of the reader, checked before anything is built of it. */

/** Bytes of one YAML file. */
export const maxYamlBytes = 1024 * 1024;
/** Bytes of one pins file: one line a process, and cheap to read. */
export const maxPinsBytes = 5 * 1024 * 1024;
/** Bytes of one export of an engine. */
export const maxExportBytes = 5 * 1024 * 1024;
/** Levels of lists and mappings inside each other. */
export const maxDepth = 64;
/** Aliases (`*name`) in one file. */
export const maxAliases = 20;
/** Lexical tokens of one YAML file that make its parser do work. */
export const maxTokens = 400_000;
/** Nodes of one definition. */
export const maxNodes = 20_000;
/** Public addresses of one definition. */
export const maxAddresses = 500;
/** Files of one process or one environment. */
export const maxFiles = 10_000;
/** Folders inside each other below a process or an environment. */
export const maxFolderDepth = 8;
/** Findings of one file; the rest would not help anybody. */
export const maxFindings = 100;
