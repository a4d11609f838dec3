#!/bin/sh
# Makes the secrets of docker-compose.yml at random, each once, in FOLDER (secrets/ beside this file): secrets.sh [FOLDER].
# They are readable by root and by the group that the images' services run under.
set -eu
folder=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/secrets}
umask 077
mkdir -p "$folder"
for name in s3-access-key s3-secret-key grafana-password; do
    [ -s "$folder/$name" ] || {
        od -An -v -tx1 -N 20 /dev/urandom | tr -d ' \n' >"$folder/$name.new"
        chown 0:10001 "$folder/$name.new"
        chmod 640 "$folder/$name.new"
        mv "$folder/$name.new" "$folder/$name"
    }
done
