#!/bin/bash
# kafka-run-class.sh CLASS ARGUMENT...: a program of Kafka's.
set -eu
# shellcheck disable=SC2086 # options are words
exec "${JAVA_HOME:-/opt/java}/bin/java" ${KAFKA_HEAP_OPTS:--Xmx256m} -XX:+UseSerialGC -Djava.awt.headless=true \
  -Dlogback.configurationFile="${KAFKA_LOGBACK:-/etc/kafka/docker/logback.xml}" ${KAFKA_OPTS:-} -cp '/opt/kafka/libs/*' "$@"
