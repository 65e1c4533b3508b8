import {
  Activity,
  Bandage,
  Banknote,
  CalendarCheck,
  ClipboardList,
  FlaskConical,
  FolderOpen,
  HeartPulse,
  IdCard,
  type LucideIcon,
  NotebookPen,
  Pill,
  ScanLine,
  Shield,
  Syringe,
  Users,
  Wheat,
} from "lucide-react";

/** What consent is given by, in the order of the house's own list. */
export const CATEGORIES = [
  "demographics",
  "vitals",
  "laboratory",
  "conditions",
  "medicines",
  "allergies",
  "immunisations",
  "procedures",
  "visits",
  "notes",
  "imaging",
  "social",
  "care_plans",
  "finance",
  "consents",
  "other",
] as const;
export type Category = (typeof CATEGORIES)[number];

export const categoryIcons: Record<Category, LucideIcon> = {
  demographics: IdCard,
  vitals: HeartPulse,
  laboratory: FlaskConical,
  conditions: Activity,
  medicines: Pill,
  allergies: Wheat,
  immunisations: Syringe,
  procedures: Bandage,
  visits: CalendarCheck,
  notes: NotebookPen,
  imaging: ScanLine,
  social: Users,
  care_plans: ClipboardList,
  finance: Banknote,
  consents: Shield,
  other: FolderOpen,
};

/** The house writes categories by name or by number. */
export function categoryOf(value: string | number): Category {
  const name =
    typeof value === "number" ? CATEGORIES[value] : value.toLowerCase().replaceAll("-", "_");
  return CATEGORIES.find((category) => category === name) ?? "other";
}
