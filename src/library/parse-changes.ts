/** The door of the library for changes that come back, perhaps from a file or over a wire. */

import { asConfig, asConnections, asJson, asList, asNode, asObject, asPosition, asText } from "./parse-definition.ts";
import type { ConfigurationChange, Impact, NodeModification, WorkflowChanges } from "../domain/changes/changes.ts";

type Loose = Readonly<Record<string, unknown>>;

const keys = [
  "nodesAdded",
  "nodesRemoved",
  "nodesModified",
  "connectionsAdded",
  "connectionsRemoved",
  "configurationChanges",
  "title",
  "description",
  "tags",
  "userId",
];

/** @throws TypeError that says where the value is none. */
export function asChanges(value: unknown): WorkflowChanges {
  const changes = asObject(value, "changes", keys);
  return {
    nodesAdded: asList(changes["nodesAdded"], "changes.nodesAdded").map((node, index) => asNode(node, `changes.nodesAdded[${index}]`)),
    nodesRemoved: asTexts(changes["nodesRemoved"], "changes.nodesRemoved"),
    nodesModified: asList(changes["nodesModified"], "changes.nodesModified").map(asModification),
    connectionsAdded: asConnections(changes["connectionsAdded"], "changes.connectionsAdded"),
    connectionsRemoved: asTexts(changes["connectionsRemoved"], "changes.connectionsRemoved"),
    configurationChanges: asSettings(changes["configurationChanges"], "changes.configurationChanges"),
    ...asNote(changes),
    userId: asText(changes["userId"] ?? "system", "changes.userId"),
  };
}

/** What a caller says about the changes. @throws TypeError */
export function asNote(note: Loose): Partial<Pick<WorkflowChanges, "title" | "description" | "tags" | "userId">> {
  return {
    ...(note["title"] !== undefined && { title: asText(note["title"], "title") }),
    ...(note["description"] !== undefined && { description: asText(note["description"], "description") }),
    ...(note["tags"] !== undefined && { tags: asTexts(note["tags"], "tags") }),
    ...(note["userId"] !== undefined && { userId: asText(note["userId"], "userId") }),
  };
}

function asModification(value: unknown, index: number): NodeModification {
  const place = `changes.nodesModified[${index}]`;
  const modification = asObject(value, place, ["nodeId", "changes", "configurationChanges", "impact"]);
  return {
    nodeId: asText(modification["nodeId"], `${place}.nodeId`),
    changes: asNewValues(modification["changes"], `${place}.changes`),
    configurationChanges: asSettings(modification["configurationChanges"] ?? [], `${place}.configurationChanges`),
    impact: asImpact(modification["impact"], `${place}.impact`),
  };
}

function asNewValues(value: unknown, place: string): NodeModification["changes"] {
  const { type, title, position, config } = asObject(value, place, ["type", "title", "position", "config"]);
  return {
    ...(type !== undefined && { type: asText(type, `${place}.type`) }),
    ...(title !== undefined && { title: title === null ? null : asText(title, `${place}.title`) }),
    ...(position !== undefined && { position: position === null ? null : asPosition(position, `${place}.position`) }),
    ...(config !== undefined && { config: asConfig(config, `${place}.config`) }),
  };
}

function asSettings(value: unknown, place: string): readonly ConfigurationChange[] {
  return asList(value, place).map((item, index) => {
    const here = `${place}[${index}]`;
    const { pointer, kind, oldValue, newValue } = asObject(item, here, ["pointer", "kind", "oldValue", "newValue"]);
    if (kind !== "added" && kind !== "removed" && kind !== "changed") throw new TypeError(`${here}.kind must be added, removed or changed`);
    return {
      pointer: asText(pointer, `${here}.pointer`),
      kind,
      ...(oldValue !== undefined && { oldValue: asJson(oldValue, `${here}.oldValue`) }),
      ...(newValue !== undefined && { newValue: asJson(newValue, `${here}.newValue`) }),
    };
  });
}

function asImpact(value: unknown, place: string): Impact {
  if (value !== "breaking" && value !== "compatible") throw new TypeError(`${place} must be breaking or compatible`);
  return value;
}

function asTexts(value: unknown, place: string): readonly string[] {
  return asList(value, place).map((item, index) => asText(item, `${place}[${index}]`));
}
