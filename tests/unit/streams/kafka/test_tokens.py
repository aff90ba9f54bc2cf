"""How tokens are asked for, kept and refused."""

from collections.abc import Iterator

import pytest

from streams.kafka.tokens import NoToken, Tokens
from tests.kafka.tokens import TokenEndpoint

SECRET = "a secret: with % and +"


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint({"the worker": SECRET}) as started:
        yield started


def test_a_token_is_asked_for_once_and_again_shortly_before_it_ends(endpoint: TokenEndpoint) -> None:
    now = 1000.0
    tokens = Tokens(endpoint.address, "the worker", SECRET, "kafka", monotonic=lambda: now)

    first = tokens.token()
    now += 239.0
    assert tokens.token() == first
    assert endpoint.asked == [{"grant_type": "client_credentials", "scope": "kafka"}]

    now += 2.0
    tokens.token()
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "refused the client the worker with status 401"),
        ((500, b"an error that names secrets"), "refused the client the worker with status 500"),
        ((307, b""), "refused the client the worker with status 307"),
        ((200, b"no json"), "answered with no token"),
        ((200, b"[]"), "answered with no token"),
        ((200, b'{"token_type": "Bearer"}'), "answered with no token"),
    ],
)
def test_no_token_is_one_line_with_no_secret(
    endpoint: TokenEndpoint, answer: tuple[int, bytes] | None, said: str
) -> None:
    endpoint.answer = answer

    with pytest.raises(NoToken) as refused:
        Tokens(endpoint.address, "the worker", "wrong").token()

    assert str(refused.value) == f"RECORDING_OAUTH_TOKEN_ENDPOINT: {endpoint.address} {said}"
    assert len(endpoint.asked) == 1


def test_an_endpoint_that_is_not_there_is_one_line() -> None:
    with pytest.raises(
        NoToken, match=r"^RECORDING_OAUTH_TOKEN_ENDPOINT: http://127.0.0.1:9/ does not answer \(.*refused"
    ):
        Tokens("http://127.0.0.1:9/", "the worker", SECRET).token()


def test_a_token_is_asked_for_again_after_a_refusal(endpoint: TokenEndpoint) -> None:
    tokens = Tokens(endpoint.address, "the worker", SECRET)
    endpoint.answer = (503, b"")
    with pytest.raises(NoToken):
        tokens.token()
    endpoint.answer = None

    assert tokens.token()
