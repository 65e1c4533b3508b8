import type { Panel, PanelGroup } from "../kit/place";

/** Panels of one group, as many as a place has of it. */
export interface Group {
  readonly id: PanelGroup;
  readonly panels: readonly Panel[];
}

/** The groups of panels that are in their order already. */
export function groupsOf(panels: readonly Panel[]): Group[] {
  const groups: { id: PanelGroup; panels: Panel[] }[] = [];
  for (const panel of panels) {
    const last = groups.at(-1);
    if (last?.id === panel.group) last.panels.push(panel);
    else groups.push({ id: panel.group, panels: [panel] });
  }
  return groups;
}

/** The groups that stand unfolded once one more does: the oldest are folded where it is too much. */
export function unfoldedWith(
  group: PanelGroup,
  before: readonly PanelGroup[],
  groups: readonly Group[],
  most: number,
): readonly PanelGroup[] {
  const sizeOf = (id: PanelGroup) => groups.find((one) => one.id === id)?.panels.length ?? 0;
  const unfolded = [...before.filter((one) => one !== group), group];
  while (unfolded.length > 1 && unfolded.reduce((sum, id) => sum + sizeOf(id), 0) > most) {
    unfolded.shift();
  }
  return unfolded;
}

/** The groups to begin with: the first, and of the others whichever still has room. */
export function unfoldedFirst(groups: readonly Group[], most: number): readonly PanelGroup[] {
  let room = most;
  const fitting = groups.filter(({ panels }, at) => {
    const fits = at === 0 || panels.length <= room;
    if (fits) room -= panels.length;
    return fits;
  });
  return fitting.map(({ id }) => id).reverse(); // the last is folded first
}
