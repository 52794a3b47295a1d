/** What rows of the journal must look like to be believed. Fields of a newer Pinion are let through. */

import { Type } from "typebox";
import type { HandEdit, RecordedChanges } from "../domain/changes/recorded.ts";
import type { ValidationResult } from "../domain/validation-result.ts";
import { describing } from "./shapes.ts";
import * as values from "./values.ts";

export const validationResult = describing<ValidationResult>()(values.validationResult(Type.Number()));
export const deploymentKind = values.deploymentKind;
export const deploymentPhase = values.deploymentPhase;
export const recordedChanges = describing<RecordedChanges>()(values.recordedChanges);
export const handEdit = describing<HandEdit>()(values.handEdit(Type.Number()));
export const openedPlan = values.openedPlan;
