# One image for every part: `groundswell worker`, `api`, `migrate` and the rest. It has no embedded servers.

FROM python:3.12-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /groundswell

# What others wrote changes seldom: it is a layer of its own, rebuilt only with the lock file.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --extra observability --no-install-project

COPY README.md LICENSE ./
COPY domain domain
COPY activities activities
COPY workflows workflows
COPY api api
RUN uv sync --frozen --no-dev --extra observability --no-editable

FROM python:3.12-slim-bookworm
# Typefaces for names in scripts that the contract's own do not have; any version of a typeface will do.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin groundswell
COPY --from=build /groundswell/.venv /groundswell/.venv
ENV PATH=/groundswell/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["groundswell"]
CMD ["--help"]
