from asklepion.records.engine import search_parameters
from asklepion.records.engine.parameters import number_of, parameters_of
from asklepion.records.engine.tables import resource_types


def test_no_two_parameters_have_the_same_number() -> None:
    every = [it for type in resource_types() for it in parameters_of(type).values()]

    assert len(every) > 2300
    assert len({it.number for it in every}) == len(every)


def test_a_number_never_changes_since_databases_hold_it() -> None:
    assert number_of("Observation", "code") == 613285100
    assert number_of("Patient", "name") == 2123520463


def test_a_parameter_without_rows_of_its_own_lends_those_of_one_that_has() -> None:
    for type in resource_types():
        known = parameters_of(type)
        for it in known.values():
            assert bool(it.same) != bool(it.ways or it.roots)
            assert all(known[other].ways or known[other].roots for other in it.same)


def test_what_the_house_says_it_is_searched_by_names_the_official_definitions() -> None:
    assert ("code", "token", "http://hl7.org/fhir/SearchParameter/clinical-code") in (
        search_parameters("Observation")
    )
    assert "code-value-quantity" in [code for code, _, _ in search_parameters("Observation")]
    names = [code for code, _, _ in search_parameters("Observation")]
    assert {"code-value-string", "code-value-date", "_text", "_content", "_list"} <= set(names)
    assert ("near", "special", "http://hl7.org/fhir/SearchParameter/Location-near") in (
        search_parameters("Location")
    )
