"""The engine: a bound workflow run as a coroutine that asks for effects. Knows no clock and no HTTP client."""
