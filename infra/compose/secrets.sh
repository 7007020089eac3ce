#!/bin/sh
# Makes what compose.yaml cannot do without: .env with passwords, and secrets/ with the key file
# and the token of the figures. Never replaces any of them.
#   sh secrets.sh linli.example.org
set -eu
site=${1:?give the name that browsers use, e.g. linli.example.org or localhost}
cd "${2:-$(dirname "$0")}"
umask 077

if [ -e .env ] || [ -e secrets ]; then
  echo "There is a .env or a secrets folder in $(pwd): nothing was changed." >&2
  exit 1
fi

password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

mkdir secrets
metrics_token=$(password)
# Prometheus reads its copy as a user of its own; the folder around it shuts others out.
printf '%s' "$metrics_token" >secrets/metrics-token
chmod 0644 secrets/metrics-token
printf 'linli-key-1 %s\n' \
  "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')" >secrets/key

cat >.env <<END
SITE_ADDRESS=$site
STORE_ADMIN_PASSWORD=$(password)
STORE_OPS_PASSWORD=$(password)
DATABASE_ADMIN_PASSWORD=$(password)
DATABASE_PASSWORD=$(password)
METRICS_TOKEN=$metrics_token
GRAFANA_PASSWORD=$(password)
SECRETS_FOLDER=./secrets
END

if [ "$(id -u)" -eq 0 ]; then
  chown 1000:1000 secrets/key
elif [ "$(id -u)" -ne 1000 ]; then
  echo 'The containers run as user 1000, who must own the key: sudo chown 1000 secrets/key' >&2
fi
echo 'Keep a copy of secrets/key in another place: without it no personal data can be read.'
