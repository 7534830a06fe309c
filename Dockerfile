# syntax=docker/dockerfile:1
# Targets: `runtime` (the last, so the default) runs every stage of the warehouse; `trial` adds a PostgreSQL and
# an S3 server with sample data. Both start as any user id, with a read-only root and without a network.
# What is published starts from a digest, which `make lock-images` writes here and `make base-check` asks for.
ARG BASE_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS dependencies
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_COMPILE=1 PIP_QUIET=1
# pip and the build backend live in a second environment, which stays in this stage.
RUN python3 -m venv --without-pip /opt/zlv && python3 -m venv /opt/build
COPY requirements/build.lock requirements/runtime.lock /locks/
RUN /opt/build/bin/pip install --only-binary :all: --no-deps --require-hashes -r /locks/build.lock \
    && /opt/build/bin/pip --python /opt/zlv/bin/python install --only-binary :all: --no-deps --require-hashes -r /locks/runtime.lock
# Left out, because nothing here runs it:
# - kubernetes/aio: the client a second time, for asyncio; the executor uses the other one (68 MB);
# - babel/locale-data: agate, which dbt prints with, asks for the locale of the machine only (30 MB);
# - botocore/data: descriptions of 400 services; ours are S3, and STS for credentials (27 MB);
# - the packages' own tests (10 MB), except dbt's: its generic data tests lie in a folder of that name;
# - activation scripts, and headers for extensions in C.
RUN cd /opt/zlv/lib/python3*/site-packages \
    && rm -r kubernetes/aio \
    && find babel/locale-data -name '*.dat' ! -name 'root.dat' ! -name 'en.dat' ! -name 'en_US*.dat' ! -name 'fr.dat' ! -name 'fr_FR.dat' -delete \
    && find botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name sts -exec rm -r {} + \
    && find . -type d \( -name tests -o -name test \) -not -path './dbt/*' -prune -exec rm -r {} + \
    && rm -r /opt/zlv/include /opt/zlv/bin/*ctivate*
# Bytecode goes in, though it weighs 70 MB: dbt starts in 2.7 s instead of 6.8 s, and with a read-only root nothing
# can be kept of what was compiled. It is never checked against its source, whose dates mean nothing here.
RUN /opt/zlv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/zlv/lib

FROM dependencies AS project
COPY LICENSE README.md pyproject.toml /src/
COPY jobs /src/jobs
COPY catalog /src/catalog
COPY dbt /src/dbt
COPY k8s/workflows /src/k8s/workflows
# Only what the project adds is handed on, so that a new version is a small layer on the same dependencies.
RUN cd /tmp && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist /src \
    && /opt/build/bin/pip --python /opt/zlv/bin/python install --no-deps /dist/*.whl \
    && cd /opt/zlv/lib/python3*/site-packages \
    && /opt/zlv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash jobs \
    && /opt/zlv/bin/python -m jobs.transform.parsed \
    && mkdir -p "/out$PWD" /out/opt/zlv/bin && cp -a jobs zlv_warehouse-*.dist-info "/out$PWD" && cp -a /opt/zlv/bin/zlv /out/opt/zlv/bin \
    && ln -s "$PWD/jobs/project" /out/opt/zlv/project

FROM ${BASE_IMAGE} AS common
# A name for the user, since some programs ask for one; files are its, and group 0's where a cluster gives any user id.
RUN echo 'zlv:x:65532:65532:zlv:/tmp:/usr/sbin/nologin' >> /etc/passwd \
    && echo 'zlv:x:65532:' >> /etc/group \
    && install -d -o 65532 -g 0 -m 0775 /data /clean
COPY --from=dependencies /opt/zlv /opt/zlv
# dbt by hand finds the project and writes beside the data; `zlv build` says its own places.
ENV PATH=/opt/zlv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp ZLV_HOME=/data \
    DBT_PROJECT_DIR=/opt/zlv/project/dbt DBT_PROFILES_DIR=/opt/zlv/project/dbt \
    DBT_TARGET_PATH=/data/dbt/target DBT_LOG_PATH=/data/dbt/logs
# What DuckDB frees goes back to the machine at once: a build in 512 MiB needs it.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /tmp
ENTRYPOINT ["zlv"]
ARG BASE_IMAGE
LABEL org.opencontainers.image.title="zlv-warehouse" \
    org.opencontainers.image.description="From PostgreSQL and S3 to a clean DuckDB file for Metabase" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.base.name="${BASE_IMAGE}"

FROM common AS trial
COPY requirements/trial.lock /tmp/trial.lock
RUN --mount=type=bind,from=dependencies,source=/opt/build,target=/opt/build \
    /opt/build/bin/pip --python /opt/zlv/bin/python install --quiet --no-cache-dir --disable-pip-version-check --root-user-action ignore \
        --only-binary :all: --no-deps --require-hashes -r /tmp/trial.lock \
    && rm /tmp/trial.lock
COPY --from=project /out/opt/zlv /opt/zlv
# initdb asks for its user's name, which a user id chosen by the cluster has not: the empty server is made here and copied at start.
RUN install -d -o 65532 -g 65532 /opt/zlv/share \
    && setpriv --reuid=65532 --regid=65532 --clear-groups /opt/zlv/bin/python -c 'from jobs.sample.servers.serving import make_template; make_template()' \
    && chown -R 0:0 /opt/zlv/share && chmod -R a+rX /opt/zlv/share
USER 65532:65532
EXPOSE 5432 9000
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.version="${VERSION}" org.opencontainers.image.revision="${REVISION}"

FROM common AS runtime
COPY --from=project /out/opt/zlv /opt/zlv
USER 65532:65532
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.version="${VERSION}" org.opencontainers.image.revision="${REVISION}"
