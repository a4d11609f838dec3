#!/bin/sh
# Makes what tls.yml wants, each once, in secrets/ beside this file: certificates for this machine's names, and for the
# services here, for whoever uses the command, and for every further device: a user of Kafka with a password, keys of the
# store, and a key to sign records with.
#
#   tls.sh [--device DEVICE]... [NAME...]     NAME: see certificates.sh
#
#   kafka-device-DEVICE   what that device's agent takes as GODWIT_KAFKA_PROPERTIES; beside it, trust.p12
#   s3-device-DEVICE-access-key, -secret-key, signing-device-DEVICE, trusted-keys: its settings likewise, see tls.yml
#   kafka-principals      whom Kafka knows them by: `godwit setup kafka` gives each the rights that it needs
#
# GODWIT_HOST is this machine's name as in docker-compose.yml (its hostname). Wants a JDK's keytool: JAVA_HOME, or on the
# PATH. Kafka learns of a device that comes later when it is started again.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=$here/secrets
machine=${GODWIT_HOST:-$(cat /proc/sys/kernel/hostname)}
umask 077
devices=
while [ "${1:-}" = --device ]; do
    case ${2:-} in
        '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*)
            echo "tls.sh: expected a device's name of letters, digits, dots, dashes and underscores after --device." >&2
            exit 2
            ;;
    esac
    devices="$devices $2"
    shift 2
done
"$here/secrets.sh"
"$here/certificates.sh" "$folder" "$@"
cd "$folder"

[ -s trust.p12 ] || "${JAVA_HOME:+$JAVA_HOME/bin/}keytool" -importcert -noprompt -alias godwit -file authority.crt \
    -keystore trust.p12 -storetype PKCS12 -storepass changeit 2>log || { cat log >&2; exit 1; }
rm -f log

plain=org.apache.kafka.common.security.plain.PlainLoginModule

# What a client of this user is told, with a password at random.
client() {
    [ -s "kafka-$1" ] || {
        printf 'security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n'
        printf 'sasl.jaas.config=%s required username="%s" password="%s";\n' "$plain" "$1" \
            "$(od -An -v -tx1 -N 20 /dev/urandom | tr -d ' \n')"
        # The certificate itself, in one line: the file is then all that a client needs.
        printf 'ssl.truststore.type=PEM\nssl.truststore.certificates='
        awk '{ printf "%s\\n", $0 }' authority.crt
        printf '\n'
    } >"kafka-$1.new"
    [ ! -s "kafka-$1.new" ] || mv "kafka-$1.new" "kafka-$1"
    rm -f "kafka-$1.new"
}

password() { sed -n 's/.* password="\([0-9a-f]*\)";$/\1/p' "kafka-$1"; }

for user in broker setup checkpointer converter restorer-agent batch-controller operator; do client "$user"; done
for device in $devices; do client "device-$device"; done

{
    echo "checkpointer $machine User:checkpointer"
    echo "agent $machine User:restorer-agent"
    echo "converter User:converter"
    echo "batch-controller User:batch-controller"
    echo "operator User:operator"
    for file in kafka-device-*; do
        [ ! -s "$file" ] || echo "agent ${file#kafka-device-} User:${file#kafka-}"
    done
} >kafka-principals

{
    printf 'KafkaServer {\n  %s required\n    username="broker" password="%s"' "$plain" "$(password broker)"
    for file in kafka-broker kafka-setup kafka-checkpointer kafka-converter kafka-restorer-agent kafka-batch-controller kafka-operator kafka-device-*; do
        [ ! -s "$file" ] || printf '\n    user_%s="%s"' "${file#kafka-}" "$(password "${file#kafka-}")"
    done
    printf ';\n};\n'
} >kafka-server.new
mv kafka-server.new kafka-server

# What a user of the store opens it with; `godwit setup store` finds the users that it makes by these files.
store_keys() {
    [ -s "s3-$1-access-key" ] || {
        od -An -v -tx1 -N 20 /dev/urandom | tr -d ' \n' >"s3-$1-secret-key"
        printf 'godwit-%s' "$1" >"s3-$1-access-key"
    }
}

for role in checkpointer converter "device-$machine"; do store_keys "$role"; done
for device in $devices; do store_keys "device-$device"; done
for half in access secret; do cp "s3-device-$machine-$half-key" "s3-restorer-agent-$half-key"; done

# A key to sign with, as `godwit keys create` makes it: file, and the name that it has among those that are trusted.
signing_key() {
    [ -s "signing-$1" ] || {
        openssl genpkey -algorithm ed25519 -outform DER -out key.der
        printf '%s %s\n' "$2" "$(openssl pkey -inform DER -in key.der -pubout -outform DER | base64 -w 0)" >>trusted-keys
        printf '%s %s\n' "$2" "$(base64 -w 0 key.der)" >"signing-$1.new"
        rm -f key.der
        mv "signing-$1.new" "signing-$1"
    }
}

signing_key checkpointer "host-$machine"
signing_key converter converter-compose
signing_key restorer-agent "device-$machine"
signing_key operator operator-compose
for device in $devices; do signing_key "device-$device" "device-$device"; done

# Whoever makes the store's users has to find their keys.
chown 0:10001 .
chmod 750 .
# The authority's key is nobody's here but root's.
for file in authority.crt server.crt server.key server.pem trust.p12 kafka-* s3-* signing-* trusted-keys; do
    chown 0:10001 "$file"
    chmod 640 "$file"
done
