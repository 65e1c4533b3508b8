import type { Draft } from "./research";

interface Starter extends Draft {
  readonly id: string;
}

type Column = readonly [name: string, path: string];

function view(resource: string, columns: readonly Column[], more: object = {}): object {
  const column = columns.map(([name, path]) => ({ name, path }));
  return { resource, select: [{ column }], ...more };
}

const PATIENTS = view("Patient", [
  ["patient", "getResourceKey()"],
  ["sex", "gender"],
  ["born", "birthDate"],
]);

const OBSERVATIONS = view("Observation", [
  ["patient", "subject.getReferenceKey(Patient)"],
  ["what", "code.text"],
  ["value", "value.ofType(Quantity).value"],
  ["unit", "value.ofType(Quantity).unit"],
  ["at", "effective.ofType(dateTime)"],
]);

const CONDITIONS = view("Condition", [
  ["patient", "subject.getReferenceKey(Patient)"],
  ["what", "code.text"],
  ["since", "onset.ofType(dateTime)"],
]);

const MEDICINES = view(
  "MedicationRequest",
  [
    ["patient", "subject.getReferenceKey(Patient)"],
    ["medicine", "medication.ofType(CodeableConcept).text"],
  ],
  { where: [{ path: "status = 'active'" }] },
);

function starter(id: string, tables: object, sql: string): Starter {
  return { id, tables: JSON.stringify(tables, null, 2), sql, level: "counts" };
}

/** Questions to begin with; each shows something that the next may be made of. */
export const starters: readonly Starter[] = [
  starter(
    "ages",
    { patients: PATIENTS },
    `SELECT CAST(born[:3] || '0' AS INTEGER) AS decade, sex,
       count(DISTINCT patient) AS patients
FROM patients
GROUP BY decade, sex
ORDER BY decade, sex`,
  ),
  starter(
    "conditions",
    { conditions: CONDITIONS },
    `SELECT what, count(DISTINCT patient) AS patients
FROM conditions
GROUP BY what
ORDER BY patients DESC, what
LIMIT 20`,
  ),
  starter(
    "measurements",
    { patients: PATIENTS, observations: OBSERVATIONS },
    `SELECT what, unit, sex,
       count(DISTINCT patient) AS patients,
       round(avg(value), 1) AS mean
FROM observations JOIN patients USING (patient)
WHERE value IS NOT NULL
GROUP BY what, unit, sex
ORDER BY patients DESC, what, sex
LIMIT 20`,
  ),
  starter(
    "medicines",
    { medicines: MEDICINES },
    `SELECT medicine, count(DISTINCT patient) AS patients
FROM medicines
GROUP BY medicine
ORDER BY patients DESC, medicine
LIMIT 20`,
  ),
];
