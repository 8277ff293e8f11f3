"""The report of a campaign: figures from the record, charts, and a page that can be forwarded."""
