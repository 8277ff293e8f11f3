"""Writes the Python client from the OpenAPI document: `make client` puts it into api/client."""
