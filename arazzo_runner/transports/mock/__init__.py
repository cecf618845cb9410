"""A mock that knows the workflow: any well-formed Arazzo document can be walked with it offline.

An operation answers as its OpenAPI description documents it (`answers`, `generate`); what the step's criteria want and
its outputs read is then put into the answer (`satisfy`, `needs`), so that the run goes forward (`motion`). The same
request at the same visit has the same answer each time. It imports no HTTP client; `server` serves it.
"""

from arazzo_runner.transports.mock.inputs import mock_inputs
from arazzo_runner.transports.mock.transport import MockTransport

__all__ = ["MockTransport", "mock_inputs"]
