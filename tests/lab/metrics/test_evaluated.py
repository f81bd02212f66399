import socket

import pytest

from lab.metrics.evaluated import evaluate_metric


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError(f"asked for the network: {args}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_metrics_are_of_evaluate_and_need_no_hub(no_network):
    import evaluate

    metric = evaluate_metric("rouge_l")
    assert isinstance(metric, evaluate.Metric)
    found = metric.compute(predictions=["a cat sat", ""], references=["a cat sat", "a cat"])
    assert found == {"scores": [1.0, 0.0], "mean": 0.5}


def test_metrics_of_the_text_alone_need_no_references(no_network):
    found = evaluate_metric("repetition").compute(predictions=["a a a a a", "a"])
    assert found == {"scores": [0.5, None], "mean": 0.5}


def test_nothing_in_nothing_out():
    assert evaluate_metric("bleu").compute(predictions=[], references=[])["mean"] is None


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="rouge_l"):
        evaluate_metric("rouge_w")
