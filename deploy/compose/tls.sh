#!/bin/sh
# Makes what tls.yml wants, each once, in secrets/ beside this file: certificates for this machine's names,
# and a password for Kafka: tls.sh [NAME...], see certificates.sh. Wants a JDK's keytool: JAVA_HOME, or on the PATH.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=$here/secrets
umask 077
"$here/secrets.sh"
"$here/certificates.sh" "$folder" "$@"
cd "$folder"

random() { od -An -v -tx1 -N 20 /dev/urandom | tr -d ' \n'; }

[ -s trust.p12 ] || "${JAVA_HOME:+$JAVA_HOME/bin/}keytool" -importcert -noprompt -alias godwit -file authority.crt \
    -keystore trust.p12 -storetype PKCS12 -storepass changeit 2>log || { cat log >&2; exit 1; }
[ -s kafka-client ] || {
    broker=$(random)
    client=$(random)
    printf 'KafkaServer {\n  org.apache.kafka.common.security.plain.PlainLoginModule required\n    username="broker" password="%s"\n    user_broker="%s"\n    user_godwit="%s";\n};\n' \
        "$broker" "$broker" "$client" >kafka-server
    {
        printf 'security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n'
        printf 'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="godwit" password="%s";\n' "$client"
        # The certificate itself, in one line: the file is then all that a client needs.
        printf 'ssl.truststore.type=PEM\nssl.truststore.certificates='
        awk '{ printf "%s\\n", $0 }' authority.crt
        printf '\n'
    } >kafka-client.new
    mv kafka-client.new kafka-client
}
rm -f log
# The authority's key is nobody's here but root's.
for file in authority.crt server.crt server.key server.pem trust.p12 kafka-server kafka-client; do
    chown 0:10001 "$file"
    chmod 640 "$file"
done
