#!/bin/sh
# Makes an authority of one's own and a certificate of it for Kafka and MinIO, each once, in FOLDER:
#
#   certificates.sh FOLDER [NAME...]      NAME: a further name or address of this machine, as devices know it
#
#   authority.crt   whom clients are to trust; authority.key signs, and need not stay on this machine
#   server.crt, server.key, server.pem   the certificate, its key, and both in one file, as Kafka wants them
set -eu
[ $# -ge 1 ] || { echo "certificates.sh: expected the folder for the certificates." >&2; exit 2; }
umask 077
mkdir -p "$1"
cd "$1"
shift

new_key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
[ -s authority.crt ] || {
    # shellcheck disable=SC2086 # options are words
    openssl req -x509 $new_key -days 3650 -subj '/CN=Godwit authority' -addext keyUsage=critical,keyCertSign \
        -keyout authority.key -out authority.crt 2>log || { cat log >&2; exit 1; }
}
[ -s server.pem ] || {
    names=DNS:kafka,DNS:minio,DNS:localhost,IP:127.0.0.1,IP:10.0.2.2
    for name; do
        case $name in
            *[!0-9.]*) names=$names,DNS:$name ;;
            *) names=$names,IP:$name ;;
        esac
    done
    printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" >extensions
    # shellcheck disable=SC2086
    openssl req $new_key -subj '/CN=godwit' -keyout server.key -out server.csr 2>log || { cat log >&2; exit 1; }
    openssl x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial -days 825 \
        -extfile extensions -out server.crt 2>log || { cat log >&2; exit 1; }
    cat server.key server.crt authority.crt >server.pem.new
    mv server.pem.new server.pem
    rm -f extensions server.csr log
}
