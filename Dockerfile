# The program and its dependencies from the lock; no compiler, cache or network in the result.
ARG BASE_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS build
COPY requirements/runtime.lock /tmp/runtime.lock
RUN python3 -m venv /opt/zlv \
    && /opt/zlv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r /tmp/runtime.lock
COPY . /src
RUN /opt/zlv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps /src \
    && /opt/zlv/bin/pip uninstall --yes pip setuptools

FROM ${BASE_IMAGE}
COPY --from=build /opt/zlv /opt/zlv
ENV PATH=/opt/zlv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp ZLV_HOME=/data
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["zlv"]
LABEL org.opencontainers.image.title="zlv-warehouse" \
    org.opencontainers.image.description="From PostgreSQL and S3 to a clean DuckDB file for Metabase" \
    org.opencontainers.image.licenses="MIT"
