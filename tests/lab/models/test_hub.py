"""Asking a hub that is out of reach, has no such model, or has it."""

from collections.abc import Callable

import pytest
import transformers
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import are_progress_bars_disabled

from lab.errors import CheckpointError
from lab.models.hub import why_not
from lab.models.load import load_model
from lab.models.quiet import quiet
from lab.models.tokenizer import load_tokenizer


def answered(kind: type[HfHubHTTPError], status: int) -> HfHubHTTPError:
    """Make an error that carries the hub's answer."""
    from huggingface_hub.utils._http import httpx2

    request = httpx2.Request("GET", "https://hub.test")
    return kind("said", response=httpx2.Response(status, request=request))


def hub(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    """Let the hub answer with an error, or with a model."""

    def model_info(self: HfApi, name: str, timeout: float) -> None:
        if error is not None:
            raise error

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(HfApi, "model_info", model_info)


@pytest.mark.parametrize(
    ("error", "offline"),
    [
        (None, False),
        (ConnectionError("no way"), True),
        (answered(HfHubHTTPError, 503), True),
        (answered(RepositoryNotFoundError, 404), False),
    ],
)
@pytest.mark.parametrize("load", [load_model, load_tokenizer])
def test_only_earlier_downloads_are_asked_where_the_hub_is_out_of_reach(
    load: Callable[[str], object],
    error: Exception | None,
    offline: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub(monkeypatch, error)
    seen = []

    def from_pretrained(*_: object, **__: object) -> None:
        seen.append((constants.HF_HUB_OFFLINE, are_progress_bars_disabled()))
        raise OSError("stopped here")

    monkeypatch.setattr(transformers.AutoConfig, "from_pretrained", from_pretrained)
    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", from_pretrained)
    with pytest.raises(CheckpointError, match="stopped here"):
        load("nobody/no-such-model")
    assert seen == [(offline, False)]  # and the bars of downloads are shown
    assert constants.HF_HUB_OFFLINE is False


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("nobody/no-such-model", None, None),
        ("nobody/no-such-model", ConnectionError("no way"), "cannot be reached"),
        ("nobody/no-such-model", answered(RepositoryNotFoundError, 404), "has no such model"),
        ("two words", None, "cannot be the name"),
    ],
)
def test_why_a_name_cannot_be_had(
    name: str, error: Exception | None, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub(monkeypatch, error)
    found = why_not(name)
    assert found is None if said is None else said in (found or "")


def test_bars_of_downloads_that_were_off_stay_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub.utils import disable_progress_bars, enable_progress_bars

    disable_progress_bars()
    try:
        with quiet():
            assert are_progress_bars_disabled()
    finally:
        enable_progress_bars()
