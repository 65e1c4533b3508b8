const FIELDS =
  "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";

/** Whether keys belong to somebody who writes, chooses, or answers a dialog, and to nothing else. */
export function isWriting(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]")) return true;
  return target instanceof HTMLElement && target.closest(FIELDS) !== null;
}
