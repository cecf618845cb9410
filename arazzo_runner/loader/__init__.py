"""Loading: text becomes JSON, JSON the model, the model's references are resolved; every problem is a diagnostic."""

from arazzo_runner.loader.load import load_description
from arazzo_runner.loader.yaml import parse_document

__all__ = ["load_description", "parse_document"]
