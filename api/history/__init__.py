"""The record as people read it: as it was at an instant, as a timeline in words, as a stream of events."""
