"""How the learned models are made: `python -m models [NAME …]`, or `make models`.

Nothing of this is needed to use them: what is made lies in `src/asklepion/twin/artefacts`, and its
form is told in `asklepion.twin.engine.learned`. Data that may not be handed on makes models that
are written to the folder of `ASKLEPION_MODELS` (else `data/models`) and never committed.

Each model is a file here with `def make() -> None`, named in `__main__.MADE`. It

1. asks `inputs.gate` for each file it reads, which holds it to its size, hash and counts;
2. reads rows by the very code that the twin reads them by (`asklepion.twin.engine.learned.…`);
3. splits by patient with `splits.folds`, predicts every patient by a model that never saw her
   (`boosting.fit`, `linear.fit`), and fits `calibration.platt` on those predictions alone;
4. measures with `figures` (each with its 95 % interval, by patient) and `figures.slices`;
5. makes intervals: `intervals.venn_abers` (probabilities), `intervals.conformal` (quantities);
6. fits once more on everything and hands all to `artefact.write`, which writes the card too, and
   keeps golden rows that the tests find again.

Everything is seeded: the same data make the same model on one kind of machine.
"""
