import pytest

from asklepion.identity.engine.passkeys import ORDER, Site, halves, site_of


@pytest.mark.parametrize(
    ("address", "site"),
    [
        (
            "http://localhost:8000",
            Site("localhost", ("http://localhost:8000", "https://localhost:8000")),
        ),
        ("https://House.example", Site("house.example", ("https://house.example",))),
        ("https://house.example:443", Site("house.example", ("https://house.example",))),
        ("https://house.example:8443/ward", Site("house.example", ("https://house.example:8443",))),
        (
            "http://house.example",  # a proxy took the encryption off
            Site("house.example", ("http://house.example", "https://house.example")),
        ),
    ],
)
def test_the_house_is_known_by_its_name_and_its_pages_by_their_origin(
    address: str, site: Site
) -> None:
    assert site_of(address) == site


def test_of_two_signatures_the_lower_is_told() -> None:
    high = ORDER - 5
    der = bytes.fromhex("3026020107" + "022100" + f"{high:064x}")

    assert halves(der) == ((7).to_bytes(32), (5).to_bytes(32))
