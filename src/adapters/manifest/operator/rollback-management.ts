/** The `rollback_management` part of the process deployer's document: when Pinion rolls back where an environment does not say. */

import type { RollbackDefaults } from "../../../domain/config/config.ts";
import type { ValidationName } from "../../../domain/validation-result.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { TriggerItem } from "../../../generated/environment.ts";
import type { ProcessDeployerSection } from "../../../generated/pinion.ts";
import { toTriggers, triggerFindings, triggerTypes } from "../environment/triggers.ts";
import type { Say } from "../document/findings.ts";
import { suggestion } from "../document/suggest.ts";

type Section = NonNullable<ProcessDeployerSection["rollbackManagement"]>;
type Trigger = NonNullable<Section["rollbackTriggers"]>[number];

const proofs: readonly ValidationName[] = ["service_availability", "data_integrity"];

/** What must hold of the section beyond its shape. */
export function rollbackManagementFindings({ rollbackTriggers = [], rollbackValidation = [] }: Section, say: Say): readonly Finding[] {
  const base = "/processDeployer/rollbackManagement";
  return [
    ...rollbackTriggers.flatMap((trigger, index) => ownFindings(trigger, `${base}/rollbackTriggers/${index}`, say)),
    ...rollbackValidation.flatMap(({ validation = "" }, index) => {
      if (proofs.some((proof) => proof === validation)) return [];
      const message = `the validation "${validation}" is unknown after a rollback`;
      return [say(`${base}/rollbackValidation/${index}/validation`, "config/unknown-value", message, suggestion(validation, proofs))];
    }),
  ];
}

/** When Pinion rolls back by itself. */
export function toRollbackDefaults({ enabled, rollbackStrategy, rollbackTriggers }: Section): RollbackDefaults {
  return {
    isAutomatic: enabled === false || rollbackStrategy === "manual" ? false : null,
    triggers: rollbackTriggers === undefined ? null : toTriggers(rollbackTriggers.map(toItem)),
  };
}

/** What proves a rollback; null: it is not said. */
export function toProofs({ rollbackValidation }: Section): readonly ValidationName[] | null {
  if (rollbackValidation === undefined) return null;
  return proofs.filter((proof) => rollbackValidation.some(({ validation, enabled }) => validation === proof && enabled !== false));
}

function ownFindings(trigger: Trigger, pointer: string, say: Say): readonly Finding[] {
  if (triggerTypes.some((type) => type === trigger.trigger)) {
    // Here the time that is looked back on is called timeout.
    return triggerFindings(toItem(trigger), pointer, (at, ...rest) => say(at.replace(/\/duration$/, "/timeout"), ...rest));
  }
  const message = `the trigger "${trigger.trigger}" is unknown`;
  return [say(`${pointer}/trigger`, "config/unknown-value", message, suggestion(trigger.trigger, triggerTypes))];
}

function toItem({ trigger, threshold, timeout }: Trigger): TriggerItem {
  return {
    type: trigger as TriggerItem["type"],
    ...(threshold === undefined ? {} : { threshold }),
    ...(timeout === undefined ? {} : { duration: timeout }),
  };
}
