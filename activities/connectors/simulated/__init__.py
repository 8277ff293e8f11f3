"""Twins of outside services: HTTP servers with made-up people that speak as the services do, for tests and the demo."""
