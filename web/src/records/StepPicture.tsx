/** A small picture for each step of making a link: a record, a lock and a clock, two people. */
export function StepPicture({ step }: { step: "what" | "how" | "whom" }) {
  return (
    <svg className="step-picture" viewBox="0 0 96 72" aria-hidden="true">
      {step === "what" && (
        <>
          <rect className="step-paper" x="26" y="8" width="44" height="56" rx="6" />
          <path className="step-line" d="M36 44h24M36 52h16" />
          <path
            className="step-heart"
            d="M48 35c-9-6-11-9-11-13a6 6 0 0 1 11-3a6 6 0 0 1 11 3c0 4-2 7-11 13z"
          />
        </>
      )}
      {step === "how" && (
        <>
          <path className="step-line" d="M26 34v-8a11 11 0 0 1 22 0v8" />
          <rect className="step-paper" x="20" y="34" width="34" height="26" rx="6" />
          <circle className="step-heart" cx="37" cy="47" r="4" />
          <circle className="step-paper" cx="68" cy="30" r="15" />
          <path className="step-line" d="M68 21v9l7 5" />
        </>
      )}
      {step === "whom" && (
        <>
          <circle className="step-paper" cx="25" cy="24" r="10" />
          <path className="step-paper" d="M9 62c0-14 7-21 16-21s16 7 16 21z" />
          <circle className="step-paper" cx="71" cy="24" r="10" />
          <path className="step-paper" d="M55 62c0-14 7-21 16-21s16 7 16 21z" />
          <path className="step-line" d="M41 30h14M50 25l5 5l-5 5" />
        </>
      )}
    </svg>
  );
}
