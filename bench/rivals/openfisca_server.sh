#!/bin/sh
# Serve OpenFisca's web API with its country template on 127.0.0.1:PORT, by its own command and gunicorn, in the
# foreground. One worker, since canbao is measured with one; `exec`, so that a driver's TERM reaches gunicorn itself.
#
#     bench/rivals/openfisca_server.sh PORT [gunicorn option ...]
#
# OPENFISCA_VENV names another environment than .venv-openfisca in the project root.
set -eu

port=${1:?usage: openfisca_server.sh PORT [gunicorn option ...]}
shift
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
venv=${OPENFISCA_VENV:-$root/.venv-openfisca}

# --bind, not --port: OpenFisca puts --port in by cutting four characters off its default address.
exec "$venv/bin/openfisca" serve --country-package openfisca_country_template \
    --bind "127.0.0.1:$port" --workers 1 "$@"
