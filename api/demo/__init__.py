"""A whole campaign with simulated people, through the public API: what `groundswell demo` runs."""
