#!/bin/sh
# Makes what tls.yml wants, each once, in secrets/ beside this file: certificates for this machine's names, and users of Kafka
# with a password each: for the services here, for whoever uses the command, and for every further device.
#
#   tls.sh [--device DEVICE]... [NAME...]     NAME: see certificates.sh
#
#   kafka-device-DEVICE   what that device's agent takes as GODWIT_KAFKA_PROPERTIES; beside it, trust.p12
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

# The authority's key is nobody's here but root's.
for file in authority.crt server.crt server.key server.pem trust.p12 kafka-*; do
    chown 0:10001 "$file"
    chmod 640 "$file"
done
