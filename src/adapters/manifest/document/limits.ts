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
/** Lexical tokens of one YAML file that make its parser do work; one that opens a list or a mapping counts three times. */
export const maxTokens = 80_000;
/** Lines of one YAML file: those of a long text are no tokens, and yet work. */
export const maxLines = 100_000;
/** Errors of one YAML file that its parser collects before it is stopped. */
export const maxParserErrors = 20;
/** Values (texts, numbers, lists, mappings) in one export of an engine. */
export const maxExportValues = 200_000;
/** Values of one node of an export. */
export const maxNodeValues = 20_000;
/** Different keys in one export: each object of another shape costs time wherever it is handled. */
export const maxDifferentKeys = 5000;
/** Characters of an id, a type or a name. */
export const maxName = 255;
/** Characters of a key of a mapping. */
export const maxKey = 1000;
/** Characters of what a file says that a message repeats. */
export const maxQuoted = 80;
/** Nodes of one definition. */
export const maxNodes = 10_000;
/** Connections of one definition. */
export const maxConnections = 50_000;
/** Public addresses of one definition. */
export const maxAddresses = 500;
/** Files of one process or one environment. */
export const maxFiles = 10_000;
/** Folders inside each other below a process or an environment. */
export const maxFolderDepth = 8;
/** Findings of one file; the rest would not help anybody. */
export const maxFindings = 100;
/** Findings of one commit. */
export const maxCommitFindings = 2000;
/** Pins of one file. */
export const maxPins = 200_000;
/** Pins of one environment that name processes which do not exist. */
export const maxUnknownPins = 100;
/** Entries of the folder of processes. */
export const maxProcesses = 200_000;
/** Entries of the folder of environments. */
export const maxEnvironments = 500;
