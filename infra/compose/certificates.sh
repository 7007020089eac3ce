#!/bin/sh
# Makes an authority of our own and a certificate for each server of the log, in folders that
# become volumes of their own: no server sees the key of another, none that of the authority.
# What is there and good for another 60 days is left alone.
set -eu
out=${1:?give the folder that the certificates go into}
umask 077
authority_days=3650
server_days=730
left_seconds=5184000

good() { [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend "$left_seconds" >/dev/null; }

mkdir -p "$out/authority" "$out/ca"
if ! good "$out/ca/ca.crt"; then
  # Without its authority no certificate is worth anything: all are made anew.
  rm -f "$out"/store-*/node.crt
  openssl req -x509 -newkey rsa:3072 -noenc -sha256 -days "$authority_days" \
    -subj '/CN=linli store authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$out/authority/ca.key" -out "$out/ca/ca.crt"
  chmod 0755 "$out/ca"
  chmod 0644 "$out/ca/ca.crt"
fi

for node in store-1 store-2 store-3; do
  mkdir -p "$out/$node"
  good "$out/$node/node.crt" && continue
  # One common name for all: by it the servers know each other.
  openssl req -new -newkey rsa:2048 -noenc -sha256 -subj '/CN=linli-store' \
    -keyout "$out/$node/node.key" -out "$out/$node/node.csr"
  printf '%s\n' "subjectAltName=DNS:$node,DNS:localhost,IP:127.0.0.1" \
    'basicConstraints=critical,CA:FALSE' \
    'keyUsage=critical,digitalSignature,keyEncipherment' \
    'extendedKeyUsage=serverAuth,clientAuth' >"$out/$node/node.ext"
  openssl x509 -req -sha256 -days "$server_days" -in "$out/$node/node.csr" \
    -CA "$out/ca/ca.crt" -CAkey "$out/authority/ca.key" -CAcreateserial \
    -CAserial "$out/authority/ca.srl" -extfile "$out/$node/node.ext" -out "$out/$node/node.crt"
  rm "$out/$node/node.csr" "$out/$node/node.ext"
done
