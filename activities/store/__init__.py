"""The event store and everything else that Groundswell keeps in PostgreSQL."""
