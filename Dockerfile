# The service's image: one virtual environment on a slim Python, run by a user who can write only to the data folder.
#
#   docker build --tag canbao .
#   docker run --publish 127.0.0.1:8000:8000 --volume canbao-data:/var/lib/canbao --env-file canbao.env canbao
#
# It runs in production mode and refuses to start until DATABASE_URL, CANBAO_WEBHOOK_SECRETS, CANBAO_DATA_KEYS and
# CANBAO_INDEX_KEY are set (docs/settings.md); `canbao migrate` in the same image brings the database up to date. To look around
# without any of them: --env CANBAO_ENV=development.
#
# BASE        what the service runs on: any bookworm image with python3 (3.11) on its path. The default, or a plain
#             Debian bookworm with the package python3.
# BUILD_BASE  what the environment is made on; it needs python3's venv module too (on Debian: python3-venv). Its python3
#             must stand at the same path as BASE's, which the environment's links point at.
# VERSION, REVISION  only for the labels: the release and the commit.
#
# Where pip needs a configuration of its own (an index, a proxy, a certificate), hand it in as build secrets, which stay
# out of the image: --secret id=pip_conf,src=pip.conf, and --secret id=pip_ca,src=ca.pem for a certificate, which that
# pip.conf then names as /run/secrets/pip_ca.
ARG BASE=python:3.11-slim-bookworm
ARG BUILD_BASE=${BASE}

FROM ${BUILD_BASE} AS build
WORKDIR /src
# Two environments: /tools has pip and the build backend and is left behind; /opt/canbao never gets them.
RUN python3 -m venv /tools && python3 -m venv --without-pip /opt/canbao
COPY requirements/build.txt requirements/run.txt requirements/
# Wheels only: there is no compiler here, and a source archive's own build could fetch what no hash covers.
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf --mount=type=secret,id=pip_ca \
    /tools/bin/pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements/build.txt \
 && /tools/bin/pip --python /opt/canbao/bin/python3 install --no-cache-dir --only-binary=:all: \
    --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY app app
COPY migrations migrations
# The check refuses a lock that no longer covers what pyproject.toml asks for.
RUN /tools/bin/pip wheel --no-cache-dir --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /tools/bin/pip --python /opt/canbao/bin/python3 install --no-cache-dir --no-index --no-deps \
    --find-links /wheels canbao \
 && /tools/bin/pip --python /opt/canbao/bin/python3 check

FROM ${BASE}
# The Python images bring pip along and the wheels to make it again; a running service has no use for either.
RUN if python3 -m pip --version >/dev/null 2>&1; then \
        python3 -m pip uninstall --yes --root-user-action=ignore wheel setuptools pip; \
    fi \
 && rm -rf "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')/ensurepip" \
 && groupadd --gid 10001 canbao \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/canbao --shell /usr/sbin/nologin canbao \
 && install --directory --owner=10001 --group=10001 --mode=0750 /var/lib/canbao
COPY --from=build /opt/canbao /opt/canbao
# The environment was compiled when it was made, and its user could not write there anyway: no bytecode at run time.
# 0.0.0.0 is the container's own address space; what of it the outside sees is for --publish to say.
ENV PATH=/opt/canbao/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    CANBAO_DATA=/var/lib/canbao \
    CANBAO_ENV=production
WORKDIR /var/lib/canbao
VOLUME /var/lib/canbao
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# An opener without proxies: HTTP_PROXY, where it is set, is not for the container's own loopback.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["python3", "-c", \
    "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + (os.environ.get('PORT') or '8000') + '/healthz', timeout=4)"]
# Last, because a new commit changes them and nothing above.
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="canbao" \
      org.opencontainers.image.description="What a resident's basic medical insurance costs today, why, and from when it covers" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
CMD ["canbao", "serve"]
