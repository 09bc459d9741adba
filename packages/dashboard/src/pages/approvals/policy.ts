import { type ApprovalClass, approvalClasses } from '@coder/api';

/** The classes with one more, or one less, in the order in which they are shown. */
export function withClass(
  classes: readonly ApprovalClass[],
  changed: ApprovalClass,
  on: boolean,
): ApprovalClass[] {
  return approvalClasses.filter((name) => (name === changed ? on : classes.includes(name)));
}
