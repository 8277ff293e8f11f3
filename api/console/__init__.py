"""The console: what the brand's people see and decide with, as pages that work without a build step.

Each page is a module with its template in `templates/`; the handlers ask the same functions that the JSON API asks, and
decide by the same `Decisions`. htmx swaps parts of pages, `static/console.js` does the rest: see docs/console.md.
"""
